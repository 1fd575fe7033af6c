//! Webhooks: what a CRM tells us unasked, checked, stored once.

use std::time::Duration;

use jiff::Timestamp;
use nurturehub_adapter_kit::Spent;
use nurturehub_port::{ErrorKind, PageRecord, RunId, WebhookDelivery, WebhookOutcome};
use nurturehub_store::contacts::{self, Records};
use nurturehub_store::runs::{self, RunEnd};
use nurturehub_store::traces::{self, TraceRow};
use nurturehub_store::webhooks::{self, DeliveryRecord};
use nurturehub_store::{StoreError, Write};
use serde::{Deserialize, Serialize};
use serde_json::json;
use specta::Type;
use tracing::Instrument;

use crate::session::Session;
use crate::spent::{SpentReport, Split};
use crate::{Engine, EngineError, ErrorReport, audit_words, run_log, sync};

/// What came of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WebhookReport {
    /// It was the CRM's, and it is dealt with.
    pub accepted: bool,
    /// It had arrived before; nothing was done again.
    pub duplicate: bool,
    /// What it is about.
    pub event: String,
    /// Contacts that were stored or removed because of it.
    pub contacts: u64,
    /// Activities that it brought.
    pub activities: u64,
    /// Why nothing came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored: Option<String>,
    /// Where the time went.
    #[serde(default)]
    pub spent: SpentReport,
}

/// What came of replaying a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReplayedDelivery {
    /// The key under which it is kept.
    pub delivery: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// What came of it now, where it could be dealt with.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub report: Option<WebhookReport>,
    /// Why it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// What came of replaying deliveries.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReplayReport {
    /// One for each, oldest first.
    pub results: Vec<ReplayedDelivery>,
}

/// Whether a failure says that the sender was proven, so that the delivery is worth keeping. Adapters
/// check the sender before anything else.
const fn came_after_proof(kind: ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::AuthInvalid
            | ErrorKind::Unsupported
            | ErrorKind::Configuration
            | ErrorKind::VaultLocked
            | ErrorKind::VaultUnavailable
            | ErrorKind::VaultRefused
            | ErrorKind::Cancelled
    )
}

impl Engine {
    /// Checks a delivery and stores what it brings. One whose sender is proven and that cannot be
    /// dealt with now is kept, to be replayed.
    ///
    /// # Errors
    /// `authInvalid` for a bad or missing signature, `protocol` for a body that is not the CRM's,
    /// `unsupported` where the CRM has no webhooks; what stands in the way of reading the contacts.
    pub async fn ingest_webhook(
        &self,
        connection: &str,
        delivery: WebhookDelivery,
    ) -> Result<WebhookReport, EngineError> {
        let record = self.connection(connection).await?;
        sync::refuse_idle(&record)?;
        if !delivery.check_signature {
            let entry =
                self.audit_entry(audit_words::UNVERIFIED_WEBHOOK, Some(&record.id), json!({}));
            self.audit(entry).await?;
        }
        let session = self.session(record).await?;
        self.take_in(&session, delivery, Repeats::Skipped).await
    }

    /// Deals again with deliveries that were kept: one by its key, or all that could not be dealt
    /// with before.
    ///
    /// # Errors
    /// `configuration` where there is no such delivery, storage errors. What goes wrong with a
    /// delivery is in its result.
    pub async fn replay_webhooks(
        &self,
        connection: &str,
        delivery: Option<&str>,
    ) -> Result<ReplayReport, EngineError> {
        let record = self.connection(connection).await?;
        sync::refuse_idle(&record)?;
        let (row, wanted) = (record.row, delivery.map(ToOwned::to_owned));
        let kept = self
            .store
            .read(move |db| match wanted {
                Some(key) => Ok(webhooks::find(db, row, &key)?.into_iter().collect()),
                None => webhooks::failed(db, row),
            })
            .await?;
        if let Some(key) = delivery.filter(|_| kept.is_empty()) {
            return Err(EngineError::with_remedy(
                ErrorKind::Configuration,
                format!("No delivery is kept under `{key}`."),
                "Leave it out to replay all that could not be dealt with.",
            ));
        }
        if !kept.is_empty() {
            let about = json!({ "deliveries": kept.len() });
            self.audit(self.audit_entry(audit_words::WEBHOOKS_REPLAYED, Some(&record.id), about))
                .await?;
        }
        let session = self.session(record).await?;
        let mut results = Vec::with_capacity(kept.len());
        for kept in kept {
            let again = WebhookDelivery {
                headers: Vec::new(),
                body: kept.body,
                received_at: kept.received_at,
                // Its sender was proven when it arrived.
                check_signature: false,
            };
            let (report, error) = match self.take_in(&session, again, Repeats::DoneAgain).await {
                Ok(report) => (Some(report), None),
                Err(error) => (None, Some(error.report())),
            };
            results.push(ReplayedDelivery {
                delivery: kept.event,
                received_at: kept.received_at,
                report,
                error,
            });
        }
        Ok(ReplayReport { results })
    }

