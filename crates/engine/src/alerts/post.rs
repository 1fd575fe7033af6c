//! Handing an alert to a webhook.

use std::sync::Arc;

use nurturehub_adapter_kit::settings::is_loopback;
use nurturehub_adapter_kit::{HttpClient, HttpConfig};
use nurturehub_port::{ErrorKind, Limits};
use url::Url;

use crate::{Alert, Engine, EngineError};

impl Engine {
    /// Posts an alert as JSON to an address. It is tried a few times, as an alert may come twice and
    /// must not be lost.
    ///
    /// # Errors
    /// `configuration` for an address that is neither https nor this computer's own; network errors.
    pub async fn post_alert(&self, address: &str, alert: &Alert) -> Result<(), EngineError> {
        let wrong = || {
            EngineError::with_remedy(
                ErrorKind::Configuration,
                "The address for alerts is none that they can be sent to.",
                "Give an https address; plain http is accepted for this computer only.",
            )
        };
        let url = Url::parse(address).map_err(|_| wrong())?;
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
            return Err(wrong());
        }
        let limits = Limits {
            windows: Vec::new(),
            concurrent: 1,
            per_day: None,
            wait_after_429_seconds: 1,
        };
        let mut config = HttpConfig::new(url, limits);
        config.network = self.options.network.clone();
        config.max_attempts = 3;
        let clock = Arc::clone(&self.options.clock);
        let http = HttpClient::new(config, clock, self.options.random.seed()?, &[])?;
        http.post("", &[])
            .json(alert)
            .repeatable(true)
            .send()
            .await?;
        Ok(())
    }
}
