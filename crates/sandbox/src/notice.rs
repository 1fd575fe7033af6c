//! Webhook deliveries in words that fit every CRM: what a test asks for, and what it gets.

use serde::Serialize;

/// A delivery that a test asks a CRM for: a record has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    /// The record that it is about.
    pub entity: String,
    /// The event's id; another one for each delivery where none is given.
    pub event: Option<String>,
    /// How many seconds its time is off; negative is in the past.
    pub skew_seconds: i64,
    /// Sent by somebody who does not know the secret, or changed on the way.
    pub forged: bool,
    /// Of a kind that no document of the vendor's names.
    pub unknown: bool,
}

impl Notice {
    /// A plain delivery about a record.
    #[must_use]
    pub fn about(entity: impl Into<String>) -> Self {
        Self {
            entity: entity.into(),
            ..Self::default()
        }
    }
}

/// A kind of event that no vendor has.
pub(crate) const UNKNOWN_TOPIC: &str = "weather.changed";

/// A delivery as it would come over the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body, to be taken byte for byte.
    pub body: String,
}
