//! Request traces, masked before they come here, and the count of requests by day.

use jiff::Timestamp;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::runs::timestamp;
use crate::{Read, StoreError, Write};

/// Traces kept for a connection; the oldest go first.
const KEPT: i64 = 20_000;

/// Bytes of traces kept for a connection.
const KEPT_BYTES: i64 = 8 * 1024 * 1024;

/// One request, ready to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceRow {
    /// When it was sent.
    pub at: Timestamp,
    /// The masked entry, as JSON text.
    pub entry: String,
}

/// Keeps a run's requests and counts them into their day.
///
/// # Errors
/// What the database answers.
pub fn append(
    tx: &Write<'_>,
    connection: i64,
    run: i64,
    traces: &[TraceRow],
) -> Result<(), StoreError> {
    keep(tx, connection, run, traces)?;
    let mut count = tx.database.prepare_cached(
        "INSERT INTO request_usage (connection_id, day, requests) VALUES (?1, ?2, 1)
         ON CONFLICT DO UPDATE SET requests = requests + 1",
    )?;
    for trace in traces {
        count.execute(params![connection, day(trace.at)])?;
    }
    Ok(())
}

/// Keeps a run's requests to somebody else than the CRM, which its limits do not count.
///
/// # Errors
/// What the database answers.
pub fn append_uncounted(
    tx: &Write<'_>,
    connection: i64,
    run: i64,
    traces: &[TraceRow],
) -> Result<(), StoreError> {
    keep(tx, -connection, run, traces)
}

/// Rows under a negative connection are of that connection's runs, but not of its CRM.
fn keep(tx: &Write<'_>, connection: i64, run: i64, traces: &[TraceRow]) -> Result<(), StoreError> {
    let mut insert = tx.database.prepare_cached(
        "INSERT INTO request_trace (run_id, connection_id, at, entry) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for trace in traces {
        insert.execute(params![
            run,
            connection,
            trace.at.as_millisecond(),
            trace.entry
        ])?;
    }
    Ok(())
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// A run's requests, oldest first.
///
/// # Errors
/// What the database answers.
pub fn of_run(db: &Read<'_>, run: i64) -> Result<Vec<Value>, StoreError> {
    let mut statement = db
        .database
        .prepare_cached("SELECT entry FROM request_trace WHERE run_id = ?1 ORDER BY id")?;
    let rows = statement.query_map([run], |row| row.get::<_, String>(0))?;
    let mut entries = Vec::new();
    for row in rows {
        entries.push(serde_json::from_str(&row?).unwrap_or(Value::Null));
    }
    Ok(entries)
}

/// When requests were sent since a moment, oldest first: what a provider's limit still counts.
///
/// # Errors
/// What the database answers.
pub fn sent_since(
    db: &Read<'_>,
    connection: i64,
    since: Timestamp,
) -> Result<Vec<Timestamp>, StoreError> {
    let mut statement = db.database.prepare_cached(
        "SELECT at FROM request_trace WHERE connection_id = ?1 AND at >= ?2 ORDER BY at",
    )?;
    let rows = statement.query_map(params![connection, since.as_millisecond()], |row| {
        Ok(timestamp(row.get(0)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Requests sent in the UTC day of a moment.
///
/// # Errors
/// What the database answers.
pub fn sent_on(db: &Read<'_>, connection: i64, at: Timestamp) -> Result<u64, StoreError> {
    let count: i64 = db.database.prepare_cached(
        "SELECT coalesce(sum(requests), 0) FROM request_usage WHERE connection_id = ?1 AND day = ?2",
    )?
    .query_row(params![connection, day(at)], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Lets go of a connection's oldest traces beyond what is kept.
///
/// # Errors
/// What the database answers.
pub fn trim(tx: &Write<'_>, connection: i64) -> Result<(), StoreError> {
    for connection in [connection, -connection] {
        let (rows, bytes): (i64, i64) = tx
            .database
            .prepare_cached(
                "SELECT count(*), coalesce(sum(octet_length(entry)), 0)
                 FROM request_trace WHERE connection_id = ?1",
            )?
            .query_row([connection], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if rows <= KEPT && bytes <= KEPT_BYTES {
            continue;
        }
        tx.database.execute(
            "DELETE FROM request_trace WHERE connection_id = ?1 AND id <= (
             SELECT id FROM request_trace WHERE connection_id = ?1
             ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            params![connection, KEPT],
        )?;
        tx.database.execute(
            "DELETE FROM request_trace WHERE connection_id = ?1 AND id <= (
             SELECT max(id) FROM (
                 SELECT id, sum(octet_length(entry)) OVER (ORDER BY id DESC) AS bytes
                 FROM request_trace WHERE connection_id = ?1)
             WHERE bytes > ?2)",
            params![connection, KEPT_BYTES],
        )?;
    }
    Ok(())
}
