//! The Street simulator: people, applicants, branches, staff, notes, activities and webhooks.
//!
//! Faithful to the vendor's Open API document and guide. Where these are silent, this simulator
//! decides: date filters leave out their own bounds, deleting a person leaves `updated_at` as it
//! was and restoring one does not, a page of more than 100 is cut to 100 as the guide says, and of
//! an included applicant's relationships only its people are given. Vendors, landlords, tenants and
//! enquiries are not simulated.
//!
//! # Control requests, below `/control/street`
//! | request | effect or answer |
//! |---|---|
//! | `GET /written` | the notes and activities that were written |
//! | `POST /order {"by": "newest" / "lastChanged" / "firstChanged"}` | in which order lists are given |
//! | `POST /token {"token"}` | the company's administrator puts this token in the place of the old one, which opens nothing any more |
//! | `POST /webhook` | a signed delivery; the body is a [`WebhookRequest`] |
//! | `GET /record?id=` | one person's record as it is now, without relationships |

mod change;
mod errors;
mod ids;
mod limits;
mod listing;
mod record;
mod roles;
mod routes;
mod state;
mod steering;
mod table;
mod webhook;
mod writing;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::Clock;
use crate::description::ProviderAccess;
use crate::faults::PathKind;
use crate::locks::{lock, read, write};
use crate::mutation::Mutation;
use crate::notice::{Delivery, Notice, UNKNOWN_TOPIC};
use crate::setup::Setup;
use crate::simulator::{AccessChange, Crm, PageShape, Refusal, Simulator};
use crate::truth::GroundTruth;

pub use state::Written;
pub use webhook::{WebhookDelivery, WebhookRequest};

use errors::refusal;
use limits::Limits;
use listing::Paging;
use state::State;
use webhook::Signing;

/// The media type of every body, in both directions.
const CONTENT_TYPE: &str = "application/vnd.api+json";

/// In which order lists are given; the vendor promises none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ListOrder {
    /// The newest first, as from the start.
    Newest,
    /// The last changed first: an edit moves a record to the front.
    LastChanged,
    /// The last changed last: an edit moves a record to the end.
    FirstChanged,
}

/// What the token may do.
#[derive(Debug)]
struct Access {
    token: String,
    revoked: bool,
    withheld: BTreeSet<String>,
}

/// The simulator.
#[derive(Debug)]
pub struct Street {
    clock: Arc<Clock>,
    state: RwLock<State>,
    access: Mutex<Access>,
    limits: Mutex<Limits>,
    signing: Mutex<Signing>,
    enforce: AtomicBool,
}

impl Street {
    pub(crate) fn new(setup: &Setup) -> Self {
        Self {
            clock: Arc::clone(&setup.clock),
            state: RwLock::new(State::new(setup)),
            access: Mutex::new(Access {
                token: format!("street-{}", setup.secret_text("street token")),
                revoked: false,
                withheld: BTreeSet::new(),
            }),
            limits: Mutex::default(),
            signing: Mutex::new(Signing::new(setup)),
            enforce: AtomicBool::new(setup.limits),
        }
    }

    /// What it holds.
    #[must_use]
    pub fn truth(&self) -> GroundTruth {
        read(&self.state).truth()
    }

    /// Changes records, and says which. To archive is to delete here, and to erase leaves no trace.
    pub fn mutate(&self, mutation: &Mutation) -> Vec<String> {
        write(&self.state).mutate(mutation, self.clock.now_ms())
    }

    /// Changes what the token may do. A permission is a resource, by the first part of its path; a
    /// token cannot expire, so `expire` is the same as `revoke`.
    pub fn change_access(&self, change: &AccessChange) {
        let mut access = lock(&self.access);
        match change {
            AccessChange::Expire | AccessChange::Revoke | AccessChange::Uninstall => {
                access.revoked = true;
            }
            AccessChange::Reinstate | AccessChange::Install => access.revoked = false,
            AccessChange::Withhold { permission } => {
                access.withheld.insert(permission.clone());
            }
            AccessChange::Grant { permission } => {
                access.withheld.remove(permission);
            }
        }
    }

    /// Puts another token in the place of the one that was good, which opens nothing any more.
    pub fn replace_token(&self, token: &str) {
        token.clone_into(&mut lock(&self.access).token);
    }

    /// In which order lists are given from now on.
    pub fn set_order(&self, order: ListOrder) {
        write(&self.state).set_order(match order {
            ListOrder::Newest => table::Order::Newest,
            ListOrder::LastChanged => table::Order::LastChanged,
            ListOrder::FirstChanged => table::Order::FirstChanged,
        });
    }

    /// The notes and activities that were written, in order.
    #[must_use]
    pub fn written(&self) -> Vec<Written> {
        read(&self.state).written.clone()
    }

    /// A person's record as it is now, deleted or not, without relationships.
    #[must_use]
    pub fn record(&self, id: &str) -> Option<Value> {
        let state = read(&self.state);
        let row = state.people.row(state.people.position(id)?)?;
        (!row.gone).then(|| row.value())
    }

    /// A delivery, signed.
    #[must_use]
    pub fn webhook(&self, request: &WebhookRequest) -> WebhookDelivery {
        let person = self.record(&request.entity_id);
        let attributes = person.as_ref().and_then(|person| person.get("attributes"));
        lock(&self.signing).deliver(request, attributes, self.clock.now_ms())
    }

