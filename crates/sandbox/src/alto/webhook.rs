//! Webhook deliveries: thin CloudEvents, and no signature but a secret that is sent along.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::setup::Setup;

use super::record::stamp;
use super::sign_in::guid;

/// Which delivery to make.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookRequest {
    /// For example `Contact.Modified`.
    pub topic: String,
    /// The record that it is about.
    pub entity_id: String,
    /// Another event id than the one that this delivery would have; to repeat a delivery.
    #[serde(default)]
    pub event_id: Option<String>,
    /// The agency, where it is to be another.
    #[serde(default)]
    pub agency_ref: Option<String>,
    /// Further contacts that the event touches.
    #[serde(default)]
    pub related: Vec<String>,
    /// How many seconds the event's time is off; negative is in the past.
    #[serde(default)]
    pub skew_seconds: i64,
    /// Sent by somebody who does not know the secret.
    #[serde(default)]
    pub tamper: bool,
    /// The secret goes by HTTP Basic, as its password, and not in `x-signature`.
    #[serde(default)]
    pub basic: bool,
}

impl WebhookRequest {
    /// A plain delivery.
    #[must_use]
    pub fn new(topic: impl Into<String>, entity_id: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            entity_id: entity_id.into(),
            event_id: None,
            agency_ref: None,
            related: Vec::new(),
            skew_seconds: 0,
            tamper: false,
            basic: false,
        }
    }
}

/// A delivery as it would come over the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebhookDelivery {
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

/// Sends deliveries.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) secret: String,
    pub(super) integration: String,
    event_seed: String,
    sent: u64,
}

impl Sender {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            secret: setup.secret_text("alto webhook secret"),
            integration: guid(&setup.secret_text("alto integration")),
            event_seed: setup.secret_text("alto event"),
            sent: 0,
        }
    }

    /// Makes a delivery.
    pub(super) fn deliver(
        &mut self,
        request: &WebhookRequest,
        agency_ref: &str,
        now: i64,
    ) -> WebhookDelivery {
        self.sent += 1;
        let event = request.event_id.clone().unwrap_or_else(|| {
            let digits = blake3::hash(format!("{}/{}", self.event_seed, self.sent).as_bytes());
            guid(digits.to_hex().as_str())
        });
        let id = &request.entity_id;
        let subject = match request.topic.split_once('.') {
            Some(("Contact", _)) => format!("/contacts/{id}"),
            Some(("Branch", _)) => format!("/branches/{id}"),
            Some(("Lead", _)) => format!("/leads/{id}"),
            Some(("Tenancy", _)) => format!("/tenancies/{id}"),
            Some(("Integration", _)) => "/partners/integration".to_owned(),
            _ => format!("/inventory/{id}"),
        };
        let related: Vec<_> = request
            .related
            .iter()
            .map(|id| json!({ "subjectUri": format!("/contacts/{id}"), "subjectId": id }))
            .collect();
        let body = json!({
            "specversion": "1.0",
            "id": format!("{event}|{}", self.integration),
            "type": request.topic,
            "source": "alto",
            "subject": subject,
            "time": stamp(now + request.skew_seconds * 1_000),
            "datacontenttype": "application/json",
            "data": {
                "integrationId": self.integration,
                "agencyRef": request.agency_ref.as_deref().unwrap_or(agency_ref),
                "branchId": "2681",
                "subjectId": id,
                "relatedSubjects": related,
            },
        });
        let secret = if request.tamper {
            "not-the-secret"
        } else {
            &self.secret
        };
        let proof = if request.basic {
            let pair = STANDARD.encode(format!("nurturehub:{secret}"));
            ("Authorization".to_owned(), format!("Basic {pair}"))
        } else {
            ("x-signature".to_owned(), secret.to_owned())
        };
        WebhookDelivery {
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                proof,
            ],
            body: body.to_string(),
        }
    }
}
