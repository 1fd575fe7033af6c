//! The error of the port.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ErrorKind, Owner, Retry, Scope};

/// What an error can be traced by, on both sides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The CRM's id for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Which attempt it was, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
}

/// Why an adapter could not do what it was asked.
///
/// The message is for people and holds no secret and no personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct AdapterError {
    /// Which of the closed list.
    pub kind: ErrorKind,
    /// What happened, in plain English.
    pub message: String,
    /// Whether trying again can help.
    pub retry: Retry,
    /// Who must act.
    pub owner: Owner,
    /// How far it reaches.
    pub scope: Scope,
    /// What to do.
    pub remedy: String,
    /// What it can be traced by.
    pub evidence: Evidence,
}

impl AdapterError {
    /// An error with the facts of its kind.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let facts = kind.facts();
        Self {
            kind,
            message: message.into(),
            retry: facts.retry,
            owner: facts.owner,
            scope: facts.scope,
            remedy: facts.remedy.to_owned(),
            evidence: Evidence::default(),
        }
    }

    /// With a remedy nearer to the case.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// With another rule for trying again.
    #[must_use]
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// With somebody else to act.
    #[must_use]
    pub const fn owner(mut self, owner: Owner) -> Self {
        self.owner = owner;
        self
    }

    /// With another reach.
    #[must_use]
    pub const fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// With what it can be traced by.
    #[must_use]
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence = evidence;
        self
    }
}
