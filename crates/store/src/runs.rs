//! Runs: what the engine did, when, and how it ended.

use jiff::Timestamp;
use nurturehub_port::RunId;
use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use crate::{Read, StoreError, Write, run_budget, traces};

/// A stored time. Every one of them was written from a `Timestamp`, so the fallback is never met.
pub(crate) fn timestamp(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A run, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// The key of its rows in other tables.
    pub row: i64,
    /// Its id.
    pub id: String,
    /// The connection's row.
    pub connection: i64,
    /// What was done: `sync`, `push`, `verify`, `writeBack`, `webhook`.
    pub kind: String,
    /// `running`, or how it ended.
    pub status: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Contacts that it listed or sent.
    pub contacts: i64,
    /// Why it failed, where it did.
    pub error_kind: Option<String>,
    /// What it reports, as the command line prints it.
    pub report: Value,
}

const COLUMNS: &str =
    "id, key, connection_id, kind, status, started_at, ended_at, contacts, error_kind, report";

fn read_row(row: &Row<'_>) -> Result<RunRecord, rusqlite::Error> {
    let report: String = row.get(9)?;
    Ok(RunRecord {
        row: row.get(0)?,
        id: row.get(1)?,
        connection: row.get(2)?,
        kind: row.get(3)?,
        status: row.get(4)?,
        started_at: timestamp(row.get(5)?),
        ended_at: row.get::<_, Option<i64>>(6)?.map(timestamp),
        contacts: row.get(7)?,
        error_kind: row.get(8)?,
        report: serde_json::from_str(&report).unwrap_or(Value::Null),
    })
}

