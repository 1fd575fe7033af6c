//! Why a run failed: what it said itself, and what the way to the CRM says now.
//!
//! For after a failed run, by whoever started it. What is found is kept as a run of its own that
//! explains the failure and changes nothing about it: health passes it over, so that a CRM that
//! answers again one moment later does not hide that the sync failed.

use jiff::Timestamp;
use nurturehub_port::{ErrorKind, Owner, Retry, StepName};
use nurturehub_store::runs::{self, RunRecord};
use serde::{Deserialize, Serialize};

use crate::going_on::Asked;
use crate::{Engine, EngineError, ErrorReport, RunSummary, VerifyReport, VerifyStepReport};

/// Runs that are looked back on to find the newest that did something.
pub(crate) const LOOK_BACK: u32 = 50;

/// The status by which the platform says that it is asked too often.
const TOO_MANY_REQUESTS: u16 = 429;

/// A failed run, explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// The run.
    pub run: RunSummary,
    /// What it ended with.
    pub error: ErrorReport,
    /// The way to the CRM, or to NurtureHub where the run failed on that side, step by step, as it is
    /// now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerifyReport>,
    /// Why nobody was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_asked: Option<String>,
    /// What it comes down to.
    pub cause: Cause,
}

impl Diagnosis {
    pub(crate) fn of(
        run: RunSummary,
        error: ErrorReport,
        verification: Option<VerifyReport>,
        not_asked: Option<String>,
    ) -> Self {
        Self {
            cause: cause(&error, verification.as_ref()),
            run,
            error,
            verification,
            not_asked,
        }
    }
}

/// What a failure comes down to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// Which of the closed list.
    pub kind: ErrorKind,
    /// It, in a few words.
    pub title: String,
    /// Where such a failure comes from.
    pub explanation: &'static str,
    /// What was found.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// Who must do it.
    pub owner: Owner,
    /// The step of the verification that found it; none where the run itself did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<StepName>,
}

impl Cause {
    fn of(error: &ErrorReport, step: Option<StepName>) -> Self {
        Self {
            kind: error.kind,
            title: error.title.clone(),
            explanation: error.kind.facts().cause,
            message: error.message.clone(),
            remedy: error.remedy.clone(),
            owner: error.owner,
            step,
        }
    }
}

impl Engine {
    /// Explains the newest run of a connection that synced, pushed or wrote back, where it failed;
    /// none where it did not. The CRM, or the platform where the run failed on that side, is asked for
    /// each step once, and not at all where it wants to be left alone, or where the way to it is not in
    /// question.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn diagnose(
        &self,
        connection: &str,
        progress: &(dyn Fn(&VerifyStepReport) + Send + Sync),
    ) -> Result<Option<Diagnosis>, EngineError> {
        let record = self.connection(connection).await?;
        let row = record.row;
        let found = self
            .store
            .read(move |db| runs::newest(db, row, None, LOOK_BACK))
            .await?;
        let newest = found.iter().find(|run| is_work(run));
        let Some((run, error)) = newest.and_then(failure) else {
            return Ok(None);
        };
        let not_asked = leave_alone(run, &error, self.now());
        let verification = match not_asked {
            Some(_) => None,
            None => Some(
                self.look_after(record, &run.id, side(run, &error), progress)
                    .await?,
            ),
        };
        let run = run.clone().try_into()?;
        let not_asked = not_asked.map(ToOwned::to_owned);
        Ok(Some(Diagnosis::of(run, error, verification, not_asked)))
    }
}

/// Whether a run was to bring something about, and has ended.
pub(crate) fn is_work(run: &RunRecord) -> bool {
    let is_kind = matches!(run.kind.as_str(), "sync" | "push" | "writeBack");
    is_kind && run.ended_at.is_some()
}

/// A run with what it failed of, where it did.
pub(crate) fn failure(run: &RunRecord) -> Option<(&RunRecord, ErrorReport)> {
    if run.status != "failed" {
        return None;
    }
    let error = ErrorReport::deserialize(&run.report["error"]).ok()?;
    Some((run, error))
}

/// On whose side a run failed: a push asks the platform alone, and a write-back both.
pub(crate) fn side(run: &RunRecord, error: &ErrorReport) -> Asked {
    if run.kind == "push" || error.kind == ErrorKind::PlatformDown {
        Asked::Platform
    } else {
        Asked::Crm
    }
}

/// Why nobody is asked, where that is so.
pub(crate) fn leave_alone(
    run: &RunRecord,
    error: &ErrorReport,
    now: Timestamp,
) -> Option<&'static str> {
    let of_platform = side(run, error) == Asked::Platform;
    match error.kind {
        ErrorKind::RateLimited | ErrorKind::QuotaExhausted => {
            Some("The CRM wants fewer requests, so that it was asked nothing.")
        }
        ErrorKind::StorageFull
        | ErrorKind::StorageCorrupt
        | ErrorKind::StorageBusy
        | ErrorKind::PlatformRejected
        | ErrorKind::AlreadyRunning
        | ErrorKind::IncompleteListing
        | ErrorKind::Unsupported
        | ErrorKind::Internal => Some(if of_platform {
            "The way to NurtureHub is not in question."
        } else {
            "The way to the CRM is not in question."
        }),
        _ if of_platform && error.detail["evidence"]["status"] == TOO_MANY_REQUESTS => {
            Some("NurtureHub wants fewer requests, so that it was asked nothing.")
        }
        _ => match Retry::deserialize(&error.detail["retry"]) {
            Ok(Retry::At(at)) if at > now => Some(if of_platform {
                "NurtureHub named a time before which it is not to be asked again."
            } else {
                "The CRM named a time before which it is not to be asked again."
            }),
            _ => None,
        },
    }
}

/// What a step found says more than the run, unless it is only about the asking itself.
fn cause(error: &ErrorReport, verification: Option<&VerifyReport>) -> Cause {
    let found = verification.and_then(|report| {
        let step = report.steps.iter().find(|step| step.error.is_some())?;
        Some((step.step, step.error.as_ref()?))
    });
    match found {
        Some((step, found))
            if !matches!(
                found.kind,
                ErrorKind::RateLimited | ErrorKind::QuotaExhausted
            ) =>
        {
            Cause::of(found, Some(step))
        }
        _ => Cause::of(error, None),
    }
}
