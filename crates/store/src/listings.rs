//! Listings: one walk through a CRM's contacts, over as many runs as it takes.
//!
//! A listing has a number that only grows within a connection. Every contact carries the number of
//! the last listing that it was seen in: whatever a complete full listing did not see has gone.

use jiff::Timestamp;
use nurturehub_port::Cursor;
use rusqlite::{OptionalExtension, params};
use serde::Serialize;

use crate::contacts::PageToStage;
use crate::runs::timestamp;
use crate::{Read, StoreError, Write};

/// A listing in progress.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Its number.
    pub number: i64,
    /// Everything, or only what changed.
    pub full: bool,
    /// Where it goes on; none before the first page.
    pub cursor: Option<Cursor>,
    /// The CRM's last page is stored; what has gone is still to be settled.
    pub complete: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// When its last page was stored.
    pub touched_at: Timestamp,
    /// How many records the CRM says it has.
    pub source_total: Option<u64>,
    /// What it found so far.
    pub counts: ListingCounts,
}

/// What a listing found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListingCounts {
    /// Pages stored.
    pub pages: u64,
    /// Different records, whether mapped or rejected.
    pub listed: u64,
    /// Contacts that were new.
    pub created: u64,
    /// Contacts that were known and have changed.
    pub updated: u64,
    /// Contacts that were known and have not.
    pub unchanged: u64,
    /// Records listed again within the same listing.
    pub repeated: u64,
    /// Records that no contact could be made from.
    pub rejected: u64,
    /// Contacts that have gone.
    pub removed: u64,
}

impl ListingCounts {
    /// Adds what another part of the listing found.
    pub const fn add(&mut self, other: &Self) {
        self.pages += other.pages;
        self.listed += other.listed;
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.repeated += other.repeated;
        self.rejected += other.rejected;
        self.removed += other.removed;
    }
}

fn whole(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// A number for a column. None of ours comes near the limit.
pub(crate) fn column(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The listing in progress, where there is one.
///
/// # Errors
/// What the database answers.
pub fn find(db: &Read<'_>, connection: i64) -> Result<Option<Listing>, StoreError> {
    Ok(db
        .database
        .prepare_cached(
            "SELECT number, full_listing, cursor, complete, started_at, touched_at, source_total,
                    pages, listed, created, updated, unchanged, repeated, rejected, removed
             FROM listing WHERE connection_id = ?1",
        )?
        .query_row([connection], |row| {
            Ok(Listing {
                number: row.get(0)?,
                full: row.get(1)?,
                cursor: row.get::<_, Option<String>>(2)?.map(Cursor::from_stored),
                complete: row.get(3)?,
                started_at: timestamp(row.get(4)?),
                touched_at: timestamp(row.get(5)?),
                source_total: row.get::<_, Option<i64>>(6)?.map(whole),
                counts: ListingCounts {
                    pages: whole(row.get(7)?),
                    listed: whole(row.get(8)?),
                    created: whole(row.get(9)?),
                    updated: whole(row.get(10)?),
                    unchanged: whole(row.get(11)?),
                    repeated: whole(row.get(12)?),
                    rejected: whole(row.get(13)?),
                    removed: whole(row.get(14)?),
                },
            })
        })
        .optional()?)
}

/// Begins a listing, giving up the one in progress, where there is one.
///
/// # Errors
/// What the database answers.
pub fn begin(
    tx: &Write<'_>,
    connection: i64,
    full: bool,
    at: Timestamp,
) -> Result<Listing, StoreError> {
    tx.database
        .execute("DELETE FROM listing WHERE connection_id = ?1", [connection])?;
    let number: i64 = tx.database.query_row(
        "UPDATE connection SET listing = listing + 1 WHERE id = ?1 RETURNING listing",
        [connection],
        |row| row.get(0),
    )?;
    tx.database.execute(
        "INSERT INTO listing (connection_id, number, full_listing, started_at, touched_at)
         VALUES (?1, ?2, ?3, ?4, ?4)",
        params![connection, number, full, at.as_millisecond()],
    )?;
    Ok(Listing {
        number,
        full,
        cursor: None,
        complete: false,
        started_at: at,
        touched_at: at,
        source_total: None,
        counts: ListingCounts::default(),
    })
}

fn not_in_progress(number: i64) -> StoreError {
    StoreError::NotFound {
        what: "listing in progress",
        key: number.to_string(),
    }
}

/// Moves a listing past a page that the same transaction stores. One that was given up or closed
/// meanwhile is not moved, and the page with it is not stored.
pub(crate) fn advance(tx: &Write<'_>, page: &PageToStage) -> Result<(), StoreError> {
    let moved = tx
        .database
        .prepare_cached(
            "UPDATE listing SET cursor = ?2, complete = ?3,
                 source_total = coalesce(?4, source_total), touched_at = ?5
             WHERE connection_id = ?1 AND number = ?6",
        )?
        .execute(params![
            page.connection,
            page.cursor.as_str(),
            page.complete,
            page.source_total.map(column),
            page.at.as_millisecond(),
            page.listing,
        ])?;
    if moved == 0 {
        return Err(not_in_progress(page.listing));
    }
    Ok(())
}

/// Counts into a listing what a page of it brought.
pub(crate) fn count(
    tx: &Write<'_>,
    page: &PageToStage,
    counts: &ListingCounts,
) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "UPDATE listing SET pages = pages + ?3, listed = listed + ?4, created = created + ?5,
                 updated = updated + ?6, unchanged = unchanged + ?7, repeated = repeated + ?8,
                 rejected = rejected + ?9, removed = removed + ?10
             WHERE connection_id = ?1 AND number = ?2",
        )?
        .execute(params![
            page.connection,
            page.listing,
            column(counts.pages),
            column(counts.listed),
            column(counts.created),
            column(counts.updated),
            column(counts.unchanged),
            column(counts.repeated),
            column(counts.rejected),
            column(counts.removed),
        ])?;
    Ok(())
}

/// Ends a listing. A cursor becomes the one that the next incremental listing starts from; without
/// one, the listing is not believed.
///
/// # Errors
/// `NotFound` where the listing is no longer the one in progress.
pub fn close(
    tx: &Write<'_>,
    connection: i64,
    listing: &Listing,
    cursor: Option<&Cursor>,
) -> Result<(), StoreError> {
    let ended = tx.database.execute(
        "DELETE FROM listing WHERE connection_id = ?1 AND number = ?2",
        params![connection, listing.number],
    )?;
    if ended == 0 {
        return Err(not_in_progress(listing.number));
    }
    if let Some(cursor) = cursor {
        tx.database.execute(
            "UPDATE connection SET cursor = ?2 WHERE id = ?1",
            params![connection, cursor.as_str()],
        )?;
    }
    if listing.full && listing.complete && cursor.is_some() {
        // A rejected record that a complete listing did not show again is no longer there.
        tx.database.execute(
            "DELETE FROM rejected_record WHERE connection_id = ?1 AND listing < ?2",
            params![connection, listing.number],
        )?;
    }
    Ok(())
}
