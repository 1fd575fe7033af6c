//! The platform simulator: what `push` and the write-back speak to. Its API is described in
//! `openapi/platform.json`, which it serves at `/openapi.json`.
//!
//! It refuses a contact by rule, never by chance: one whose record is not a contact
//! (`invalidContact`) and, in a flawed sandbox or once told to, one whose full name is longer than 200
//! characters (`nameTooLong`).
//!
//! # Control requests, below `/control/platform`
//! | request | effect or answer |
//! |---|---|
//! | `GET /contacts?connection=&externalId=&offset=&limit=` | `{total, contacts}`: what it holds |
//! | `GET /batches` | `{batches}`: every batch that was accepted |
//! | `POST /activities {"connection", "activities"}` | more activities that wait for write-back |
//! | `GET /settlements` | `{settlements}`: what was acknowledged |
//! | `POST /names {"limited"}` | whether names over 200 characters are refused |

mod activities;
mod contacts;
mod problem;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::header::{HeaderName, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::Clock;
use crate::control;
use crate::faults::PathKind;
use crate::locks::lock;
use crate::setup::Setup;
use crate::simulator::{PageShape, Refusal, Simulator};

pub use activities::{SettledAs, Settlement};
pub use contacts::{Batch, HeldContact};

use activities::Activities;
use contacts::Contacts;
use problem::problem;

/// The description of the API.
const OPENAPI: &str = include_str!("../../openapi/platform.json");

/// The tenant of this sandbox.
const TENANT: &str = "sandbox-agency";

/// The simulator.
#[derive(Debug)]
pub struct Platform {
    clock: Arc<Clock>,
    token: String,
    contacts: Mutex<Contacts>,
    activities: Mutex<Activities>,
    answers: AtomicU64,
}

impl Platform {
    pub(crate) fn new(setup: &Setup) -> Self {
        Self {
            clock: Arc::clone(&setup.clock),
            token: format!("nh-{}", setup.secret_text("platform token")),
            contacts: Mutex::new(Contacts::new(setup.flawed)),
            activities: Mutex::default(),
            answers: AtomicU64::new(0),
        }
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) const fn tenant(&self) -> &'static str {
        TENANT
    }

    /// How many contacts it holds, over all connections.
    #[must_use]
    pub fn contact_count(&self) -> usize {
        lock(&self.contacts).count()
    }

    /// A contact that it holds.
    #[must_use]
    pub fn contact(&self, connection: &str, external_id: &str) -> Option<HeldContact> {
        lock(&self.contacts).get(connection, external_id)
    }

    /// Every contact that it holds, in the order in which they first came.
    #[must_use]
    pub fn contacts(&self) -> Vec<HeldContact> {
        lock(&self.contacts).all()
    }

    /// Every batch that was accepted, replays not among them.
    #[must_use]
    pub fn batches(&self) -> Vec<Batch> {
        lock(&self.contacts).batches().to_vec()
    }

    /// Adds activities that wait for write-back to a connection.
    pub fn add_activities(&self, connection: &str, activities: Vec<Value>) {
        lock(&self.activities).add(connection, activities);
    }

    /// What was acknowledged, in order.
    #[must_use]
    pub fn settlements(&self) -> Vec<Settlement> {
        lock(&self.activities).settlements().to_vec()
    }

    /// How many activities wait.
    #[must_use]
    pub fn waiting_activities(&self) -> usize {
        lock(&self.activities).waiting()
    }

    fn admit(&self, call: &Call, tenant: &str) -> Result<(), Box<Answer>> {
        if call.bearer() != Some(self.token.as_str()) {
            return Err(Box::new(
                problem(
                    StatusCode::UNAUTHORIZED,
                    "invalidToken",
                    "The token is missing or not known.",
                )
                .with(WWW_AUTHENTICATE, "Bearer"),
            ));
        }
        if tenant != TENANT {
            return Err(Box::new(problem(
                StatusCode::FORBIDDEN,
                "wrongTenant",
                "The token is not good for this tenant.",
            )));
        }
        Ok(())
    }
}

