//! Is a connection reachable, signed in, allowed, readable: step by step.

use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use nurturehub_adapter_kit::Spent;
use nurturehub_port::{ErrorKind, Owner, RunId, StepName, StepStatus, VerifyStep};
use nurturehub_store::audit;
use nurturehub_store::connections::ConnectionRecord;
use nurturehub_store::recordings::{self, RecordingRow};
use nurturehub_store::runs::{self, RunEnd};
use nurturehub_store::traces::{self, TraceRow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use specta::Type;
use tracing::Instrument;

use crate::going_on::Asked;
use crate::spent::{SpentReport, Split};
use crate::support::{Heard, step_word};
use crate::{Engine, EngineError, ErrorReport, audit_words, run_log};

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
    /// The steps lead to NurtureHub's platform, where a run failed on that side; else to the CRM.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_platform: bool,
    /// Where the time went.
    #[serde(default)]
    pub spent: SpentReport,
}

impl VerifyReport {
    pub(crate) fn of(steps: Vec<VerifyStepReport>, of_platform: bool) -> Self {
        let failed = |step: &VerifyStepReport| step.status == StepStatus::Failed;
        Self {
            ok: !steps.is_empty() && !steps.iter().any(failed),
            steps,
            unconfirmed: None,
            of_platform,
            spent: SpentReport::default(),
        }
    }

    /// To whom the steps lead.
    pub(crate) const fn side(&self) -> Asked {
        if self.of_platform {
            Asked::Platform
        } else {
            Asked::Crm
        }
    }

    /// Why the step that failed did.
    #[must_use]
    pub fn error(&self) -> Option<&ErrorReport> {
        self.steps.iter().find_map(|step| step.error.as_ref())
    }
}

