//! Pages set aside: each stored whole, with the cursor behind it, and merged into the contacts
//! together, while the next ones are fetched.
//!
//! Merging takes longer than writing a page down. Were the next page asked for only once this one is
//! merged, network and disk would wait for each other; were it asked for before this one is stored, a
//! kill would cost two. So a page is written down first, which is quick, and whatever happens then,
//! it need not be fetched again. Its bodies are written where they stay; only what merging needs
//! beside them is written for the time being.
//!
//! CRMs list their records in no order of their ids, so that each contact of a page falls on another
//! page of the index over them. Merging several pages in one transaction writes each of those once.

use std::borrow::Cow;

use jiff::Timestamp;
use nurturehub_port::{Cursor, RejectedRecord, Removal, SealedContact};
use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::prepared::{PageToStage, Records, split};
use super::stage::{merge, places};
use crate::bodies::{self, BodyRef, Ledger};
use crate::listings::{self, ListingCounts};
use crate::{StoreError, Write, traces};

/// What a page has beside its bodies and what can be told from them.
#[derive(Serialize, Deserialize)]
struct Aside<'a> {
    listing: i64,
    run: i64,
    /// How many issues each contact has.
    issues: Vec<i64>,
    rejected: Cow<'a, [RejectedRecord]>,
    removals: Cow<'a, [Removal]>,
    cursor: Cow<'a, Cursor>,
    source_total: Option<u64>,
    complete: bool,
    at: Timestamp,
}

fn damaged(error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!(
        "a page that was set aside has lost its form: {error}"
    ))
}

/// A page that was set aside, as whoever set it aside still has it.
#[derive(Debug)]
pub struct SetAside {
    /// Without its packed blocks, which are written.
    page: PageToStage,
    id: i64,
    blocks: Vec<i64>,
    places: Vec<BodyRef>,
}

impl SetAside {
    /// How many contacts it has.
    #[must_use]
    pub fn contacts(&self) -> usize {
        self.page.records.rows.len()
    }
}

/// Writes a page down and moves the listing's cursor past it: both, or neither.
///
/// # Errors
/// `NotFound` where the listing is no longer the one in progress.
pub fn set_aside(tx: &Write<'_>, mut page: PageToStage) -> Result<SetAside, StoreError> {
    listings::advance(tx, &page)?;
    traces::append(tx, page.connection, page.run, &page.traces)?;
    let packed = std::mem::take(&mut page.records.blocks);
    let blocks = packed
        .iter()
        .map(|block| bodies::insert(tx, page.connection, block))
        .collect::<Result<Vec<_>, _>>()?;
    let aside = Aside {
        listing: page.listing,
        run: page.run,
        issues: page.records.rows.iter().map(|row| row.issues).collect(),
        rejected: Cow::Borrowed(&page.rejected),
        removals: Cow::Borrowed(&page.removals),
        cursor: Cow::Borrowed(&page.cursor),
        source_total: page.source_total,
        complete: page.complete,
        at: page.at,
    };
    let numbers = serde_json::to_string(&blocks).map_err(damaged)?;
    tx.database
        .prepare_cached("INSERT INTO page_aside (connection_id, blocks, page) VALUES (?1, ?2, ?3)")?
        .execute(params![
            page.connection,
            numbers,
            postcard::to_stdvec(&aside).map_err(damaged)?
        ])?;
    Ok(SetAside {
        page,
        id: tx.database.last_insert_rowid(),
        places: places(&packed, &blocks),
        blocks,
    })
}

/// Merges pages that were set aside, in their order. All are of one connection.
///
/// # Errors
/// What the database answers.
pub fn merge_aside(tx: &Write<'_>, asides: &[SetAside]) -> Result<ListingCounts, StoreError> {
    let mut counts = ListingCounts::default();
    let Some(first) = asides.first() else {
        return Ok(counts);
    };
    Ledger::keep(tx, first.page.connection, |ledger| {
        for aside in asides {
            counts.add(&merge_one(ledger, aside)?);
        }
        Ok(counts)
    })
}

fn merge_one(ledger: &mut Ledger<'_>, aside: &SetAside) -> Result<ListingCounts, StoreError> {
    ledger
        .tx()
        .database
        .prepare_cached("DELETE FROM page_aside WHERE id = ?1")?
        .execute([aside.id])?;
    for &block in &aside.blocks {
        ledger.touch(block);
    }
    merge(ledger, &aside.page, &aside.places)
}

/// Merges the pages that a run before set aside and did not come to merge, where there are any.
///
/// # Errors
/// `Damaged` where one cannot be read.
pub fn merge_left_over(tx: &Write<'_>, connection: i64) -> Result<(), StoreError> {
    let found: Vec<(i64, String, Vec<u8>)> = tx
        .database
        .prepare_cached(
            "SELECT id, blocks, page FROM page_aside WHERE connection_id = ?1 ORDER BY id",
        )?
        .query_map([connection], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    Ledger::keep(tx, connection, |ledger| {
        for (id, blocks, page) in &found {
            let blocks = serde_json::from_str(blocks).map_err(damaged)?;
            merge_one(ledger, &read(tx, connection, *id, blocks, page)?)?;
        }
        Ok(())
    })
}

/// Reads a page that was set aside, and where its bodies are.
fn read(
    tx: &Write<'_>,
    connection: i64,
    id: i64,
    blocks: Vec<i64>,
    page: &[u8],
) -> Result<SetAside, StoreError> {
    let aside: Aside<'_> = postcard::from_bytes(page).map_err(damaged)?;
    let mut places = Vec::new();
    let mut rows = Vec::new();
    for &block in &blocks {
        for (at, body) in bodies::all_of(tx, block)? {
            let issues = aside.issues.get(rows.len()).copied().unwrap_or(0);
            let contact = SealedContact::parse(body.canonical).map_err(damaged)?;
            rows.push(split(contact, body.raw, issues)?.0);
            places.push(at);
        }
    }
    let page = PageToStage {
        connection,
        listing: aside.listing,
        run: aside.run,
        records: Records {
            rows,
            blocks: Vec::new(),
        },
        rejected: aside.rejected.into_owned(),
        removals: aside.removals.into_owned(),
        cursor: aside.cursor.into_owned(),
        source_total: aside.source_total,
        complete: aside.complete,
        // They were written when the page was set aside.
        traces: Vec::new(),
        at: aside.at,
    };
    Ok(SetAside {
        page,
        id,
        blocks,
        places,
    })
}
