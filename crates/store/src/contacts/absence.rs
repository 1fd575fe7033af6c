//! What a complete listing did not show.

use jiff::Timestamp;
use nurturehub_port::{AbsencePolicy, Consent, Contact, Lifecycle, SealedContact};
use rusqlite::{OptionalExtension, params};

use super::codes::{lifecycle_code, pending, pending_for, unless_refused};
use super::prepared::split;
use super::upsert::{accepted_of, known_by_row, replace};
use crate::bodies::Ledger;
use crate::listings::column;
use crate::{Read, StoreError, Write};

/// How many contacts there are, and how many of them a listing did not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Population {
    /// Contacts in use or archived, as far as the policy can still end them.
    pub living: u64,
    /// Those of them that the listing did not show and that are not settled yet.
    pub absent: u64,
}

/// The last lifecycle that a policy still ends: a policy that archives leaves the archived alone.
fn ends(policy: &AbsencePolicy) -> i64 {
    lifecycle_code(policy.lifecycle) - 1
}

/// Counts what a complete listing did not show.
///
/// # Errors
/// What the database answers.
pub fn population(
    db: &Read<'_>,
    connection: i64,
    listing: i64,
    policy: &AbsencePolicy,
) -> Result<Population, StoreError> {
    Ok(db.database.query_row(
        "SELECT count(*), coalesce(sum(listing < ?2 AND absent_at < ?2), 0)
         FROM contact WHERE connection_id = ?1 AND lifecycle <= ?3",
        params![connection, listing, ends(policy)],
        |row| {
            Ok(Population {
                living: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
                absent: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            })
        },
    )?)
}

/// Marks what a listing in doubt did not show: nothing is removed until a person confirms it.
///
/// # Errors
/// What the database answers.
pub fn hold_absences(
    tx: &Write<'_>,
    connection: i64,
    listing: i64,
    policy: &AbsencePolicy,
) -> Result<u64, StoreError> {
    let mut states = tx.database.prepare(
        "SELECT pending, count(*) FROM contact
         WHERE connection_id = ?1 AND lifecycle <= ?3 AND listing < ?2 AND absent_at < ?2
         GROUP BY pending",
    )?;
    let mut states = states.query(params![connection, listing, ends(policy)])?;
    while let Some(row) = states.next()? {
        tx.tally
            .moved(connection, row.get(0)?, pending::HELD, row.get(1)?);
    }
    let held = tx.database.execute(
        "UPDATE contact SET pending = ?4
         WHERE connection_id = ?1 AND lifecycle <= ?3 AND listing < ?2 AND absent_at < ?2",
        params![connection, listing, ends(policy), pending::HELD],
    )?;
    Ok(u64::try_from(held).unwrap_or(u64::MAX))
}

/// A batch of absences that was settled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AbsenceBatch {
    /// Contacts that the policy ended.
    pub removed: u64,
    /// Contacts that were missing, but not often enough yet.
    pub waiting: u64,
}

impl AbsenceBatch {
    /// Whether there was anything to do.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.removed == 0 && self.waiting == 0
    }
}

