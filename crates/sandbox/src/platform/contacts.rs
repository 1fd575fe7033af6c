//! Batches of contacts, and what is held of them.

use std::collections::HashMap;

use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;

use super::problem::problem;

/// The most contacts in a batch.
const BATCH_LIMIT: usize = 500;

/// The longest name that is accepted, in characters.
const NAME_LIMIT: usize = 200;

/// How many contacts are kept whole. Of later ones only the hash is kept, so that a benchmark of a
/// million measures the sender and not this memory.
const BODIES_KEPT: usize = 250_000;

/// The longest idempotency key.
const KEY_LIMIT: usize = 255;

/// A contact as it is held.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeldContact {
    /// Its connection.
    pub connection: String,
    /// Its id in the CRM.
    pub external_id: String,
    /// The hash of the content that was last accepted.
    pub content_hash: String,
    /// How often it was accepted with another content.
    pub revisions: u32,
    /// The contact as it was last accepted; null for those beyond the first 250,000.
    pub body: Value,
}

/// A batch that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// Its idempotency key.
    pub key: String,
    /// Its connection.
    pub connection: String,
    /// How many contacts it had.
    pub size: usize,
    /// How many of them were new.
    pub created: usize,
    /// How many were known with another content.
    pub updated: usize,
    /// How many were known as they are.
    pub unchanged: usize,
    /// How many were refused.
    pub rejected: usize,
    /// How often the batch came again and was answered from memory.
    pub replays: usize,
}

#[derive(Debug)]
struct Held {
    connection: Box<str>,
    external_id: Box<str>,
    content_hash: Box<str>,
    revisions: u32,
    body: Option<Box<str>>,
}

/// What the platform holds.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    /// Whether names over the limit are refused.
    pub(super) limits_names: bool,
    held: Vec<Held>,
    positions: HashMap<(Box<str>, Box<str>), usize>,
    batches: Vec<Batch>,
    answered: HashMap<String, Answered>,
}

/// A batch that was answered, to be answered the same again.
#[derive(Debug)]
struct Answered {
    body_hash: blake3::Hash,
    answer: Bytes,
    batch: usize,
}

#[derive(Deserialize)]
struct BatchBody<'a> {
    connection: String,
    #[serde(borrow)]
    contacts: Vec<&'a RawValue>,
}

