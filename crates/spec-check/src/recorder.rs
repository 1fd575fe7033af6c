//! A proxy between adapter and simulator that writes down what goes over the wire.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::{Exchange, Failure, Message, Sender};

/// The largest body that is passed on, in bytes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Headers about one connection, which are not passed on.
const OF_THE_CONNECTION: [http::HeaderName; 5] = [
    ACCEPT_ENCODING,
    CONNECTION,
    CONTENT_LENGTH,
    HOST,
    TRANSFER_ENCODING,
];

/// A proxy on loopback. It stops when it is dropped.
#[derive(Debug)]
pub struct Recorder {
    shared: Arc<Shared>,
    url: String,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    upstream: String,
    /// The path in front of the CRM's own.
    prefix: String,
    http: reqwest::Client,
    sender: Mutex<Sender>,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Recorder {
    /// A proxy in front of `upstream` (scheme, host, port) that writes down the requests whose
    /// path begins with `prefix` (`/name`), and passes on the others.
    ///
    /// # Errors
    /// [`Failure::Sandbox`] where no port can be had.
    pub async fn start(upstream: &str, prefix: &str) -> Result<Self, Failure> {
        nurturehub_adapter_kit::http::install_crypto();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .no_gzip()
            .build()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            upstream: upstream.trim_end_matches('/').to_owned(),
            prefix: prefix.to_owned(),
            http,
            sender: Mutex::new(Sender::Adapter),
            exchanges: Mutex::default(),
        });
        let router = Router::new()
            .fallback(entry)
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            // It is ended from outside; an error of one connection stays that connection's.
            drop(axum::serve(listener, router).await);
        });
        Ok(Self {
            shared,
            url,
            server,
        })
    }

    /// Its address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Says who sends from now on.
    pub fn speaks(&self, sender: Sender) {
        *lock(&self.shared.sender) = sender;
    }

    /// What was written down so far.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.shared.exchanges).clone()
    }

    /// Sends a request like one that was written down, to the same or another path and query.
    ///
    /// # Errors
    /// [`Failure::Sandbox`] where it cannot be sent.
    pub async fn send_like(
        &self,
        exchange: &Exchange,
        target: Option<&str>,
    ) -> Result<(), Failure> {
        let target = match target {
            Some(target) => target.to_owned(),
            None => {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                query.extend_pairs(&exchange.query);
                match query.finish() {
                    query if query.is_empty() => exchange.path.clone(),
                    query => format!("{}?{query}", exchange.path),
                }
            }
        };
        let address = format!("{}{}{target}", self.url, self.shared.prefix);
        self.shared
            .http
            .request(exchange.method.clone(), address)
            .headers(passed_on(&exchange.request.headers))
            .body(exchange.request.body.clone())
            .send()
            .await?;
        Ok(())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    for name in &OF_THE_CONNECTION {
        kept.remove(name);
    }
    kept
}

async fn entry(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    pass_on(&shared, request).await.unwrap_or_else(|_| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        response
    })
}

async fn pass_on(shared: &Shared, request: Request) -> Result<Response, Failure> {
    let broken = |error: axum::Error| Failure::Sandbox(error.to_string());
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.map_err(broken)?;
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let answer = shared
        .http
        .request(head.method.clone(), format!("{}{target}", shared.upstream))
        .headers(passed_on(&head.headers))
        .body(body.clone())
        .send()
        .await?;
    let status = answer.status();
    let headers = passed_on(answer.headers());
    let answered = answer.bytes().await?;
    if let Some(path) = head.uri.path().strip_prefix(&shared.prefix) {
        let query = head.uri.query().unwrap_or_default();
        lock(&shared.exchanges).push(Exchange {
            sender: *lock(&shared.sender),
            method: head.method,
            path: path.to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            request: Message {
                headers: head.headers,
                body,
            },
            status,
            answer: Message {
                headers: headers.clone(),
                body: answered.clone(),
            },
        });
    }
    let mut response = Response::new(Body::from(answered));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}
