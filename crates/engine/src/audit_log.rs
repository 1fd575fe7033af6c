//! Who did what and when, as it is shown and exported.
//!
//! The log has what people do, at the window or on the command line. What the schedule starts by itself
//! is not in it: it would bury the rest, and the run history has it.

use jiff::Timestamp;
use nurturehub_store::audit::{self, KeptEntry};
use serde::Serialize;
use serde_json::{Value, json};
use specta::Type;

use crate::{Engine, EngineError, audit_words};

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditLine {
    /// When.
    pub at: Timestamp,
    /// Who: the system account under which it was done.
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

/// A page of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditPage {
    /// How many entries there are in all.
    pub total: u64,
    /// Those of the page, newest first.
    pub entries: Vec<AuditLine>,
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

    /// A page of the audit log, newest first: all of it, or what was done to one connection, by its id;
    /// also one that is purged.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn audit_page(
        &self,
        connection: Option<&str>,
        limit: u32,
        offset: u64,
    ) -> Result<AuditPage, EngineError> {
        let connection = connection.map(ToOwned::to_owned);
        let (total, found) = self
            .store
            .read(move |db| audit::page(db, connection.as_deref(), limit, offset))
            .await?;
        Ok(AuditPage {
            total,
            entries: found.into_iter().map(Into::into).collect(),
        })
    }

    /// Notes which of the settings that decide what people are told were changed, by their names.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn note_alert_settings(&self, changed: &[String]) -> Result<(), EngineError> {
        let about = json!({ "settings": changed });
        self.audit(self.audit_entry(audit_words::ALERTS_SET, None, about))
            .await
    }
}
