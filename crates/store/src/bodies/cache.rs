//! Blocks that were read a moment ago: neighbours are mostly read together.

use std::sync::Arc;

use rusqlite::OptionalExtension;

use super::block::{Block, Body, BodyRef};
use crate::{Read, StoreError};

/// Unpacked bytes that are kept. A page of a listing, a preview or a batch fits in.
const KEPT_BYTES: usize = 1024 * 1024;

/// Blocks by their number, the latest used last. A block never changes and its number is never
/// given again, so that what is kept stays true also where another process writes.
#[derive(Debug, Default)]
pub(crate) struct BlockCache {
    blocks: Vec<(i64, Arc<Block>)>,
    bytes: usize,
}

impl BlockCache {
    /// Lets go of everything: after a purge, and after a transaction that was undone, whose numbers
    /// are given again.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    #[cfg(test)]
    pub(crate) const fn knows_anything(&self) -> bool {
        !self.blocks.is_empty()
    }

    fn get(&mut self, number: i64) -> Option<Arc<Block>> {
        let at = self.blocks.iter().position(|(known, _)| *known == number)?;
        let found = self.blocks.remove(at);
        let block = Arc::clone(&found.1);
        self.blocks.push(found);
        Some(block)
    }

    fn put(&mut self, number: i64, block: &Arc<Block>) {
        self.bytes += block.size();
        self.blocks.push((number, Arc::clone(block)));
        while self.bytes > KEPT_BYTES && !self.blocks.is_empty() {
            let (_, oldest) = self.blocks.remove(0);
            self.bytes = self.bytes.saturating_sub(oldest.size());
        }
    }
}

/// Reads a block.
pub(super) fn block(db: &Read<'_>, number: i64) -> Result<Arc<Block>, StoreError> {
    if let Some(block) = db.blocks.borrow_mut().get(number) {
        return Ok(block);
    }
    let packed: Vec<u8> = db
        .database
        .prepare_cached("SELECT packed FROM block_content WHERE block_id = ?1")?
        .query_row([number], |row| row.get(0))
        .optional()?
        .ok_or_else(|| StoreError::Damaged("stored contacts have gone from their place".into()))?;
    let block = Arc::new(Block::unpack(&packed)?);
    db.blocks.borrow_mut().put(number, &block);
    Ok(block)
}

impl Read<'_> {
    /// Reads a body.
    pub(crate) fn body(&self, at: BodyRef) -> Result<Body, StoreError> {
        block(self, at.block)?.body(at.slot)
    }
}
