//! The agentOS simulator: the V4 contacts tier and the test call.
//!
//! Faithful to the vendor's help articles on access, paging, limits and the consent gate. The
//! names of the fields of V4 records are not public; each list here uses the style of another one
//! of the vendor's older models. Ids are unique over all lists, and a person is on one list.
//!
//! There are no control requests of its own besides `GET /control/agentos/record?id=`.

mod ids;
mod limits;
mod record;
mod routes;
mod state;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::description::ProviderAccess;
use crate::faults::PathKind;
use crate::locks::{lock, read, write};
use crate::mutation::Mutation;
use crate::setup::Setup;
use crate::simulator::{AccessChange, Crm, PageShape, Refusal, Simulator};
use crate::truth::GroundTruth;

use limits::{Breach, Limits};
use routes::{Paged, Route};
use state::State;

/// The agency of this sandbox.
const SHORT_NAME: &str = "sandboxlets";

/// The tiers that the agency ticked for the key.
const TIERS: &[&str] = &["advertising", "contacts"];

/// What callers may do.
#[derive(Debug)]
struct Access {
    key: String,
    revoked: bool,
    tiers: BTreeSet<String>,
}

/// The simulator.
#[derive(Debug)]
pub struct Agentos {
    state: RwLock<State>,
    access: Mutex<Access>,
    limits: Mutex<Limits>,
    enforce: AtomicBool,
}

impl Agentos {
    pub(crate) fn new(setup: &Setup) -> Self {
        Self {
            state: RwLock::new(State::new(setup)),
            access: Mutex::new(Access {
                key: format!("key-{}", setup.secret_text("agentos key")),
                revoked: false,
                tiers: TIERS.iter().map(|tier| (*tier).to_owned()).collect(),
            }),
            limits: Mutex::default(),
            enforce: AtomicBool::new(setup.limits),
        }
    }

    /// What it holds.
    #[must_use]
    pub fn truth(&self) -> GroundTruth {
        read(&self.state).truth()
    }

    /// Changes records, and says which.
    pub fn mutate(&self, mutation: &Mutation) -> Vec<String> {
        write(&self.state).mutate(mutation)
    }

    /// Changes what the key may do. A permission is a tier; a key cannot expire, so `expire` is
    /// the same as `revoke`.
    pub fn change_access(&self, change: &AccessChange) {
        let mut access = lock(&self.access);
        match change {
            AccessChange::Expire | AccessChange::Revoke => access.revoked = true,
            AccessChange::Reinstate => access.revoked = false,
            AccessChange::Uninstall => access.tiers.clear(),
            AccessChange::Install => {
                access.tiers = TIERS.iter().map(|tier| (*tier).to_owned()).collect();
            }
            AccessChange::Withhold { permission } => {
                access.tiers.remove(permission);
            }
            AccessChange::Grant { permission } => {
                access.tiers.insert(permission.clone());
            }
        }
    }

    /// A person's record as it is shown now.
    #[must_use]
    pub fn record(&self, id: &str) -> Option<Value> {
        let state = read(&self.state);
        serde_json::from_slice(&state.get(None, id)?.text).ok()
    }

    /// Checks key, tier and agency.
    fn admit(&self, call: &Call, tier: &str, short_name: &str) -> Result<(), Box<Answer>> {
        let refuse = |status, text: &str| Err(Box::new(message(status, text)));
        let access = lock(&self.access);
        let given = call
            .header("api_key")
            .or_else(|| call.query.first("api_key"));
        if access.revoked || given != Some(access.key.as_str()) {
            return refuse(
                StatusCode::UNAUTHORIZED,
                "Authorization has been denied for this request.",
            );
        }
        if !access.tiers.contains(tier) {
            return refuse(StatusCode::UNAUTHORIZED, &tier_off(tier));
        }
        if !short_name.eq_ignore_ascii_case(SHORT_NAME) {
            return refuse(StatusCode::NOT_FOUND, "The company was not found.");
        }
        Ok(())
    }
}

