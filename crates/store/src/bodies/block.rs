//! One block, unpacked.

use std::ops::Range;

use rusqlite::Row;
use zstd::bulk::Decompressor;

use crate::StoreError;

/// No block may unpack to more (a guard against a damaged length).
pub(super) const MAX_BLOCK: usize = 64 * 1024 * 1024;

/// Bytes of each length in a block's head.
const LENGTH_BYTES: usize = 4;

/// Lengths that the head has for each slot: external id, canonical form, record.
const LENGTHS: usize = 3;

/// Where a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BodyRef {
    /// The block's number.
    pub(crate) block: i64,
    /// The place in it, from 0.
    pub(crate) slot: i64,
}

impl BodyRef {
    /// Reads it from a row: its number from this column, its slot from the next.
    pub(crate) fn of(row: &Row<'_>, column: usize) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            block: row.get(column)?,
            slot: row.get(column + 1)?,
        })
    }

    /// The same, where there may be none.
    pub(crate) fn of_some(row: &Row<'_>, column: usize) -> Result<Option<Self>, rusqlite::Error> {
        let block: Option<i64> = row.get(column)?;
        let slot: Option<i64> = row.get(column + 1)?;
        Ok(block.zip(slot).map(|(block, slot)| Self { block, slot }))
    }
}

/// A body, as it was put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    /// The contact's id in the CRM.
    pub(crate) external_id: String,
    /// The canonical contact, as JSON text.
    pub(crate) canonical: String,
    /// The CRM's own record, as it came.
    pub(crate) raw: String,
}

impl Body {
    /// Bytes that it takes in a block.
    pub(super) const fn size(&self) -> usize {
        LENGTHS * LENGTH_BYTES + self.external_id.len() + self.canonical.len() + self.raw.len()
    }
}

/// Where the texts of a slot stand.
#[derive(Debug)]
struct Slot {
    external_id: Range<usize>,
    canonical: Range<usize>,
    raw: Range<usize>,
}

/// A block, unpacked.
#[derive(Debug)]
pub(super) struct Block {
    plain: String,
    slots: Vec<Slot>,
}

fn damaged() -> StoreError {
    StoreError::Damaged("stored contacts have lost their form".into())
}

/// Writes bodies one after another, behind a head with their lengths.
pub(super) fn write(bodies: &[Body], plain: &mut Vec<u8>) -> Result<(), StoreError> {
    // What is larger could be written, but never read again.
    let size: usize = bodies.iter().map(Body::size).sum();
    if size > MAX_BLOCK - LENGTH_BYTES {
        return Err(StoreError::Damaged(
            "a contact with its record is larger than 64 MiB".into(),
        ));
    }
    let mut length = |length: usize| {
        // Nothing above is longer than 64 MiB.
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        plain.extend_from_slice(&length.to_le_bytes());
    };
    length(bodies.len());
    for body in bodies {
        length(body.external_id.len());
        length(body.canonical.len());
        length(body.raw.len());
    }
    for body in bodies {
        plain.extend_from_slice(body.external_id.as_bytes());
        plain.extend_from_slice(body.canonical.as_bytes());
        plain.extend_from_slice(body.raw.as_bytes());
    }
    Ok(())
}

impl Block {
    /// Unpacks a block.
    pub(super) fn unpack(packed: &[u8]) -> Result<Self, StoreError> {
        let size = Decompressor::upper_bound(packed)
            .unwrap_or(MAX_BLOCK)
            .min(MAX_BLOCK);
        let mut bytes = zstd::bulk::decompress(packed, size).map_err(|_| damaged())?;
        let (count, mut rest) = take_length(&bytes).ok_or_else(damaged)?;
        let head = count
            .checked_mul(LENGTHS * LENGTH_BYTES)
            .filter(|&head| head <= rest.len())
            .ok_or_else(damaged)?;
        let mut at = 0_usize;
        let mut slots = Vec::with_capacity(count);
        for _ in 0..count {
            let mut part = || -> Option<Range<usize>> {
                let (length, left) = take_length(rest)?;
                rest = left;
                let begin = at;
                at = at.checked_add(length)?;
                Some(begin..at)
            };
            slots.push(Slot {
                external_id: part().ok_or_else(damaged)?,
                canonical: part().ok_or_else(damaged)?,
                raw: part().ok_or_else(damaged)?,
            });
        }
        bytes.drain(..LENGTH_BYTES + head);
        let plain = String::from_utf8(bytes).map_err(|_| damaged())?;
        (plain.len() == at)
            .then_some(Self { plain, slots })
            .ok_or_else(damaged)
    }

    /// How many bodies it has.
    pub(super) const fn len(&self) -> usize {
        self.slots.len()
    }

    /// Bytes that it takes in memory, about.
    pub(super) const fn size(&self) -> usize {
        self.plain.len()
    }

    /// The body in a slot.
    pub(super) fn body(&self, slot: i64) -> Result<Body, StoreError> {
        let slot = usize::try_from(slot)
            .ok()
            .and_then(|slot| self.slots.get(slot))
            .ok_or_else(damaged)?;
        let text = |range: &Range<usize>| {
            self.plain
                .get(range.clone())
                .map(str::to_owned)
                .ok_or_else(damaged)
        };
        Ok(Body {
            external_id: text(&slot.external_id)?,
            canonical: text(&slot.canonical)?,
            raw: text(&slot.raw)?,
        })
    }
}

fn take_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    Some((usize::try_from(u32::from_le_bytes(*length)).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Body {
        Body {
            external_id: text.into(),
            canonical: format!("{{\"name\":\"{text}\"}}"),
            raw: text.repeat(3),
        }
    }

    fn packed(bodies: &[Body]) -> Vec<u8> {
        let mut plain = Vec::new();
        write(bodies, &mut plain).unwrap();
        zstd::bulk::compress(&plain, 1).unwrap()
    }

    #[test]
    fn every_body_is_found_in_its_slot() {
        let bodies = [body("a"), body(""), body("\u{1f3e0}ünï")];
        let block = Block::unpack(&packed(&bodies)).unwrap();
        assert_eq!(block.len(), 3);
        for (slot, body) in (0_i64..).zip(&bodies) {
            assert_eq!(&block.body(slot).unwrap(), body);
        }
        assert!(block.body(3).is_err() && block.body(-1).is_err());
    }

    #[test]
    fn a_damaged_block_is_told_and_never_read_beyond_its_end() {
        let mut plain = Vec::new();
        write(&[body("a"), body("b")], &mut plain).unwrap();
        for at in 0..plain.len() {
            let cut = plain.get(..at).unwrap();
            let cut = zstd::bulk::compress(cut, 1).unwrap();
            assert!(Block::unpack(&cut).is_err(), "cut after {at} bytes");
        }
        for at in 0..28 {
            let mut changed = plain.clone();
            changed[at] = 0xff;
            let changed = zstd::bulk::compress(&changed, 1).unwrap();
            assert!(
                Block::unpack(&changed).is_err(),
                "length byte {at} is wrong"
            );
        }
        assert!(Block::unpack(b"not a block").is_err());
    }
}
