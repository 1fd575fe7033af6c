//! A scripted agentOS: lists that a test can change between two requests, and answers that it can
//! put in the way.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use jiff::Timestamp;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_adapter_kit::{AdapterContext, HttpClient, HttpConfig, Settings, StaticCredential};
use nurturehub_adapters::registry;
use nurturehub_port::{
    AdapterError, ConnectionId, ContactPage, CrmAdapter, PageRecord, Secret, SyncStart, TenantId,
};
use serde_json::{Value, json};

pub(super) const KEY: &str = "key-that-must-not-leak";
pub(super) const LISTS: [&str; 5] = [
    "tenants",
    "landlords",
    "applicants/lettings",
    "applicants/sales",
    "vendors",
];

/// What stands in for a page.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Status(u16, &'static str),
    Body(String),
}

type Edit = Box<dyn FnMut(&mut BTreeMap<&'static str, Vec<Value>>) + Send>;

/// The script.
#[derive(Default)]
pub(super) struct Script {
    pub(super) lists: BTreeMap<&'static str, Vec<Value>>,
    /// Answers put in the way, by a part of the path, each for one request.
    pub(super) instead: Vec<(&'static str, VecDeque<Answer>)>,
    /// Changes to the lists before the request of this number, from 0.
    pub(super) edits: BTreeMap<usize, Edit>,
    /// Paths that are closed to the key.
    pub(super) closed: Vec<&'static str>,
    /// How many records the lists say that they have beyond those they give.
    pub(super) overstated: usize,
    /// A page without records says so with an empty list and the total, not with 204.
    pub(super) says_empty: bool,
    /// Path and query of each request, and the headers' names.
    pub(super) seen: Vec<(String, Vec<String>)>,
}

/// A running server, an adapter on it, and a clock that nobody waits for.
pub(super) struct AgentOs {
    pub(super) script: Arc<Mutex<Script>>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) http: HttpClient,
    pub(super) adapter: Box<dyn CrmAdapter>,
}

pub(super) fn tenant(id: usize) -> Value {
    json!({"OID": format!("T{id}"), "Forename": "Jane", "Surname": format!("Doe {id}")})
}

pub(super) fn tenants(count: usize) -> Vec<Value> {
    (0..count).map(tenant).collect()
}

pub(super) fn now() -> Timestamp {
    "2024-05-01T12:00:00Z".parse().unwrap()
}

pub(super) async fn start(script: Script, settings: &[(&str, &str)]) -> AgentOs {
    let script = Arc::new(Mutex::new(script));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let served = script.clone();
    let router = Router::new().fallback(move |request: Request| {
        let mut response = answer(&mut served.lock().unwrap(), &request);
        // The CRM's clock is the adapter's.
        let date = now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        response.headers_mut().insert("date", date.parse().unwrap());
        async move { response }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });

    let mut given: BTreeMap<String, String> = settings
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    given.insert("baseUrl".into(), base);
    given
        .entry("shortName".into())
        .or_insert_with(|| "SampleLets".into());
    AgentOs {
        script,
        ..connect(given, KEY.to_owned())
    }
}

/// The adapter with these settings, and a script that nobody plays.
pub(super) fn connect(settings: BTreeMap<String, String>, key: String) -> AgentOs {
    let registration = registry::find("agentos").expect("agentOS is in the registry");
    let spec = (registration.spec)();
    let settings = Settings::parse(&spec, settings).unwrap();
    let clock = Arc::new(ManualClock::new(now()));
    let config = HttpConfig::from_settings(&settings, &spec).unwrap();
    let http = HttpClient::new(config, clock.clone(), 1, &[]).unwrap();
    let context = AdapterContext {
        connection: ConnectionId::parse("north").unwrap(),
        provider: spec.id.clone(),
        tenant: TenantId::parse("sample").unwrap(),
        settings,
        credential: Arc::new(StaticCredential::new(Secret::new(key))),
        secrets: BTreeMap::new(),
        http: http.clone(),
        clock: clock.clone(),
    };
    AgentOs {
        script: Arc::default(),
        clock,
        http,
        adapter: (registration.build)(context),
    }
}

fn answer(script: &mut Script, request: &Request) -> Response {
    let path = request.uri().path().to_owned();
    let headers = request.headers().keys().map(ToString::to_string).collect();
    let number = script.seen.len();
    script.seen.push((request.uri().to_string(), headers));
    if let Some(mut edit) = script.edits.remove(&number) {
        edit(&mut script.lists);
    }
    let key = ["api_key", "apikey"]
        .iter()
        .find_map(|name| request.headers().get(*name));
    if key.is_none_or(|key| key.as_bytes() != KEY.as_bytes()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    for (part, answers) in &mut script.instead {
        if path.contains(*part)
            && let Some(answer) = answers.pop_front()
        {
            return match answer {
                Answer::Status(code, body) => {
                    (StatusCode::from_u16(code).unwrap(), body).into_response()
                }
                Answer::Body(body) => {
                    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
                }
            };
        }
    }
    if script.closed.iter().any(|part| path.contains(part)) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if path == "/v4/advertising/samplelets/company/company"
        || path == "/v4/contacts/samplelets/company/branches/0/1"
    {
        return axum::Json(json!({"Count": 0, "Data": []})).into_response();
    }
    let Some((list, offset, count)) = page_of(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let records = script.lists.get(list).map_or(&[][..], Vec::as_slice);
    let page: Vec<_> = records.iter().skip(offset).take(count).collect();
    if page.is_empty() && !script.says_empty {
        return StatusCode::NO_CONTENT.into_response();
    }
    axum::Json(json!({"Count": records.len() + script.overstated, "Data": page})).into_response()
}

fn page_of(path: &str) -> Option<(&'static str, usize, usize)> {
    let rest = path.strip_prefix("/v4/contacts/samplelets/")?;
    LISTS.into_iter().find_map(|list| {
        let (offset, count) = rest
            .strip_prefix(list)?
            .strip_prefix('/')?
            .split_once('/')?;
        Some((list, offset.parse().ok()?, count.parse().ok()?))
    })
}

/// All pages of a listing, up to its end or its first error.
pub(super) async fn list(
    agentos: &AgentOs,
    start: SyncStart,
) -> (Vec<ContactPage>, Option<AdapterError>) {
    let mut pages = Vec::new();
    let mut stream = agentos.adapter.sync_contacts(start);
    while let Some(page) = stream.next().await {
        match page {
            Ok(page) => pages.push(page),
            Err(error) => return (pages, Some(error)),
        }
    }
    (pages, None)
}

/// The external ids of the contacts on these pages, in order, repeats included.
pub(super) fn ids<'a>(pages: impl IntoIterator<Item = &'a ContactPage>) -> Vec<String> {
    pages
        .into_iter()
        .flat_map(|page| &page.records)
        .filter_map(|record| match record {
            PageRecord::Mapped(mapped) => Some(mapped.contact.provenance.external_id.to_string()),
            PageRecord::Rejected(_) => None,
        })
        .collect()
}

/// Minutes, for comparing waits.
pub(super) const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}
