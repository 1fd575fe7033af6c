//! Packing bodies into blocks.

use zstd::bulk::Compressor;

use super::block::{self, Body};
use crate::StoreError;

/// Level 1 saves a tenth of the file at the price of a tenth of a sync's speed.
const LEVEL: i32 = -1;

/// A block is closed once it has so many bytes. Larger ones pack better; smaller ones cost less to
/// read where one body is wanted.
pub(super) const BLOCK_BYTES: usize = 64 * 1024;

/// The buffer is let go after a block larger than this.
const KEPT_BUFFER: usize = 4 * BLOCK_BYTES;

/// A block, packed.
#[derive(Debug)]
pub(crate) struct PackedBlock {
    pub(super) slots: i64,
    pub(super) bytes: Vec<u8>,
}

impl PackedBlock {
    /// How many bodies it has.
    pub(crate) const fn slots(&self) -> i64 {
        self.slots
    }
}

/// Packs bodies; kept from page to page, since making one costs more than using it.
pub struct Packer {
    compressor: Compressor<'static>,
    plain: Vec<u8>,
}

impl std::fmt::Debug for Packer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Packer").finish_non_exhaustive()
    }
}

fn failed(error: &std::io::Error) -> StoreError {
    StoreError::Damaged(format!("contacts cannot be packed: {error}"))
}

impl Packer {
    /// A new one.
    ///
    /// # Errors
    /// `Damaged`, where there is no memory for it.
    pub fn new() -> Result<Self, StoreError> {
        Ok(Self {
            compressor: Compressor::new(LEVEL).map_err(|error| failed(&error))?,
            plain: Vec::new(),
        })
    }

    /// Packs bodies into one block.
    pub(super) fn block(&mut self, bodies: &[Body]) -> Result<PackedBlock, StoreError> {
        self.plain.clear();
        block::write(bodies, &mut self.plain)?;
        let bytes = self
            .compressor
            .compress(&self.plain)
            .map_err(|error| failed(&error))?;
        if self.plain.capacity() > KEPT_BUFFER {
            self.plain = Vec::new();
        }
        Ok(PackedBlock {
            slots: i64::try_from(bodies.len()).unwrap_or(i64::MAX),
            bytes,
        })
    }

    /// Packs bodies, in order, into as many blocks as they fill.
    pub(crate) fn blocks(
        &mut self,
        bodies: impl IntoIterator<Item = Body>,
    ) -> Result<Vec<PackedBlock>, StoreError> {
        let mut blocks = Vec::new();
        let mut open = Vec::new();
        let mut size = 0;
        for body in bodies {
            size += body.size();
            open.push(body);
            if size >= BLOCK_BYTES {
                blocks.push(self.block(&open)?);
                open.clear();
                size = 0;
            }
        }
        if !open.is_empty() {
            blocks.push(self.block(&open)?);
        }
        Ok(blocks)
    }
}
