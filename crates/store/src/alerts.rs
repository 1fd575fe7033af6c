//! What people were told of a connection's trouble, so that they are told once by each channel.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::runs::timestamp;
use crate::{Read, StoreError, Write};

/// An episode of trouble that people were told of and that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenEpisode {
    /// Its number.
    pub id: i64,
    /// The state that it was told of as.
    pub state: String,
    /// The kind of error behind it.
    pub kind: Option<String>,
    /// Since when.
    pub opened_at: Timestamp,
}

/// The episode of a connection that a channel was told of and that is not over, where there is one.
///
/// # Errors
/// What the database answers.
pub fn open_of(
    db: &Read<'_>,
    connection: i64,
    channel: &str,
) -> Result<Option<OpenEpisode>, StoreError> {
    Ok(db
        .database
        .prepare_cached(
            "SELECT id, state, kind, opened_at FROM alert_episode
             WHERE connection_id = ?1 AND channel = ?2 AND closed_at IS NULL",
        )?
        .query_row(params![connection, channel], |row| {
            Ok(OpenEpisode {
                id: row.get(0)?,
                state: row.get(1)?,
                kind: row.get(2)?,
                opened_at: timestamp(row.get(3)?),
            })
        })
        .optional()?)
}

/// Opens an episode for a channel.
///
/// # Errors
/// What the database answers; also where one is open.
pub fn open(
    tx: &Write<'_>,
    connection: i64,
    channel: &str,
    state: &str,
    kind: Option<&str>,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.database.execute(
        "INSERT INTO alert_episode (connection_id, channel, state, kind, opened_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![connection, channel, state, kind, at.as_millisecond()],
    )?;
    Ok(())
}

/// Ends an episode.
///
/// # Errors
/// What the database answers.
pub fn close(tx: &Write<'_>, episode: i64, at: Timestamp) -> Result<(), StoreError> {
    tx.database.execute(
        "UPDATE alert_episode SET closed_at = ?2 WHERE id = ?1",
        params![episode, at.as_millisecond()],
    )?;
    Ok(())
}