    /// Checks what every call needs: token, media types, and a resource that the token reaches.
    fn admit(&self, call: &Call) -> Result<(), Box<Answer>> {
        let refuse = |status, detail: &str| Err(Box::new(refusal(status, detail)));
        let access = lock(&self.access);
        if access.revoked || call.bearer() != Some(access.token.as_str()) {
            return refuse(StatusCode::UNAUTHORIZED, UNAUTHENTICATED);
        }
        let is = |name: &str| {
            call.header(name)
                .is_some_and(|value| value.contains(CONTENT_TYPE))
        };
        if !is("accept") {
            return refuse(
                StatusCode::NOT_ACCEPTABLE,
                "The Accept header must be application/vnd.api+json.",
            );
        }
        if !call.body.is_empty() && !is("content-type") {
            return refuse(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The Content-Type header must be application/vnd.api+json.",
            );
        }
        let segments = call.segments();
        if segments
            .first()
            .is_some_and(|part| access.withheld.contains(*part))
        {
            return refuse(StatusCode::FORBIDDEN, FORBIDDEN);
        }
        Ok(())
    }
}

const UNAUTHENTICATED: &str = "The requester is not authorized to access the resource.";
const FORBIDDEN: &str = "The token does not have access to this resource.";

impl Simulator for Street {
    fn id(&self) -> &'static str {
        "street"
    }

    fn kind(&self, _method: &Method, path: &str) -> PathKind {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["people"] => PathKind::List,
            ["people", ..] => PathKind::Record,
            ["sales-applicants" | "lettings-applicants", ..] => PathKind::Roles,
            ["branches" | "users" | "companies", ..] => PathKind::Reference,
            ["notes" | "activity"] => PathKind::Journal,
            _ => PathKind::Other,
        }
    }

    fn enter(&self, call: &Call) -> Result<(), Box<Answer>> {
        let enforce = self.enforce.load(Ordering::Relaxed);
        if lock(&self.limits).enter(call.now, call.method != Method::GET, enforce) {
            return Ok(());
        }
        let detail = "Too Many Attempts.";
        Err(Box::new(refusal(StatusCode::TOO_MANY_REQUESTS, detail)))
    }

    fn leave(&self, call: &Call) {
        lock(&self.limits).leave(call.method != Method::GET);
    }

    fn answer(&self, call: &Call) -> Answer {
        match self.admit(call) {
            Ok(()) => routes::answer(self, call),
            Err(refusal) => *refusal,
        }
    }

    fn refuse(&self, refuse: Refusal, _call: &Call) -> Answer {
        match refuse {
            Refusal::Status(status) => {
                refusal(status, status.canonical_reason().unwrap_or("Failed"))
            }
            Refusal::Expired | Refusal::WrongTenant => {
                refusal(StatusCode::UNAUTHORIZED, UNAUTHENTICATED)
            }
            Refusal::Revoked => {
                self.change_access(&AccessChange::Revoke);
                refusal(StatusCode::UNAUTHORIZED, UNAUTHENTICATED)
            }
            Refusal::MissingScope => refusal(StatusCode::FORBIDDEN, FORBIDDEN),
        }
    }

    fn page_shape(&self) -> PageShape {
        PageShape {
            records: "data",
            total: Some("meta.pagination.total"),
            count: Some("meta.pagination.count"),
            keys: &["id", "type"],
            text_fields: &["type"],
            empty_is_no_content: false,
        }
    }

    fn page_start(&self, call: &Call) -> Option<usize> {
        (call.method == Method::GET && call.segments().len() == 1)
            .then(|| Paging::read(call).ok().map(Paging::start))
            .flatten()
    }

    fn end_listing(&self, page: &mut Map<String, Value>) {
        if let Some(links) = page.get_mut("links").and_then(Value::as_object_mut) {
            links.shift_remove("next");
        }
        if let Some(Value::Object(pagination)) = page
            .get_mut("meta")
            .and_then(|meta| meta.get_mut("pagination"))
            && let Some(current) = pagination.get("current_page").cloned()
        {
            pagination.insert("total_pages".to_owned(), current);
        }
    }

    fn previous_page(&self, call: &Call) -> Option<Call> {
        self.page_start(call)?;
        let number = Paging::read(call).ok()?.number.checked_sub(1)?;
        let mut previous = call.clone();
        previous
            .query
            .set("page[number]", number.max(1).to_string());
        Some(previous)
    }

    fn next_page(&self, call: &Call) -> Option<Call> {
        self.page_start(call)?;
        let number = Paging::read(call).ok()?.number.checked_add(1)?;
        let mut next = call.clone();
        next.query.set("page[number]", number.to_string());
        Some(next)
    }

    fn finish(&self, _answer: &mut Answer) {}

    fn control(&self, path: &str, call: &Call) -> Option<Answer> {
        steering::answer(self, path, call).unwrap_or_else(|message| {
            Some(Answer::value(
                StatusCode::BAD_REQUEST,
                &json!({ "error": message }),
            ))
        })
    }
}

impl Crm for Street {
    fn access(&self, origin: &str) -> ProviderAccess {
        let entry = |key: &str, value: String| (key.to_owned(), value);
        ProviderAccess {
            settings: [entry("baseUrl", format!("{origin}/street"))].into(),
            secrets: [
                entry("token", lock(&self.access).token.clone()),
                entry("webhookSecret", lock(&self.signing).secret()),
            ]
            .into(),
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

    fn notice(&self, notice: &Notice) -> Option<Delivery> {
        let topic = if notice.unknown {
            UNKNOWN_TOPIC
        } else {
            "person.marketing-preferences.updated"
        };
        let sent = self.webhook(&WebhookRequest {
            message_id: notice.event.clone(),
            skew_seconds: notice.skew_seconds,
            tamper: notice.forged,
            ..WebhookRequest::new(topic, &notice.entity)
        });
        Some(Delivery {
            headers: sent.headers,
            body: sent.body,
        })
    }

    fn written(&self) -> Option<Vec<String>> {
        let entries = Self::written(self).into_iter();
        Some(entries.map(|entry| entry.text).collect())
    }
}
