//! Pushing: what the preview shows, to the platform.

use nurturehub_platform::{OutgoingContact, PlatformClient, RowResult, RowStatus};
use nurturehub_port::{ErrorKind, RunId};
use nurturehub_store::connections::ConnectionRecord;
use nurturehub_store::contacts::{self, Answered, PushRow, Refusal};
use nurturehub_store::runs::{self, RunEnd};
use nurturehub_store::traces::{self, TraceRow};
use nurturehub_store::{StoreError, Write, audit};
use serde::Serialize;
use serde_json::json;
use specta::Type;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::going_on::Asked;
use crate::lease::{self, RunLease};
use crate::session::drain;
use crate::spent::{SpentReport, Split};
use crate::{Engine, EngineError, audit_words, run_log, sync};

/// Contacts in one batch: the platform takes no more.
const BATCH: u32 = 500;

/// Rejections that a report lists; the preview has them all.
const LISTED_REJECTIONS: usize = 1000;

/// What to push.
#[derive(Debug, Clone, Default)]
pub struct PushOptions {
    /// Count only; send nothing.
    pub dry_run: bool,
    /// Just these contacts, also where they were refused before.
    pub only: Vec<String>,
}

/// What a push did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PushReport {
    /// The run's id.
    pub run_id: RunId,
    /// `succeeded`, `partial` where contacts were refused, `failed` or `cancelled`.
    pub status: &'static str,
    /// Nothing was sent.
    pub dry_run: bool,
    /// In a dry run, the contacts that would have been sent.
    pub would_send: u64,
    /// Contacts sent.
    pub sent: u64,
    /// Of them, taken, whether new or changed.
    pub accepted: u64,
    /// Of them, refused.
    pub rejected: u64,
    /// Of them, taken without a change, since the platform had them so.
    pub unchanged: u64,
    /// Why contacts were refused; of a thousand at most.
    pub rejections: Vec<PushRejection>,
    /// Refused contacts that are not among `rejections`; the preview has them all.
    pub rejections_left_out: u64,
    /// Where the time went.
    pub spent: SpentReport,
    /// What the adapter rests on without its having been confirmed, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unconfirmed: Option<String>,
}

/// Why a contact was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PushRejection {
    /// Its id in the CRM.
    pub external_id: String,
    /// A stable word for the reason.
    pub code: String,
    /// The reason.
    pub message: String,
}

