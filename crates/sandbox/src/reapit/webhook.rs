//! Webhook deliveries: the vendor's body and signature.
//!
//! The signature is Ed25519 over the timestamp, directly followed by the raw body; signature and
//! key are base64url without padding.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::setup::Setup;

use super::auth::CUSTOMER;

/// The header with the signature.
const SIGNATURE_HEADER: &str = "X-Signature";

/// Which delivery to make.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookRequest {
    /// For example `contacts.modified`.
    pub topic: String,
    /// The record that it is about.
    pub entity_id: String,
    /// Another event id than the one that this delivery would have; to repeat a delivery.
    #[serde(default)]
    pub event_id: Option<String>,
    /// `new` is null, as for a deleted or archived record.
    #[serde(default)]
    pub without_new: bool,
    /// The customer, where it is to be another.
    #[serde(default)]
    pub customer_id: Option<String>,
    /// How many seconds the signature's timestamp is off; negative is in the past.
    #[serde(default)]
    pub skew_seconds: i64,
    /// Changes the body after it was signed.
    #[serde(default)]
    pub tamper: bool,
}

impl WebhookRequest {
    /// A plain delivery.
    #[must_use]
    pub fn new(topic: impl Into<String>, entity_id: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            entity_id: entity_id.into(),
            event_id: None,
            without_new: false,
            customer_id: None,
            skew_seconds: 0,
            tamper: false,
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
    key: SigningKey,
    pub(super) key_id: String,
    sent: u64,
}

impl Signing {
    pub(super) fn new(setup: &Setup) -> Self {
        let [a, b, ..] = setup.secret("webhook key id");
        Self {
            key: SigningKey::from_bytes(&setup.secret("webhook key")),
            key_id: Uuid::from_u64_pair(
                u64::from_be_bytes([a, b, 0, 0, 0, 0, 0x40, 0]),
                setup.seed | (1 << 63),
            )
            .to_string(),
            sent: 0,
        }
    }

    /// What `/webhooks/signing/{keyId}` answers.
    pub(super) fn public_keys(&self) -> Value {
        json!({
            "keys": [{
                "kid": self.key_id,
                "crv": "Ed25519",
                "x": URL_SAFE_NO_PAD.encode(self.key.verifying_key().as_bytes()),
            }]
        })
    }

    /// Makes a delivery. `current` is the record now, `previous` is what it was before.
    pub(super) fn deliver(
        &mut self,
        request: &WebhookRequest,
        current: Option<Value>,
        previous: Option<Value>,
        now: i64,
    ) -> WebhookDelivery {
        self.sent += 1;
        let new = current.map(bare).filter(|_| !request.without_new);
        let old = previous.map(bare);
        let diff = match (&old, &new) {
            (Some(old), Some(new)) => difference(old, new),
            _ => Value::Null,
        };
        let event_id = request.event_id.clone().unwrap_or_else(|| {
            Uuid::from_u64_pair(0x5eed_0000_0000_4000, self.sent | (1 << 63)).to_string()
        });
        let time = Timestamp::from_millisecond(now).unwrap_or_default();
        let body = json!({
            "SendAttempts": 1,
            "eventId": event_id,
            "entityId": request.entity_id,
            "customerId": request.customer_id.as_deref().unwrap_or(CUSTOMER),
            "eventTime": format!("{time:.7}"),
            "topicId": request.topic,
            "new": new,
            "old": old,
            "diff": diff,
        })
        .to_string();
        let stamp = (now / 1_000 + request.skew_seconds).to_string();
        let signature = self
            .key
            .sign([stamp.as_bytes(), body.as_bytes()].concat().as_slice());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        let header = format!("s:{}:{stamp}:{signature}", self.key_id);
        let body = if request.tamper {
            body.replacen("\"SendAttempts\":1", "\"SendAttempts\":9", 1)
        } else {
            body
        };
        WebhookDelivery {
            headers: vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                (SIGNATURE_HEADER.to_owned(), header),
            ],
            body,
        }
    }
}

/// A record without its links, as webhooks carry it. Metadata is left out, too.
fn bare(mut record: Value) -> Value {
    if let Some(members) = record.as_object_mut() {
        for name in ["_links", "_embedded", "metadata", "extrasField"] {
            members.shift_remove(name);
        }
    }
    record
}

/// What changed: `[old, new]` for each field, one level deeper in objects.
fn difference(old: &Value, new: &Value) -> Value {
    let (Some(before), Some(after)) = (old.as_object(), new.as_object()) else {
        return Value::Null;
    };
    let mut diff = Map::new();
    for (name, value) in after {
        let was = before.get(name).unwrap_or(&Value::Null);
        if was == value {
            continue;
        }
        let change = if was.is_object() && value.is_object() {
            difference(was, value)
        } else {
            json!([was, value])
        };
        diff.insert(name.clone(), change);
    }
    Value::Object(diff)
}
