//! What goes to the platform, and what it answered.

use jiff::Timestamp;
use nurturehub_port::Lifecycle;
use rusqlite::{OptionalExtension, params};

use super::codes::{lifecycle_code, lifecycle_of, pending, pending_for};
use super::push_history;
use super::query::ids_of;
use crate::bodies::{Body, BodyRef, Ledger};
use crate::{Read, StoreError, Write};

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
    let rows: Vec<(PushRow, BodyRef)> = match only {
        None => db
            .database
            .prepare_cached(
                "SELECT id, external_id, content_hash, lifecycle, block_id, slot FROM contact
                 WHERE connection_id = ?1 AND id > ?2 AND pending > 0 AND pending < 4
                 ORDER BY id LIMIT ?3",
            )?
            .query_map(params![connection, after, limit], push_row)?
            .collect::<Result<_, _>>()?,
        Some(only) => db
            .database
            .prepare_cached(
                "SELECT id, external_id, content_hash, lifecycle, block_id, slot FROM contact
                 WHERE connection_id = ?1 AND id > ?2 AND pending IN (1, 2, 3, 4)
                   AND external_id IN (SELECT value FROM json_each(?4))
                 ORDER BY id LIMIT ?3",
            )?
            .query_map(params![connection, after, limit, ids_of(only)], push_row)?
            .collect::<Result<_, _>>()?,
    };
    rows.into_iter()
        .map(|(row, at)| {
            Ok(PushRow {
                canonical: db.body(at)?.canonical,
                ..row
            })
        })
        .collect()
}

fn push_row(row: &rusqlite::Row<'_>) -> Result<(PushRow, BodyRef), rusqlite::Error> {
    let without_text = PushRow {
        row: row.get(0)?,
        external_id: row.get(1)?,
        hash: row.get(2)?,
        lifecycle: lifecycle_of(row.get(3)?),
        canonical: String::new(),
    };
    Ok((without_text, BodyRef::of(row, 4)?))
}

/// When the platform answered, and in which run.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// When.
    pub at: Timestamp,
    /// The run's id.
    pub run: &'a str,
}

/// Records that the platform has taken a contact as it was pushed. A removal that waits for a
/// person goes on waiting.
///
/// # Errors
/// `NotFound` where the connection has no such contact any more.
pub fn accept(
    tx: &Write<'_>,
    connection: i64,
    pushed: &PushRow,
    answered: Answered<'_>,
) -> Result<(), StoreError> {
    Ledger::keep(tx, connection, |ledger| accept_in(ledger, pushed, answered))
}

/// Of a contact: its content's hash, its lifecycle, what a push would do, where the accepted form of it is,
/// and whether it ever was accepted.
type Known = ([u8; 16], i64, i64, Option<BodyRef>, bool);

fn accept_in(
    ledger: &mut Ledger<'_>,
    pushed: &PushRow,
    answered: Answered<'_>,
) -> Result<(), StoreError> {
    let tx = ledger.tx();
    let (hash, lifecycle, before, accepted, was_accepted): Known = tx
        .database
        .prepare_cached(
            "SELECT content_hash, lifecycle, pending, accepted_block_id, accepted_slot,
                    accepted_at IS NOT NULL
             FROM contact WHERE id = ?1 AND connection_id = ?2",
        )?
        .query_row([pushed.row, ledger.connection()], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                BodyRef::of_some(row, 3)?,
                row.get(5)?,
            ))
        })
        .optional()?
        .ok_or_else(|| StoreError::NotFound {
            what: "contact",
            key: pushed.external_id.clone(),
        })?;
    if was_accepted {
        push_history::keep_acceptance(tx, pushed.row)?;
    }
    if let Some(accepted) = accepted {
        ledger.release(accepted);
    }
    let accepted_lifecycle = lifecycle_code(pushed.lifecycle);
    let (after, accepted) = if hash == pushed.hash {
        (pending::NONE, None)
    } else {
        // The contact has moved on since: what was accepted is no longer what is stored.
        let place = ledger.append(Body {
            external_id: pushed.external_id.clone(),
            canonical: pushed.canonical.clone(),
            raw: String::new(),
        })?;
        ledger.retain(place);
        let content = Some((pushed.hash.as_slice(), accepted_lifecycle));
        (
            pending_for(&hash, lifecycle_of(lifecycle), content),
            Some(place),
        )
    };
    let after = if before == pending::HELD {
        before
    } else {
        after
    };
    tx.tally.moved(ledger.connection(), before, after, 1);
    tx.database
        .prepare_cached(
            "UPDATE contact SET accepted_hash = ?2, accepted_lifecycle = ?3, pending = ?4,
                 accepted_block_id = ?5, accepted_slot = ?6, accepted_at = ?7, accepted_run = ?8
             WHERE id = ?1",
        )?
        .execute(params![
            pushed.row,
            pushed.hash,
            accepted_lifecycle,
            after,
            accepted.map(|at| at.block),
            accepted.map(|at| at.slot),
            answered.at.as_millisecond(),
            answered.run,
        ])?;
    push_history::end_refusal(tx, pushed.row)
}

/// Why the platform refused a contact.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    /// Its code.
    pub code: &'a str,
    /// Its words.
    pub message: &'a str,
    /// The field that it names.
    pub field: Option<&'a str>,
}

/// Records that the platform refused a contact: it is not sent again until it changes or a person
/// names it. A refusal of content that has moved on says nothing about what is stored now.
///
/// # Errors
/// What the database answers.
pub fn reject(
    tx: &Write<'_>,
    pushed: &PushRow,
    refusal: Refusal<'_>,
    answered: Answered<'_>,
) -> Result<(), StoreError> {
    let is_of_now: Option<bool> = tx
        .database
        .prepare_cached("SELECT content_hash = ?2 FROM contact WHERE id = ?1")?
        .query_row(params![pushed.row, pushed.hash], |row| row.get(0))
        .optional()?;
    if is_of_now != Some(true) {
        return Ok(());
    }
    push_history::end_refusal(tx, pushed.row)?;
    tx.database
        .prepare_cached(
            "INSERT INTO push_rejection
                 (contact_id, content_hash, code, message, field, at, run)
             SELECT id, content_hash, ?3, ?4, ?5, ?6, ?7 FROM contact
             WHERE id = ?1 AND content_hash = ?2",
        )?
        .execute(params![
            pushed.row,
            pushed.hash,
            refusal.code,
            refusal.message,
            refusal.field,
            answered.at.as_millisecond(),
            answered.run,
        ])?;
    let stands: Option<(i64, i64)> = tx
        .database
        .prepare_cached(
            "SELECT connection_id, pending FROM contact
             WHERE id = ?1 AND content_hash = ?2 AND pending <> ?3",
        )?
        .query_row(params![pushed.row, pushed.hash, pending::HELD], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    if let Some((connection, before)) = stands {
        tx.tally.moved(connection, before, pending::REFUSED, 1);
        tx.database
            .prepare_cached("UPDATE contact SET pending = ?2 WHERE id = ?1")?
            .execute([pushed.row, pending::REFUSED])?;
    }
    Ok(())
}