    async fn take_in(
        &self,
        session: &Session,
        delivery: WebhookDelivery,
        repeats: Repeats,
    ) -> Result<WebhookReport, EngineError> {
        let now = self.now();
        let id = self.options.random.run_id(now)?;
        let span = run_log::span("webhook", &session.record.id, &id);
        let mut split = Split::new(&self.options.clock);
        let began = split.mark();
        let ingest = session.adapter.ingest_webhook(&delivery);
        let outcome = ingest.instrument(span.clone()).await;
        split.asked(began);
        let kind = outcome.as_ref().err().map(|error| error.kind.as_str());
        let status = if kind.is_some() {
            "failed"
        } else {
            "succeeded"
        };
        run_log::ended(&span, status, kind, &json!({}));
        let run = WebhookRun {
            id,
            connection: session.record.row,
            began: now,
            ended: self.now(),
            trace: session.drain_trace(),
            asked: session.http.spent(),
            split,
        };
        match outcome {
            Ok(outcome) => {
                self.store_delivery(session.record.listing, run, delivery, outcome, repeats)
                    .await
            }
            Err(error) => {
                let error = EngineError::from(error);
                self.keep_failed(run, delivery, &error).await?;
                Err(error)
            }
        }
    }

    async fn store_delivery(
        &self,
        listing: i64,
        mut run: WebhookRun,
        delivery: WebhookDelivery,
        outcome: WebhookOutcome,
        repeats: Repeats,
    ) -> Result<WebhookReport, EngineError> {
        let now = self.now();
        let began = run.split.mark();
        let mut records = Vec::new();
        let mut rejected = Vec::new();
        for record in outcome.records {
            match record {
                PageRecord::Mapped(mapped) => records.push(*mapped),
                PageRecord::Rejected(record) => rejected.push(record),
            }
        }
        let records = Records::pack(records)?;
        let removals = outcome.removals;
        let activities = u64::try_from(outcome.activities.len()).unwrap_or(u64::MAX);
        let (event, ignored) = (outcome.event, outcome.ignored);
        let connection = run.connection;
        let report = self
            .store
            .write(move |tx| {
                let before = webhooks::find(tx, connection, &event.id)?;
                if let Some(before) = before.filter(|_| repeats == Repeats::Skipped) {
                    let before: Result<WebhookReport, _> = serde_json::from_value(before.result);
                    let before = before.map_err(|_| {
                        StoreError::Damaged("a stored delivery has lost its form".into())
                    })?;
                    return Ok(WebhookReport {
                        duplicate: true,
                        contacts: 0,
                        activities: 0,
                        spent: run.spent(began),
                        ..before
                    });
                }
                let counts =
                    contacts::stage_records(tx, connection, listing, &records, &rejected, now)?;
                let removed = contacts::remove(tx, connection, &removals, now)?;
                let report = WebhookReport {
                    accepted: true,
                    duplicate: false,
                    event: event.topic.clone(),
                    contacts: counts.created
                        + counts.updated
                        + counts.unchanged
                        + counts.repeated
                        + removed,
                    activities,
                    ignored,
                    spent: run.spent(began),
                };
                let result = serde_json::to_value(&report).unwrap_or_default();
                run.record(tx, "succeeded", report.contacts, None, &result)?;
                webhooks::record(
                    tx,
                    connection,
                    &DeliveryRecord {
                        event: event.id,
                        topic: event.topic,
                        occurred_at: event.occurred_at,
                        received_at: delivery.received_at,
                        failed: false,
                        body: delivery.body,
                        result,
                    },
                )?;
                Ok(report)
            })
            .await?;
        Ok(report)
    }

    async fn keep_failed(
        &self,
        run: WebhookRun,
        delivery: WebhookDelivery,
        error: &EngineError,
    ) -> Result<(), EngineError> {
        let kind = error.kind();
        // Anybody can send nonsense: it fills neither the history nor the database.
        if !came_after_proof(kind) {
            return Ok(());
        }
        let spent = run.split.report(&[run.asked]);
        let result = json!({ "error": error.report(), "spent": spent });
        self.store
            .write(move |tx| {
                run.record(tx, "failed", 0, Some(kind.as_str()), &result)?;
                webhooks::record(
                    tx,
                    run.connection,
                    &DeliveryRecord {
                        event: webhooks::key_of_body(&delivery.body),
                        topic: String::new(),
                        occurred_at: None,
                        received_at: delivery.received_at,
                        failed: true,
                        body: delivery.body,
                        result,
                    },
                )
            })
            .await?;
        Ok(())
    }
}

/// What becomes of an event that was dealt with before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeats {
    /// A CRM that did not hear our answer sends again: nothing is done.
    Skipped,
    /// A person wants it done again.
    DoneAgain,
}

/// The run that dealing with a delivery is, for the history.
struct WebhookRun {
    id: RunId,
    connection: i64,
    began: Timestamp,
    ended: Timestamp,
    trace: Vec<TraceRow>,
    /// What the CRM let it wait.
    asked: Spent,
    split: Split,
}

impl WebhookRun {
    /// Where its time went, where storing has begun then.
    fn spent(&mut self, storing: Duration) -> SpentReport {
        self.split.stored(storing);
        self.split.report(&[self.asked])
    }

    fn record(
        &self,
        tx: &Write<'_>,
        status: &'static str,
        contacts: u64,
        error_kind: Option<&'static str>,
        report: &serde_json::Value,
    ) -> Result<(), StoreError> {
        let run = runs::begin(tx, &self.id, self.connection, "webhook", self.began)?;
        traces::append(tx, self.connection, run, &self.trace)?;
        let end = RunEnd {
            status,
            at: self.ended,
            contacts,
            error_kind,
            report: report.clone(),
        };
        runs::end(tx, run, &end)
    }
}
