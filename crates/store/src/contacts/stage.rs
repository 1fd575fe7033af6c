//! A page goes in: its contacts and the listing's cursor, in one transaction.

use jiff::Timestamp;
use nurturehub_port::{
    Category, Contact, Cursor, ExternalId, Lifecycle, MappedContact, RejectedRecord, Removal,
};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::absence::{release, retire};
use super::codes::{
    category_code, consent_code, lifecycle_code, lifecycle_of, pending, pending_for, unless_refused,
};
use crate::listings::{self, ListingCounts};
use crate::traces::{self, TraceRow};
use crate::{StoreError, Write, body, search_text};

/// What the platform last accepted: the content's hash, and the lifecycle's code.
pub(super) type Accepted = Option<(Vec<u8>, i64)>;

/// A contact made ready to be stored, off the writing thread.
#[derive(Debug, Serialize, Deserialize)]
pub struct Prepared {
    pub(super) external_id: ExternalId,
    pub(super) hash: [u8; 16],
    pub(super) raw_hash: i64,
    pub(super) canonical: String,
    pub(super) raw: Box<str>,
    pub(super) search: String,
    pub(super) lifecycle: Lifecycle,
    pub(super) category: Category,
    pub(super) consent: i64,
    pub(super) issues: i64,
}

impl Prepared {
    /// Serialises a mapped contact and takes out of it what the narrow row needs.
    ///
    /// # Errors
    /// `Damaged`, should a contact not be expressible as JSON or lack its hash.
    pub fn new(mapped: MappedContact) -> Result<Self, StoreError> {
        let MappedContact {
            contact,
            raw,
            issues,
        } = mapped;
        let canonical = canonical_text(&contact)?;
        let raw_hash = blake3::hash(raw.as_bytes())
            .as_bytes()
            .first_chunk::<8>()
            .map_or(0, |head| i64::from_le_bytes(*head));
        Ok(Self {
            hash: hash_bytes(&contact.provenance.content_hash)?,
            raw_hash,
            canonical,
            raw,
            search: search_text::of(&contact),
            lifecycle: contact.lifecycle,
            category: contact.category,
            consent: consent_code(&contact.consent),
            issues: i64::try_from(issues.len()).unwrap_or(i64::MAX),
            external_id: contact.provenance.external_id,
        })
    }
}

pub(super) fn canonical_text(contact: &Contact) -> Result<String, StoreError> {
    serde_json::to_string(contact)
        .map_err(|error| StoreError::Damaged(format!("a contact cannot be written: {error}")))
}

pub(super) fn hash_bytes(hex: &str) -> Result<[u8; 16], StoreError> {
    u128::from_str_radix(hex, 16)
        .ok()
        .filter(|_| hex.len() == 32)
        .map(u128::to_be_bytes)
        .ok_or_else(|| StoreError::Damaged("a contact has no content hash".into()))
}

/// A page of a listing with all that is stored with it.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageToStage {
    /// The connection's row.
    pub connection: i64,
    /// The listing's number.
    pub listing: i64,
    /// The run's row.
    pub run: i64,
    /// Contacts.
    pub records: Vec<Prepared>,
    /// Records that no contact could be made from.
    pub rejected: Vec<RejectedRecord>,
    /// Records that the CRM says are gone.
    pub removals: Vec<Removal>,
    /// Where the listing goes on.
    pub cursor: Cursor,
    /// How many records the CRM says the listing has.
    pub source_total: Option<u64>,
    /// Set on the last page.
    pub complete: bool,
    /// The requests that the page took.
    #[serde(skip)]
    pub traces: Vec<TraceRow>,
    /// Now.
    pub at: Timestamp,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordOutcome {
    /// New.
    Created,
    /// Known, and changed.
    Updated,
    /// Known, and the same.
    Unchanged,
    /// Seen before in this listing.
    Repeated,
}

/// Stores a page and moves the listing's cursor past it: both, or neither.
///
/// # Errors
/// `NotFound` where the listing is no longer the one in progress.
pub fn stage(tx: &Write<'_>, page: &PageToStage) -> Result<ListingCounts, StoreError> {
    listings::advance(tx, page)?;
    let counts = merge(tx, page)?;
    traces::append(tx, page.connection, page.run, &page.traces)?;
    Ok(counts)
}

/// Merges a page into the contacts and counts what it brought.
pub(super) fn merge(tx: &Write<'_>, page: &PageToStage) -> Result<ListingCounts, StoreError> {
    let mut counts = stage_records(
        tx,
        page.connection,
        page.listing,
        &page.records,
        &page.rejected,
        page.at,
    )?;
    counts.pages = 1;
    counts.removed = remove(tx, page.connection, &page.removals, page.at)?;
    listings::count(tx, page, &counts)?;
    Ok(counts)
}

