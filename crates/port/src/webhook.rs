//! What a CRM tells us unasked.

use jiff::Timestamp;

use crate::{Activity, PageRecord, Removal};

/// A delivery as it arrived, before anything is believed.
#[derive(Debug, Clone)]
pub struct WebhookDelivery {
    /// Header names (any case) and values.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte: signatures cover it as it is.
    pub body: Vec<u8>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// False only where a person says so for a test: the signature is then not checked.
    pub check_signature: bool,
}

impl WebhookDelivery {
    /// The first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// What a delivery is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// The key by which a repeated delivery is known.
    pub id: String,
    /// The CRM's name for the kind of event.
    pub topic: String,
    /// When it happened, by the CRM's clock.
    pub occurred_at: Option<Timestamp>,
}

/// A delivery, checked and translated.
#[derive(Debug)]
pub struct WebhookOutcome {
    /// What it is about.
    pub event: WebhookEvent,
    /// Contacts that it brings or that were read again because of it.
    pub records: Vec<PageRecord>,
    /// Contacts that it says are gone.
    pub removals: Vec<Removal>,
    /// Activities that it brings.
    pub activities: Vec<Activity>,
    /// Why nothing came of it, where nothing did (a ping, an unknown topic).
    pub ignored: Option<String>,
}
