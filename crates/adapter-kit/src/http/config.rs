//! What a client is made with.

use std::time::Duration;

use nurturehub_port::{AdapterError, Limits, ProviderSpec, RateWindow};
use url::Url;

use crate::Settings;
use crate::network::{Names, Network, Proxy, Trust};

/// How a [`HttpClient`](super::HttpClient) behaves.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Where the API is; a path in it is kept in front of every request's.
    pub base_url: Url,
    /// How often the CRM may be asked.
    pub limits: Limits,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest silence while an answer is read.
    pub read_timeout: Duration,
    /// Longest time for one attempt, from sending to the last byte.
    pub total_timeout: Duration,
    /// Largest answer in bytes, after decompression.
    pub max_body: usize,
    /// Attempts at one request, the first included.
    pub max_attempts: u32,
    /// Waits between attempts where the CRM does not say how long.
    pub backoff: Backoff,
    /// Longest wait that the CRM may ask for; beyond it the request fails and names the time.
    pub max_pause: Duration,
    /// Requests made earlier on this UTC day; they count towards the day's limit.
    pub used_today: u64,
    /// The way out of this computer.
    pub network: Network,
}

/// Waits that double, each shortened at random (full jitter).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait at its longest.
    pub first: Duration,
    /// The longest wait.
    pub ceiling: Duration,
}

impl HttpConfig {
    /// The usual behaviour for an address and limits: 10 s to connect, 30 s of silence, 120 s in
    /// all, 16 MiB, 5 attempts, waits of 1 s doubling to 60 s, pauses of up to five minutes.
    #[must_use]
    pub const fn new(base_url: Url, limits: Limits) -> Self {
        Self {
            base_url,
            limits,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(120),
            max_body: 16 * 1024 * 1024,
            max_attempts: 5,
            backoff: Backoff {
                first: Duration::from_secs(1),
                ceiling: Duration::from_secs(60),
            },
            max_pause: Duration::from_secs(300),
            used_today: 0,
            network: Network {
                trust: Trust::System,
                proxy: Proxy::System,
                names: Names::System,
            },
        }
    }

    /// The behaviour that a connection's settings ask for, over the provider's limits:
    /// `requestsPerSecond` replaces the windows by one, `maxConcurrent` the requests at once, and
    /// `timeoutSeconds` the silence and, where longer, the whole time of an attempt.
    ///
    /// # Errors
    /// `configuration`, where a setting makes no sense.
    pub fn from_settings(settings: &Settings, spec: &ProviderSpec) -> Result<Self, AdapterError> {
        let mut limits = spec.limits.clone();
        if let Some(per_second) = settings.integer("requestsPerSecond")? {
            limits.windows = vec![RateWindow {
                requests: u32::try_from(per_second).unwrap_or(u32::MAX),
                seconds: 1,
            }];
        }
        if let Some(concurrent) = settings.integer("maxConcurrent")? {
            limits.concurrent = usize::try_from(concurrent).unwrap_or(limits.concurrent);
        }
        let mut config = Self::new(settings.base_url(spec)?, limits);
        if let Some(seconds) = settings.integer("timeoutSeconds")? {
            config.read_timeout = Duration::from_secs(seconds);
            config.connect_timeout = config.connect_timeout.min(config.read_timeout);
            config.total_timeout = config.total_timeout.max(config.read_timeout);
        }
        Ok(config)
    }
}
