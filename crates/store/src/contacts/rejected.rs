//! Records that no contact could be made from.

use jiff::Timestamp;
use nurturehub_port::{ExternalId, RejectedRecord};
use rusqlite::{OptionalExtension, params};

use super::upsert::{known, still_listed};
use crate::{StoreError, Write};

/// Keeps a record that no contact could be made from; says whether this listing shows it first.
pub(super) fn keep_rejected(
    tx: &Write<'_>,
    connection: i64,
    listing: i64,
    record: &RejectedRecord,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let key = record.external_id.as_ref().map_or_else(
        // Without an id, a record is known by its content.
        || format!("#{}", blake3::hash(record.raw.as_bytes()).to_hex()),
        ToString::to_string,
    );
    let before: Option<i64> = tx
        .database
        .prepare_cached(
            "SELECT listing FROM rejected_record WHERE connection_id = ?1 AND record_key = ?2",
        )?
        .query_row(params![connection, key], |row| row.get(0))
        .optional()?;
    if record.external_id.is_none() && before == Some(listing) {
        // Two records alike and without an id cannot be told apart: both count.
        return Ok(true);
    }
    tx.database
        .prepare_cached(
            "INSERT INTO rejected_record (connection_id, record_key, external_id, listing, code,
                 field, message, raw, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT DO UPDATE SET listing = excluded.listing, code = excluded.code,
                 field = excluded.field, message = excluded.message, raw = excluded.raw,
                 seen_at = excluded.seen_at",
        )?
        .execute(params![
            connection,
            key,
            record.external_id.as_ref().map(ExternalId::as_str),
            listing,
            record.issue.code,
            record.issue.field,
            record.issue.message,
            record.raw.as_bytes(),
            at.as_millisecond(),
        ])?;
    if let Some(id) = &record.external_id {
        still_there(tx, connection, listing, id)?;
    }
    Ok(before != Some(listing))
}

/// The CRM still lists a record, though no contact can be made from it now: a contact that was made
/// from an earlier form of it has not gone.
fn still_there(
    tx: &Write<'_>,
    connection: i64,
    listing: i64,
    external_id: &ExternalId,
) -> Result<(), StoreError> {
    let Some(known) = known(tx, connection, external_id)? else {
        return Ok(());
    };
    still_listed(tx, listing, &known)
}

/// Lets go of a rejected record that is listed whole now, or no more.
pub(super) fn forget_rejected(
    tx: &Write<'_>,
    connection: i64,
    external_id: &ExternalId,
) -> Result<(), StoreError> {
    tx.database
        .prepare_cached("DELETE FROM rejected_record WHERE connection_id = ?1 AND record_key = ?2")?
        .execute(params![connection, external_id.as_str()])?;
    Ok(())
}
