//! What was said in runs that failed, masked and packed before it comes here.

use rusqlite::{OptionalExtension, params};

use crate::{Read, StoreError, Write};

/// Recordings kept for a connection; the oldest go first.
pub const KEPT: u32 = 5;

/// Largest recording that is kept, packed, in bytes.
pub const LARGEST: usize = 2 * 1024 * 1024;

/// One recording.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordingRow {
    /// What names in it were replaced by.
    pub key: [u8; 32],
    /// It, packed.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for RecordingRow {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RecordingRow")
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}

/// Keeps a run's recording, and lets go of the connection's oldest ones beyond what is kept. One that
/// is larger than allowed is not kept.
///
/// # Errors
/// What the database answers.
pub fn keep(
    tx: &Write<'_>,
    connection: i64,
    run: i64,
    recording: &RecordingRow,
) -> Result<(), StoreError> {
    if recording.content.len() > LARGEST {
        return Ok(());
    }
    tx.database.execute(
        "INSERT OR REPLACE INTO run_recording (run_id, connection_id, key, content)
         VALUES (?1, ?2, ?3, ?4)",
        params![run, connection, recording.key, recording.content],
    )?;
    tx.database.execute(
        "DELETE FROM run_recording WHERE connection_id = ?1 AND run_id <= (
         SELECT run_id FROM run_recording WHERE connection_id = ?1
         ORDER BY run_id DESC LIMIT 1 OFFSET ?2)",
        params![connection, KEPT],
    )?;
    Ok(())
}

/// Lets go of the recordings of syncs that ended in part, before the next such one is kept: such trouble
/// comes back with every sync, and would leave no room for what else has failed.
///
/// # Errors
/// What the database answers.
pub fn forget_in_part(tx: &Write<'_>, connection: i64) -> Result<(), StoreError> {
    tx.database.execute(
        "DELETE FROM run_recording WHERE run_id IN (
         SELECT run.id FROM run_recording JOIN run ON run.id = run_recording.run_id
         WHERE run_recording.connection_id = ?1 AND run.kind = 'sync' AND run.status = 'partial')",
        params![connection],
    )?;
    Ok(())
}

/// A run's recording, where there is one.
///
/// # Errors
/// What the database answers.
pub fn of_run(db: &Read<'_>, run: i64) -> Result<Option<RecordingRow>, StoreError> {
    Ok(db
        .database
        .prepare_cached("SELECT key, content FROM run_recording WHERE run_id = ?1")?
        .query_row([run], |row| {
            Ok(RecordingRow {
                key: row.get(0)?,
                content: row.get(1)?,
            })
        })
        .optional()?)
}
