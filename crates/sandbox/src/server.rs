//! The listener, and the way of a request through log, faults, limits and simulator.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::serve::ListenerExt;
use http::StatusCode;
use http::header::DATE;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::answer::Answer;
use crate::call::{Call, Query};
use crate::clock::Clock;
use crate::config::SandboxConfig;
use crate::control;
use crate::description::{Description, PlatformAccess};
use crate::faults::{self, Early, Fault, FaultStatus, Faults, PathKind, Switchboard};
use crate::issued::Issued;
use crate::platform::Platform;
use crate::registry::Crms;
use crate::request_log::{LoggedRequest, RequestLog, RequestSummary};
use crate::setup::Setup;
use crate::simulator::{Crm, Simulator};

/// The largest body that is read, in bytes.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// How long a stopping sandbox waits for answers that are being sent.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// A running sandbox. It stops when it is dropped, or at once and in order with [`Sandbox::stop`].
#[derive(Debug)]
pub struct Sandbox {
    inner: Arc<Inner>,
    server: JoinHandle<()>,
}

/// What all requests share.
pub(crate) struct Inner {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<Clock>,
    pub(crate) log: RequestLog,
    pub(crate) issued: Issued,
    pub(crate) switchboard: Switchboard,
    pub(crate) platform: Arc<Platform>,
    pub(crate) crms: Crms,
    parts: Vec<Arc<dyn Simulator>>,
    /// How long each answer waits; it is watched by those that wait.
    latency: watch::Sender<Duration>,
    stopping: CancellationToken,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Inner")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Makes the data and serves it.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(config: SandboxConfig) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).await?;
        let address = listener.local_addr()?;
        let setup = Setup::new(&config);
        // Making the data keeps a core busy for a while.
        let (setup, crms) = tokio::task::spawn_blocking(move || {
            let crms = Crms::build(&setup);
            (setup, crms)
        })
        .await
        .map_err(io::Error::other)?;
        let platform = Arc::new(Platform::new(&setup));
        let mut parts: Vec<Arc<dyn Simulator>> = Vec::new();
        for crm in crms.all() {
            parts.push(crm);
        }
        parts.push(Arc::<Platform>::clone(&platform));
        let inner = Arc::new(Inner {
            address,
            log: RequestLog::new(setup.clock.now_ms()),
            issued: Issued::default(),
            clock: setup.clock,
            switchboard: Switchboard::new(config.faults),
            platform,
            crms,
            parts,
            latency: watch::Sender::new(config.latency.unwrap_or_default()),
            stopping: CancellationToken::new(),
        });
        let router = Router::new().fallback(entry).with_state(Arc::clone(&inner));
        let stopping = inner.stopping.clone();
        let server = tokio::spawn(async move {
            // Without this, small answers wait for the caller's acknowledgement.
            let listener = listener.tap_io(|stream| {
                let _ = stream.set_nodelay(true);
            });
            // Serving ends with `stopping` alone; errors of single connections stay theirs.
            let _ = axum::serve(listener, router)
                .with_graceful_shutdown(stopping.cancelled_owned())
                .await;
        });
        Ok(Self { inner, server })
    }

    /// How to reach every part.
    #[must_use]
    pub fn describe(&self) -> Description {
        self.inner.describe()
    }

    /// The address of the listener, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        self.inner.origin()
    }

    /// The platform simulator.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.inner.platform
    }

    pub(crate) fn crms(&self) -> &Crms {
        &self.inner.crms
    }

    pub(crate) fn crm(&self, id: &str) -> Option<Arc<dyn Crm>> {
        self.inner.crm(id)
    }

    /// Switches more faults on.
    pub fn add_faults(&self, faults: Faults) {
        self.inner.switchboard.add(faults);
    }

    /// Switches all faults off.
    pub fn clear_faults(&self) {
        self.inner.switchboard.clear();
    }

    /// The faults that are on, and how often they struck.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultStatus> {
        self.inner.switchboard.status()
    }

    /// The logged requests that a test is true of, in the order in which they were answered.
    pub fn requests(&self, keep: impl Fn(&LoggedRequest) -> bool) -> Vec<LoggedRequest> {
        self.inner.log.entries(keep)
    }

    /// How many requests there were, and of what kind.
    #[must_use]
    pub fn request_summary(&self) -> RequestSummary {
        self.inner.log.summary()
    }

    /// Forgets the logged requests.
    pub fn clear_requests(&self) {
        self.inner.log.clear();
    }

    /// Moves the sandbox's time on: tokens age, rate windows pass.
    pub fn advance_time(&self, by: Duration) {
        self.inner.clock.advance(by);
    }

    /// Makes every answer of the CRMs and of the platform wait first.
    pub fn set_latency(&self, latency: Option<Duration>) {
        self.inner.set_latency(latency);
    }

    /// Switches the CRMs' rate limits on or off.
    pub fn enforce_limits(&self, on: bool) {
        for crm in self.inner.crms.all() {
            crm.enforce_limits(on);
        }
    }

    /// Stops serving. Requests under way are cut off; the port is free afterwards.
    pub async fn stop(mut self) {
        self.inner.stopping.cancel();
        if tokio::time::timeout(STOP_PATIENCE, &mut self.server)
            .await
            .is_err()
        {
            self.server.abort();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.inner.stopping.cancel();
    }
}

