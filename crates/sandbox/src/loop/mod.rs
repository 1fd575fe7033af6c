//! The Loop simulator. It follows **our proposed profile**, not a published interface: Loop does not
//! publish how contacts are read.
//!
//! What rests on what has been seen of the vendor: a key that is a GUID of 36 characters, issued for
//! one team, in the header `x-api-key`; the two listing interfaces with `{"data": [...]}` and
//! `{"results": [...]}`; `pageSize`; the two styles of field names; and failures with
//! `"statusCode": "error"`, also where the status says success. All else (the lists of people,
//! `page`, `total`, statuses of refusals, one request a second) is the proposal.
//!
//! There are no control requests of its own besides `GET /control/loop/record?id=`.

mod lists;
mod record;
mod routes;
mod state;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};

use http::header::RETRY_AFTER;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::description::ProviderAccess;
use crate::faults::PathKind;
use crate::locks::{lock, read, write};
use crate::mutation::Mutation;
use crate::rate::{Allowance, Rate};
use crate::setup::Setup;
use crate::simulator::{AccessChange, Crm, PageShape, Refusal, Simulator};
use crate::truth::GroundTruth;

use lists::List;
use routes::Route;
use state::State;

/// The team of this sandbox. It is never sent.
const TEAM: &str = "Sandbox Sales";

/// One request a second, and one at a time. A tenth less leaves room for what the way here does to
/// requests that were sent a second apart.
const ALLOWANCE: Allowance = Allowance {
    per_window: 1,
    window_ms: 900,
    at_once: 1,
};

/// What the key may do.
#[derive(Debug)]
struct Access {
    key: String,
    revoked: bool,
    /// Paths of lists.
    open: BTreeSet<String>,
}

/// The simulator.
#[derive(Debug)]
pub struct LoopCrm {
    state: RwLock<State>,
    access: Mutex<Access>,
    rate: Mutex<Rate>,
    enforce: AtomicBool,
}

fn all_lists() -> BTreeSet<String> {
    List::ALL
        .iter()
        .map(|list| list.path().to_owned())
        .collect()
}

impl LoopCrm {
    pub(crate) fn new(setup: &Setup) -> Self {
        Self {
            state: RwLock::new(State::new(setup)),
            access: Mutex::new(Access {
                key: lists::guid(&setup.secret_text("loop key")),
                revoked: false,
                open: all_lists(),
            }),
            rate: Mutex::new(Rate::new(ALLOWANCE)),
            enforce: AtomicBool::new(setup.limits),
        }
    }

    /// What it holds.
    #[must_use]
    pub fn truth(&self) -> GroundTruth {
        read(&self.state).truth()
    }

    /// Changes records, and says which. Consent is nothing that this CRM knows of.
    pub fn mutate(&self, mutation: &Mutation) -> Vec<String> {
        write(&self.state).mutate(mutation)
    }

    /// Changes what the key may do. A permission is the path of a list; a key cannot expire, so
    /// `expire` is the same as `revoke`.
    pub fn change_access(&self, change: &AccessChange) {
        let mut access = lock(&self.access);
        match change {
            AccessChange::Expire | AccessChange::Revoke => access.revoked = true,
            AccessChange::Reinstate => access.revoked = false,
            AccessChange::Uninstall => access.open.clear(),
            AccessChange::Install => access.open = all_lists(),
            AccessChange::Withhold { permission } => {
                access.open.remove(permission);
            }
            AccessChange::Grant { permission } => {
                access.open.insert(permission.clone());
            }
        }
    }

    /// A person's record as it is shown now.
    #[must_use]
    pub fn record(&self, id: &str) -> Option<Value> {
        serde_json::from_slice(read(&self.state).record(id)?).ok()
    }

    /// Checks the key, and whether it may read the list.
    fn admit(&self, call: &Call, list: Option<List>) -> Result<(), Box<Answer>> {
        let access = lock(&self.access);
        if access.revoked || call.header("x-api-key") != Some(access.key.as_str()) {
            return Err(Box::new(failure(
                StatusCode::UNAUTHORIZED,
                "The key is not valid.",
            )));
        }
        if list.is_some_and(|list| !access.open.contains(list.path())) {
            return Err(Box::new(failure(
                StatusCode::FORBIDDEN,
                "The key may not read this list.",
            )));
        }
        Ok(())
    }
}

