//! Deliveries that CRMs sent us, each kept once.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use crate::{Read, StoreError, Write};

/// A delivery to keep.
#[derive(Debug, Clone)]
pub struct DeliveryRecord {
    /// The key by which a repeat is known.
    pub event: String,
    /// The CRM's name for the kind of event.
    pub topic: String,
    /// When it happened, by the CRM's clock.
    pub occurred_at: Option<Timestamp>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The body as it came.
    pub body: Vec<u8>,
    /// What came of it, as the command line prints it.
    pub result: Value,
}

/// What came of an event that arrived before.
///
/// # Errors
/// What the database answers.
pub fn find(db: &Read<'_>, connection: i64, event: &str) -> Result<Option<Value>, StoreError> {
    let text: Option<String> = db
        .database
        .prepare_cached(
            "SELECT result FROM webhook_delivery WHERE connection_id = ?1 AND event_id = ?2",
        )?
        .query_row(params![connection, event], |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text).unwrap_or(Value::Null)))
}

/// Keeps a delivery; says whether it is new.
///
/// # Errors
/// What the database answers.
pub fn record(
    tx: &Write<'_>,
    connection: i64,
    delivery: &DeliveryRecord,
) -> Result<bool, StoreError> {
    let added = tx.database.execute(
        "INSERT INTO webhook_delivery
             (connection_id, event_id, topic, occurred_at, received_at, body, result)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        params![
            connection,
            delivery.event,
            delivery.topic,
            delivery.occurred_at.map(Timestamp::as_millisecond),
            delivery.received_at.as_millisecond(),
            delivery.body,
            delivery.result.to_string(),
        ],
    )?;
    Ok(added > 0)
}
