//! Bodies: the canonical form of each contact and the CRM's own record, packed many to a *block*.
//!
//! Records of one CRM are alike, so a block of them packs to a small part of its size, and is packed,
//! encrypted and stored once, with the contacts of its page, each of which names its block and its
//! slot in it.
//!
//! A block never changes. It counts how many of its slots are in use, by contacts as they are and
//! as the platform last accepted them; unused ones go, and those of which less than half is in use
//! are moved together ([`Ledger`]).

mod block;
mod cache;
mod ledger;
mod pack;
mod verify;

pub(crate) use block::{Body, BodyRef};
pub(crate) use cache::BlockCache;
pub(crate) use ledger::Ledger;
pub(crate) use pack::{PackedBlock, in_blocks, pack};
pub use verify::verify;
