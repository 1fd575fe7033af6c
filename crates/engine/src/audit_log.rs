//! Who did what and when, as it is shown and exported.

use jiff::Timestamp;
use nurturehub_store::audit::{self, KeptEntry};
use serde::Serialize;
use serde_json::Value;

use crate::{Engine, EngineError};

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditLine {
    /// When.
    pub at: Timestamp,
    /// Who: a person's system account, or the schedule.
    pub actor: String,
    /// What, as a stable word.
    pub action: String,
    /// To which connection, by its id then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// More about it; no secret and no personal data.
    pub detail: Value,
}

impl From<KeptEntry> for AuditLine {
    fn from(entry: KeptEntry) -> Self {
        Self {
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            connection: entry.connection,
            detail: entry.detail,
        }
    }
}

/// Which part of the audit log is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// About this connection, by its id; also one that is purged.
    pub connection: Option<String>,
}

impl Engine {
    /// The audit log, oldest first.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn audit_log(&self, filter: AuditFilter) -> Result<Vec<AuditLine>, EngineError> {
        let found = self
            .store
            .read(move |db| audit::select(db, filter.since, filter.connection.as_deref()))
            .await?;
        Ok(found.into_iter().map(Into::into).collect())
    }
}
