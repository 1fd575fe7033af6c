//! Webhook deliveries, signed by the published scheme of Svix, whose hosted screens the vendor's own
//! resemble: `v1,` and the base64 of HMAC-SHA256 over id, timestamp and body, joined by dots.
//!
//! What is in a delivery is not public. This one has what Svix advises: `type`, `timestamp`, `data`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::clock::rfc3339;
use crate::setup::Setup;

use super::ids::{Thing, id_of};

/// Which delivery to make.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookRequest {
    /// For example `person.marketing-preferences.updated`.
    pub topic: String,
    /// The record that it is about.
    #[serde(default)]
    pub entity_id: String,
    /// Another message id than the one that this delivery would have; to repeat a delivery.
    #[serde(default)]
    pub message_id: Option<String>,
    /// How many seconds the signature's timestamp is off; negative is in the past.
    #[serde(default)]
    pub skew_seconds: i64,
    /// How many seconds before now the event happened, for one that comes out of order.
    #[serde(default)]
    pub happened_seconds_ago: i64,
    /// Changes the body after it was signed.
    #[serde(default)]
    pub tamper: bool,
    /// Signs with the secret before the present one, too, as while a secret is changed.
    #[serde(default)]
    pub rotating: bool,
}

impl WebhookRequest {
    /// A plain delivery.
    #[must_use]
    pub fn new(topic: impl Into<String>, entity_id: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            entity_id: entity_id.into(),
            message_id: None,
            skew_seconds: 0,
            happened_seconds_ago: 0,
            tamper: false,
            rotating: false,
        }
    }
}

/// A delivery as it would come over the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebhookDelivery {
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body, to be taken byte for byte.
    pub body: String,
}

/// Signs deliveries.
#[derive(Debug)]
pub(super) struct Signing {
    key: [u8; 32],
    old_key: [u8; 32],
    seed: u64,
    sent: u64,
}

impl Signing {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            key: setup.secret("street webhook key"),
            old_key: setup.secret("street old webhook key"),
            seed: setup.seed,
            sent: 0,
        }
    }

    /// The secret, as an admin copies it.
    pub(super) fn secret(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.key))
    }

    /// Makes a delivery. `person` is the attributes of the person that it is about, as they are now.
    pub(super) fn deliver(
        &mut self,
        request: &WebhookRequest,
        person: Option<&Value>,
        now: i64,
    ) -> WebhookDelivery {
        self.sent += 1;
        let id = request.message_id.clone().unwrap_or_else(|| {
            format!(
                "msg_{}",
                id_of(Thing::Message, self.sent, self.seed).simple()
            )
        });
        let mut data = json!({ "id": request.entity_id });
        for name in ["marketing_consent", "contact_preferences"] {
            if let Some(value) = person.and_then(|person| person.get(name)) {
                data[name] = value.clone();
            }
        }
        let body = json!({
            "type": request.topic,
            "timestamp": rfc3339(now - request.happened_seconds_ago * 1_000),
            "data": data,
        })
        .to_string();
        let stamp = (now / 1_000 + request.skew_seconds).to_string();
        let message = format!("{id}.{stamp}.{body}");
        let sign = |key: &[u8; 32]| {
            // A key of any length will do, so that there is always a code.
            let code = Hmac::<Sha256>::new_from_slice(key)
                .map(|mac| mac.chain_update(message.as_bytes()).finalize().into_bytes());
            format!("v1,{}", STANDARD.encode(code.unwrap_or_default()))
        };
        let mut signature = sign(&self.key);
        if request.rotating {
            signature = format!("{} {signature}", sign(&self.old_key));
        }
        let body = if request.tamper {
            body.replacen("\"type\":", "\"type\" :", 1)
        } else {
            body
        };
        let header = |name: &str, value: String| (name.to_owned(), value);
        WebhookDelivery {
            headers: vec![
                header("Content-Type", "application/json".to_owned()),
                header("svix-id", id),
                header("svix-timestamp", stamp),
                header("svix-signature", signature),
            ],
            body,
        }
    }
}