impl Inner {
    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn describe(&self) -> Description {
        let origin = self.origin();
        let providers: BTreeMap<_, _> = self
            .crms
            .all()
            .iter()
            .map(|crm| (crm.id().to_owned(), crm.access(&origin)))
            .collect();
        Description {
            providers,
            platform: PlatformAccess {
                url: format!("{origin}/platform"),
                token: self.platform.token().to_owned(),
                tenant: self.platform.tenant().to_owned(),
            },
        }
    }

    pub(crate) fn set_latency(&self, latency: Option<Duration>) {
        self.latency.send_replace(latency.unwrap_or_default());
    }

    pub(crate) fn crm(&self, id: &str) -> Option<Arc<dyn Crm>> {
        self.crms.all().into_iter().find(|crm| crm.id() == id)
    }
}

/// Every request comes in here.
async fn entry(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let now = inner.clock.now_ms();
    let mut answer = tokio::select! {
        answer = route(&inner, request, now) => answer,
        () = inner.stopping.cancelled() => Answer::empty(StatusCode::SERVICE_UNAVAILABLE),
    };
    if !answer.headers.contains_key(DATE) {
        answer.set(DATE, &faults::http_date(now));
    }
    answer.into_response()
}

async fn route(inner: &Inner, request: Request, now: i64) -> Answer {
    let (head, body) = request.into_parts();
    let full_path = head.uri.path();
    let prefix = full_path.split('/').nth(1).unwrap_or_default();
    let path = full_path
        .strip_prefix('/')
        .and_then(|rest| rest.strip_prefix(prefix))
        .filter(|rest| !rest.is_empty())
        .unwrap_or("/")
        .to_owned();
    let query = head.uri.query().unwrap_or_default();
    let part = inner.parts.iter().find(|part| part.id() == prefix);
    let is_control = prefix == "control";
    if part.is_none() && !is_control {
        return Answer::empty(StatusCode::NOT_FOUND);
    }
    let mut entry = part.map(|part| {
        let target = if query.is_empty() {
            path.clone()
        } else {
            format!("{path}?{query}")
        };
        let kind = part.kind(&head.method, &path);
        let (log, now_ms) = (&inner.log, inner.clock.now_ms());
        (
            log.open(part.id(), kind, head.method.as_str(), &target, now_ms),
            kind,
        )
    });
    let call = Call {
        query: Query::parse(query),
        method: head.method,
        path,
        headers: head.headers,
        body: match to_bytes(body, BODY_LIMIT).await {
            Ok(body) => body,
            Err(_) => return Answer::empty(StatusCode::PAYLOAD_TOO_LARGE),
        },
        now,
    };
    let Some((part, (entry, kind))) = part.zip(entry.as_mut()) else {
        return control::answer(inner, &call);
    };
    let latency = inner.latency.subscribe();
    let strikes = inner.switchboard.strike(part.id(), *kind, &call.path);
    let answer = answer(&**part, call, &strikes, latency).await;
    if *kind == PathKind::Token {
        inner.issued.note(&answer);
    }
    entry.answered(answer.status.as_u16());
    answer
}

/// A request that has entered a simulator and must leave it, also when its caller goes away.
struct Entered<'a> {
    part: &'a dyn Simulator,
    call: &'a Call,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.part.leave(self.call);
    }
}

/// Waits as long as every answer waits, or until that is taken back.
async fn held_up(mut latency: watch::Receiver<Duration>) {
    let wait = *latency.borrow();
    if wait.is_zero() {
        return;
    }
    // Whether the time is over or the latency was made less, there is nothing left to wait for.
    let _ = tokio::time::timeout(wait, latency.wait_for(|now| *now < wait)).await;
}

async fn answer(
    part: &dyn Simulator,
    mut call: Call,
    strikes: &[Fault],
    latency: watch::Receiver<Duration>,
) -> Answer {
    let arrived = call.clone();
    let mut answer = match part.enter(&arrived) {
        Err(refusal) => *refusal,
        Ok(()) => {
            let _entered = Entered {
                part,
                call: &arrived,
            };
            let slow: u64 = strikes
                .iter()
                .map(|fault| match fault {
                    Fault::Slow { ms } => *ms,
                    _ => 0,
                })
                .sum();
            if slow > 0 {
                tokio::time::sleep(Duration::from_millis(slow)).await;
            }
            held_up(latency).await;
            let mut instead = None;
            for fault in strikes {
                match faults::before_answer(fault, part, &mut call) {
                    Early::Pass => {}
                    Early::Instead(answer) => {
                        instead = Some(answer);
                        break;
                    }
                    Early::Hang => std::future::pending::<()>().await,
                }
            }
            instead.unwrap_or_else(|| part.answer(&call))
        }
    };
    for fault in strikes {
        faults::after_answer(fault, part, &call, &mut answer);
    }
    part.finish(&mut answer);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_waits_is_let_go_once_the_latency_is_made_less() {
        let hour = Duration::from_secs(3600);
        let latency = watch::Sender::new(hour);
        let waits = tokio::spawn(held_up(latency.subscribe()));
        tokio::task::yield_now().await;
        latency.send_replace(hour * 2);
        tokio::task::yield_now().await;
        assert!(!waits.is_finished(), "more is no less");
        latency.send_replace(Duration::ZERO);
        waits.await.unwrap();
    }
}