/// Begins a run and says under which row.
///
/// # Errors
/// What the database answers.
pub fn begin(
    tx: &Write<'_>,
    id: &RunId,
    connection: i64,
    kind: &str,
    at: Timestamp,
) -> Result<i64, StoreError> {
    tx.database.execute(
        "INSERT INTO run (key, connection_id, kind, status, started_at, report)
         VALUES (?1, ?2, ?3, 'running', ?4, '{}')",
        params![id.as_str(), connection, kind, at.as_millisecond()],
    )?;
    Ok(tx.database.last_insert_rowid())
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct RunEnd {
    /// `succeeded`, `partial`, `failed` or `cancelled`.
    pub status: &'static str,
    /// When.
    pub at: Timestamp,
    /// Contacts that it listed or sent.
    pub contacts: u64,
    /// Why it failed, where it did.
    pub error_kind: Option<&'static str>,
    /// What it reports.
    pub report: Value,
}

/// Ends a run, and lets go of what its connection's history may not take any more.
///
/// # Errors
/// What the database answers.
pub fn end(tx: &Write<'_>, row: i64, end: &RunEnd) -> Result<(), StoreError> {
    let ended = tx.database.query_row(
        "UPDATE run SET status = ?2, ended_at = ?3, contacts = ?4, error_kind = ?5, report = ?6
         WHERE id = ?1 RETURNING connection_id, kind",
        params![
            row,
            end.status,
            end.at.as_millisecond(),
            i64::try_from(end.contacts).unwrap_or(i64::MAX),
            end.error_kind,
            end.report.to_string(),
        ],
        |ended| Ok((ended.get::<_, i64>(0)?, ended.get::<_, String>(1)?)),
    );
    match ended.optional()? {
        // Small ones that come many at a time are looked at now and then.
        Some((_, kind)) if is_small(&kind) && row % SMALL_AT_ONCE != 0 => Ok(()),
        Some((connection, _)) => {
            traces::trim(tx, connection)?;
            run_budget::trim(tx, connection)
        }
        None => Ok(()),
    }
}

/// So many deliveries and renewals may come before the budgets are looked at.
const SMALL_AT_ONCE: i64 = 50;

fn is_small(kind: &str) -> bool {
    matches!(kind, "webhook" | "keepAlive")
}

/// Ends runs of a connection whose holder died. Called by whoever holds the connection's lease, so
/// that none of them can still be at work. Says how many there were.
///
/// # Errors
/// What the database answers.
pub fn end_abandoned(tx: &Write<'_>, connection: i64, at: Timestamp) -> Result<usize, StoreError> {
    Ok(tx.database.execute(
        "UPDATE run SET status = 'interrupted', ended_at = ?2
         WHERE connection_id = ?1 AND status = 'running' AND kind IN ('sync', 'push', 'writeBack')",
        params![connection, at.as_millisecond()],
    )?)
}

/// The newest runs of a connection, newest first; of one kind, where one is named. Those that only tried
/// what a push would send are none of them: they would hide what was sent.
///
/// # Errors
/// What the database answers.
pub fn newest(
    db: &Read<'_>,
    connection: i64,
    kind: Option<&str>,
    limit: u32,
) -> Result<Vec<RunRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM run
         WHERE connection_id = ?1 AND (?2 IS NULL OR kind = ?2)
         AND (kind <> 'push' OR json_extract(report, '$.dryRun') IS NOT 1)
         ORDER BY id DESC LIMIT ?3"
    );
    let mut statement = db.database.prepare_cached(&sql)?;
    let rows = statement.query_map(params![connection, kind, limit], read_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A run, without what it reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunMark {
    /// Its id.
    pub id: String,
    /// `running`, or how it ended.
    pub status: String,
    /// When it began.
    pub started_at: Timestamp,
    /// Contacts that it listed or sent.
    pub contacts: i64,
}

/// The runs of a connection that are of this kind and began no earlier, oldest first.
///
/// # Errors
/// What the database answers.
pub fn marks_since(
    db: &Read<'_>,
    connection: i64,
    kind: &str,
    since: Timestamp,
) -> Result<Vec<RunMark>, StoreError> {
    let mut statement = db.database.prepare_cached(
        "SELECT key, status, started_at, contacts FROM run
         WHERE connection_id = ?1 AND kind = ?2 AND started_at >= ?3 ORDER BY id",
    )?;
    let rows = statement.query_map(params![connection, kind, since.as_millisecond()], |row| {
        Ok(RunMark {
            id: row.get(0)?,
            status: row.get(1)?,
            started_at: timestamp(row.get(2)?),
            contacts: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The newest runs of a connection that failed or ended in part, newest first.
///
/// # Errors
/// What the database answers.
pub fn newest_in_trouble(
    db: &Read<'_>,
    connection: i64,
    limit: u32,
) -> Result<Vec<RunRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM run
         WHERE connection_id = ?1 AND status IN ('failed', 'partial') ORDER BY id DESC LIMIT ?2"
    );
    let mut statement = db.database.prepare_cached(&sql)?;
    let rows = statement.query_map(params![connection, limit], read_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether a run of this kind has come to its end, wholly or in part, since the run of this row.
///
/// # Errors
/// What the database answers.
pub fn has_succeeded_since(
    db: &Read<'_>,
    connection: i64,
    kind: &str,
    row: i64,
) -> Result<bool, StoreError> {
    Ok(db
        .database
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM run WHERE connection_id = ?1 AND kind = ?2 AND id > ?3
             AND status IN ('succeeded', 'partial'))",
        )?
        .query_row(params![connection, kind, row], |found| found.get(0))?)
}

/// The newest verification that looked into a run that had failed.
///
/// # Errors
/// What the database answers.
pub fn look_into(db: &Read<'_>, run: &RunRecord) -> Result<Option<RunRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM run
         WHERE connection_id = ?1 AND kind = 'verify' AND id > ?2
           AND json_extract(report, '$.after') = ?3
         ORDER BY id DESC LIMIT 1"
    );
    Ok(db
        .database
        .prepare_cached(&sql)?
        .query_row(params![run.connection, run.row, run.id], read_row)
        .optional()?)
}

/// A page of a connection's runs, newest first, and how many there are in all.
///
/// # Errors
/// What the database answers.
pub fn page(
    db: &Read<'_>,
    connection: i64,
    limit: u32,
    offset: u64,
) -> Result<(u64, Vec<RunRecord>), StoreError> {
    let total: i64 = db
        .database
        .prepare_cached("SELECT count(*) FROM run WHERE connection_id = ?1")?
        .query_row([connection], |row| row.get(0))?;
    let sql = format!(
        "SELECT {COLUMNS} FROM run WHERE connection_id = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3"
    );
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let mut statement = db.database.prepare_cached(&sql)?;
    let rows = statement.query_map(params![connection, limit, offset], read_row)?;
    let found = rows.collect::<Result<_, _>>()?;
    Ok((u64::try_from(total).unwrap_or_default(), found))
}

/// One run.
///
/// # Errors
/// `NotFound`.
pub fn get(db: &Read<'_>, id: &str) -> Result<RunRecord, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM run WHERE key = ?1");
    db.database
        .prepare_cached(&sql)?
        .query_row([id], read_row)
        .optional()?
        .ok_or_else(|| StoreError::NotFound {
            what: "run",
            key: id.to_owned(),
        })
}
