//! Connections: one agency's account with one CRM.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nurturehub_port::{ConnectionId, Cursor, ProviderId, TenantId};
use rusqlite::{OptionalExtension, Row, params};

use crate::runs::timestamp;
use crate::{Read, StoreError, Write};

/// A connection, as it is kept. Its secrets are in the vault.
#[derive(Debug, Clone)]
pub struct ConnectionRecord {
    /// The key of its rows in other tables.
    pub row: i64,
    /// Its id.
    pub id: ConnectionId,
    /// The kind of CRM.
    pub provider: ProviderId,
    /// The agency on the platform.
    pub tenant: TenantId,
    /// What people call it.
    pub name: String,
    /// What the CRM calls the agency.
    pub reference: Option<String>,
    /// What a person set; defaults are not in it.
    pub settings: BTreeMap<String, String>,
    /// How far the last complete listing came.
    pub cursor: Option<Cursor>,
    /// The number of the last listing that was begun.
    pub listing: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was paused, where it is.
    pub paused_at: Option<Timestamp>,
    /// When it was disconnected, where it is.
    pub disconnected_at: Option<Timestamp>,
    /// Minutes between scheduled syncs, 0 for never; none where nobody has chosen.
    pub every_minutes: Option<u32>,
}

const COLUMNS: &str = "id, key, provider, tenant, name, reference, settings, cursor, listing, \
     created_at, paused_at, disconnected_at, every_minutes";

fn read_row(row: &Row<'_>) -> Result<Result<ConnectionRecord, StoreError>, rusqlite::Error> {
    let damaged =
        |what: &str| StoreError::Damaged(format!("a connection's {what} has lost its form"));
    let (id, provider, tenant): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let settings: String = row.get(6)?;
    let record = (|| {
        Ok(ConnectionRecord {
            row: row.get(0)?,
            id: ConnectionId::parse(id).map_err(|_| damaged("id"))?,
            provider: ProviderId::parse(provider).map_err(|_| damaged("provider"))?,
            tenant: TenantId::parse(tenant).map_err(|_| damaged("tenant"))?,
            name: row.get(4)?,
            reference: row.get(5)?,
            settings: serde_json::from_str(&settings).map_err(|_| damaged("settings"))?,
            cursor: row.get::<_, Option<String>>(7)?.map(Cursor::from_stored),
            listing: row.get(8)?,
            created_at: timestamp(row.get(9)?),
            paused_at: row.get::<_, Option<i64>>(10)?.map(timestamp),
            disconnected_at: row.get::<_, Option<i64>>(11)?.map(timestamp),
            every_minutes: row.get(12)?,
        })
    })();
    Ok(record)
}

/// What is needed to make a connection.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// Its id.
    pub id: ConnectionId,
    /// The kind of CRM.
    pub provider: ProviderId,
    /// The agency on the platform.
    pub tenant: TenantId,
    /// What people call it.
    pub name: String,
    /// What the CRM calls the agency.
    pub reference: Option<String>,
    /// What a person set.
    pub settings: BTreeMap<String, String>,
    /// When.
    pub at: Timestamp,
}

/// Makes a connection.
///
/// # Errors
/// `Exists` where the id is taken.
pub fn create(tx: &Write<'_>, new: &NewConnection) -> Result<ConnectionRecord, StoreError> {
    let exists = || StoreError::Exists {
        what: "connection",
        key: new.id.to_string(),
    };
    if find(tx, new.id.as_str())?.is_some() {
        return Err(exists());
    }
    tx.database.execute(
        "INSERT INTO connection (key, provider, tenant, name, reference, settings, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            new.id.as_str(),
            new.provider.as_str(),
            new.tenant.as_str(),
            new.name,
            new.reference,
            settings_text(&new.settings),
            new.at.as_millisecond(),
        ],
    )?;
    find(tx, new.id.as_str())?.ok_or_else(exists)
}

fn settings_text(settings: &BTreeMap<String, String>) -> String {
    serde_json::Value::from_iter(
        settings
            .iter()
            .map(|(key, value)| (key.clone(), value.clone())),
    )
    .to_string()
}

