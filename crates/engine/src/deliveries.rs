//! Looking at what CRMs told us unasked.

use jiff::Timestamp;
use nurturehub_store::webhooks::{self, DeliveryRecord};
use serde::Serialize;
use specta::Type;

use crate::{Engine, EngineError, ErrorReport, WebhookReport};

/// The longest part of a body that is shown, in bytes.
const SHOWN_BODY: usize = 64 * 1024;

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DeliveryOutcome {
    /// It was dealt with.
    Accepted,
    /// It could not be, and waits to be replayed.
    Failed,
}

/// A delivery, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// The key under which it is kept.
    pub key: String,
    /// The CRM's name for the kind of event.
    pub topic: String,
    /// When it happened, by the CRM's clock.
    pub occurred_at: Option<Timestamp>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// What came of it.
    pub outcome: DeliveryOutcome,
    /// Contacts that were stored or removed because of it.
    pub contacts: u64,
    /// Activities that it brought.
    pub activities: u64,
    /// Why nothing came of it.
    pub ignored: Option<String>,
    /// Why it could not be dealt with.
    pub error: Option<ErrorReport>,
    /// The body as it came, personal data and all: it is this agency's own.
    pub body: String,
}

impl From<DeliveryRecord> for DeliveryView {
    fn from(record: DeliveryRecord) -> Self {
        let report: Option<WebhookReport> = serde_json::from_value(record.result.clone()).ok();
        let error = record.result.get("error").cloned();
        let shown = record.body.get(..SHOWN_BODY).unwrap_or(&record.body);
        Self {
            key: record.event,
            topic: record.topic,
            occurred_at: record.occurred_at,
            received_at: record.received_at,
            outcome: if record.failed {
                DeliveryOutcome::Failed
            } else {
                DeliveryOutcome::Accepted
            },
            contacts: report.as_ref().map_or(0, |report| report.contacts),
            activities: report.as_ref().map_or(0, |report| report.activities),
            ignored: report.and_then(|report| report.ignored),
            error: error.and_then(|error| serde_json::from_value(error).ok()),
            body: String::from_utf8_lossy(shown).into_owned(),
        }
    }
}

/// A page of deliveries.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryList {
    /// How many there are in all.
    pub total: u64,
    /// Those of the page, newest first.
    pub deliveries: Vec<DeliveryView>,
}

impl Engine {
    /// A page of the deliveries that are kept of a connection, newest first.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn deliveries(
        &self,
        connection: &str,
        limit: u32,
        offset: u64,
    ) -> Result<DeliveryList, EngineError> {
        let row = self.connection(connection).await?.row;
        let (total, found) = self
            .store
            .read(move |db| webhooks::page(db, row, limit, offset))
            .await?;
        Ok(DeliveryList {
            total,
            deliveries: found.into_iter().map(Into::into).collect(),
        })
    }
}
