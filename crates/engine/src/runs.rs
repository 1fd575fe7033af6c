//! Run history.

use jiff::Timestamp;
use nurturehub_store::runs::{self, RunRecord};
use nurturehub_store::traces;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Engine, EngineError};

/// A run, in a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// Its id.
    pub run_id: String,
    /// What was done.
    pub kind: String,
    /// How it ended.
    pub status: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Contacts that it listed or sent.
    pub contacts: i64,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_kind: Option<String>,
}

impl From<RunRecord> for RunSummary {
    fn from(run: RunRecord) -> Self {
        Self {
            run_id: run.id,
            kind: run.kind,
            status: run.status,
            started_at: run.started_at,
            ended_at: run.ended_at,
            contacts: run.contacts,
            error_kind: run.error_kind,
        }
    }
}

/// A run with all that was kept of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunDetail {
    /// The run.
    #[serde(flatten)]
    pub summary: RunSummary,
    /// What it reported.
    pub report: Value,
    /// Its requests, masked.
    pub requests: Vec<Value>,
}

impl Engine {
    /// The newest runs of a connection, newest first.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn runs(&self, connection: &str, limit: u32) -> Result<Vec<RunSummary>, EngineError> {
        let record = self.connection(connection).await?;
        let found = self
            .store
            .read(move |db| runs::newest(db, record.row, None, limit))
            .await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// One run with its request trace.
    ///
    /// # Errors
    /// `configuration` where there is no such run, storage errors.
    pub async fn run(&self, id: &str) -> Result<RunDetail, EngineError> {
        let id = id.to_owned();
        let (run, requests) = self
            .store
            .read(move |db| {
                let run = runs::get(db, &id)?;
                let requests = traces::of_run(db, run.row)?;
                Ok((run, requests))
            })
            .await?;
        Ok(RunDetail {
            report: run.report.clone(),
            summary: run.into(),
            requests,
        })
    }
}
