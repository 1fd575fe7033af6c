//! Sending to an address that the people here have set for themselves: a collector's, an alert's.

use std::sync::Arc;
use std::time::Duration;

use nurturehub_adapter_kit::settings::parse_url;
use nurturehub_adapter_kit::{HttpClient, HttpConfig};
use nurturehub_port::Limits;

use crate::{Engine, EngineError};

/// How hard to try.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Attempts at most.
    pub(crate) attempts: u32,
    /// How long all of them may take; none for the usual time.
    pub(crate) patience: Option<Duration>,
}

impl Engine {
    /// A client for one address, which no CRM's limit holds back. `setting` names it in errors.
    ///
    /// # Errors
    /// `configuration` for an address that is neither https nor this computer's own.
    pub(crate) fn outbound(
        &self,
        setting: &str,
        address: &str,
        effort: Effort,
    ) -> Result<HttpClient, EngineError> {
        let url = parse_url(setting, address)?;
        let limits = Limits {
            windows: Vec::new(),
            concurrent: 1,
            per_day: None,
            wait_after_429_seconds: 1,
        };
        let mut config = HttpConfig::new(url, limits);
        config.network = self.options.network.clone();
        config.max_attempts = effort.attempts;
        if let Some(patience) = effort.patience {
            config.connect_timeout = patience;
            config.total_timeout = patience;
        }
        let clock = Arc::clone(&self.options.clock);
        Ok(HttpClient::new(
            config,
            clock,
            self.options.random.seed()?,
            &[],
        )?)
    }
}
