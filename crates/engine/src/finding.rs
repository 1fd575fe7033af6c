//! What is found of a failed run without anybody asking: the steps of a verification, taken once
//! after the run and kept with it.

use jiff::Timestamp;
use nurturehub_port::ErrorKind;
use nurturehub_store::connections::ConnectionRecord;
use nurturehub_store::runs::{self, RunRecord};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::diagnose::{LOOK_BACK, failure, is_work, leave_alone};
use crate::verify::AFTER;
use crate::{Engine, EngineError, ErrorReport, RunSummary, VerifyReport};

/// What the way to the CRM said after a run had failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The run that failed.
    pub run: RunSummary,
    /// When the steps were taken, where they were.
    pub at: Option<Timestamp>,
    /// The steps.
    pub verification: Option<VerifyReport>,
    /// Why none were taken.
    pub not_asked: Option<String>,
}

impl Engine {
    /// Takes the steps of a verification after a run that failed, once for each run, and says whether
    /// it did. It does not where the newest run has not failed, where the way to the CRM is not in
    /// question or the CRM wants to be left alone, and where the run before failed for the same want
    /// of a network and was looked into.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn look_into_failure(&self, connection: &str) -> Result<bool, EngineError> {
        let record = self.connection(connection).await?;
        let Some(found) = self.finding_of(&record).await? else {
            return Ok(false);
        };
        if found.at.is_some() || found.not_asked.is_some() {
            return Ok(false);
        }
        let run = found.run.run_id;
        self.verify_record(record, Some(&run), &|_| {}).await?;
        Ok(true)
    }

    /// What was found of the newest run of a connection that did something, where it failed.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn finding(&self, connection: &str) -> Result<Option<Finding>, EngineError> {
        let record = self.connection(connection).await?;
        self.finding_of(&record).await
    }

    /// What was found of this run, where it failed: by the steps that were taken after it or after one
    /// before it, or why none were.
    pub(crate) async fn finding_about(
        &self,
        record: &ConnectionRecord,
        run: &RunRecord,
    ) -> Result<Option<Finding>, EngineError> {
        if let Some(newest) = self.finding_of(record).await?
            && newest.run.run_id == run.id
        {
            return Ok(Some(newest));
        }
        let row = record.row;
        let all = self
            .store
            .read(move |db| runs::newest(db, row, None, LOOK_BACK))
            .await?;
        // Of an older one no reason is given why it was left alone: that depends on what came after.
        let Some((at, verification)) = look_at(&all, &run.id) else {
            return Ok(None);
        };
        Ok(Some(Finding {
            run: run.clone().try_into()?,
            at: Some(at),
            verification: Some(verification),
            not_asked: None,
        }))
    }

    pub(crate) async fn finding_of(
        &self,
        record: &ConnectionRecord,
    ) -> Result<Option<Finding>, EngineError> {
        let row = record.row;
        let all = self
            .store
            .read(move |db| runs::newest(db, row, None, LOOK_BACK))
            .await?;
        let mut failed = failed_in_a_row(&all);
        let Some((run, error)) = failed.next() else {
            return Ok(None);
        };
        let mut seen = look_at(&all, &run.id);
        if seen.is_none()
            && lacks_network(error.kind)
            && let Some((before, earlier)) = failed.next()
            && earlier.kind == error.kind
        {
            seen = look_at(&all, &before.id);
        }
        let ended = run.ended_at.unwrap_or(run.started_at);
        let not_asked = match seen {
            Some(_) => None,
            None => leave_alone(run, &error, ended).map(ToOwned::to_owned),
        };
        let (at, verification) = seen.unzip();
        Ok(Some(Finding {
            run: run.clone().try_into()?,
            at,
            verification,
            not_asked,
        }))
    }
}

/// The runs that did something and failed, newest first, up to one that did not fail.
fn failed_in_a_row(all: &[RunRecord]) -> impl Iterator<Item = (&RunRecord, ErrorReport)> {
    all.iter().filter(|run| is_work(run)).map_while(failure)
}

/// When a run was looked into, and what was seen.
fn look_at(all: &[RunRecord], run: &str) -> Option<(Timestamp, VerifyReport)> {
    let look = all
        .iter()
        .find(|look| look.kind == "verify" && look.report[AFTER] == run)?;
    let seen = VerifyReport::deserialize(&look.report).ok()?;
    Some((look.ended_at?, seen))
}

/// Whether a computer without a network fails like this.
const fn lacks_network(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NetworkDns | ErrorKind::NetworkConnect | ErrorKind::NetworkProxy
    )
}
