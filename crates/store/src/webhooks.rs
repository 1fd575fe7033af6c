//! Deliveries that CRMs sent us, each kept once.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use crate::runs::timestamp;
use crate::{Read, StoreError, Write};

/// Deliveries kept for a connection; the oldest go first. A CRM repeats a delivery for hours or days,
/// and never after so many others.
const KEPT: i64 = 10_000;

/// A delivery, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryRecord {
    /// The key by which a repeat is known.
    pub event: String,
    /// The CRM's name for the kind of event; empty where it could not be read.
    pub topic: String,
    /// When it happened, by the CRM's clock.
    pub occurred_at: Option<Timestamp>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// It could not be dealt with, and waits to be replayed.
    pub failed: bool,
    /// The body as it came.
    pub body: Vec<u8>,
    /// What came of it, as the command line prints it, or the error.
    pub result: Value,
}

/// The key of a delivery that could not be dealt with.
#[must_use]
pub fn key_of_body(body: &[u8]) -> String {
    format!("body:{}", blake3::hash(body).to_hex())
}

const COLUMNS: &str = "event_id, topic, occurred_at, received_at, failed, body, result";

fn read_row(row: &Row<'_>) -> Result<DeliveryRecord, rusqlite::Error> {
    let result: String = row.get(6)?;
    Ok(DeliveryRecord {
        event: row.get(0)?,
        topic: row.get(1)?,
        occurred_at: row.get::<_, Option<i64>>(2)?.map(timestamp),
        received_at: timestamp(row.get(3)?),
        failed: row.get(4)?,
        body: row.get(5)?,
        result: serde_json::from_str(&result).unwrap_or(Value::Null),
    })
}

/// A delivery by its event.
///
/// # Errors
/// What the database answers.
pub fn find(
    db: &Read<'_>,
    connection: i64,
    event: &str,
) -> Result<Option<DeliveryRecord>, StoreError> {
    Ok(db
        .database
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM webhook_delivery WHERE connection_id = ?1 AND event_id = ?2"
        ))?
        .query_row(params![connection, event], read_row)
        .optional()?)
}

/// Deliveries that wait to be replayed, oldest first.
///
/// # Errors
/// What the database answers.
pub fn failed(db: &Read<'_>, connection: i64) -> Result<Vec<DeliveryRecord>, StoreError> {
    let mut statement = db.database.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM webhook_delivery WHERE connection_id = ?1 AND failed ORDER BY id"
    ))?;
    let rows = statement.query_map([connection], read_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Deliveries, newest first, and how many there are in all.
///
/// # Errors
/// What the database answers.
pub fn page(
    db: &Read<'_>,
    connection: i64,
    limit: u32,
    offset: u64,
) -> Result<(u64, Vec<DeliveryRecord>), StoreError> {
    let total: i64 = db
        .database
        .prepare_cached("SELECT count(*) FROM webhook_delivery WHERE connection_id = ?1")?
        .query_row([connection], |row| row.get(0))?;
    let mut statement = db.database.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM webhook_delivery WHERE connection_id = ?1
         ORDER BY id DESC LIMIT ?2 OFFSET ?3"
    ))?;
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![connection, limit, offset], read_row)?;
    let found = rows.collect::<Result<_, _>>()?;
    Ok((u64::try_from(total).unwrap_or_default(), found))
}

/// Keeps a delivery in the place of an earlier one of the same event. One that was dealt with ends the
/// waiting of an earlier failure with the same body.
///
/// # Errors
/// What the database answers.
pub fn record(
    tx: &Write<'_>,
    connection: i64,
    delivery: &DeliveryRecord,
) -> Result<(), StoreError> {
    if !delivery.failed {
        tx.database.execute(
            "DELETE FROM webhook_delivery WHERE connection_id = ?1 AND event_id = ?2 AND failed",
            params![connection, key_of_body(&delivery.body)],
        )?;
    }
    tx.database.execute(
        "INSERT INTO webhook_delivery
             (connection_id, event_id, topic, occurred_at, received_at, failed, body, result)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET topic = excluded.topic, occurred_at = excluded.occurred_at,
             failed = excluded.failed, result = excluded.result",
        params![
            connection,
            delivery.event,
            delivery.topic,
            delivery.occurred_at.map(Timestamp::as_millisecond),
            delivery.received_at.as_millisecond(),
            delivery.failed,
            delivery.body,
            delivery.result.to_string(),
        ],
    )?;
    tx.database.execute(
        "DELETE FROM webhook_delivery WHERE connection_id = ?1 AND id < (
             SELECT id FROM webhook_delivery WHERE connection_id = ?1
             ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        params![connection, KEPT],
    )?;
    Ok(())
}