impl Simulator for Platform {
    fn id(&self) -> &'static str {
        "platform"
    }

    fn kind(&self, _method: &Method, path: &str) -> PathKind {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["v1", "tenants", _] => PathKind::Tenant,
            ["v1", "tenants", _, "contacts:batch"] => PathKind::Batch,
            ["v1", "tenants", _, "activities"] => PathKind::Activities,
            ["v1", "tenants", _, "activities:acknowledge"] => PathKind::Acknowledge,
            _ => PathKind::Other,
        }
    }

    fn enter(&self, _call: &Call) -> Result<(), Box<Answer>> {
        Ok(())
    }

    fn leave(&self, _call: &Call) {}

    fn answer(&self, call: &Call) -> Answer {
        let segments = call.segments();
        if segments.as_slice() == ["openapi.json"] {
            return Answer::json(StatusCode::OK, Bytes::from_static(OPENAPI.as_bytes()));
        }
        let ["v1", "tenants", tenant, rest @ ..] = segments.as_slice() else {
            return problem(StatusCode::NOT_FOUND, "notFound", "There is no such path.");
        };
        if let Err(refusal) = self.admit(call, tenant) {
            return *refusal;
        }
        match (&call.method, rest) {
            (&Method::GET, []) => Answer::value(
                StatusCode::OK,
                &json!({ "tenant": TENANT, "name": "Sandbox Agency" }),
            ),
            (&Method::POST, ["contacts:batch"]) => lock(&self.contacts).batch(call),
            (&Method::GET, ["activities"]) => lock(&self.activities).list(call),
            (&Method::POST, ["activities:acknowledge"]) => lock(&self.activities).acknowledge(call),
            (_, [] | ["contacts:batch" | "activities" | "activities:acknowledge"]) => problem(
                StatusCode::METHOD_NOT_ALLOWED,
                "methodNotAllowed",
                "This path does not know the method.",
            ),
            _ => problem(StatusCode::NOT_FOUND, "notFound", "There is no such path."),
        }
    }

    fn refuse(&self, refusal: Refusal, _call: &Call) -> Answer {
        match refusal {
            Refusal::Status(status) => problem(
                status,
                "fault",
                status.canonical_reason().unwrap_or("Failed"),
            ),
            Refusal::Expired | Refusal::Revoked => problem(
                StatusCode::UNAUTHORIZED,
                "invalidToken",
                "The token is no longer good.",
            ),
            Refusal::MissingScope => problem(
                StatusCode::FORBIDDEN,
                "notAllowed",
                "The token does not allow this.",
            ),
            Refusal::WrongTenant => problem(
                StatusCode::FORBIDDEN,
                "wrongTenant",
                "The token is not good for this tenant.",
            ),
        }
    }

    fn page_shape(&self) -> PageShape {
        PageShape {
            records: "activities",
            total: None,
            count: None,
            keys: &["id"],
            text_fields: &["id", "kind"],
            empty_is_no_content: false,
        }
    }

    fn page_start(&self, call: &Call) -> Option<usize> {
        (self.kind(&call.method, &call.path) == PathKind::Activities).then_some(0)
    }

    fn end_listing(&self, page: &mut Map<String, Value>) {
        page.shift_remove("next");
    }

    fn previous_page(&self, call: &Call) -> Option<Call> {
        // The page before one that was asked for by a cursor is, for this purpose, the first one.
        call.query.first("after")?;
        let mut previous = call.clone();
        previous.query.set("after", String::new());
        Some(previous)
    }

    fn finish(&self, answer: &mut Answer) {
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        let id = Uuid::from_u64_pair(0x9107_0000_0000_4000, number | (1 << 63));
        answer.set(HeaderName::from_static("x-request-id"), &id.to_string());
    }

    fn control(&self, path: &str, call: &Call) -> Option<Answer> {
        Some(match (&call.method, path) {
            (&Method::GET, "contacts") => self.show_contacts(call),
            (&Method::GET, "batches") => {
                Answer::value(StatusCode::OK, &json!({ "batches": self.batches() }))
            }
            (&Method::GET, "settlements") => Answer::value(
                StatusCode::OK,
                &json!({ "settlements": self.settlements() }),
            ),
            (&Method::POST, "names") => match control::parse::<Names>(call) {
                Ok(names) => {
                    lock(&self.contacts).limits_names = names.limited;
                    Answer::empty(StatusCode::NO_CONTENT)
                }
                Err(message) => {
                    Answer::value(StatusCode::BAD_REQUEST, &json!({ "error": message }))
                }
            },
            (&Method::POST, "activities") => match control::parse::<Waiting>(call) {
                Ok(waiting) => {
                    self.add_activities(&waiting.connection, waiting.activities);
                    Answer::empty(StatusCode::NO_CONTENT)
                }
                Err(message) => {
                    Answer::value(StatusCode::BAD_REQUEST, &json!({ "error": message }))
                }
            },
            _ => return None,
        })
    }
}

impl Platform {
    fn show_contacts(&self, call: &Call) -> Answer {
        let number = |name: &str| call.query.first(name)?.parse::<usize>().ok();
        let connection = call.query.first("connection");
        let external_id = call.query.first("externalId");
        let held: Vec<HeldContact> = lock(&self.contacts)
            .all()
            .into_iter()
            .filter(|held| {
                connection.is_none_or(|wanted| held.connection == wanted)
                    && external_id.is_none_or(|wanted| held.external_id == wanted)
            })
            .collect();
        let shown: Vec<&HeldContact> = held
            .iter()
            .skip(number("offset").unwrap_or(0))
            .take(number("limit").unwrap_or(100))
            .collect();
        Answer::value(
            StatusCode::OK,
            &json!({
                "total": held.len(),
                "contacts": shown,
                "now": crate::clock::rfc3339(self.clock.now_ms()),
            }),
        )
    }
}

#[derive(Deserialize)]
struct Names {
    limited: bool,
}

#[derive(Deserialize)]
struct Waiting {
    connection: String,
    activities: Vec<Value>,
}
