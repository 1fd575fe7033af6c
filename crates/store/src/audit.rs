//! Who did what and when: written once, never changed, never taken out.

use jiff::Timestamp;
use nurturehub_port::ConnectionId;
use rusqlite::{Row, params};
use serde_json::Value;

use crate::{Read, StoreError, Write};

/// One thing that was done.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who: the system account under which it was done.
    pub actor: String,
    /// What, as a stable word.
    pub action: &'static str,
    /// To which connection.
    pub connection: Option<ConnectionId>,
    /// More about it; no secret and no personal data.
    pub detail: Value,
}

/// Writes an entry.
///
/// # Errors
/// What the database answers.
pub fn append(tx: &Write<'_>, entry: &AuditEntry) -> Result<(), StoreError> {
    tx.database.execute(
        "INSERT INTO audit (at, actor, action, connection, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            entry.at.as_millisecond(),
            entry.actor,
            entry.action,
            entry.connection.as_ref().map(ConnectionId::as_str),
            entry.detail.to_string(),
        ],
    )?;
    Ok(())
}

/// An entry, as it was kept.
#[derive(Debug, Clone)]
pub struct KeptEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To which connection, by its id then.
    pub connection: Option<String>,
    /// More about it.
    pub detail: Value,
}

fn read_row(row: &Row<'_>) -> Result<KeptEntry, rusqlite::Error> {
    let detail: String = row.get(4)?;
    Ok(KeptEntry {
        at: crate::runs::timestamp(row.get(0)?),
        actor: row.get(1)?,
        action: row.get(2)?,
        connection: row.get(3)?,
        detail: serde_json::from_str(&detail).unwrap_or(Value::Null),
    })
}

/// Entries from a moment on, of one connection where one is named, oldest first.
///
/// # Errors
/// What the database answers.
pub fn select(
    db: &Read<'_>,
    since: Option<Timestamp>,
    connection: Option<&str>,
) -> Result<Vec<KeptEntry>, StoreError> {
    let mut statement = db.database.prepare_cached(
        "SELECT at, actor, action, connection, detail FROM audit
         WHERE (?1 IS NULL OR at >= ?1) AND (?2 IS NULL OR connection = ?2) ORDER BY id",
    )?;
    let since = since.map(Timestamp::as_millisecond);
    let rows = statement.query_map(params![since, connection], read_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A page of the entries, of one connection where one is named, newest first, and how many there are in
/// all.
///
/// # Errors
/// What the database answers.
pub fn page(
    db: &Read<'_>,
    connection: Option<&str>,
    limit: u32,
    offset: u64,
) -> Result<(u64, Vec<KeptEntry>), StoreError> {
    let total: i64 = db
        .database
        .prepare_cached("SELECT count(*) FROM audit WHERE ?1 IS NULL OR connection = ?1")?
        .query_row([connection], |row| row.get(0))?;
    let mut statement = db.database.prepare_cached(
        "SELECT at, actor, action, connection, detail FROM audit
         WHERE ?1 IS NULL OR connection = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3",
    )?;
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![connection, limit, offset], read_row)?;
    let total = u64::try_from(total).unwrap_or_default();
    Ok((total, rows.collect::<Result<_, _>>()?))
}

/// When something was last done to a connection.
///
/// # Errors
/// What the database answers.
pub fn last(
    db: &Read<'_>,
    connection: &ConnectionId,
    action: &str,
) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = db
        .database
        .prepare_cached("SELECT max(at) FROM audit WHERE connection = ?1 AND action = ?2")?
        .query_row(params![connection.as_str(), action], |row| row.get(0))?;
    Ok(at.map(crate::runs::timestamp))
}

/// The newest entries, newest first.
///
/// # Errors
/// What the database answers.
pub fn newest(db: &Read<'_>, limit: u32) -> Result<Vec<KeptEntry>, StoreError> {
    let mut statement = db.database.prepare_cached(
        "SELECT at, actor, action, connection, detail FROM audit ORDER BY id DESC LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], read_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
