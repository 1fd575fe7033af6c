//! Packing bodies into blocks.

use std::cell::RefCell;

use zstd::bulk::Compressor;

use super::block::{self, Block, Body};
use crate::StoreError;

/// The level that gives most for its time: lower ones are no faster on such texts, and larger.
const LEVEL: i32 = 1;

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
    /// One that was packed before.
    pub(crate) const fn of(slots: i64, bytes: Vec<u8>) -> Self {
        Self { slots, bytes }
    }

    /// As it is stored.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is packed in it.
    pub(crate) fn bodies(&self) -> Result<Vec<Body>, StoreError> {
        let block = Block::unpack(&self.bytes)?;
        (0_i64..)
            .take(block.len())
            .map(|slot| block.body(slot))
            .collect()
    }

    /// How many bodies it has.
    pub(crate) const fn slots(&self) -> i64 {
        self.slots
    }
}

/// What packs; kept by each thread that does so, since making it costs more than using it.
struct Packer {
    compressor: Compressor<'static>,
    plain: Vec<u8>,
    /// As large as the largest block may become; a block is copied out of it as long as it is.
    packed: Vec<u8>,
}

thread_local! {
    static PACKER: RefCell<Option<Packer>> = const { RefCell::new(None) };
}

fn failed(error: &std::io::Error) -> StoreError {
    StoreError::Damaged(format!("contacts cannot be packed: {error}"))
}

impl Packer {
    fn new() -> Result<Self, StoreError> {
        Ok(Self {
            compressor: Compressor::new(LEVEL).map_err(|error| failed(&error))?,
            plain: Vec::new(),
            packed: Vec::new(),
        })
    }

    fn pack(&mut self, bodies: &[Body]) -> Result<PackedBlock, StoreError> {
        self.plain.clear();
        block::write(bodies, &mut self.plain)?;
        self.packed.clear();
        self.packed
            .reserve(zstd::zstd_safe::compress_bound(self.plain.len()));
        self.compressor
            .compress_to_buffer(&self.plain, &mut self.packed)
            .map_err(|error| failed(&error))?;
        let bytes = self.packed.as_slice().to_vec();
        if self.plain.capacity() > KEPT_BUFFER {
            self.plain = Vec::new();
            self.packed = Vec::new();
        }
        Ok(PackedBlock {
            slots: i64::try_from(bodies.len()).unwrap_or(i64::MAX),
            bytes,
        })
    }
}

/// Packs bodies into one block.
pub(crate) fn pack(bodies: &[Body]) -> Result<PackedBlock, StoreError> {
    PACKER.with_borrow_mut(|packer| match packer {
        Some(packer) => packer.pack(bodies),
        none => none.insert(Packer::new()?).pack(bodies),
    })
}

/// Divides what comes into blocks, in order, each as long as a block should be.
pub(crate) fn in_blocks<T>(items: Vec<T>, size: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut blocks = Vec::new();
    let mut open = Vec::new();
    let mut bytes = 0;
    for item in items {
        bytes += size(&item);
        open.push(item);
        if bytes >= BLOCK_BYTES {
            blocks.push(std::mem::take(&mut open));
            bytes = 0;
        }
    }
    if !open.is_empty() {
        blocks.push(open);
    }
    blocks
}