impl Engine {
    /// Sends what the preview shows, in its order, in batches. Each batch's answers are stored
    /// before the next is sent. A batch is named by its content, so that one whose answer was lost
    /// is not taken twice.
    ///
    /// # Errors
    /// `alreadyRunning`, `configuration` or `authInvalid` where the platform is not set, and what
    /// stops the push, as [`EngineError::Run`] with the report of what was done.
    pub async fn push(
        &self,
        connection: &str,
        options: PushOptions,
        progress: &(dyn Fn(u64) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<PushReport, EngineError> {
        let record = self.connection(connection).await?;
        sync::refuse_idle(&record)?;
        let lease = lease::try_take(&self.options.home, &record.id)?;
        let work = self.push_under(&lease, record, options, progress, cancel);
        lease.during(cancel, Box::pin(work)).await
    }

    async fn push_under(
        &self,
        lease: &RunLease,
        record: ConnectionRecord,
        options: PushOptions,
        progress: &(dyn Fn(u64) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<PushReport, EngineError> {
        let now = self.now();
        let id = self.options.random.run_id(now)?;
        let mut report = PushReport {
            run_id: id.clone(),
            status: "succeeded",
            dry_run: options.dry_run,
            would_send: 0,
            sent: 0,
            accepted: 0,
            rejected: 0,
            unchanged: 0,
            rejections: Vec::new(),
            rejections_left_out: 0,
            spent: SpentReport::default(),
            unconfirmed: self.unconfirmed(&record),
        };
        let only = (!options.only.is_empty()).then_some(options.only);
        if options.dry_run {
            return self.dry_run(&record, report, only.as_deref()).await;
        }
        let client = self.platform_client(&record.tenant).await?;
        lease.note().watch(client.http(), Asked::Platform);
        let row = record.row;
        let mut split = Split::new(&self.options.clock);
        let began = split.mark();
        let run = self
            .store
            .write(move |tx| {
                runs::end_abandoned(tx, row, now)?;
                runs::begin(tx, &id, row, "push", now)
            })
            .await?;
        split.stored(began);
        let run_id = report.run_id.clone();
        let span = run_log::span("push", &record.id, &run_id);
        span.in_scope(|| tracing::info!("Run begins."));
        let push = Push {
            record: &record,
            client: &client,
            only: only.as_deref(),
            run,
        };
        let outcome = self
            .push_batches(&push, &mut report, &mut split, progress, cancel)
            .instrument(span.clone())
            .await;
        report.spent = split.report(&[client.http().spent()]);
        let trace = drain(client.http());
        let ended = self.end_push(&record, run, report, outcome, trace).await;
        let (status, error) = match &ended {
            Ok(report) => (report.status, None),
            Err(error) if error.kind() == ErrorKind::Cancelled => ("cancelled", None),
            Err(error) => ("failed", Some(error.kind().as_str())),
        };
        let counts = ended.as_ref().ok().map(serde_json::to_value);
        let counts = counts.and_then(Result::ok).unwrap_or_default();
        run_log::ended(&span, status, error, &counts);
        self.export(&record.id, &record.provider, &run_id).await;
        ended
    }

    /// Contacts that are sent next.
    pub(crate) async fn next(
        &self,
        connection: i64,
        after: i64,
        only: Option<&[String]>,
    ) -> Result<Vec<PushRow>, EngineError> {
        let only = only.map(<[String]>::to_vec);
        Ok(self
            .store
            .read(move |db| contacts::next_to_push(db, connection, after, BATCH, only.as_deref()))
            .await?)
    }

    async fn push_batches(
        &self,
        push: &Push<'_>,
        report: &mut PushReport,
        split: &mut Split,
        progress: &(dyn Fn(u64) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<(), EngineError> {
        let Push {
            record,
            client,
            only,
            run,
        } = *push;
        let mut after = 0;
        loop {
            let began = split.mark();
            let rows = self.next(record.row, after, only).await?;
            split.stored(began);
            let began = split.mark();
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.row;
            let key = batch_key(record, &rows, only.map(|_| &report.run_id));
            let bodies: Vec<OutgoingContact<'_>> = rows
                .iter()
                .map(|row| OutgoingContact {
                    external_id: &row.external_id,
                    json: &row.canonical,
                })
                .collect();
            let answers = tokio::select! {
                biased;
                () = cancel.cancelled() => {
                    Err(EngineError::new(ErrorKind::Cancelled, "The push was cancelled."))
                }
                answers = client.push_batch(&key, &record.id, &bodies) => answers.map_err(EngineError::from),
            };
            split.asked(began);
            let answers = answers?;
            for (row, answer) in rows.iter().zip(&answers) {
                report.count(row, answer);
            }
            let asked = drain(client.http());
            let (connection, id) = (record.row, report.run_id.clone());
            let at = self.now();
            let began = split.mark();
            self.store
                .write(move |tx| {
                    traces::append_uncounted(tx, connection, run, &asked)?;
                    let run = id.as_str();
                    settle(tx, connection, &rows, &answers, Answered { at, run })
                })
                .await?;
            split.stored(began);
            progress(report.sent);
        }
    }

    async fn end_push(
        &self,
        record: &ConnectionRecord,
        run: i64,
        mut report: PushReport,
        outcome: Result<(), EngineError>,
        trace: Vec<TraceRow>,
    ) -> Result<PushReport, EngineError> {
        report.status = match &outcome {
            Ok(()) if report.rejected > 0 => "partial",
            Ok(()) => "succeeded",
            Err(error) if error.kind() == ErrorKind::Cancelled => "cancelled",
            Err(_) => "failed",
        };
        let error = outcome.as_ref().err().map(EngineError::report);
        let mut value = serde_json::to_value(&report).unwrap_or_default();
        if let Some(error) = &error {
            value["error"] = serde_json::to_value(error).unwrap_or_default();
        }
        let end = RunEnd {
            status: report.status,
            at: self.now(),
            contacts: report.sent,
            error_kind: error.map(|error| error.kind.as_str()),
            report: value.clone(),
        };
        let entry = self.audit_entry(
            audit_words::PUSHED,
            Some(&record.id),
            json!({ "sent": report.sent, "accepted": report.accepted, "rejected": report.rejected }),
        );
        let connection = record.row;
        let kept: Result<(), StoreError> = self
            .store
            .write(move |tx| {
                traces::append_uncounted(tx, connection, run, &trace)?;
                audit::append(tx, &entry)?;
                runs::end(tx, run, &end)
            })
            .await;
        match (outcome, kept) {
            (Ok(()), Ok(())) => Ok(report),
            (Ok(()), Err(error)) => Err(error.into()),
            (Err(error), _) => Err(EngineError::Run {
                source: Box::new(error),
                report: Box::new(value),
            }),
        }
    }
}

/// What is pushed, where to, and the row of the run that does it.
struct Push<'a> {
    record: &'a ConnectionRecord,
    client: &'a PlatformClient,
    only: Option<&'a [String]>,
    run: i64,
}

/// Stores what the platform answered to a batch.
fn settle(
    tx: &Write<'_>,
    connection: i64,
    rows: &[PushRow],
    answers: &[RowResult],
    answered: Answered<'_>,
) -> Result<(), StoreError> {
    rows.iter()
        .zip(answers)
        .try_for_each(|(row, answer)| match answer.status {
            RowStatus::Created | RowStatus::Updated | RowStatus::Unchanged => {
                contacts::accept(tx, connection, row, answered)
            }
            RowStatus::Rejected => {
                let (code, message) = reason(answer);
                let refusal = Refusal {
                    code: &code,
                    message: &message,
                    field: answer
                        .error
                        .as_ref()
                        .and_then(|error| error.field.as_deref()),
                };
                contacts::reject(tx, row, refusal, answered)
            }
        })
}

impl PushReport {
    fn count(&mut self, row: &PushRow, answer: &RowResult) {
        self.sent += 1;
        match answer.status {
            RowStatus::Created | RowStatus::Updated => self.accepted += 1,
            RowStatus::Unchanged => self.unchanged += 1,
            RowStatus::Rejected => {
                self.rejected += 1;
                if self.rejections.len() >= LISTED_REJECTIONS {
                    self.rejections_left_out += 1;
                } else {
                    let (code, message) = reason(answer);
                    let external_id = row.external_id.clone();
                    self.rejections.push(PushRejection {
                        external_id,
                        code,
                        message,
                    });
                }
            }
        }
    }
}

fn reason(answer: &RowResult) -> (String, String) {
    answer.error.as_ref().map_or_else(
        || ("rejected".into(), "The platform gave no reason.".into()),
        |error| (error.code.clone(), error.message.clone()),
    )
}

/// The name of a batch: the same contacts with the same content have the same name.
/// Refused contacts that a person sends again must not get the old answer, so such a batch is named
/// by its run, too; the platform knows by the content's hash what it has taken before.
fn batch_key(record: &ConnectionRecord, rows: &[PushRow], again: Option<&RunId>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(record.id.as_str().as_bytes());
    for row in rows {
        hasher.update(&[0]);
        // The whole text: the time of fetching is in it, and not in the content's hash.
        hasher.update(row.canonical.as_bytes());
    }
    if let Some(run) = again {
        hasher.update(&[1]);
        hasher.update(run.as_str().as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}
