//! A page goes in: its contacts and the listing's cursor, in one transaction.

use std::borrow::Borrow;

use jiff::Timestamp;
use nurturehub_port::{RejectedRecord, Removal};
use rusqlite::{OptionalExtension, params};

use super::absence::retire;
use super::codes::lifecycle_code;
use super::prepared::{PageToStage, Records, Row};
use super::rejected::{forget_rejected, keep_rejected};
use super::upsert::upsert;
use crate::bodies::{BodyRef, Ledger, PackedBlock};
use crate::listings::{self, ListingCounts};
use crate::{StoreError, Write, traces};

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
    stage_together(tx, page.connection, [page])
}

/// Stores pages of one connection in their order and moves the listing's cursor past them: all, or
/// nothing. A page that is handed over is let go as soon as it is stored.
///
/// # Errors
/// `NotFound` where the listing is no longer the one in progress.
pub(super) fn stage_together<P: Borrow<PageToStage>>(
    tx: &Write<'_>,
    connection: i64,
    pages: impl IntoIterator<Item = P>,
) -> Result<ListingCounts, StoreError> {
    Ledger::keep(tx, connection, |ledger| {
        let mut counts = ListingCounts::default();
        for page in pages {
            let page = page.borrow();
            listings::advance(tx, page)?;
            let places = insert_blocks(ledger, &page.records.blocks)?;
            counts.add(&merge(ledger, page, &places)?);
            traces::append(tx, page.connection, page.run, &page.traces)?;
        }
        Ok(counts)
    })
}

/// Stores packed blocks; answers where each of their bodies is.
fn insert_blocks(
    ledger: &mut Ledger<'_>,
    blocks: &[PackedBlock],
) -> Result<Vec<BodyRef>, StoreError> {
    let mut places = Vec::new();
    for packed in blocks {
        let block = ledger.insert(packed)?;
        places.extend((0..packed.slots()).map(|slot| BodyRef { block, slot }));
    }
    Ok(places)
}

/// Merges a page into the contacts and counts what it brought. Its bodies are stored already.
fn merge(
    ledger: &mut Ledger<'_>,
    page: &PageToStage,
    places: &[BodyRef],
) -> Result<ListingCounts, StoreError> {
    let mut counts = merge_records(
        ledger,
        page.listing,
        &page.records.rows,
        places,
        &page.rejected,
        page.at,
    )?;
    counts.pages = 1;
    counts.removed = end_removed(ledger, &page.removals, page.at)?;
    listings::count(ledger.tx(), page, &counts)?;
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
    Ledger::keep(tx, connection, |ledger| end_removed(ledger, removals, at))
}

fn end_removed(
    ledger: &mut Ledger<'_>,
    removals: &[Removal],
    at: Timestamp,
) -> Result<u64, StoreError> {
    let (tx, connection) = (ledger.tx(), ledger.connection());
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
            retire(ledger, id, removal.lifecycle, &removal.reason, at)?;
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
    records: &Records,
    rejected: &[RejectedRecord],
    at: Timestamp,
) -> Result<ListingCounts, StoreError> {
    // A connection that is gone is told as such, and not as a row that no other one refers to.
    latest_listing(tx, connection)?;
    Ledger::keep(tx, connection, |ledger| {
        let places = insert_blocks(ledger, &records.blocks)?;
        merge_records(ledger, listing, &records.rows, &places, rejected, at)
    })
}

fn merge_records(
    ledger: &mut Ledger<'_>,
    listing: i64,
    rows: &[Row],
    places: &[BodyRef],
    rejected: &[RejectedRecord],
    at: Timestamp,
) -> Result<ListingCounts, StoreError> {
    let (tx, connection) = (ledger.tx(), ledger.connection());
    let (latest, some_rejected) = latest_listing(tx, connection)?;
    let listing = listing.max(latest);
    let mut counts = ListingCounts::default();
    for (record, &place) in rows.iter().zip(places) {
        if some_rejected {
            forget_rejected(tx, connection, &record.external_id)?;
        }
        match upsert(ledger, listing, record, place, at)? {
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

/// The number of a connection's latest listing, and whether it has rejected records.
fn latest_listing(tx: &Write<'_>, connection: i64) -> Result<(i64, bool), StoreError> {
    tx.database
        .prepare_cached(
            "SELECT listing, EXISTS (SELECT 1 FROM rejected_record WHERE connection_id = ?1)
             FROM connection WHERE id = ?1",
        )?
        .query_row([connection], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or_else(|| StoreError::NotFound {
            what: "connection",
            key: connection.to_string(),
        })
}
