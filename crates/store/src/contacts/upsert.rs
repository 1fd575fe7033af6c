//! One contact goes in: as a new one, in the place of an older form of it, or not at all.

use jiff::Timestamp;
use nurturehub_port::{ExternalId, Lifecycle};
use rusqlite::{OptionalExtension, params};

use super::absence::release;
use super::codes::{
    category_code, lifecycle_code, lifecycle_of, pending, pending_for, unless_refused,
};
use super::prepared::Row;
use super::stage::RecordOutcome;
use crate::bodies::{BodyRef, Ledger};
use crate::{StoreError, Write};

/// What the platform last accepted: the content's hash, and the lifecycle's code.
pub(super) type Accepted = Option<(Vec<u8>, i64)>;

/// The same, without owning it.
pub(super) fn accepted_of(accepted: &Accepted) -> Option<(&[u8], i64)> {
    accepted
        .as_ref()
        .map(|(hash, lifecycle)| (hash.as_slice(), *lifecycle))
}

/// A contact as it is stored.
pub(super) struct Known {
    pub(super) id: i64,
    pub(super) hash: [u8; 16],
    raw_hash: i64,
    pub(super) accepted: Accepted,
    listing: i64,
    pub(super) pending: i64,
    pub(super) lifecycle: Lifecycle,
    pub(super) issues: i64,
    pub(super) body: BodyRef,
    accepted_body: Option<BodyRef>,
}

const COLUMNS: &str = "id, content_hash, raw_hash, accepted_hash, accepted_lifecycle, listing,
    pending, lifecycle, issues, block_id, slot, accepted_block_id, accepted_slot";

fn read_known(row: &rusqlite::Row<'_>) -> Result<Known, rusqlite::Error> {
    Ok(Known {
        id: row.get(0)?,
        hash: row.get(1)?,
        raw_hash: row.get(2)?,
        accepted: row
            .get::<_, Option<Vec<u8>>>(3)?
            .zip(row.get::<_, Option<i64>>(4)?),
        listing: row.get(5)?,
        pending: row.get(6)?,
        lifecycle: lifecycle_of(row.get(7)?),
        issues: row.get(8)?,
        body: BodyRef::of(row, 9)?,
        accepted_body: BodyRef::of_some(row, 11)?,
    })
}

/// The contact of an id in the CRM.
pub(super) fn known(
    tx: &Write<'_>,
    connection: i64,
    external_id: &ExternalId,
) -> Result<Option<Known>, StoreError> {
    Ok(tx
        .database
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM contact WHERE connection_id = ?1 AND external_id = ?2"
        ))?
        .query_row(params![connection, external_id.as_str()], read_known)
        .optional()?)
}

/// The contact of a row.
pub(super) fn known_by_row(tx: &Write<'_>, id: i64) -> Result<Known, StoreError> {
    Ok(tx
        .database
        .prepare_cached(&format!("SELECT {COLUMNS} FROM contact WHERE id = ?1"))?
        .query_row([id], read_known)?)
}

/// Stores a record, whose body is stored already.
pub(super) fn upsert(
    ledger: &mut Ledger<'_>,
    listing: i64,
    record: &Row,
    place: BodyRef,
    at: Timestamp,
) -> Result<RecordOutcome, StoreError> {
    let tx = ledger.tx();
    let Some(known) = known(tx, ledger.connection(), &record.external_id)? else {
        insert(ledger, listing, record, place, at)?;
        return Ok(RecordOutcome::Created);
    };
    let seen_before = known.listing == listing;
    if known.hash == record.hash {
        if known.raw_hash != record.raw_hash {
            // The CRM's record has changed in what no contact shows.
            tx.database
                .prepare_cached("UPDATE contact SET block_id = ?2, slot = ?3 WHERE id = ?1")?
                .execute([known.id, place.block, place.slot])?;
            ledger.release(known.body);
            ledger.retain(place);
        }
        if known.pending == pending::HELD {
            let accepted = accepted_of(&known.accepted);
            release(tx, known.id, &record.hash, record.lifecycle, accepted)?;
        }
        if !seen_before || known.raw_hash != record.raw_hash {
            tx.database
                .prepare_cached(
                    "UPDATE contact SET listing = ?2, absent = 0, raw_hash = ?3, issues = ?4
                     WHERE id = ?1",
                )?
                .execute(params![known.id, listing, record.raw_hash, record.issues])?;
        }
        return Ok(if seen_before {
            RecordOutcome::Repeated
        } else {
            RecordOutcome::Unchanged
        });
    }
    replace(ledger, &known, record, place, at)?;
    tx.database
        .prepare_cached("UPDATE contact SET listing = ?2, absent = 0 WHERE id = ?1")?
        .execute(params![known.id, listing])?;
    Ok(if seen_before {
        RecordOutcome::Repeated
    } else {
        RecordOutcome::Updated
    })
}

fn insert(
    ledger: &mut Ledger<'_>,
    listing: i64,
    record: &Row,
    place: BodyRef,
    at: Timestamp,
) -> Result<(), StoreError> {
    ledger
        .tx()
        .database
        .prepare_cached(
            "INSERT INTO contact (connection_id, external_id, content_hash, raw_hash, listing,
                 pending, lifecycle, category, consent, issues, changed_at, block_id, slot, search)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            ledger.connection(),
            record.external_id.as_str(),
            record.hash,
            record.raw_hash,
            listing,
            pending_for(&record.hash, record.lifecycle, None),
            lifecycle_code(record.lifecycle),
            category_code(record.category),
            record.consent,
            record.issues,
            at.as_millisecond(),
            place.block,
            place.slot,
            record.search,
        ])?;
    ledger.retain(place);
    Ok(())
}

/// Puts new content in the place of old, keeping what the platform last accepted.
pub(super) fn replace(
    ledger: &mut Ledger<'_>,
    known: &Known,
    record: &Row,
    place: BodyRef,
    at: Timestamp,
) -> Result<(), StoreError> {
    let tx = ledger.tx();
    let accepted = accepted_of(&known.accepted);
    let accepted_body = match accepted {
        // The body that is left behind is the accepted one from now on.
        Some((hash, _)) if hash == known.hash => Some(known.body),
        Some((hash, _)) if hash == record.hash => None,
        _ => known.accepted_body,
    };
    for old in [Some(known.body), known.accepted_body]
        .into_iter()
        .flatten()
    {
        ledger.release(old);
    }
    for new in [Some(place), accepted_body].into_iter().flatten() {
        ledger.retain(new);
    }
    let code = pending_for(&record.hash, record.lifecycle, accepted);
    let code = unless_refused(tx, known.id, &record.hash, code)?;
    tx.database
        .prepare_cached(
            "UPDATE contact SET content_hash = ?2, raw_hash = ?3, pending = ?4, lifecycle = ?5,
                 category = ?6, consent = ?7, issues = ?8, changed_at = ?9, search = ?10,
                 block_id = ?11, slot = ?12, accepted_block_id = ?13, accepted_slot = ?14
             WHERE id = ?1",
        )?
        .execute(params![
            known.id,
            record.hash,
            record.raw_hash,
            code,
            lifecycle_code(record.lifecycle),
            category_code(record.category),
            record.consent,
            record.issues,
            at.as_millisecond(),
            record.search,
            place.block,
            place.slot,
            accepted_body.map(|at| at.block),
            accepted_body.map(|at| at.slot),
        ])?;
    Ok(())
}
