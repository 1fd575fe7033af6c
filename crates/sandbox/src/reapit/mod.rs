//! The Reapit Foundations simulator: Reapit Connect, the REST API, journal entries and webhooks.
//!
//! Faithful to the vendor's published documentation of the API version 2020-01-31. Where that is
//! silent, this simulator decides: `embed=relationships` gives an array in `_embedded`, a listing
//! without `fromArchive` gives archived records too, and a record that is erased vanishes without
//! a trace.
//!
//! # Control requests, below `/control/reapit`
//! | request | effect or answer |
//! |---|---|
//! | `POST /consent-page {"mode": "ask" / "approve" / "deny"}` | what the sign-in page does by itself |
//! | `POST /sign-in-as {"customer"}` | whose people sign in from now on |
//! | `POST /token-life {"seconds"}` | how long new access tokens live |
//! | `GET /journal` | the entries that were written |
//! | `POST /webhook` | a signed delivery; the body is a [`WebhookRequest`] |
//! | `GET /record?id=` | one contact's record as it is now |

mod auth;
mod change;
mod errors;
mod ids;
mod journal;
mod limits;
mod listing;
mod record;
mod reference;
mod roles;
mod routes;
mod sign_in;
mod state;
mod table;
mod webhook;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use http::header::HeaderName;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::Clock;
use crate::control;
use crate::description::ProviderAccess;
use crate::faults::PathKind;
use crate::locks::{lock, read, write};
use crate::mutation::Mutation;
use crate::notice::{Delivery, Notice, UNKNOWN_TOPIC};
use crate::setup::Setup;
use crate::simulator::{AccessChange, Consent, Crm, PageShape, Refusal, Simulator};
use crate::truth::GroundTruth;

pub use journal::JournalEntry;
pub use sign_in::ConsentPage;
pub use webhook::{WebhookDelivery, WebhookRequest};

use auth::{Auth, Bearer, CUSTOMER};
use errors::refusal;
use limits::{Breach, Limits};
use listing::Paging;
use state::State;
use webhook::Signing;

/// The simulator.
#[derive(Debug)]
pub struct Reapit {
    clock: Arc<Clock>,
    state: RwLock<State>,
    auth: Mutex<Auth>,
    limits: Mutex<Limits>,
    signing: Mutex<Signing>,
    consent_page: Mutex<ConsentPage>,
    enforce: AtomicBool,
    answers: AtomicU64,
}

impl Reapit {
    pub(crate) fn new(setup: &Setup) -> Self {
        Self {
            clock: Arc::clone(&setup.clock),
            state: RwLock::new(State::new(setup)),
            auth: Mutex::new(Auth::new(setup)),
            limits: Mutex::default(),
            signing: Mutex::new(Signing::new(setup)),
            consent_page: Mutex::default(),
            enforce: AtomicBool::new(setup.limits),
            answers: AtomicU64::new(0),
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

    /// Changes what the app may do.
    pub fn change_access(&self, change: &AccessChange) {
        lock(&self.auth).change(change);
    }

    /// What the sign-in page does by itself.
    pub fn set_consent_page(&self, mode: ConsentPage) {
        *lock(&self.consent_page) = mode;
    }

    /// Whose people sign in from now on; another customer than the sandbox's own is the wrong
    /// account.
    pub fn sign_in_as(&self, customer: &str) {
        customer.clone_into(&mut lock(&self.auth).signs_in_as);
    }

    /// How long new access tokens live.
    pub fn set_token_life(&self, life: std::time::Duration) {
        let ms = i64::try_from(life.as_millis()).unwrap_or(i64::MAX);
        lock(&self.auth).token_life_ms = ms;
    }

    /// The journal entries that were written, in order.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        read(&self.state).journal.clone()
    }

    /// A contact's record as it is now, its relationships in `_embedded`.
    #[must_use]
    pub fn record(&self, id: &str) -> Option<Value> {
        Some(read(&self.state).contacts.get(id)?.value())
    }

    /// A delivery, signed.
    #[must_use]
    pub fn webhook(&self, request: &WebhookRequest) -> WebhookDelivery {
        let kind = request
            .topic
            .split_once('.')
            .and_then(|(kind, _)| State::kind_of_path(kind));
        let state = read(&self.state);
        let current = kind
            .and_then(|kind| state.table(kind))
            .and_then(|table| table.get(&request.entity_id))
            .map(table::Row::value);
        let previous = state
            .previous
            .get(&request.entity_id)
            .and_then(|text| serde_json::from_slice(text).ok());
        drop(state);
        lock(&self.signing).deliver(request, current, previous, self.clock.now_ms())
    }

    /// Checks what every call of the REST API needs; the scope is the one that the path asks for.
    fn admit(&self, call: &Call, scope: Option<&str>) -> Result<(), Box<Answer>> {
        let refuse = |status, text: &str| Err(Box::new(refusal(status, text, call.now)));
        if call.header("api-version") != Some("2020-01-31") {
            return refuse(
                StatusCode::BAD_REQUEST,
                "The api-version header is missing or not supported",
            );
        }
        let auth = lock(&self.auth);
        let Some(token) = call.bearer().and_then(|text| auth.token(text, call.now)) else {
            return refuse(
                StatusCode::UNAUTHORIZED,
                "The access token is missing, expired or not known",
            );
        };
        let customer = match &token.bearer {
            Bearer::User { customer } => Some(customer.as_str()),
            Bearer::Machine => call.header("reapit-customer"),
        };
        if customer != Some(CUSTOMER) || !auth.installed {
            return refuse(
                StatusCode::UNAUTHORIZED,
                "The app is not installed for this customer",
            );
        }
        match scope {
            Some(scope) if !token.allows(scope) => refuse(
                StatusCode::FORBIDDEN,
                &format!("The scope {scope} is missing"),
            ),
            _ => Ok(()),
        }
    }

    fn is_identity_provider(path: &str) -> bool {
        matches!(
            path.trim_matches('/').split('/').next(),
            Some("authorize" | "oauth" | "token" | ".well-known")
        )
    }
}

impl Simulator for Reapit {
    fn id(&self) -> &'static str {
        "reapit"
    }

