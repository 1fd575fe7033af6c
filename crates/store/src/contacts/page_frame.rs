//! A page as bytes: packed bodies as they are, and what cannot be told from them before.

use std::borrow::Cow;

use jiff::Timestamp;
use nurturehub_port::{Cursor, RejectedRecord, Removal, SealedContact};
use serde::{Deserialize, Serialize};

use super::prepared::{PageToStage, Records, split};
use crate::bodies::PackedBlock;
use crate::traces::TraceRow;

/// What a page has beside its packed bodies, which follow it.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    listing: i64,
    run: i64,
    /// Bodies and bytes of each block.
    blocks: Vec<(i64, usize)>,
    /// How many issues each contact has.
    issues: Vec<i64>,
    rejected: Cow<'a, [RejectedRecord]>,
    removals: Cow<'a, [Removal]>,
    cursor: Cow<'a, Cursor>,
    source_total: Option<u64>,
    complete: bool,
    traces: Cow<'a, [TraceRow]>,
    at: Timestamp,
}

/// Appends a page to some bytes. None where it cannot be written, which plain data always can.
pub(super) fn write(page: &PageToStage, bytes: Vec<u8>) -> Option<Vec<u8>> {
    let blocks = &page.records.blocks;
    let head = Head {
        listing: page.listing,
        run: page.run,
        blocks: blocks
            .iter()
            .map(|block| (block.slots(), block.bytes().len()))
            .collect(),
        issues: page.records.rows.iter().map(|row| row.issues).collect(),
        rejected: Cow::Borrowed(&page.rejected),
        removals: Cow::Borrowed(&page.removals),
        cursor: Cow::Borrowed(&page.cursor),
        source_total: page.source_total,
        complete: page.complete,
        traces: Cow::Borrowed(&page.traces),
        at: page.at,
    };
    let mut bytes = postcard::to_extend(&head, bytes).ok()?;
    for block in blocks {
        bytes.extend_from_slice(block.bytes());
    }
    Some(bytes)
}

/// Reads a page of a connection. None where it is none: another version wrote it, say.
pub(super) fn read(connection: i64, bytes: &[u8]) -> Option<PageToStage> {
    let (head, mut rest) = postcard::take_from_bytes::<Head<'_>>(bytes).ok()?;
    let mut issues = head.issues.iter();
    let mut records = Records::default();
    for &(slots, length) in &head.blocks {
        let (packed, after) = rest.split_at_checked(length)?;
        rest = after;
        let block = PackedBlock::of(slots, packed.to_vec());
        for body in block.bodies().ok()? {
            let contact = SealedContact::parse(body.canonical).ok()?;
            let issues = issues.next().copied()?;
            records.rows.push(split(contact, body.raw, issues).ok()?.0);
        }
        records.blocks.push(block);
    }
    (rest.is_empty() && issues.next().is_none()).then(|| PageToStage {
        connection,
        listing: head.listing,
        run: head.run,
        records,
        rejected: head.rejected.into_owned(),
        removals: head.removals.into_owned(),
        cursor: head.cursor.into_owned(),
        source_total: head.source_total,
        complete: head.complete,
        traces: head.traces.into_owned(),
        at: head.at,
    })
}
