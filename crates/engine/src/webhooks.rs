//! Webhooks: what a CRM tells us unasked, checked, stored once.

use nurturehub_port::{PageRecord, WebhookDelivery, WebhookOutcome};
use nurturehub_store::StoreError;
use nurturehub_store::contacts::{self, Records};
use nurturehub_store::webhooks::{self, DeliveryRecord};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Engine, EngineError, audit_words, sync};

/// What came of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl Engine {
    /// Checks a delivery and stores what it brings.
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
        let outcome = session.adapter.ingest_webhook(&delivery).await?;
        self.store_delivery(
            session.record.row,
            session.record.listing,
            delivery,
            outcome,
        )
        .await
    }

    async fn store_delivery(
        &self,
        connection: i64,
        listing: i64,
        delivery: WebhookDelivery,
        outcome: WebhookOutcome,
    ) -> Result<WebhookReport, EngineError> {
        let now = self.now();
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
        let report = self
            .store
            .write(move |tx| {
                if let Some(before) = webhooks::find(tx, connection, &event.id)? {
                    let before: Result<WebhookReport, _> = serde_json::from_value(before);
                    let before = before.map_err(|_| {
                        StoreError::Damaged("a stored delivery has lost its form".into())
                    })?;
                    return Ok(WebhookReport {
                        duplicate: true,
                        contacts: 0,
                        activities: 0,
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
                };
                webhooks::record(
                    tx,
                    connection,
                    &DeliveryRecord {
                        event: event.id,
                        topic: event.topic,
                        occurred_at: event.occurred_at,
                        received_at: delivery.received_at,
                        body: delivery.body,
                        result: serde_json::to_value(&report).unwrap_or_default(),
                    },
                )?;
                Ok(report)
            })
            .await?;
        Ok(report)
    }
}
