//! Contacts made ready to be stored, off the writing thread.

use jiff::Timestamp;
use nurturehub_port::{
    Category, Cursor, ExternalId, Lifecycle, MappedContact, RejectedRecord, Removal, SealedContact,
};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::codes::consent_code;
use crate::bodies::{Body, PackedBlock, in_blocks, pack};
use crate::traces::TraceRow;
use crate::{StoreError, search_text};

/// What the narrow row has of a contact.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) external_id: ExternalId,
    pub(super) hash: [u8; 16],
    pub(super) raw_hash: i64,
    pub(super) search: String,
    pub(super) lifecycle: Lifecycle,
    pub(super) category: Category,
    pub(super) consent: i64,
    pub(super) issues: i64,
    pub(super) fetched_at: i64,
    pub(super) updated_at: Option<i64>,
}

/// Takes out of a mapped contact what the narrow row needs, and what its body has.
pub(super) fn prepare(mapped: MappedContact) -> Result<(Row, Body), StoreError> {
    let issues = i64::try_from(mapped.issues.len()).unwrap_or(i64::MAX);
    split(mapped.contact, mapped.raw.into_string(), issues)
}

/// The same for a contact that was stored before.
pub(super) fn split(
    contact: SealedContact,
    raw: String,
    issues: i64,
) -> Result<(Row, Body), StoreError> {
    let (contact, canonical) = contact.into_parts();
    // It only tells a change, so that it need not withstand anybody who looks for two records of one
    // hash: what such a one could reach is that his own older record is kept.
    let raw_hash = xxh3_64(raw.as_bytes()).cast_signed();
    let row = Row {
        hash: hash_bytes(&contact.provenance.content_hash)?,
        raw_hash,
        search: search_text::of(&contact),
        lifecycle: contact.lifecycle,
        category: contact.category,
        consent: consent_code(&contact.consent),
        issues,
        fetched_at: contact.provenance.fetched_at.as_millisecond(),
        updated_at: contact.provenance.updated_at.map(Timestamp::as_millisecond),
        external_id: contact.provenance.external_id,
    };
    let body = Body {
        external_id: row.external_id.as_str().to_owned(),
        canonical,
        raw,
    };
    Ok((row, body))
}

fn hash_bytes(hex: &str) -> Result<[u8; 16], StoreError> {
    u128::from_str_radix(hex, 16)
        .ok()
        .filter(|_| hex.len() == 32)
        .map(u128::to_be_bytes)
        .ok_or_else(|| StoreError::Damaged("a contact has no content hash".into()))
}

/// The contacts of a page: rows in the order of the CRM, and their bodies in the same order, packed.
#[derive(Debug, Default)]
pub struct Records {
    pub(super) rows: Vec<Row>,
    pub(super) blocks: Vec<PackedBlock>,
}

impl Records {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Makes contacts ready to be stored and packs their bodies; all processors share the work.
    ///
    /// # Errors
    /// `Damaged`, where one lacks its hash, or is too large to be read again.
    pub fn pack(contacts: Vec<MappedContact>) -> Result<Self, StoreError> {
        let size = |contact: &MappedContact| contact.contact.canonical().len() + contact.raw.len();
        let packed: Vec<(Vec<Row>, PackedBlock)> = in_blocks(contacts, size)
            .into_par_iter()
            .map(|contacts| {
                let prepared = contacts.into_iter().map(prepare);
                let (rows, bodies): (Vec<_>, Vec<_>) =
                    prepared.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
                Ok((rows, pack(&bodies)?))
            })
            .collect::<Result<_, StoreError>>()?;
        let mut records = Self::default();
        for (rows, block) in packed {
            records.rows.extend(rows);
            records.blocks.push(block);
        }
        Ok(records)
    }
}

/// A page of a listing with all that is stored with it.
#[derive(Debug)]
pub struct PageToStage {
    /// The connection's row.
    pub connection: i64,
    /// The listing's number.
    pub listing: i64,
    /// The run's row.
    pub run: i64,
    /// Contacts.
    pub records: Records,
    /// Records that no contact could be made from.
    pub rejected: Vec<RejectedRecord>,
    /// Records that the CRM says are gone.
    pub removals: Vec<Removal>,
    /// Where the listing goes on.
    pub cursor: Cursor,
    /// How many records the CRM says the listing has.
    pub source_total: Option<u64>,
    /// Set on the last page.
    pub complete: bool,
    /// The requests that the page took.
    pub traces: Vec<TraceRow>,
    /// Now.
    pub at: Timestamp,
}
