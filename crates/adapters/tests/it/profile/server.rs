//! A CRM that answers as a test tells it to, and the adapter on it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use jiff::Timestamp;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_adapter_kit::{AdapterContext, HttpClient, HttpConfig, Settings, StaticCredential};
use nurturehub_adapters::registry;
use nurturehub_port::{
    AdapterError, ConnectionId, ContactPage, CrmAdapter, MappedContact, PageRecord, Secret,
    SyncStart, TenantId,
};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "key-that-must-not-leak";

/// A request, as the server sees it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    /// How many came before.
    pub(crate) number: usize,
}

impl Asked {
    /// A parameter that is a number.
    pub(crate) fn number_of(&self, name: &str) -> usize {
        self.query[name].parse().unwrap()
    }
}

type Answer = Box<dyn FnMut(&Asked) -> (u16, String) + Send>;

/// A running server, the adapter on it, and a clock that nobody waits for.
pub(crate) struct Crm {
    pub(crate) adapter: Box<dyn CrmAdapter>,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) http: HttpClient,
}

impl Crm {
    /// How many requests there were.
    pub(crate) fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-01-15T09:00:00Z".parse().unwrap()
}

/// A profile with one list, `person`, at `/people`, whose answers are `{"items": [..], "total"}`.
pub(crate) fn profile(paging: Value) -> Value {
    let mut profile = json!({
        "version": 1,
        "name": "Some CRM",
        "key": {"header": "x-key"},
        "answer": {"records": "items", "total": "total"},
        "lists": [{"name": "person", "path": "/people", "category": "lead"}],
        "record": {"id": "id", "lastName": "name", "emails": ["email"]},
    });
    profile["paging"] = paging;
    profile
}

/// The adapter for a profile, on a server that answers so.
pub(crate) async fn start(
    profile: &Value,
    answer: impl FnMut(&Asked) -> (u16, String) + Send + 'static,
) -> Crm {
    start_with_text(&serde_json::to_string_pretty(profile).unwrap(), answer).await
}

pub(crate) async fn start_with_text(
    profile: &str,
    answer: impl FnMut(&Asked) -> (u16, String) + Send + 'static,
) -> Crm {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Box::new(answer)));
    let seen = asked.clone();
    let router = Router::new().fallback(move |request: Request| {
        let mut response = serve(&request, &seen, &answer);
        // The CRM's clock is the adapter's.
        let date = now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        response.headers_mut().insert("date", date.parse().unwrap());
        async move { response }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });

    let registration = registry::find("custom").unwrap();
    let spec = (registration.spec)();
    let settings = BTreeMap::from([
        ("baseUrl".to_owned(), base),
        ("profile".to_owned(), profile.to_owned()),
    ]);
    let settings = Settings::parse(&spec, settings).unwrap();
    let clock = Arc::new(ManualClock::new(now()));
    let config = HttpConfig::from_settings(&settings, &spec).unwrap();
    let http = HttpClient::new(config, clock.clone(), 1, &[]).unwrap();
    let context = AdapterContext {
        connection: ConnectionId::parse("north").unwrap(),
        provider: spec.id.clone(),
        tenant: TenantId::parse("sample").unwrap(),
        settings,
        credential: Arc::new(StaticCredential::new(Secret::new(KEY.to_owned()))),
        secrets: BTreeMap::new(),
        http: http.clone(),
        clock: clock.clone(),
    };
    Crm {
        adapter: (registration.build)(context),
        asked,
        clock,
        http,
    }
}

fn serve(request: &Request, seen: &Mutex<Vec<Asked>>, answer: &Mutex<Answer>) -> Response {
    let asked = {
        let mut seen = seen.lock().unwrap();
        let query = request.uri().query().unwrap_or_default();
        let asked = Asked {
            path: request.uri().path().to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            headers: request.headers().clone(),
            number: seen.len(),
        };
        seen.push(asked.clone());
        asked
    };
    let (status, body) = (answer.lock().unwrap())(&asked);
    (
        StatusCode::from_u16(status).unwrap(),
        [(header::CONTENT_TYPE, "application/json")],
        body,
    )
        .into_response()
}

/// People with these numbers.
pub(crate) fn people(numbers: impl IntoIterator<Item = usize>) -> Vec<Value> {
    numbers
        .into_iter()
        .map(|number| json!({"id": number, "name": format!("Doe {number}")}))
        .collect()
}

/// All pages of a listing, up to its end or its first error.
pub(crate) async fn list(
    adapter: &dyn CrmAdapter,
    start: SyncStart,
) -> (Vec<ContactPage>, Option<AdapterError>) {
    let mut pages = Vec::new();
    let mut stream = adapter.sync_contacts(start);
    while let Some(page) = stream.next().await {
        match page {
            Ok(page) => pages.push(page),
            Err(error) => return (pages, Some(error)),
        }
    }
    (pages, None)
}

/// The contacts on these pages, in order, repeats included.
pub(crate) fn contacts<'a>(
    pages: impl IntoIterator<Item = &'a ContactPage>,
) -> Vec<&'a MappedContact> {
    pages
        .into_iter()
        .flat_map(|page| &page.records)
        .filter_map(|record| match record {
            PageRecord::Mapped(mapped) => Some(mapped.as_ref()),
            PageRecord::Rejected(_) => None,
        })
        .collect()
}

/// Their external ids.
pub(crate) fn ids<'a>(pages: impl IntoIterator<Item = &'a ContactPage>) -> Vec<String> {
    contacts(pages)
        .into_iter()
        .map(|mapped| mapped.contact.provenance.external_id.to_string())
        .collect()
}
