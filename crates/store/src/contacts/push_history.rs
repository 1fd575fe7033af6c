//! When a contact was sent, and what came of it: the latest answers stand with the contact, and those that
//! came before them here.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::runs::timestamp;
use crate::{Read, StoreError, Write};

/// Answers of a contact that are kept here; the oldest go first.
const KEPT: i64 = 50;

/// A time that a contact was sent, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedOnce {
    /// When the platform answered.
    pub at: Timestamp,
    /// In which run; none for those before runs were kept with it.
    pub run: Option<String>,
    /// The platform's code and words, where it refused it.
    pub refused: Option<(String, String)>,
}

/// Keeps when the platform took a contact, before it takes it again.
pub(super) fn keep_acceptance(tx: &Write<'_>, contact: i64) -> Result<(), StoreError> {
    let kept = tx
        .database
        .prepare_cached(
            "INSERT INTO push_history (contact_id, at, run)
             SELECT id, accepted_at, accepted_run FROM contact
             WHERE id = ?1 AND accepted_at IS NOT NULL",
        )?
        .execute([contact])?;
    trim(tx, contact, kept)
}

/// Ends the platform's refusal of a contact, where there is one, and keeps when it was: another answer
/// takes its place.
pub(super) fn end_refusal(tx: &Write<'_>, contact: i64) -> Result<(), StoreError> {
    type Refused = (i64, Option<String>, String, String);
    let refused: Option<Refused> = tx
        .database
        .prepare_cached(
            "DELETE FROM push_rejection WHERE contact_id = ?1 RETURNING at, run, code, message",
        )?
        .query_row([contact], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let Some((at, run, code, message)) = refused else {
        return Ok(());
    };
    let kept = tx
        .database
        .prepare_cached(
            "INSERT INTO push_history (contact_id, at, run, code, message)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![contact, at, run, code, message])?;
    trim(tx, contact, kept)
}

fn trim(tx: &Write<'_>, contact: i64, kept: usize) -> Result<(), StoreError> {
    if kept > 0 {
        tx.database
            .prepare_cached(
                "DELETE FROM push_history WHERE contact_id = ?1 AND id <= (
                     SELECT id FROM push_history WHERE contact_id = ?1
                     ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute([contact, KEPT])?;
    }
    Ok(())
}

/// Each time that a contact was sent, newest first.
pub(super) fn of(db: &Read<'_>, contact: i64) -> Result<Vec<PushedOnce>, StoreError> {
    let mut statement = db.database.prepare_cached(
        "SELECT at, run, code, message, 0 AS id FROM push_rejection WHERE contact_id = ?1
         UNION ALL
         SELECT accepted_at, accepted_run, NULL, NULL, 0 FROM contact
         WHERE id = ?1 AND accepted_at IS NOT NULL
         UNION ALL
         SELECT at, run, code, message, id FROM push_history WHERE contact_id = ?1
         ORDER BY at DESC, id DESC",
    )?;
    let rows = statement.query_map(params![contact], |row| {
        let (code, message): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
        Ok(PushedOnce {
            at: timestamp(row.get(0)?),
            run: row.get(1)?,
            refused: code.zip(message),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
