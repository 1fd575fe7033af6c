//! What goes to the platform, and what it answered.

use jiff::Timestamp;
use nurturehub_port::Lifecycle;
use rusqlite::{OptionalExtension, params};

use super::codes::{lifecycle_code, pending, pending_for};
use super::query::ids_of;
use crate::{Read, StoreError, Write, body};

/// A contact that waits to be pushed.
#[derive(Debug, Clone)]
pub struct PushRow {
    /// Its row; rows are pushed in this order.
    pub row: i64,
    /// Its id in the CRM.
    pub external_id: String,
    /// The hash of what is pushed.
    pub hash: [u8; 16],
    /// Whether it is in use.
    pub lifecycle: Lifecycle,
    /// The canonical contact, as it is stored and sent.
    pub canonical: String,
}

/// The next contacts that a push sends, after a row. With `only`, just these, and those that were
/// refused before are tried again.
///
/// # Errors
/// What the database answers.
pub fn next_to_push(
    db: &Read<'_>,
    connection: i64,
    after: i64,
    limit: u32,
    only: Option<&[String]>,
) -> Result<Vec<PushRow>, StoreError> {
    let rows: Vec<RawPushRow> = match only {
        None => db
            .database
            .prepare_cached(
                "SELECT c.id, c.external_id, c.content_hash, c.lifecycle, b.dictionary_id, b.body
                 FROM contact c JOIN contact_body b USING (id)
                 WHERE c.connection_id = ?1 AND c.id > ?2 AND c.pending > 0 AND c.pending < 4
                 ORDER BY c.id LIMIT ?3",
            )?
            .query_map(params![connection, after, limit], push_row)?
            .collect::<Result<_, _>>()?,
        Some(only) => db
            .database
            .prepare_cached(
                "SELECT c.id, c.external_id, c.content_hash, c.lifecycle, b.dictionary_id, b.body
                 FROM contact c JOIN contact_body b USING (id)
                 WHERE c.connection_id = ?1 AND c.id > ?2 AND c.pending IN (1, 2, 3, 4)
                   AND c.external_id IN (SELECT value FROM json_each(?4))
                 ORDER BY c.id LIMIT ?3",
            )?
            .query_map(params![connection, after, limit, ids_of(only)], push_row)?
            .collect::<Result<_, _>>()?,
    };
    rows.into_iter()
        .map(|(row, external_id, hash, lifecycle, dictionary, bytes)| {
            Ok(PushRow {
                row,
                external_id,
                hash,
                lifecycle: super::codes::lifecycle_of(lifecycle),
                canonical: body::unpack(db, dictionary, &bytes)?.canonical,
            })
        })
        .collect()
}

type RawPushRow = (i64, String, [u8; 16], i64, i64, Vec<u8>);

fn push_row(row: &rusqlite::Row<'_>) -> Result<RawPushRow, rusqlite::Error> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
    ))
}

/// Records that the platform has taken a contact as it was pushed. A removal that waits for a
/// person goes on waiting.
///
/// # Errors
/// `NotFound` where the connection has no such contact any more.
pub fn accept(tx: &Write<'_>, connection: i64, pushed: &PushRow) -> Result<(), StoreError> {
    let (hash, lifecycle, before): ([u8; 16], i64, i64) = tx
        .database
        .prepare_cached(
            "SELECT content_hash, lifecycle, pending FROM contact
             WHERE id = ?1 AND connection_id = ?2",
        )?
        .query_row([pushed.row, connection], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?
        .ok_or_else(|| StoreError::NotFound {
            what: "contact",
            key: pushed.external_id.clone(),
        })?;
    let accepted_lifecycle = lifecycle_code(pushed.lifecycle);
    let after = if hash == pushed.hash {
        tx.database
            .prepare_cached("DELETE FROM accepted_body WHERE id = ?1")?
            .execute([pushed.row])?;
        pending::NONE
    } else {
        // The contact has moved on since: what was accepted is no longer what is stored.
        let packed = body::pack(tx, connection, &pushed.canonical, "")?;
        tx.database
            .prepare_cached(
                "INSERT OR REPLACE INTO accepted_body (id, dictionary_id, body) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![pushed.row, packed.dictionary, packed.bytes])?;
        pending_for(
            &hash,
            super::codes::lifecycle_of(lifecycle),
            Some((&pushed.hash, accepted_lifecycle)),
        )
    };
    let after = if before == pending::HELD {
        before
    } else {
        after
    };
    tx.database
        .prepare_cached(
            "UPDATE contact SET accepted_hash = ?2, accepted_lifecycle = ?3, pending = ?4
             WHERE id = ?1",
        )?
        .execute(params![pushed.row, pushed.hash, accepted_lifecycle, after])?;
    tx.database
        .prepare_cached("DELETE FROM push_rejection WHERE contact_id = ?1")?
        .execute([pushed.row])?;
    Ok(())
}

/// Records that the platform refused a contact: it is not sent again until it changes or a person
/// names it. A refusal of content that has moved on says nothing about what is stored now.
///
/// # Errors
/// What the database answers.
pub fn reject(
    tx: &Write<'_>,
    pushed: &PushRow,
    code: &str,
    message: &str,
    field: Option<&str>,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "INSERT OR REPLACE INTO push_rejection
                 (contact_id, content_hash, code, message, field, at)
             SELECT id, content_hash, ?3, ?4, ?5, ?6 FROM contact
             WHERE id = ?1 AND content_hash = ?2",
        )?
        .execute(params![
            pushed.row,
            pushed.hash,
            code,
            message,
            field,
            at.as_millisecond()
        ])?;
    tx.database
        .prepare_cached(
            "UPDATE contact SET pending = ?3 WHERE id = ?1 AND content_hash = ?2 AND pending <> ?4",
        )?
        .execute(params![
            pushed.row,
            pushed.hash,
            pending::REFUSED,
            pending::HELD
        ])?;
    Ok(())
}
