//! The client.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Method;
use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{AdapterError, Clock, ErrorKind};

use super::pauses::{Pause, Pauses};
use super::retry::Jitter;
use super::throttle::Throttle;
use super::{HttpConfig, HttpResponse, Playback, Recording, Request, TraceLog, install_crypto};

/// A way to one CRM, for one operation. Clones share limits, trace and counts.
#[derive(Clone)]
pub struct HttpClient {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) way: Way,
    pub(super) config: HttpConfig,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) throttle: Arc<Throttle>,
    pub(super) trace: TraceLog,
    pub(super) recording: Recording,
    pub(super) pauses: Pauses,
    /// Base address without a slash at its end.
    pub(super) base: String,
    /// Host, with the port where one is given, for the trace.
    pub(super) host: String,
    jitter: Mutex<Jitter>,
    spent: Mutex<Spent>,
    requests: AtomicU64,
    /// By how much our clock is ahead of the CRM's, by its last answer.
    ahead: Mutex<Option<SignedDuration>>,
}

/// How requests are answered.
pub(super) enum Way {
    /// By the CRM.
    Network(reqwest::Client),
    /// By what it once said.
    Recorded(Arc<Playback>),
}

/// Where a client's time went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Waiting for answers, and for tokens before them.
    pub waiting: Duration,
    /// Waiting for the CRM's limits, and between attempts.
    pub throttled: Duration,
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpClient")
            .field("host", &self.inner.host)
            .finish_non_exhaustive()
    }
}

impl HttpClient {
    /// A client.
    ///
    /// `jitter_seed` spreads the waits between attempts; `recent` are the requests made to this CRM
    /// within its longest window by anybody on this connection, oldest first. Nobody else in this
    /// process asks for the same connection at the same time, else see [`Self::sharing`].
    ///
    /// # Errors
    /// See [`Self::sharing`].
    pub fn new(
        config: HttpConfig,
        clock: Arc<dyn Clock>,
        jitter_seed: u64,
        recent: &[Timestamp],
    ) -> Result<Self, AdapterError> {
        let (limits, used) = (&config.limits, config.used_today);
        let throttle = Arc::new(Throttle::new(limits, clock.clone(), recent, used));
        Self::sharing(throttle, config, clock, jitter_seed)
    }