/// Attempts at each request of a verification that looks into a failure: the run that failed has
/// tried often enough.
pub(crate) const ATTEMPTS_AFTER: u32 = 1;

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
        let mut begun = self.begin_verification(&record).await?;
        let mut steps: Vec<VerifyStepReport> = Vec::with_capacity(StepName::ALL.len());
        let mut trace = Vec::new();
        let heard;
        let mut clients = Vec::new();
        let began = begun.split.mark();
        match self
            .session_with(record.clone(), after.map(|_| ATTEMPTS_AFTER))
            .instrument(begun.span.clone())
            .await
        {
            Ok(session) => {
                let began = begun.split.mark();
                let mut stream = session.adapter.verify_connection();
                while let Some(step) = stream.next().instrument(begun.span.clone()).await {
                    let step = VerifyStepReport::from(step);
                    progress(&step);
                    steps.push(step);
                }
                drop(stream);
                begun.split.asked(began);
                clients.push(session.http.spent());
                trace = session.drain_trace();
                heard = Some(Heard::verification(&session, &steps, begun.at));
            }
            Err(error) => {
                heard = self.heard_nothing(false, &record, begun.at);
                let took = begun.split.mark().saturating_sub(began);
                for step in without_session(&error, took) {
                    progress(&step);
                    steps.push(step);
                }
            }
        }
        let report = VerifyReport {
            unconfirmed,
            spent: begun.spent(&steps, &clients),
            ..VerifyReport::of(steps, false)
        };
        // One that looked into a failed run must not take the place of that run's own recording.
        let heard = heard.filter(|_| after.is_none());
        let failed = report.steps.iter().find(|step| step.error.is_some());
        let recording = match failed.and_then(|step| Some((step.step, step.error.as_ref()?))) {
            Some((step, error)) => self.recording(heard, &step_word(step), error).await,
            None => None,
        };
        let said = Said { trace, recording };
        self.end_verification(&record, begun, after, &report, said)
            .await?;
        Ok(report)
    }

    /// Looks into the run of this id that failed, on the side on which it did.
    pub(crate) async fn look_after(
        &self,
        record: ConnectionRecord,
        run: &str,
        side: Asked,
        progress: &(dyn Fn(&VerifyStepReport) + Send + Sync),
    ) -> Result<VerifyReport, EngineError> {
        match side {
            Asked::Crm => self.verify_record(record, Some(run), progress).await,
            Asked::Platform => self.verify_platform(&record, run, progress).await,
        }
    }

    /// Writes down that a verification begins.
    pub(crate) async fn begin_verification(
        &self,
        record: &ConnectionRecord,
    ) -> Result<Begun, EngineError> {
        let (row, at) = (record.row, self.now());
        let id = self.options.random.run_id(at)?;
        let run_id = id.clone();
        let mut split = Split::new(&self.options.clock);
        let began = split.mark();
        let span = run_log::span("verify", &record.id, &run_id);
        span.in_scope(|| tracing::info!("Run begins."));
        let run = self
            .store
            .write(move |tx| runs::begin(tx, &id, row, "verify", at))
            .await?;
        split.stored(began);
        Ok(Begun {
            run,
            id: run_id,
            at,
            span,
            split,
        })
    }

    /// Writes down what a verification found. `after` is the failed run that it looked into.
    pub(crate) async fn end_verification(
        &self,
        record: &ConnectionRecord,
        begun: Begun,
        after: Option<&str>,
        report: &VerifyReport,
        said: Said,
    ) -> Result<(), EngineError> {
        let mut kept = serde_json::to_value(report).unwrap_or_default();
        if let Some(error) = report.error() {
            kept["error"] = serde_json::to_value(error).unwrap_or_default();
        }
        if let Some(run) = after {
            kept[AFTER] = run.into();
        }
        let end = RunEnd {
            status: if report.ok { "succeeded" } else { "failed" },
            at: self.now(),
            contacts: 0,
            error_kind: report.error().map(|error| error.kind.as_str()),
            report: kept,
        };
        run_log::ended(&begun.span, end.status, end.error_kind, &end.report);
        // One that looks into a failure is nobody's doing.
        let asked = after.is_none().then(|| {
            let about = json!({ "runId": begun.id, "ok": report.ok });
            self.audit_entry(audit_words::VERIFIED, Some(&record.id), about)
        });
        let (row, run, of_platform) = (record.row, begun.run, report.of_platform);
        let Said { trace, recording } = said;
        self.store
            .write(move |tx| {
                if let Some(entry) = &asked {
                    audit::append(tx, entry)?;
                }
                if of_platform {
                    // The CRM's allowance has nothing to do with them.
                    traces::append_uncounted(tx, row, run, &trace)?;
                } else {
                    traces::append(tx, row, run, &trace)?;
                }
                if let Some(recording) = &recording {
                    recordings::keep(tx, row, run, recording)?;
                }
                runs::end(tx, run, &end)
            })
            .await?;
        self.export(&record.id, &record.provider, &begun.id).await;
        Ok(())
    }
}

/// A verification that has begun.
pub(crate) struct Begun {
    run: i64,
    id: RunId,
    at: Timestamp,
    span: tracing::Span,
    pub(crate) split: Split,
}

impl Begun {
    /// Where the time went. The first steps on the way are taken without the client that counts.
    pub(crate) fn spent(&mut self, steps: &[VerifyStepReport], clients: &[Spent]) -> SpentReport {
        let on_the_way = [StepName::Dns, StepName::Connect, StepName::Tls];
        let taken = steps.iter().filter(|step| on_the_way.contains(&step.step));
        let waited: u64 = taken.map(|step| step.duration_ms).sum();
        self.split.add_waiting(Duration::from_millis(waited));
        self.split.report(clients)
    }
}

/// What was said in a verification.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) trace: Vec<TraceRow>,
    pub(crate) recording: Option<RecordingRow>,
}

/// Where the record of a verification says into which failed run it looked.
pub(crate) const AFTER: &str = "after";

/// The steps where not even an adapter could be made: the error belongs to one of the first two.
pub(crate) fn without_session(error: &EngineError, took: Duration) -> Vec<VerifyStepReport> {
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
