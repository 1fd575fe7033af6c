//! Handing an alert to a webhook.

use crate::outbound::Effort;
use crate::{Alert, Engine, EngineError};

/// An alert may come twice and must not be lost.
const EFFORT: Effort = Effort {
    attempts: 3,
    patience: None,
};

impl Engine {
    /// Posts an alert as JSON to an address. It is tried a few times.
    ///
    /// # Errors
    /// `configuration` for an address that is neither https nor this computer's own; network errors.
    pub async fn post_alert(&self, address: &str, alert: &Alert) -> Result<(), EngineError> {
        self.outbound("webhook", address, EFFORT)?
            .post("", &[])
            .json(alert)
            .repeatable(true)
            .send()
            .await?;
        Ok(())
    }
}