    /// A client that keeps to the CRM's limits together with all others that have this throttle.
    ///
    /// A proxy of the system is used, except on the way to this computer itself, where TLS roots
    /// are not loaded either.
    ///
    /// # Errors
    /// `configuration` for an address without a host, `network.tls` where the system's certificates
    /// cannot be loaded.
    pub fn sharing(
        throttle: Arc<Throttle>,
        config: HttpConfig,
        clock: Arc<dyn Clock>,
        jitter_seed: u64,
    ) -> Result<Self, AdapterError> {
        install_crypto();
        let builder = reqwest::Client::builder()
            .user_agent(concat!("NurtureHub-Connect/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(config.connect_timeout)
            .read_timeout(config.read_timeout)
            .timeout(config.total_timeout)
            .tcp_nodelay(true)
            .gzip(true);
        let http = config
            .network
            .configure(builder, &config.base_url)
            .build()
            .map_err(|_| {
                AdapterError::new(
                    ErrorKind::NetworkTls,
                    "The certificates that this computer trusts could not be loaded.",
                )
                .remedy("Install the system's root certificates (on Debian: `ca-certificates`).")
            })?;
        Self::by(Way::Network(http), throttle, config, clock, jitter_seed)
    }

    /// A client whose requests a recording answers, in the recording's time. It opens no connection.
    ///
    /// # Errors
    /// `configuration` for an address without a host.
    pub fn replaying(config: HttpConfig, playback: &Arc<Playback>) -> Result<Self, AdapterError> {
        let clock: Arc<dyn Clock> = playback.clone();
        let (limits, used) = (&config.limits, config.used_today);
        let throttle = Arc::new(Throttle::new(limits, clock.clone(), &[], used));
        let way = Way::Recorded(playback.clone());
        Self::by(way, throttle, config, clock, 0)
    }

    fn by(
        way: Way,
        throttle: Arc<Throttle>,
        config: HttpConfig,
        clock: Arc<dyn Clock>,
        jitter_seed: u64,
    ) -> Result<Self, AdapterError> {
        let Some(name) = config.base_url.host_str() else {
            return Err(AdapterError::new(
                ErrorKind::Configuration,
                "The address of the CRM has no host.",
            ));
        };
        let host = match config.base_url.port() {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                way,
                throttle,
                trace: TraceLog::default(),
                recording: Recording::default(),
                pauses: Pauses::default(),
                base: config.base_url.as_str().trim_end_matches('/').to_owned(),
                host,
                jitter: Mutex::new(Jitter::new(jitter_seed)),
                spent: Mutex::new(Spent::default()),
                requests: AtomicU64::new(0),
                ahead: Mutex::default(),
                config,
                clock,
            }),
        })
    }

    /// A GET. `args` fill the placeholders of `template` (`/contacts/{id}`) in order and are
    /// encoded, so that no id can lead elsewhere.
    pub fn get(&self, template: &str, args: &[&str]) -> Request<'_> {
        self.request(Method::GET, template, args)
    }

    /// A POST; see [`Self::get`].
    pub fn post(&self, template: &str, args: &[&str]) -> Request<'_> {
        self.request(Method::POST, template, args)
    }

    /// A request with any method; see [`Self::get`].
    pub fn request(&self, method: Method, template: &str, args: &[&str]) -> Request<'_> {
        Request::new(self, method, template, args)
    }

    /// Waits for a place among the requests to this CRM, for a look at the way there that is not a
    /// request of its own. It counts as one.
    ///
    /// # Errors
    /// `quotaExhausted`, where the day's allowance is used up.
    pub(crate) async fn admit(&self) -> Result<(), AdapterError> {
        self.inner.throttle.admit(&self.inner.pauses).await?;
        Ok(())
    }

    /// Tells, from now on, whenever a request is held back for longer than a second: by the service's
    /// wish, between two attempts, or to keep to a limit. It is told of the pause that ends next, and
    /// of none once all go on. It is called in the midst of the requests, so it must be quick.
    ///
    /// Who is named first stays the only one.
    pub fn on_pause(&self, listener: impl Fn(Option<Pause>) + Send + Sync + 'static) {
        self.inner.pauses.tell(listener);
    }

    /// By how much our clock is ahead of the CRM's, by the last answer that told its time; negative
    /// where it is behind.
    #[must_use]
    pub fn clock_ahead(&self) -> Option<SignedDuration> {
        *self.inner.lock_ahead()
    }

    /// What was said so far.
    #[must_use]
    pub fn trace(&self) -> &TraceLog {
        &self.inner.trace
    }

    /// The last of it, with all bodies.
    #[must_use]
    pub fn recording(&self) -> &Recording {
        &self.inner.recording
    }

    /// What answers in the CRM's place, where something does.
    #[must_use]
    pub fn playback(&self) -> Option<&Arc<Playback>> {
        match &self.inner.way {
            Way::Network(_) => None,
            Way::Recorded(playback) => Some(playback),
        }
    }

    /// Takes the time spent since it was last taken.
    #[must_use]
    pub fn spent(&self) -> Spent {
        std::mem::take(&mut *self.inner.lock_spent())
    }

    /// Attempts sent so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.inner.requests.load(Ordering::Relaxed)
    }

    /// Where the API is.
    #[must_use]
    pub fn config(&self) -> &HttpConfig {
        &self.inner.config
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.inner
    }
}

impl Inner {
    pub(super) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_waiting(&self, time: Duration) {
        let mut spent = self.lock_spent();
        spent.waiting = spent.waiting.saturating_add(time);
    }

    pub(super) fn add_throttled(&self, time: Duration) {
        let mut spent = self.lock_spent();
        spent.throttled = spent.throttled.saturating_add(time);
    }

    /// The wait after a failure that may pass.
    pub(super) fn backoff(&self, attempt: u32) -> Duration {
        self.config.backoff.wait(attempt, &mut self.lock_jitter())
    }

    /// The wait after a 429 that does not say how long.
    pub(super) fn backoff_after_429(&self, attempt: u32) -> Duration {
        let least = Duration::from_secs(self.config.limits.wait_after_429_seconds);
        self.config
            .backoff
            .wait_after_429(attempt, least, &mut self.lock_jitter())
    }

    /// Holds the CRM's clock against ours.
    pub(super) fn note_date(&self, response: &HttpResponse) {
        if let Some(theirs) = response.date() {
            *self.lock_ahead() = Some(response.received_at.duration_since(theirs));
        }
    }

    fn lock_ahead(&self) -> MutexGuard<'_, Option<SignedDuration>> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_spent(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_jitter(&self) -> MutexGuard<'_, Jitter> {
        self.jitter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