/// A refusal in the vendor's form, as far as that is known.
fn failure(status: StatusCode, text: &str) -> Answer {
    Answer::value(status, &json!({ "statusCode": "error", "message": text }))
}

fn too_many() -> Answer {
    failure(StatusCode::TOO_MANY_REQUESTS, "Too many requests.").with(RETRY_AFTER, "1")
}

impl Simulator for LoopCrm {
    fn id(&self) -> &'static str {
        "loop"
    }

    fn kind(&self, _method: &Method, path: &str) -> PathKind {
        match Route::of(path) {
            Some(Route::List(_)) => PathKind::List,
            Some(Route::Properties | Route::Listed { .. }) => PathKind::Reference,
            None => PathKind::Other,
        }
    }

    fn enter(&self, call: &Call) -> Result<(), Box<Answer>> {
        let enforce = self.enforce.load(Ordering::Relaxed);
        if lock(&self.rate).enter(call.now, enforce) {
            return Ok(());
        }
        Err(Box::new(too_many()))
    }

    fn leave(&self, _call: &Call) {
        lock(&self.rate).leave();
    }

    fn answer(&self, call: &Call) -> Answer {
        routes::answer(self, call)
    }

    fn refuse(&self, refuse: Refusal, _call: &Call) -> Answer {
        match refuse {
            Refusal::Status(status) => {
                failure(status, status.canonical_reason().unwrap_or("Failed"))
            }
            Refusal::Expired | Refusal::Revoked => {
                if refuse == Refusal::Revoked {
                    self.change_access(&AccessChange::Revoke);
                }
                failure(StatusCode::UNAUTHORIZED, "The key is not valid.")
            }
            Refusal::MissingScope => {
                failure(StatusCode::FORBIDDEN, "The key may not read this list.")
            }
            // No request names a team or an agency, so the nearest is that there is nothing here.
            Refusal::WrongTenant => failure(StatusCode::NOT_FOUND, "Not found."),
        }
    }

    fn page_shape(&self) -> PageShape {
        PageShape {
            records: "results",
            total: Some("total"),
            count: None,
            keys: &["id", "refId"],
            text_fields: &["lastName", "surname"],
            empty_is_no_content: false,
        }
    }

    fn page_start(&self, call: &Call) -> Option<usize> {
        let Some(Route::List(_)) = Route::of(&call.path) else {
            return None;
        };
        let (page, size) = routes::paged(call)?;
        Some(page.saturating_mul(size))
    }

    fn end_listing(&self, _page: &mut Map<String, Value>) {
        // A page here says nothing about what follows it but the total.
    }

    fn previous_page(&self, call: &Call) -> Option<Call> {
        let Some(Route::List(_)) = Route::of(&call.path) else {
            return None;
        };
        let (page, _) = routes::paged(call)?;
        let mut previous = call.clone();
        previous.query.set("page", page.max(1).to_string());
        Some(previous)
    }

    fn next_page(&self, call: &Call) -> Option<Call> {
        let Some(Route::List(_)) = Route::of(&call.path) else {
            return None;
        };
        let (page, _) = routes::paged(call)?;
        let mut next = call.clone();
        // What is read counts from 0, what is written from 1.
        next.query.set("page", page.saturating_add(2).to_string());
        Some(next)
    }

    fn finish(&self, _answer: &mut Answer) {}

    fn control(&self, path: &str, call: &Call) -> Option<Answer> {
        (call.method == Method::GET && path == "record").then(|| {
            match self.record(call.query.first("id").unwrap_or_default()) {
                Some(record) => Answer::value(StatusCode::OK, &record),
                None => Answer::empty(StatusCode::NOT_FOUND),
            }
        })
    }
}

impl Crm for LoopCrm {
    fn access(&self, origin: &str) -> ProviderAccess {
        ProviderAccess {
            settings: [
                ("team".to_owned(), TEAM.to_owned()),
                ("baseUrl".to_owned(), format!("{origin}/loop")),
            ]
            .into(),
            secrets: [("apiKey".to_owned(), lock(&self.access).key.clone())].into(),
        }
    }

    fn truth(&self) -> GroundTruth {
        Self::truth(self)
    }

    fn mutate(&self, mutation: &Mutation) -> Vec<String> {
        Self::mutate(self, mutation)
    }

    fn change_access(&self, change: &AccessChange) {
        Self::change_access(self, change);
    }

    fn enforce_limits(&self, on: bool) {
        self.enforce.store(on, Ordering::Relaxed);
    }
}
