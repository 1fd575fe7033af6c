//! Run history.

use jiff::Timestamp;
use nurturehub_adapter_kit::TraceEntry;
use nurturehub_store::StoreError;
use nurturehub_store::runs::{self, RunRecord};
use nurturehub_store::traces;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::{Engine, EngineError, Look, RunKind, RunStatus};

/// A run, in a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// Its id.
    pub run_id: String,
    /// What was done.
    pub kind: RunKind,
    /// How it ended.
    pub status: RunStatus,
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

impl TryFrom<RunRecord> for RunSummary {
    type Error = StoreError;

    fn try_from(run: RunRecord) -> Result<Self, StoreError> {
        Ok(Self {
            kind: RunKind::of_stored(&run.kind)?,
            status: RunStatus::of_stored(&run.status)?,
            run_id: run.id,
            started_at: run.started_at,
            ended_at: run.ended_at,
            contacts: run.contacts,
            error_kind: run.error_kind,
        })
    }
}

/// A page of the run history.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunList {
    /// How many runs there are in all.
    pub total: u64,
    /// Those of the page, newest first.
    pub runs: Vec<RunSummary>,
}

/// A run with all that was kept of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunDetail {
    /// The run.
    #[serde(flatten)]
    pub summary: RunSummary,
    /// What it reported.
    pub report: Value,
    /// Its requests, masked.
    #[specta(type = Vec<TraceEntry>)]
    pub requests: Vec<Value>,
    /// Of a run that failed: what was found of it afterwards, where somebody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
}

impl Engine {
    /// The newest runs of a connection, newest first.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn runs(&self, connection: &str, limit: u32) -> Result<Vec<RunSummary>, EngineError> {
        Ok(self.run_page(connection, limit, 0).await?.runs)
    }

    /// A page of a connection's runs, newest first.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn run_page(
        &self,
        connection: &str,
        limit: u32,
        offset: u64,
    ) -> Result<RunList, EngineError> {
        let record = self.connection(connection).await?;
        let (total, found) = self
            .store
            .read(move |db| runs::page(db, record.row, limit, offset))
            .await?;
        let runs = found.into_iter().map(TryInto::try_into);
        Ok(RunList {
            total,
            runs: runs.collect::<Result<_, StoreError>>()?,
        })
    }

    /// One run with its request trace.
    ///
    /// # Errors
    /// `configuration` where there is no such run, storage errors.
    pub async fn run(&self, id: &str) -> Result<RunDetail, EngineError> {
        let id = id.to_owned();
        let (run, requests, look) = self
            .store
            .read(move |db| {
                let run = runs::get(db, &id)?;
                let requests = traces::of_run(db, run.row)?;
                let look = runs::look_into(db, &run)?;
                Ok((run, requests, look))
            })
            .await?;
        Ok(RunDetail {
            report: run.report.clone(),
            look: look.as_ref().and_then(Look::of),
            summary: run.try_into()?,
            requests,
        })
    }
}
