//! The Alto simulator: token, contacts, preferences, file notes, the integration's state, webhooks.
//!
//! Faithful to what the vendor documents. Where that is silent, this simulator decides (see
//! `listing` on pages and tokens, `change` on dates of change), and it answers 429, with no header
//! that says more, above a rate that the vendor does not name. Landlords, leads, search and all
//! that writes contacts are not here.
//!
//! # Control requests, below `/control/alto`
//! | request | effect or answer |
//! |---|---|
//! | `POST /token-life {"seconds"}` | how long new access tokens live |
//! | `POST /next-token-life {"seconds"}` | how long a listing's tokens are good for |
//! | `POST /detail-form {"form": "items" / "array" / "single"}` | the form of details by several ids |
//! | `GET /journal` | the file notes that were written |
//! | `POST /webhook` | a delivery; the body is a [`WebhookRequest`] |
//! | `GET /record?id=` | one contact as it is now: list item, detail and preferences |

mod change;
mod errors;
mod file_notes;
mod ids;
mod listing;
mod record;
mod routes;
mod sign_in;
mod state;
mod webhook;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::Clock;
use crate::control;
use crate::description::ProviderAccess;
use crate::faults::PathKind;
use crate::locks::{lock, read, write};
use crate::mutation::Mutation;
use crate::notice::{Delivery, Notice, UNKNOWN_TOPIC};
use crate::rate::{Allowance, Rate};
use crate::setup::Setup;
use crate::simulator::{AccessChange, Crm, PageShape, Refusal, Simulator};
use crate::truth::GroundTruth;

pub use file_notes::FileNote;
pub use routes::DetailForm;
pub use webhook::{WebhookDelivery, WebhookRequest};

use listing::Asked;
use sign_in::Auth;
use state::State;
use webhook::Sender;

/// More than this is answered with 429. The vendor names no limit.
const ALLOWANCE: Allowance = Allowance {
    per_window: 20,
    window_ms: 1_000,
    at_once: 8,
};

/// How long a listing's tokens are good for, in milliseconds. The vendor does not say.
const NEXT_TOKEN_LIFE_MS: i64 = 15 * 60 * 1_000;

/// The simulator.
#[derive(Debug)]
pub struct Alto {
    clock: Arc<Clock>,
    state: RwLock<State>,
    auth: Mutex<Auth>,
    rate: Mutex<Rate>,
    sender: Mutex<Sender>,
    detail_form: Mutex<DetailForm>,
    next_token_life_ms: AtomicI64,
    enforce: AtomicBool,
}

impl Alto {
    pub(crate) fn new(setup: &Setup) -> Self {
        Self {
            clock: Arc::clone(&setup.clock),
            state: RwLock::new(State::new(setup)),
            auth: Mutex::new(Auth::new(setup)),
            rate: Mutex::new(Rate::new(ALLOWANCE)),
            sender: Mutex::new(Sender::new(setup)),
            detail_form: Mutex::default(),
            next_token_life_ms: AtomicI64::new(NEXT_TOKEN_LIFE_MS),
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
        write(&self.state).mutate(mutation, self.clock.now_ms())
    }

    /// Changes what the integration may do.
    pub fn change_access(&self, change: &AccessChange) {
        lock(&self.auth).change(change);
    }

    /// How long new access tokens live.
    pub fn set_token_life(&self, life: Duration) {
        lock(&self.auth).token_life_ms = whole_ms(life);
    }

    /// How long a listing's tokens are good for.
    pub fn set_next_token_life(&self, life: Duration) {
        self.next_token_life_ms
            .store(whole_ms(life), Ordering::Relaxed);
    }

    /// The form of details by several ids.
    pub fn set_detail_form(&self, form: DetailForm) {
        *lock(&self.detail_form) = form;
    }

    /// The file notes that were written, in order.
    #[must_use]
    pub fn file_notes(&self) -> Vec<FileNote> {
        read(&self.state).notes.0.clone()
    }

    /// A contact as it is now: list item, detail and preferences.
    #[must_use]
    pub fn record(&self, id: &str) -> Option<Value> {
        let state = read(&self.state);
        let row = state.get(id)?;
        let text = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
        Some(json!({
            "item": text(&row.item),
            "detail": text(&row.detail),
            "preferences": state.preferences(row),
        }))
    }

    /// A delivery.
    #[must_use]
    pub fn webhook(&self, request: &WebhookRequest) -> WebhookDelivery {
        let agency = lock(&self.auth).agency_ref.clone();
        lock(&self.sender).deliver(request, &agency, self.clock.now_ms())
    }

    fn token_life(&self) -> i64 {
        self.next_token_life_ms.load(Ordering::Relaxed)
    }

    fn asked(&self, call: &Call) -> Option<Asked> {
        let listing = self.kind(&call.method, &call.path) == PathKind::List;
        listing
            .then(|| Asked::read(call, self.token_life()).ok())
            .flatten()
    }
}

fn whole_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Simulator for Alto {
    fn id(&self) -> &'static str {
        "alto"
    }

