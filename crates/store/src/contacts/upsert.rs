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

/// Milliseconds that a page waits to be merged at the very most, while its run goes on.
const PAGES_WAIT: i64 = 60 * 60 * 1000;

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
    fetched_at: i64,
    updated_at: Option<i64>,
}

const COLUMNS: &str = "id, content_hash, raw_hash, accepted_hash, accepted_lifecycle, listing,
    pending, lifecycle, issues, block_id, slot, accepted_block_id, accepted_slot,
    fetched_at, source_updated_at";

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
        fetched_at: row.get(13)?,
        updated_at: row.get(14)?,
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
    // New contacts come together, in a first listing all of them: then looking first is once too often.
    if ledger.last_was_new && insert(ledger, listing, record, place, at)? {
        return Ok(RecordOutcome::Created);
    }
    let known = known(tx, ledger.connection(), &record.external_id)?;
    ledger.last_was_new = known.is_none();
    let Some(known) = known else {
        insert(ledger, listing, record, place, at)?;
        return Ok(RecordOutcome::Created);
    };
    let seen_before = known.listing == listing;
    if is_older(record, &known) {
        still_listed(tx, listing, &known)?;
        return Ok(if seen_before {
            RecordOutcome::Repeated
        } else {
            RecordOutcome::Unchanged
        });
    }
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
                    "UPDATE contact SET listing = ?2, absent = 0, raw_hash = ?3, issues = ?4,
                         fetched_at = ?5
                     WHERE id = ?1",
                )?
                .execute(params![
                    known.id,
                    listing,
                    record.raw_hash,
                    record.issues,
                    record.fetched_at
                ])?;
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

/// Whether a record is older than what is stored: a page that waited while a webhook brought something
/// newer. It was asked for before, and the CRM's own time for it is earlier, too; this computer's clock
/// alone, which may have been wrong, is never a reason to leave a change out. Only what a webhook said
/// to be gone shortly before is believed without a time of the CRM's.
fn is_older(record: &Row, known: &Known) -> bool {
    let earlier = known.fetched_at - record.fetched_at;
    if earlier <= 0 {
        return false;
    }
    match record.updated_at.zip(known.updated_at) {
        Some((record, known)) if record != known => record < known,
        _ => known.lifecycle != Lifecycle::Active && earlier < PAGES_WAIT,
    }
}

/// Takes a contact for listed, and leaves its content as it is.
pub(super) fn still_listed(tx: &Write<'_>, listing: i64, known: &Known) -> Result<(), StoreError> {
    tx.database
        .prepare_cached("UPDATE contact SET listing = ?2, absent = 0 WHERE id = ?1")?
        .execute([known.id, listing])?;
    if known.pending == pending::HELD {
        let accepted = accepted_of(&known.accepted);
        release(tx, known.id, &known.hash, known.lifecycle, accepted)?;
    }
    Ok(())
}

/// Stores a contact that is not known yet; says whether it was not.
fn insert(
    ledger: &mut Ledger<'_>,
    listing: i64,
    record: &Row,
    place: BodyRef,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let code = pending_for(&record.hash, record.lifecycle, None);
    let inserted = ledger
        .tx()
        .database
        .prepare_cached(
            "INSERT INTO contact (connection_id, external_id, content_hash, raw_hash, listing,
                 pending, lifecycle, category, consent, issues, changed_at, fetched_at,
                 source_updated_at, block_id, slot, search)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             ON CONFLICT (connection_id, external_id) DO NOTHING",
        )?
        .execute(params![
            ledger.connection(),
            record.external_id.as_str(),
            record.hash,
            record.raw_hash,
            listing,
            code,
            lifecycle_code(record.lifecycle),
            category_code(record.category),
            record.consent,
            record.issues,
            at.as_millisecond(),
            record.fetched_at,
            record.updated_at,
            place.block,
            place.slot,
            record.search,
        ])?;
    if inserted == 0 {
        return Ok(false);
    }
    ledger.tx().tally.came(ledger.connection(), code);
    ledger.retain(place);
    Ok(true)
}

/// Puts new content in the place of old, keeping what the platform last accepted. Answers what a push
/// would do with it from now on.
pub(super) fn replace(
    ledger: &mut Ledger<'_>,
    known: &Known,
    record: &Row,
    place: BodyRef,
    at: Timestamp,
) -> Result<i64, StoreError> {
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
    tx.tally.moved(ledger.connection(), known.pending, code, 1);
    tx.database
        .prepare_cached(
            "UPDATE contact SET content_hash = ?2, raw_hash = ?3, pending = ?4, lifecycle = ?5,
                 category = ?6, consent = ?7, issues = ?8, changed_at = ?9, search = ?10,
                 block_id = ?11, slot = ?12, accepted_block_id = ?13, accepted_slot = ?14,
                 fetched_at = ?15, source_updated_at = ?16
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
            record.fetched_at,
            record.updated_at,
        ])?;
    Ok(code)
}