/// Every connection, the disconnected ones among them, oldest first.
///
/// # Errors
/// What the database answers.
pub fn all(db: &Read<'_>) -> Result<Vec<ConnectionRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM connection ORDER BY id");
    let mut statement = db.database.prepare_cached(&sql)?;
    let rows = statement.query_map([], read_row)?;
    rows.map(|row| row?).collect()
}

/// The connection with this id, or none.
///
/// # Errors
/// What the database answers.
pub fn find(db: &Read<'_>, id: &str) -> Result<Option<ConnectionRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM connection WHERE key = ?1");
    db.database
        .prepare_cached(&sql)?
        .query_row([id], read_row)
        .optional()?
        .transpose()
}

/// The connection with this id.
///
/// # Errors
/// `NotFound`.
pub fn get(db: &Read<'_>, id: &str) -> Result<ConnectionRecord, StoreError> {
    find(db, id)?.ok_or_else(|| StoreError::NotFound {
        what: "connection",
        key: id.to_owned(),
    })
}

/// Changes name, settings and reference, and takes back a disconnection.
///
/// # Errors
/// What the database answers.
pub fn update(
    tx: &Write<'_>,
    row: i64,
    name: &str,
    reference: Option<&str>,
    settings: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    tx.database.execute(
        "UPDATE connection SET name = ?2, reference = ?3, settings = ?4, disconnected_at = NULL
         WHERE id = ?1",
        params![row, name, reference, settings_text(settings)],
    )?;
    Ok(())
}

/// Changes what people call a connection.
///
/// # Errors
/// What the database answers.
pub fn rename(tx: &Write<'_>, row: i64, name: &str) -> Result<(), StoreError> {
    tx.database.execute(
        "UPDATE connection SET name = ?2 WHERE id = ?1",
        params![row, name],
    )?;
    Ok(())
}

/// Pauses or resumes.
///
/// # Errors
/// What the database answers.
pub fn set_paused(tx: &Write<'_>, row: i64, at: Option<Timestamp>) -> Result<(), StoreError> {
    tx.database.execute(
        "UPDATE connection SET paused_at = ?2 WHERE id = ?1",
        params![row, at.map(Timestamp::as_millisecond)],
    )?;
    Ok(())
}

/// Chooses the minutes between scheduled syncs; 0 is never, none the provider's own default.
///
/// # Errors
/// What the database answers.
pub fn set_every_minutes(tx: &Write<'_>, row: i64, minutes: Option<u32>) -> Result<(), StoreError> {
    tx.database.execute(
        "UPDATE connection SET every_minutes = ?2 WHERE id = ?1",
        params![row, minutes],
    )?;
    Ok(())
}

/// Marks as disconnected, keeping data and cursor.
///
/// # Errors
/// What the database answers.
pub fn set_disconnected(tx: &Write<'_>, row: i64, at: Timestamp) -> Result<(), StoreError> {
    tx.database.execute(
        "UPDATE connection SET disconnected_at = ?2 WHERE id = ?1",
        params![row, at.as_millisecond()],
    )?;
    Ok(())
}

/// Takes a connection out with all that belongs to it. The freed pages are overwritten, and the
/// WAL is emptied when the caller next checkpoints.
///
/// # Errors
/// What the database answers.
pub fn purge(tx: &Write<'_>, row: i64) -> Result<(), StoreError> {
    // Children first and by statement: a cascade would do it row by row.
    tx.database.execute(
        "DELETE FROM block_content WHERE block_id IN (SELECT id FROM block WHERE connection_id = ?1)",
        [row],
    )?;
    tx.database.execute(
        "DELETE FROM request_trace WHERE run_id IN (SELECT id FROM run WHERE connection_id = ?1)",
        [row],
    )?;
    tx.database
        .execute("DELETE FROM connection WHERE id = ?1", [row])?;
    tx.blocks.borrow_mut().forget();
    Ok(())
}