    fn kind(&self, _method: &Method, path: &str) -> PathKind {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["token"] => PathKind::Token,
            ["contacts", "all"] => PathKind::List,
            ["contacts", ..] => PathKind::Record,
            ["branches" | "negotiators" | "partners", ..] => PathKind::Reference,
            ["file-notes", ..] => PathKind::Journal,
            _ => PathKind::Other,
        }
    }

    fn enter(&self, call: &Call) -> Result<(), Box<Answer>> {
        let enforce = self.enforce.load(Ordering::Relaxed);
        if lock(&self.rate).enter(call.now, enforce) {
            return Ok(());
        }
        Err(Box::new(errors::problem(StatusCode::TOO_MANY_REQUESTS)))
    }

    fn leave(&self, _call: &Call) {
        lock(&self.rate).leave();
    }

    fn answer(&self, call: &Call) -> Answer {
        routes::answer(self, call)
    }

    fn refuse(&self, refuse: Refusal, _call: &Call) -> Answer {
        match refuse {
            Refusal::Status(StatusCode::UNAUTHORIZED) => errors::unauthorised(),
            // What the description says of these two; of the others it says another form or nothing.
            Refusal::Status(status @ (StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND)) => {
                errors::refusal(status, "Refused", "The request was refused.")
            }
            Refusal::Status(status) => errors::problem(status),
            Refusal::Expired => {
                self.change_access(&AccessChange::Expire);
                errors::unauthorised()
            }
            Refusal::Revoked => {
                self.change_access(&AccessChange::Revoke);
                errors::unauthorised()
            }
            Refusal::MissingScope => errors::problem(StatusCode::FORBIDDEN),
            Refusal::WrongTenant => errors::wrong_agency(),
        }
    }

    fn page_shape(&self) -> PageShape {
        PageShape {
            records: "items",
            total: None,
            count: None,
            keys: &["id"],
            text_fields: &["companyName"],
            empty_is_no_content: false,
        }
    }

    fn page_start(&self, call: &Call) -> Option<usize> {
        Some(self.asked(call)?.start(&read(&self.state)))
    }

    fn end_listing(&self, page: &mut Map<String, Value>) {
        page.insert("meta".to_owned(), json!({ "nextToken": null }));
    }

    fn previous_page(&self, call: &Call) -> Option<Call> {
        let asked = self.asked(call)?;
        let mut previous = call.clone();
        // An empty token is that of the first page.
        let token = asked.previous_token(&read(&self.state), call.now);
        previous.query.set("next-token", token.unwrap_or_default());
        Some(previous)
    }

    fn finish(&self, _answer: &mut Answer) {}

    fn control(&self, path: &str, call: &Call) -> Option<Answer> {
        let done = || Answer::empty(StatusCode::NO_CONTENT);
        let attempt = || -> Result<Option<Answer>, String> {
            Ok(Some(match (&call.method, path) {
                (&Method::POST, "token-life") => {
                    self.set_token_life(control::parse::<Life>(call)?.duration());
                    done()
                }
                (&Method::POST, "next-token-life") => {
                    self.set_next_token_life(control::parse::<Life>(call)?.duration());
                    done()
                }
                (&Method::POST, "detail-form") => {
                    self.set_detail_form(control::parse::<Form>(call)?.form);
                    done()
                }
                (&Method::GET, "journal") => {
                    Answer::value(StatusCode::OK, &json!({ "entries": self.file_notes() }))
                }
                (&Method::POST, "webhook") => {
                    Answer::value(StatusCode::OK, &self.webhook(&control::parse(call)?))
                }
                (&Method::GET, "record") => {
                    match self.record(call.query.first("id").unwrap_or_default()) {
                        Some(record) => Answer::value(StatusCode::OK, &record),
                        None => Answer::empty(StatusCode::NOT_FOUND),
                    }
                }
                _ => return Ok(None),
            }))
        };
        attempt().unwrap_or_else(|message| {
            Some(Answer::value(
                StatusCode::BAD_REQUEST,
                &json!({ "error": message }),
            ))
        })
    }
}

impl Crm for Alto {
    fn access(&self, origin: &str) -> ProviderAccess {
        let auth = lock(&self.auth);
        let pair = |key: &str, value: String| (key.to_owned(), value);
        ProviderAccess {
            settings: [
                pair("agencyRef", auth.agency_ref.clone()),
                pair("clientId", auth.client_id.clone()),
                pair("baseUrl", format!("{origin}/alto")),
                pair("tokenUrl", format!("{origin}/alto/token")),
            ]
            .into(),
            secrets: [
                pair("clientSecret", auth.client_secret.clone()),
                pair("webhookSecret", lock(&self.sender).secret.clone()),
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
            "Contact.Modified"
        };
        let sent = self.webhook(&WebhookRequest {
            event_id: notice.event.clone(),
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
        let notes = self.file_notes().into_iter();
        Some(notes.map(|note| note.notes).collect())
    }
}

#[derive(Deserialize)]
struct Life {
    seconds: u64,
}

impl Life {
    const fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

#[derive(Deserialize)]
struct Form {
    form: DetailForm,
}