/// A refusal in the vendor's form.
fn message(status: StatusCode, text: &str) -> Answer {
    Answer::value(status, &json!({ "Message": text }))
}

/// The same request for another page of its list.
fn at_offset(call: &Call, page: Paged, offset: usize) -> Option<Call> {
    let Paged {
        offset: asked,
        count,
    } = page;
    let path = call.path.trim_end_matches('/');
    let head = path.strip_suffix(&format!("/{asked}/{count}"))?;
    let mut other = call.clone();
    other.path = format!("{head}/{offset}/{count}");
    Some(other)
}

fn tier_off(tier: &str) -> String {
    format!("The {tier} tier is not enabled for this API key.")
}

impl Simulator for Agentos {
    fn id(&self) -> &'static str {
        "agentos"
    }

    fn kind(&self, _method: &Method, path: &str) -> PathKind {
        match Route::of(path) {
            Some(Route::List { .. }) => PathKind::List,
            Some(Route::Record { .. } | Route::PersonContacts { .. }) => PathKind::Record,
            Some(Route::Branches { .. } | Route::Company { .. }) => PathKind::Reference,
            None => PathKind::Other,
        }
    }

    fn enter(&self, call: &Call) -> Result<(), Box<Answer>> {
        if !self.enforce.load(Ordering::Relaxed) {
            return Ok(());
        }
        lock(&self.limits).enter(call.now).map_err(|breach| {
            Box::new(Answer::empty(match breach {
                Breach::TooMany => StatusCode::TOO_MANY_REQUESTS,
                Breach::Blocked => StatusCode::FORBIDDEN,
            }))
        })
    }

    fn leave(&self, _call: &Call) {}

    fn answer(&self, call: &Call) -> Answer {
        routes::answer(self, call)
    }

    fn refuse(&self, refuse: Refusal, call: &Call) -> Answer {
        match refuse {
            Refusal::Status(StatusCode::TOO_MANY_REQUESTS) => {
                Answer::empty(StatusCode::TOO_MANY_REQUESTS)
            }
            Refusal::Status(status) => {
                message(status, status.canonical_reason().unwrap_or("Failed"))
            }
            Refusal::Expired | Refusal::Revoked => {
                if refuse == Refusal::Revoked {
                    self.change_access(&AccessChange::Revoke);
                }
                message(
                    StatusCode::UNAUTHORIZED,
                    "Authorization has been denied for this request.",
                )
            }
            Refusal::MissingScope => {
                let tier = call
                    .segments()
                    .get(1)
                    .copied()
                    .unwrap_or("contacts")
                    .to_owned();
                message(StatusCode::UNAUTHORIZED, &tier_off(&tier))
            }
            Refusal::WrongTenant => message(StatusCode::NOT_FOUND, "The company was not found."),
        }
    }

    fn page_shape(&self) -> PageShape {
        PageShape {
            records: "Data",
            total: Some("Count"),
            count: None,
            keys: &["OID", "ID"],
            text_fields: &["Surname", "Name"],
            empty_is_no_content: true,
        }
    }

    fn page_start(&self, call: &Call) -> Option<usize> {
        match Route::of(&call.path)? {
            Route::List { page, .. } => Some(page.offset),
            _ => None,
        }
    }

    fn end_listing(&self, _page: &mut Map<String, Value>) {
        // A page here says nothing about what follows it but the count.
    }

    fn previous_page(&self, call: &Call) -> Option<Call> {
        let Route::List { page, .. } = Route::of(&call.path)? else {
            return None;
        };
        at_offset(call, page, page.offset.saturating_sub(page.count))
    }

    fn next_page(&self, call: &Call) -> Option<Call> {
        let Route::List { page, .. } = Route::of(&call.path)? else {
            return None;
        };
        at_offset(call, page, page.offset.saturating_add(page.count))
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

impl Crm for Agentos {
    fn access(&self, origin: &str) -> ProviderAccess {
        ProviderAccess {
            settings: [
                ("shortName".to_owned(), SHORT_NAME.to_owned()),
                ("baseUrl".to_owned(), format!("{origin}/agentos")),
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
