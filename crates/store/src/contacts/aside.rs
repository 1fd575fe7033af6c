//! A page set aside: stored whole, with the cursor behind it, and merged into the contacts while the
//! next one is fetched.
//!
//! Merging takes longer than writing a page down. Were the next page asked for only once this one is
//! merged, network and disk would wait for each other; were it asked for before this one is stored, a
//! kill would cost two. So a page is written down first, which is quick, and whatever happens then,
//! it need not be fetched again.

use rusqlite::{OptionalExtension, params};

use super::stage::{PageToStage, merge};
use crate::listings::{self, ListingCounts};
use crate::{StoreError, Write, traces};

/// A page is packed this lightly: it is read back only after a kill.
const LEVEL: i32 = -3;

/// No page may unpack to more (a guard against a damaged length).
const MAX_PAGE: usize = 256 * 1024 * 1024;

fn damaged(error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!(
        "a page that was set aside has lost its form: {error}"
    ))
}

/// Writes a page down and moves the listing's cursor past it: both, or neither. It has to be merged
/// before the next can be set aside.
///
/// # Errors
/// `NotFound` where the listing is no longer the one in progress.
pub fn set_aside(tx: &Write<'_>, page: &PageToStage) -> Result<(), StoreError> {
    listings::advance(tx, page)?;
    traces::append(tx, page.connection, page.run, &page.traces)?;
    let plain = postcard::to_stdvec(page).map_err(damaged)?;
    let packed = zstd::bulk::compress(&plain, LEVEL).map_err(damaged)?;
    tx.database
        .prepare_cached("INSERT INTO page_aside (connection_id, page) VALUES (?1, ?2)")?
        .execute(params![page.connection, packed])?;
    Ok(())
}

/// Merges the page that was set aside, which the caller still has.
///
/// # Errors
/// What the database answers.
pub fn merge_aside(tx: &Write<'_>, page: &PageToStage) -> Result<ListingCounts, StoreError> {
    tx.database
        .prepare_cached("DELETE FROM page_aside WHERE connection_id = ?1")?
        .execute([page.connection])?;
    merge(tx, page)
}

/// Merges the page that a run before set aside and did not come to merge, where there is one.
///
/// # Errors
/// `Damaged` where it cannot be read.
pub fn merge_left_over(tx: &Write<'_>, connection: i64) -> Result<(), StoreError> {
    let packed: Option<Vec<u8>> = tx
        .database
        .prepare_cached("SELECT page FROM page_aside WHERE connection_id = ?1")?
        .query_row([connection], |row| row.get(0))
        .optional()?;
    let Some(packed) = packed else { return Ok(()) };
    let plain = zstd::bulk::decompress(&packed, MAX_PAGE).map_err(damaged)?;
    let page: PageToStage = postcard::from_bytes(&plain).map_err(damaged)?;
    merge_aside(tx, &page)?;
    Ok(())
}
