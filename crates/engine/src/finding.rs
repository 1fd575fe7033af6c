//! What is found of a failed run without anybody asking: the steps of a verification, taken once
//! after the run and kept with it.

use jiff::Timestamp;
use nurturehub_port::ErrorKind;
use nurturehub_store::connections::ConnectionRecord;
use nurturehub_store::runs::{self, RunRecord};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::diagnose::{LOOK_BACK, failure, is_work, leave_alone, side};
use crate::going_on::Asked;
use crate::verify::AFTER;
use crate::{
    Diagnosis, Engine, EngineError, ErrorReport, RunSummary, VerifyReport, VerifyStepReport,
};

/// What was seen by somebody who looked into a run that had failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// The steps that were taken.
    pub verification: VerifyReport,
}

impl Look {
    /// It, by the run that it was.
    pub(crate) fn of(run: &RunRecord) -> Option<Self> {
        Some(Self {
            at: run.ended_at?,
            verification: VerifyReport::deserialize(&run.report).ok()?,
        })
    }
}

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

/// A run that failed.
struct Failed {
    found: Finding,
    /// What it ended with.
    error: ErrorReport,
    /// Where it failed.
    side: Asked,
}

impl Finding {
    const fn is_to_be_looked_into(&self) -> bool {
        self.at.is_none() && self.not_asked.is_none()
    }
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
        let Some(Failed { found, side, .. }) = self.failure_of(&record).await? else {
            return Ok(false);
        };
        if !found.is_to_be_looked_into() {
            return Ok(false);
        }
        let run = found.run.run_id;
        self.look_after(record, &run, side, &|_| {}).await?;
        Ok(true)
    }

    /// Looks into a run that has just failed, as [`Engine::look_into_failure`] does, and explains it;
    /// none where no run that began at `since` or later has failed: what a command was refused
    /// before it began a run is no reason to tell of an older one.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn explain_failure(
        &self,
        connection: &str,
        since: Timestamp,
        progress: &(dyn Fn(&VerifyStepReport) + Send + Sync),
    ) -> Result<Option<Diagnosis>, EngineError> {
        let record = self.connection(connection).await?;
        let Some(Failed { found, error, side }) = self.failure_of(&record).await? else {
            return Ok(None);
        };
        // Kept to the millisecond.
        if found.run.started_at.as_millisecond() < since.as_millisecond() {
            return Ok(None);
        }
        let verification = if found.is_to_be_looked_into() {
            let run = &found.run.run_id;
            Some(self.look_after(record, run, side, progress).await?)
        } else {
            found.verification
        };
        let (run, not_asked) = (found.run, found.not_asked);
        Ok(Some(Diagnosis::of(run, error, verification, not_asked)))
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
        let Some(Look { at, verification }) = look_at(&all, &run.id) else {
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
        Ok(self.failure_of(record).await?.map(|failed| failed.found))
    }

    /// What was found of the newest run that did something and failed, and what it ended with.
    async fn failure_of(&self, record: &ConnectionRecord) -> Result<Option<Failed>, EngineError> {
        let row = record.row;
        let all = self
            .store
            .read(move |db| runs::newest(db, row, None, LOOK_BACK))
            .await?;
        let mut failed = failed_in_a_row(&all);
        let Some((run, error)) = failed.next() else {
            return Ok(None);
        };
        let side = side(run, &error);
        let mut seen = look_at(&all, &run.id);
        if seen.is_none()
            && lacks_network(error.kind)
            && let Some((before, earlier)) = failed.next()
            && earlier.kind == error.kind
        {
            let of_same = |look: &Look| look.verification.side() == side;
            seen = look_at(&all, &before.id).filter(of_same);
        }
        let ended = run.ended_at.unwrap_or(run.started_at);
        let not_asked = match seen {
            Some(_) => None,
            None => leave_alone(run, &error, ended).map(ToOwned::to_owned),
        };
        let (at, verification) = seen.map(|look| (look.at, look.verification)).unzip();
        let found = Finding {
            run: run.clone().try_into()?,
            at,
            verification,
            not_asked,
        };
        Ok(Some(Failed { found, error, side }))
    }
}

/// The runs that did something and failed, newest first, up to one that did not fail.
fn failed_in_a_row(all: &[RunRecord]) -> impl Iterator<Item = (&RunRecord, ErrorReport)> {
    all.iter().filter(|run| is_work(run)).map_while(failure)
}

/// What was seen of a run, where it was looked into.
fn look_at(all: &[RunRecord], run: &str) -> Option<Look> {
    let look = |look: &&RunRecord| look.kind == "verify" && look.report[AFTER] == run;
    Look::of(all.iter().find(look)?)
}

/// Whether a computer without a network fails like this.
const fn lacks_network(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NetworkDns | ErrorKind::NetworkConnect | ErrorKind::NetworkProxy
    )
}
