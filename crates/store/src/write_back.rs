//! Activities that went, or could not go, to the CRM.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::{Read, StoreError, Write};

/// What became of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteBackRecord {
    /// The activity's id.
    pub activity: String,
    /// The contract's word for it.
    pub status: String,
    /// The CRM's id for the entry.
    pub reference: Option<String>,
    /// The error report, as JSON text.
    pub error: Option<String>,
    /// Attempts so far.
    pub attempts: i64,
}

/// What became of an activity, where it was tried before.
///
/// # Errors
/// What the database answers.
pub fn find(
    db: &Read<'_>,
    connection: i64,
    activity: &str,
) -> Result<Option<WriteBackRecord>, StoreError> {
    Ok(db
        .database
        .prepare_cached(
            "SELECT activity_id, status, reference, error, attempts FROM write_back
             WHERE connection_id = ?1 AND activity_id = ?2",
        )?
        .query_row(params![connection, activity], |row| {
            Ok(WriteBackRecord {
                activity: row.get(0)?,
                status: row.get(1)?,
                reference: row.get(2)?,
                error: row.get(3)?,
                attempts: row.get(4)?,
            })
        })
        .optional()?)
}

/// Records an attempt.
///
/// # Errors
/// What the database answers.
pub fn record(
    tx: &Write<'_>,
    connection: i64,
    record: &WriteBackRecord,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "INSERT INTO write_back
                 (connection_id, activity_id, status, reference, error, attempts, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET status = excluded.status, reference = excluded.reference,
                 error = excluded.error, attempts = attempts + 1, acknowledged = 0,
                 at = excluded.at",
        )?
        .execute(params![
            connection,
            record.activity,
            record.status,
            record.reference,
            record.error,
            record.attempts,
            at.as_millisecond(),
        ])?;
    Ok(())
}

/// Marks an activity as acknowledged to the platform.
///
/// # Errors
/// What the database answers.
pub fn acknowledged(tx: &Write<'_>, connection: i64, activity: &str) -> Result<(), StoreError> {
    tx.database.execute(
        "UPDATE write_back SET acknowledged = 1 WHERE connection_id = ?1 AND activity_id = ?2",
        params![connection, activity],
    )?;
    Ok(())
}