/// Settles at most `limit` of the contacts that a complete listing did not show. Called until
/// nothing is left; a kill between two batches loses nothing, since each contact remembers the
/// listing for which its absence was counted. The listing remembers how far the last batch came,
/// so that no batch walks over the contacts before it again: whoever is not missing there cannot
/// be any more, since a contact's listing only grows.
///
/// # Errors
/// What the database answers.
pub fn apply_absences(
    tx: &Write<'_>,
    connection: i64,
    listing: i64,
    policy: &AbsencePolicy,
    limit: u32,
    at: Timestamp,
) -> Result<AbsenceBatch, StoreError> {
    let settled: i64 = tx
        .database
        .prepare_cached("SELECT settled FROM listing WHERE connection_id = ?1 AND number = ?2")?
        .query_row([connection, listing], |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    let found: Vec<(i64, i64)> = tx
        .database
        .prepare_cached(
            "SELECT id, absent FROM contact
             WHERE connection_id = ?1 AND id > ?5
               AND lifecycle <= ?3 AND listing < ?2 AND absent_at < ?2
             ORDER BY id LIMIT ?4",
        )?
        .query_map(
            params![connection, listing, ends(policy), limit, settled],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .collect::<Result<_, _>>()?;
    let last = found.last().map_or(settled, |&(id, _)| id);
    let mut batch = AbsenceBatch::default();
    Ledger::keep(tx, connection, |ledger| {
        for (id, absent) in found {
            tx.database
                .prepare_cached("UPDATE contact SET absent = ?2, absent_at = ?3 WHERE id = ?1")?
                .execute(params![id, absent + 1, listing])?;
            let over = absent + 1 >= i64::from(policy.listings);
            rewrite(ledger, id, at, |contact| {
                if policy.withdraws_consent {
                    contact.consent = Consent::default();
                }
                if over {
                    end(contact, policy.lifecycle, policy.reason);
                }
            })?;
            if over {
                batch.removed += 1;
            } else {
                batch.waiting += 1;
            }
        }
        Ok(())
    })?;
    tx.database
        .prepare_cached(
            "UPDATE listing SET removed = removed + ?2, settled = ?4
             WHERE connection_id = ?1 AND number = ?3",
        )?
        .execute(params![connection, column(batch.removed), listing, last])?;
    Ok(batch)
}

/// Ends a contact, saying why.
pub(super) fn retire(
    ledger: &mut Ledger<'_>,
    id: i64,
    lifecycle: Lifecycle,
    reason: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    rewrite(ledger, id, at, |contact| {
        end(contact, lifecycle, reason);
    })?;
    // A page that was fetched before this was known does not bring it back.
    ledger
        .tx()
        .database
        .prepare_cached("UPDATE contact SET fetched_at = max(fetched_at, ?2) WHERE id = ?1")?
        .execute([id, at.as_millisecond()])?;
    Ok(())
}

fn end(contact: &mut Contact, lifecycle: Lifecycle, reason: &str) {
    contact.lifecycle = lifecycle;
    contact
        .attributes
        .insert("lifecycleReason".into(), reason.into());
}

/// Changes a stored contact, leaving the CRM's own record as it is. A removal that waited for a
/// person does so no longer.
fn rewrite(
    ledger: &mut Ledger<'_>,
    id: i64,
    at: Timestamp,
    change: impl FnOnce(&mut Contact),
) -> Result<(), StoreError> {
    let tx = ledger.tx();
    let known = known_by_row(tx, id)?;
    let stored = ledger.read(known.body)?;
    let mut contact = SealedContact::parse(stored.canonical)
        .map_err(|_| StoreError::Damaged("a stored contact has lost its form".into()))?
        .into_contact();
    change(&mut contact);
    let (row, body) = split(contact.sealed(), stored.raw, known.issues)?;
    let accepted = accepted_of(&known.accepted);
    if row.hash == known.hash {
        return release(tx, id, &known.hash, row.lifecycle, accepted);
    }
    let place = ledger.append(body)?;
    let code = replace(ledger, &known, &row, place, at)?;
    if accepted.is_none() && row.lifecycle != Lifecycle::Active {
        // What was never sent is not sent for the first time when it goes.
        tx.tally.moved(ledger.connection(), code, pending::NONE, 1);
        tx.database
            .prepare_cached("UPDATE contact SET pending = ?2 WHERE id = ?1")?
            .execute(params![id, pending::NONE])?;
    }
    Ok(())
}

/// Ends the waiting for a person of a contact whose content stays as it is.
pub(super) fn release(
    tx: &Write<'_>,
    id: i64,
    content: &[u8],
    lifecycle: Lifecycle,
    accepted: Option<(&[u8], i64)>,
) -> Result<(), StoreError> {
    let code = unless_refused(tx, id, content, pending_for(content, lifecycle, accepted))?;
    let waited: Option<i64> = tx
        .database
        .prepare_cached(
            "UPDATE contact SET pending = ?2 WHERE id = ?1 AND pending = ?3 RETURNING connection_id",
        )?
        .query_row(params![id, code, pending::HELD], |row| row.get(0))
        .optional()?;
    if let Some(connection) = waited {
        tx.tally.moved(connection, pending::HELD, code, 1);
    }
    Ok(())
}
