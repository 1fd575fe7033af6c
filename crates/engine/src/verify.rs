//! Is a connection reachable, signed in, allowed, readable: step by step.

use std::time::Duration;

use futures_util::StreamExt;
use nurturehub_port::{ErrorKind, Owner, StepName, StepStatus, VerifyStep};
use nurturehub_store::connections::ConnectionRecord;
use nurturehub_store::runs::{self, RunEnd};
use nurturehub_store::{recordings, traces};
use serde::{Deserialize, Serialize};
use specta::Type;
use tracing::Instrument;

use crate::support::{Heard, step_word};
use crate::{Engine, EngineError, ErrorReport, run_log};

/// One step, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VerifyStepReport {
    /// Which.
    pub step: StepName,
    /// How it ended.
    pub status: StepStatus,
    /// What was found.
    pub detail: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Who must do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

impl From<VerifyStep> for VerifyStepReport {
    fn from(step: VerifyStep) -> Self {
        let error = step.error.map(|error| EngineError::from(error).report());
        Self {
            step: step.step,
            status: step.status,
            detail: step.detail,
            duration_ms: step.duration_ms,
            remedy: error.as_ref().map(|error| error.remedy.clone()),
            owner: error.as_ref().map(|error| error.owner),
            error,
        }
    }
}

/// A verification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    /// Every step passed or was rightly skipped.
    pub ok: bool,
    /// The steps, in order.
    pub steps: Vec<VerifyStepReport>,
    /// What the adapter rests on without its having been confirmed, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unconfirmed: Option<String>,
}

impl VerifyReport {
    /// Why the step that failed did.
    #[must_use]
    pub fn error(&self) -> Option<&ErrorReport> {
        self.steps.iter().find_map(|step| step.error.as_ref())
    }
}

/// Attempts at each request of a verification that looks into a failure: the run that failed has
/// tried often enough.
const ATTEMPTS_AFTER: u32 = 1;

impl Engine {
    /// Verifies a connection; `progress` is called as each step ends.
    ///
    /// A step that fails is a finding, not an error.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn verify(
        &self,
        connection: &str,
        progress: &(dyn Fn(&VerifyStepReport) + Send + Sync),
    ) -> Result<VerifyReport, EngineError> {
        let record = self.connection(connection).await?;
        self.verify_record(record, None, progress).await
    }

    /// Verifies a connection: at a person's wish, or to look into the run of this id that failed.
    pub(crate) async fn verify_record(
        &self,
        record: ConnectionRecord,
        after: Option<&str>,
        progress: &(dyn Fn(&VerifyStepReport) + Send + Sync),
    ) -> Result<VerifyReport, EngineError> {
        let unconfirmed = self.unconfirmed(&record);
        let row = record.row;
        let now = self.now();
        let id = self.options.random.run_id(now)?;
        let run_id = id.clone();
        let span = run_log::span("verify", &record.id, &run_id);
        span.in_scope(|| tracing::info!("Run begins."));
        let run = self
            .store
            .write(move |tx| runs::begin(tx, &id, row, "verify", now))
            .await?;
        let mut steps: Vec<VerifyStepReport> = Vec::with_capacity(StepName::ALL.len());
        let mut trace = Vec::new();
        let heard;
        let began = self.options.clock.elapsed();
        match self
            .session_with(record.clone(), after.map(|_| ATTEMPTS_AFTER))
            .instrument(span.clone())
            .await
        {
            Ok(session) => {
                let mut stream = session.adapter.verify_connection();
                while let Some(step) = stream.next().instrument(span.clone()).await {
                    let step = VerifyStepReport::from(step);
                    progress(&step);
                    steps.push(step);
                }
                trace = session.drain_trace();
                heard = Some(Heard::verification(&session, &steps, now));
            }
            Err(error) => {
                heard = self.heard_nothing(false, &record, now);
                let took = self.options.clock.elapsed().saturating_sub(began);
                for step in without_session(&error, took) {
                    progress(&step);
                    steps.push(step);
                }
            }
        }
        let ok = !steps.is_empty() && steps.iter().all(|step| step.status != StepStatus::Failed);
        let report = VerifyReport {
            ok,
            steps,
            unconfirmed,
        };
        let error_kind = report.error().map(|error| error.kind.as_str());
        let mut kept = serde_json::to_value(&report).unwrap_or_default();
        if let Some(error) = report.error() {
            kept["error"] = serde_json::to_value(error).unwrap_or_default();
        }
        if let Some(run) = after {
            kept[AFTER] = run.into();
        }
        // One that looked into a failed run must not take the place of that run's own recording.
        let heard = heard.filter(|_| after.is_none());
        let failed = report.steps.iter().find(|step| step.error.is_some());
        let recording = match failed.and_then(|step| Some((step.step, step.error.as_ref()?))) {
            Some((step, error)) => self.recording(heard, &step_word(step), error).await,
            None => None,
        };
        let end = RunEnd {
            status: if ok { "succeeded" } else { "failed" },
            at: self.now(),
            contacts: 0,
            error_kind,
            report: kept,
        };
        run_log::ended(&span, end.status, end.error_kind, &end.report);
        self.store
            .write(move |tx| {
                traces::append(tx, row, run, &trace)?;
                if let Some(recording) = &recording {
                    recordings::keep(tx, row, run, recording)?;
                }
                runs::end(tx, run, &end)
            })
            .await?;
        self.export(&record.id, &record.provider, &run_id).await;
        Ok(report)
    }
}

/// Where the record of a verification says into which failed run it looked.
pub(crate) const AFTER: &str = "after";

/// The steps where not even an adapter could be made: the error belongs to one of the first two.
fn without_session(error: &EngineError, took: Duration) -> Vec<VerifyStepReport> {
    let report = error.report();
    let failed = match report.kind {
        ErrorKind::Configuration => StepName::Configuration,
        _ => StepName::Credentials,
    };
    StepName::ALL
        .into_iter()
        .map(|step| {
            let (status, detail, error) = match step.cmp(&failed) {
                std::cmp::Ordering::Less => (
                    StepStatus::Passed,
                    "The settings make sense.".to_owned(),
                    None,
                ),
                std::cmp::Ordering::Equal => (
                    StepStatus::Failed,
                    report.message.clone(),
                    Some(report.clone()),
                ),
                std::cmp::Ordering::Greater => (
                    StepStatus::Skipped,
                    "Not tried, because a step before it failed.".into(),
                    None,
                ),
            };
            VerifyStepReport {
                step,
                status,
                detail,
                duration_ms: match status {
                    StepStatus::Failed => u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                    _ => 0,
                },
                remedy: error.as_ref().map(|error| error.remedy.clone()),
                owner: error.as_ref().map(|error| error.owner),
                error,
            }
        })
        .collect()
}