/// The members of a contact that the platform looks at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContactHead {
    id: String,
    identity: IdentityHead,
    provenance: ProvenanceHead,
    lifecycle: String,
    category: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdentityHead {
    full_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProvenanceHead {
    external_id: String,
    content_hash: String,
}

/// As much as is needed to name a contact that is refused.
#[derive(Default, Deserialize)]
#[serde(default)]
struct NamedOnly {
    provenance: Value,
}

/// What becomes of one contact.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RowResult {
    external_id: String,
    status: RowStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<RowError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum RowStatus {
    Created,
    Updated,
    Unchanged,
    Rejected,
}

#[derive(Debug, Serialize)]
struct RowError {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
}

impl Contacts {
    /// Nothing held yet.
    pub(super) fn new(limits_names: bool) -> Self {
        Self {
            limits_names,
            ..Self::default()
        }
    }

    pub(super) const fn count(&self) -> usize {
        self.held.len()
    }

    pub(super) fn batches(&self) -> &[Batch] {
        &self.batches
    }

    pub(super) fn get(&self, connection: &str, external_id: &str) -> Option<HeldContact> {
        let key = (connection.into(), external_id.into());
        self.held.get(*self.positions.get(&key)?).map(Held::show)
    }

    pub(super) fn all(&self) -> Vec<HeldContact> {
        self.held.iter().map(Held::show).collect()
    }

    /// Takes a batch.
    pub(super) fn batch(&mut self, call: &Call) -> Answer {
        let Some(key) = call
            .header("idempotency-key")
            .filter(|key| !key.is_empty() && key.len() <= KEY_LIMIT)
        else {
            return problem(
                StatusCode::BAD_REQUEST,
                "idempotencyKeyMissing",
                "An Idempotency-Key header of 1 to 255 characters is needed.",
            );
        };
        let body_hash = blake3::hash(&call.body);
        if let Some(answered) = self.answered.get(key) {
            if answered.body_hash != body_hash {
                return problem(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "idempotencyKeyReused",
                    "This Idempotency-Key came with another body before.",
                );
            }
            if let Some(batch) = self.batches.get_mut(answered.batch) {
                batch.replays += 1;
            }
            return Answer::json(StatusCode::OK, answered.answer.clone());
        }
        let body: BatchBody<'_> = match serde_json::from_slice(&call.body) {
            Ok(body) => body,
            Err(error) => {
                return problem(
                    StatusCode::BAD_REQUEST,
                    "malformed",
                    &format!("The body cannot be read: {error}."),
                );
            }
        };
        if body.contacts.len() > BATCH_LIMIT {
            return problem(
                StatusCode::PAYLOAD_TOO_LARGE,
                "tooManyContacts",
                "A batch has at most 500 contacts.",
            );
        }
        let results: Vec<RowResult> = body
            .contacts
            .iter()
            .map(|contact| self.take(&body.connection, contact.get()))
            .collect();
        let count = |status| results.iter().filter(|row| row.status == status).count();
        self.batches.push(Batch {
            key: key.to_owned(),
            connection: body.connection,
            size: results.len(),
            created: count(RowStatus::Created),
            updated: count(RowStatus::Updated),
            unchanged: count(RowStatus::Unchanged),
            rejected: count(RowStatus::Rejected),
            replays: 0,
        });
        let answer = Bytes::from(json!({ "results": results }).to_string());
        self.answered.insert(
            key.to_owned(),
            Answered {
                body_hash,
                answer: answer.clone(),
                batch: self.batches.len() - 1,
            },
        );
        Answer::json(StatusCode::OK, answer)
    }

    fn take(&mut self, connection: &str, text: &str) -> RowResult {
        let contact = match check(text, self.limits_names) {
            Ok(contact) => contact,
            Err(refused) => return *refused,
        };
        let ProvenanceHead {
            external_id,
            content_hash,
        } = contact.provenance;
        let key = (
            Box::<str>::from(connection),
            Box::<str>::from(&*external_id),
        );
        let known = self
            .positions
            .get(&key)
            .and_then(|position| self.held.get_mut(*position));
        let status = match known {
            Some(held) if *held.content_hash == *content_hash => RowStatus::Unchanged,
            Some(held) => {
                held.content_hash = content_hash.into();
                held.revisions += 1;
                if held.body.is_some() {
                    held.body = Some(text.into());
                }
                RowStatus::Updated
            }
            None => {
                self.held.push(Held {
                    connection: key.0.clone(),
                    external_id: key.1.clone(),
                    content_hash: content_hash.into(),
                    revisions: 1,
                    body: (self.held.len() < BODIES_KEPT).then(|| text.into()),
                });
                self.positions.insert(key, self.held.len() - 1);
                RowStatus::Created
            }
        };
        RowResult {
            external_id,
            status,
            error: None,
        }
    }
}

/// Reads a contact, or says why it is refused.
fn check(text: &str, limits_names: bool) -> Result<ContactHead, Box<RowResult>> {
    let refuse = |external_id: String, code, message: String, field| {
        Box::new(RowResult {
            external_id,
            status: RowStatus::Rejected,
            error: Some(RowError {
                code,
                message,
                field,
            }),
        })
    };
    let contact: ContactHead = match serde_json::from_str(text) {
        Ok(contact) => contact,
        Err(error) => {
            let named: NamedOnly = serde_json::from_str(text).unwrap_or_default();
            let external_id = named
                .provenance
                .get("externalId")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            let message = format!("This is not a contact: {error}.");
            return Err(refuse(external_id, "invalidContact", message, None));
        }
    };
    let id = || contact.provenance.external_id.clone();
    for (value, field) in [
        (&contact.id, "id"),
        (&contact.identity.full_name, "identity.fullName"),
        (&contact.provenance.external_id, "provenance.externalId"),
        (&contact.provenance.content_hash, "provenance.contentHash"),
        (&contact.lifecycle, "lifecycle"),
        (&contact.category, "category"),
    ] {
        if value.trim().is_empty() {
            let message = format!("{field} must not be empty.");
            return Err(refuse(id(), "invalidContact", message, Some(field)));
        }
    }
    if limits_names && contact.identity.full_name.chars().count() > NAME_LIMIT {
        return Err(refuse(
            id(),
            "nameTooLong",
            "A full name has at most 200 characters.".to_owned(),
            Some("identity.fullName"),
        ));
    }
    Ok(contact)
}

impl Held {
    fn show(&self) -> HeldContact {
        HeldContact {
            connection: self.connection.to_string(),
            external_id: self.external_id.to_string(),
            content_hash: self.content_hash.to_string(),
            revisions: self.revisions,
            body: self
                .body
                .as_deref()
                .and_then(|body| serde_json::from_str(body).ok())
                .unwrap_or_default(),
        }
    }
}