/// Ends contacts that the CRM says are gone; says how many there were.
///
/// # Errors
/// What the database answers.
pub fn remove(
    tx: &Write<'_>,
    connection: i64,
    removals: &[Removal],
    at: Timestamp,
) -> Result<u64, StoreError> {
    let mut removed = 0;
    for removal in removals {
        forget_rejected(tx, connection, &removal.external_id)?;
        let found = tx
            .database
            .prepare_cached(
                "SELECT id FROM contact WHERE connection_id = ?1 AND external_id = ?2
                 AND lifecycle <> ?3",
            )?
            .query_row(
                params![
                    connection,
                    removal.external_id.as_str(),
                    lifecycle_code(removal.lifecycle)
                ],
                |row| row.get::<_, i64>(0),
            )
            .optional()?;
        if let Some(id) = found {
            retire(tx, connection, id, removal.lifecycle, &removal.reason, at)?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Stores records, also those that did not come with a listing's page (a webhook's). They count as
/// seen by the connection's latest listing, even where that began after they were fetched: a listing
/// that has passed their place, or that has shown them before, must not take them for missing.
///
/// # Errors
/// `NotFound` where the connection is no longer there.
pub fn stage_records(
    tx: &Write<'_>,
    connection: i64,
    listing: i64,
    records: &[Prepared],
    rejected: &[RejectedRecord],
    at: Timestamp,
) -> Result<ListingCounts, StoreError> {
    let (latest, some_rejected): (i64, bool) = tx
        .database
        .prepare_cached(
            "SELECT listing, EXISTS (SELECT 1 FROM rejected_record WHERE connection_id = ?1)
             FROM connection WHERE id = ?1",
        )?
        .query_row([connection], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or_else(|| StoreError::NotFound {
            what: "connection",
            key: connection.to_string(),
        })?;
    let listing = listing.max(latest);
    let mut counts = ListingCounts::default();
    for record in records {
        if some_rejected {
            forget_rejected(tx, connection, &record.external_id)?;
        }
        match upsert(tx, connection, listing, record, at)? {
            RecordOutcome::Created => counts.created += 1,
            RecordOutcome::Updated => counts.updated += 1,
            RecordOutcome::Unchanged => counts.unchanged += 1,
            RecordOutcome::Repeated => counts.repeated += 1,
        }
    }
    for record in rejected {
        if keep_rejected(tx, connection, listing, record, at)? {
            counts.rejected += 1;
        } else {
            counts.repeated += 1;
        }
    }
    counts.listed = counts.created + counts.updated + counts.unchanged + counts.rejected;
    Ok(counts)
}

/// The same, without owning it.
pub(super) fn accepted_of(accepted: &Accepted) -> Option<(&[u8], i64)> {
    accepted
        .as_ref()
        .map(|(hash, lifecycle)| (hash.as_slice(), *lifecycle))
}

struct Known {
    id: i64,
    hash: [u8; 16],
    raw_hash: i64,
    accepted: Accepted,
    listing: i64,
    pending: i64,
    lifecycle: Lifecycle,
}

fn known(
    tx: &Write<'_>,
    connection: i64,
    external_id: &ExternalId,
) -> Result<Option<Known>, StoreError> {
    Ok(tx
        .database
        .prepare_cached(
            "SELECT id, content_hash, raw_hash, accepted_hash, accepted_lifecycle, listing, pending,
                    lifecycle
             FROM contact WHERE connection_id = ?1 AND external_id = ?2",
        )?
        .query_row(params![connection, external_id.as_str()], |row| {
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
            })
        })
        .optional()?)
}

fn upsert(
    tx: &Write<'_>,
    connection: i64,
    listing: i64,
    record: &Prepared,
    at: Timestamp,
) -> Result<RecordOutcome, StoreError> {
    let Some(known) = known(tx, connection, &record.external_id)? else {
        insert(tx, connection, listing, record, at)?;
        return Ok(RecordOutcome::Created);
    };
    let seen_before = known.listing == listing;
    if known.hash == record.hash {
        if known.raw_hash != record.raw_hash {
            let packed = body::pack(tx, connection, &record.canonical, &record.raw)?;
            write_body(tx, known.id, &packed)?;
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
    replace(
        tx,
        connection,
        known.id,
        &known.hash,
        accepted_of(&known.accepted),
        record,
        at,
    )?;
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
    tx: &Write<'_>,
    connection: i64,
    listing: i64,
    record: &Prepared,
    at: Timestamp,
) -> Result<(), StoreError> {
    let packed = body::pack(tx, connection, &record.canonical, &record.raw)?;
    tx.database
        .prepare_cached(
            "INSERT INTO contact (connection_id, external_id, content_hash, raw_hash, listing,
                 pending, lifecycle, category, consent, issues, changed_at, search)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            connection,
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
            record.search,
        ])?;
    let id = tx.database.last_insert_rowid();
    tx.database
        .prepare_cached("INSERT INTO contact_body (id, dictionary_id, body) VALUES (?1, ?2, ?3)")?
        .execute(params![id, packed.dictionary, packed.bytes])?;
    Ok(())
}

/// Puts new content in the place of old, keeping what the platform last accepted.
pub(super) fn replace(
    tx: &Write<'_>,
    connection: i64,
    id: i64,
    old_hash: &[u8],
    accepted: Option<(&[u8], i64)>,
    record: &Prepared,
    at: Timestamp,
) -> Result<(), StoreError> {
    match accepted {
        Some((hash, _)) if hash == old_hash => {
            tx.database
                .prepare_cached(
                    "INSERT OR REPLACE INTO accepted_body (id, dictionary_id, body)
                     SELECT id, dictionary_id, body FROM contact_body WHERE id = ?1",
                )?
                .execute([id])?;
        }
        Some((hash, _)) if hash == record.hash => {
            tx.database
                .prepare_cached("DELETE FROM accepted_body WHERE id = ?1")?
                .execute([id])?;
        }
        _ => {}
    }
    let packed = body::pack(tx, connection, &record.canonical, &record.raw)?;
    write_body(tx, id, &packed)?;
    let code = pending_for(&record.hash, record.lifecycle, accepted);
    let code = unless_refused(tx, id, &record.hash, code)?;
    tx.database
        .prepare_cached(
            "UPDATE contact SET content_hash = ?2, raw_hash = ?3, pending = ?4, lifecycle = ?5,
                 category = ?6, consent = ?7, issues = ?8, changed_at = ?9, search = ?10
             WHERE id = ?1",
        )?
        .execute(params![
            id,
            record.hash,
            record.raw_hash,
            code,
            lifecycle_code(record.lifecycle),
            category_code(record.category),
            record.consent,
            record.issues,
            at.as_millisecond(),
            record.search,
        ])?;
    Ok(())
}

fn write_body(tx: &Write<'_>, id: i64, packed: &body::Packed) -> Result<(), StoreError> {
    tx.database
        .prepare_cached("UPDATE contact_body SET dictionary_id = ?2, body = ?3 WHERE id = ?1")?
        .execute(params![id, packed.dictionary, packed.bytes])?;
    Ok(())
}

/// Keeps a record that no contact could be made from; says whether this listing shows it first.
fn keep_rejected(
    tx: &Write<'_>,
    connection: i64,
    listing: i64,
    record: &RejectedRecord,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let key = record.external_id.as_ref().map_or_else(
        // Without an id, a record is known by its content.
        || format!("#{}", blake3::hash(record.raw.as_bytes()).to_hex()),
        ToString::to_string,
    );
    let before: Option<i64> = tx
        .database
        .prepare_cached(
            "SELECT listing FROM rejected_record WHERE connection_id = ?1 AND record_key = ?2",
        )?
        .query_row(params![connection, key], |row| row.get(0))
        .optional()?;
    if record.external_id.is_none() && before == Some(listing) {
        // Two records alike and without an id cannot be told apart: both count.
        return Ok(true);
    }
    tx.database
        .prepare_cached(
            "INSERT INTO rejected_record (connection_id, record_key, external_id, listing, code,
                 field, message, raw, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT DO UPDATE SET listing = excluded.listing, code = excluded.code,
                 field = excluded.field, message = excluded.message, raw = excluded.raw,
                 seen_at = excluded.seen_at",
        )?
        .execute(params![
            connection,
            key,
            record.external_id.as_ref().map(ExternalId::as_str),
            listing,
            record.issue.code,
            record.issue.field,
            record.issue.message,
            record.raw.as_bytes(),
            at.as_millisecond(),
        ])?;
    if let Some(id) = &record.external_id {
        still_there(tx, connection, listing, id)?;
    }
    Ok(before != Some(listing))
}

/// The CRM still lists a record, though no contact can be made from it now: a contact that was made
/// from an earlier form of it has not gone.
fn still_there(
    tx: &Write<'_>,
    connection: i64,
    listing: i64,
    external_id: &ExternalId,
) -> Result<(), StoreError> {
    let Some(known) = known(tx, connection, external_id)? else {
        return Ok(());
    };
    tx.database
        .prepare_cached("UPDATE contact SET listing = ?2, absent = 0 WHERE id = ?1")?
        .execute([known.id, listing])?;
    if known.pending == pending::HELD {
        let accepted = accepted_of(&known.accepted);
        release(tx, known.id, &known.hash, known.lifecycle, accepted)?;
    }
    Ok(())
}

/// Lets go of a rejected record that is listed whole now, or no more.
fn forget_rejected(
    tx: &Write<'_>,
    connection: i64,
    external_id: &ExternalId,
) -> Result<(), StoreError> {
    tx.database
        .prepare_cached("DELETE FROM rejected_record WHERE connection_id = ?1 AND record_key = ?2")?
        .execute(params![connection, external_id.as_str()])?;
    Ok(())
}