    fn kind(&self, _method: &Method, path: &str) -> PathKind {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["oauth", "token"] | ["token"] => PathKind::Token,
            ["oauth", "revoke"] => PathKind::Revoke,
            ["authorize"] => PathKind::Authorize,
            ["contacts"] => PathKind::List,
            ["contacts", ..] => PathKind::Record,
            ["applicants" | "landlords" | "vendors" | "tenancies", ..] => PathKind::Roles,
            ["configuration" | "negotiators" | "offices", ..] => PathKind::Reference,
            ["journalEntries", ..] => PathKind::Journal,
            ["webhooks", "signing", ..] => PathKind::Signing,
            _ => PathKind::Other,
        }
    }

    fn enter(&self, call: &Call) -> Result<(), Box<Answer>> {
        // The identity provider is another host, with limits of its own.
        if Self::is_identity_provider(&call.path) {
            return Ok(());
        }
        let enforce = self.enforce.load(Ordering::Relaxed);
        lock(&self.limits)
            .enter(call.now, enforce)
            .map_err(|breach| {
                let text = match breach {
                    Breach::Second => "Too many requests per second",
                    Breach::AtOnce => "Too many concurrent requests",
                    Breach::Day => "The daily limit is reached",
                };
                Box::new(refusal(StatusCode::TOO_MANY_REQUESTS, text, call.now))
            })
    }

    fn leave(&self, call: &Call) {
        if !Self::is_identity_provider(&call.path) {
            lock(&self.limits).leave();
        }
    }

    fn answer(&self, call: &Call) -> Answer {
        routes::answer(self, call)
    }

    fn refuse(&self, refuse: Refusal, call: &Call) -> Answer {
        let (status, text) = match refuse {
            Refusal::Status(status) => (status, status.canonical_reason().unwrap_or("Failed")),
            Refusal::Expired => {
                self.change_access(&AccessChange::Expire);
                (StatusCode::UNAUTHORIZED, "The access token is expired")
            }
            Refusal::Revoked => {
                self.change_access(&AccessChange::Revoke);
                (StatusCode::UNAUTHORIZED, "The access token was revoked")
            }
            Refusal::MissingScope => (StatusCode::FORBIDDEN, "A scope is missing"),
            Refusal::WrongTenant => (
                StatusCode::UNAUTHORIZED,
                "The app is not installed for this customer",
            ),
        };
        refusal(status, text, call.now)
    }

    fn page_shape(&self) -> PageShape {
        PageShape {
            records: "_embedded",
            total: Some("totalCount"),
            count: Some("pageCount"),
            keys: &["id"],
            text_fields: &["surname", "marketingMode", "name", "value"],
            empty_is_no_content: false,
        }
    }

    fn page_start(&self, call: &Call) -> Option<usize> {
        let listing =
            self.kind(&call.method, &call.path) == PathKind::List || call.segments().len() == 1;
        (listing && call.method == Method::GET)
            .then(|| Paging::read(call).ok().map(Paging::start))
            .flatten()
    }

    fn end_listing(&self, page: &mut Map<String, Value>) {
        if let Some(links) = page.get_mut("_links").and_then(Value::as_object_mut) {
            links.shift_remove("next");
        }
    }

    fn previous_page(&self, call: &Call) -> Option<Call> {
        self.page_start(call)?;
        let number = Paging::read(call).ok()?.number.checked_sub(1)?;
        let mut previous = call.clone();
        previous.query.set("pageNumber", number.max(1).to_string());
        Some(previous)
    }

    fn next_page(&self, call: &Call) -> Option<Call> {
        self.page_start(call)?;
        let number = Paging::read(call).ok()?.number.checked_add(1)?;
        let mut next = call.clone();
        next.query.set("pageNumber", number.to_string());
        Some(next)
    }

    fn finish(&self, answer: &mut Answer) {
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        let id = Uuid::from_u64_pair(0x7e57_0000_0000_4000, number | (1 << 63));
        answer.set(HeaderName::from_static("x-amzn-requestid"), &id.to_string());
    }

    fn control(&self, path: &str, call: &Call) -> Option<Answer> {
        let done = || Answer::empty(StatusCode::NO_CONTENT);
        let attempt = || -> Result<Option<Answer>, String> {
            Ok(Some(match (&call.method, path) {
                (&Method::POST, "consent-page") => {
                    self.set_consent_page(control::parse::<PageMode>(call)?.mode);
                    done()
                }
                (&Method::POST, "sign-in-as") => {
                    self.sign_in_as(&control::parse::<SignInAs>(call)?.customer);
                    done()
                }
                (&Method::POST, "token-life") => {
                    let seconds = control::parse::<TokenLife>(call)?.seconds;
                    self.set_token_life(std::time::Duration::from_secs(seconds));
                    done()
                }
                (&Method::GET, "journal") => {
                    Answer::value(StatusCode::OK, &json!({ "entries": self.journal() }))
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

impl Crm for Reapit {
    fn access(&self, origin: &str) -> ProviderAccess {
        let auth = lock(&self.auth);
        let setting = |key: &str, value: String| (key.to_owned(), value);
        ProviderAccess {
            settings: [
                setting("signIn", "client".to_owned()),
                setting("customerId", CUSTOMER.to_owned()),
                setting("clientId", auth.client_id.clone()),
                setting("baseUrl", format!("{origin}/reapit")),
                setting("authorizeUrl", format!("{origin}/reapit/authorize")),
                setting("tokenUrl", format!("{origin}/reapit/oauth/token")),
            ]
            .into(),
            secrets: [setting("clientSecret", auth.client_secret.clone())].into(),
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

    fn set_consent(&self, consent: Consent) {
        let (page, customer) = match consent {
            Consent::Approved => (ConsentPage::Approve, CUSTOMER),
            Consent::Denied => (ConsentPage::Deny, CUSTOMER),
            Consent::OtherAccount => (ConsentPage::Approve, "ELSEWHERE"),
        };
        self.set_consent_page(page);
        self.sign_in_as(customer);
    }

    fn enforce_limits(&self, on: bool) {
        self.enforce.store(on, Ordering::Relaxed);
    }

    fn notice(&self, notice: &Notice) -> Option<Delivery> {
        let topic = if notice.unknown {
            UNKNOWN_TOPIC
        } else {
            "contacts.modified"
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
        let entries = self.journal().into_iter();
        Some(entries.map(|entry| entry.description).collect())
    }
}

#[derive(Deserialize)]
struct PageMode {
    mode: ConsentPage,
}

#[derive(Deserialize)]
struct SignInAs {
    customer: String,
}

#[derive(Deserialize)]
struct TokenLife {
    seconds: u64,
}
