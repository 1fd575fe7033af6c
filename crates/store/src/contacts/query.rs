//! Looking at contacts: pages, one in detail, what waits to be pushed.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::codes::{ChangeKind, kind_of, pending};
use super::find::ContactCounts;
use super::push_history::{self, PushedOnce};
use super::slice::Slice;
use crate::bodies::BodyRef;
use crate::runs::timestamp;
use crate::{Read, StoreError};

pub(super) fn ids_of(ids: &[String]) -> String {
    serde_json::Value::from(ids.to_vec()).to_string()
}

/// The codes of a kind, as SQL lists them.
fn codes_of(kind: ChangeKind) -> String {
    let codes: &[i64] = match kind {
        ChangeKind::Create => &[pending::CREATE],
        ChangeKind::Update => &[pending::UPDATE],
        ChangeKind::Archive => &[pending::ARCHIVE],
        ChangeKind::Unchanged => &[pending::NONE],
        ChangeKind::Blocked => &[pending::REFUSED, pending::HELD],
    };
    let codes: Vec<String> = codes.iter().map(i64::to_string).collect();
    codes.join(", ")
}

/// The rows of a page of all contacts, in the order in which they were first stored.
pub(super) fn rows(db: &Read<'_>, connection: i64, slice: Slice) -> Result<Vec<i64>, StoreError> {
    let taken = db
        .database
        .prepare_cached(&format!(
            "SELECT id FROM contact WHERE connection_id = ?1 ORDER BY id {} LIMIT ?2 OFFSET ?3",
            slice.order()
        ))?
        .query_map([connection, slice.take, slice.pass], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(slice.turned(taken))
}

/// The canonical contact of a row, as JSON text.
pub(super) fn canonical(db: &Read<'_>, row: i64) -> Result<String, StoreError> {
    let at = db
        .database
        .prepare_cached("SELECT block_id, slot FROM contact WHERE id = ?1")?
        .query_row([row], |row| BodyRef::of(row, 0))?;
    Ok(db.body(at)?.canonical)
}

/// One contact with all that is known of it.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The canonical contact, as JSON text.
    pub canonical: String,
    /// The CRM's own record, as it came.
    pub raw: String,
    /// What a push would do.
    pub change: ChangeKind,
    /// Why it is not sent.
    pub blocked: Option<Blocked>,
    /// Each time that it was sent, newest first.
    pub pushes: Vec<PushedOnce>,
}

/// Why a change is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// The platform refused this very content.
    Refused {
        /// Its code.
        code: String,
        /// Its words.
        message: String,
        /// The field that it names.
        field: Option<String>,
    },
    /// Missing from a listing that is in doubt; a person must confirm.
    RemovalHeld,
}

fn blocked(db: &Read<'_>, id: i64, pending_code: i64) -> Result<Option<Blocked>, StoreError> {
    match pending_code {
        pending::HELD => Ok(Some(Blocked::RemovalHeld)),
        pending::REFUSED => Ok(db
            .database
            .prepare_cached(
                "SELECT code, message, field FROM push_rejection WHERE contact_id = ?1",
            )?
            .query_row([id], |row| {
                Ok(Blocked::Refused {
                    code: row.get(0)?,
                    message: row.get(1)?,
                    field: row.get(2)?,
                })
            })
            .optional()?),
        _ => Ok(None),
    }
}

/// One contact by its id in the CRM.
///
/// # Errors
/// `NotFound`.
pub fn detail(db: &Read<'_>, connection: i64, external_id: &str) -> Result<Detail, StoreError> {
    let (id, pending_code, at): (i64, i64, BodyRef) = db
        .database
        .prepare_cached(
            "SELECT id, pending, block_id, slot FROM contact
             WHERE connection_id = ?1 AND external_id = ?2",
        )?
        .query_row(params![connection, external_id], |row| {
            Ok((row.get(0)?, row.get(1)?, BodyRef::of(row, 2)?))
        })
        .optional()?
        .ok_or_else(|| StoreError::NotFound {
            what: "contact",
            key: external_id.to_owned(),
        })?;
    let stored = db.body(at)?;
    Ok(Detail {
        canonical: stored.canonical,
        raw: stored.raw,
        change: kind_of(pending_code),
        blocked: blocked(db, id, pending_code)?,
        pushes: push_history::of(db, id)?,
    })
}

/// Counts contacts, in all and by what a push would do with them.
///
/// # Errors
/// What the database answers.
pub(super) fn counts(db: &Read<'_>, connection: i64) -> Result<ContactCounts, StoreError> {
    let mut statement = db
        .database
        .prepare_cached("SELECT pending, contacts FROM contact_count WHERE connection_id = ?1")?;
    let mut counts = ContactCounts::default();
    let mut rows = statement.query([connection])?;
    while let Some(row) = rows.next()? {
        let code: i64 = row.get(0)?;
        let number = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
        counts.contacts += number;
        if code == pending::REFUSED {
            counts.refused += number;
        }
        let pending = &mut counts.pending;
        *match kind_of(code) {
            ChangeKind::Create => &mut pending.create,
            ChangeKind::Update => &mut pending.update,
            ChangeKind::Archive => &mut pending.archive,
            ChangeKind::Unchanged => &mut pending.unchanged,
            ChangeKind::Blocked => &mut pending.blocked,
        } += number;
    }
    Ok(counts)
}

/// One change that a push would make, or that is kept from it.
#[derive(Debug, Clone)]
pub struct Change {
    /// The contact's id in the CRM.
    pub external_id: String,
    /// What a push would do.
    pub kind: ChangeKind,
    /// The contact as it is, as JSON text.
    pub after: String,
    /// The contact as the platform last accepted it, as JSON text.
    pub before: Option<String>,
    /// Why it is not sent.
    pub blocked: Option<Blocked>,
}

/// A page of changes, of one kind where one is named, in the order in which a push sends them.
///
/// # Errors
/// What the database answers.
pub fn changes(
    db: &Read<'_>,
    connection: i64,
    kind: Option<ChangeKind>,
    limit: u32,
    offset: u64,
) -> Result<Vec<Change>, StoreError> {
    struct Found {
        id: i64,
        external_id: String,
        pending: i64,
        current: BodyRef,
        accepted: Option<BodyRef>,
        accepted_is_current: bool,
    }
    let pending = counts(db, connection)?.pending;
    let slice = Slice::of(pending.shown(kind), limit, offset);
    let of_kind = kind.map_or_else(String::new, |kind| {
        format!(" AND pending IN ({})", codes_of(kind))
    });
    // Whoever walks to a page looks at the index alone; the page's own rows are read afterwards.
    let found: Vec<Found> = db
        .database
        .prepare_cached(&format!(
            "SELECT id, external_id, pending, block_id, slot, accepted_block_id, accepted_slot,
                    accepted_hash IS content_hash
             FROM contact WHERE id IN (
                 SELECT id FROM contact WHERE connection_id = ?1 AND pending > 0{of_kind}
                 ORDER BY id {} LIMIT ?2 OFFSET ?3
             ) ORDER BY id",
            slice.order()
        ))?
        .query_map([connection, slice.take, slice.pass], |row| {
            Ok(Found {
                id: row.get(0)?,
                external_id: row.get(1)?,
                pending: row.get(2)?,
                current: BodyRef::of(row, 3)?,
                accepted: BodyRef::of_some(row, 5)?,
                accepted_is_current: row.get(7)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    found
        .into_iter()
        .map(|found| {
            let after = db.body(found.current)?.canonical;
            let before = match found.accepted {
                Some(at) => Some(db.body(at)?.canonical),
                None if found.accepted_is_current => Some(after.clone()),
                None => None,
            };
            Ok(Change {
                kind: kind_of(found.pending),
                blocked: blocked(db, found.id, found.pending)?,
                external_id: found.external_id,
                after,
                before,
            })
        })
        .collect()
}

/// A record that no contact could be made from.
#[derive(Debug, Clone)]
pub struct RejectedEntry {
    /// Its id, where it has a usable one.
    pub external_id: Option<String>,
    /// A stable word for what stands in the way.
    pub code: String,
    /// The field.
    pub field: String,
    /// It, in plain English.
    pub message: String,
    /// The CRM's record, as it came.
    pub raw: String,
    /// When it was last listed.
    pub seen_at: Timestamp,
}

/// Records that no contact could be made from, oldest first.
///
/// # Errors
/// What the database answers.
pub fn rejected(
    db: &Read<'_>,
    connection: i64,
    limit: u32,
) -> Result<Vec<RejectedEntry>, StoreError> {
    let mut statement = db.database.prepare_cached(
        "SELECT external_id, code, field, message, raw, seen_at FROM rejected_record
         WHERE connection_id = ?1 ORDER BY id LIMIT ?2",
    )?;
    let rows = statement.query_map(params![connection, limit], |row| {
        Ok(RejectedEntry {
            external_id: row.get(0)?,
            code: row.get(1)?,
            field: row.get(2)?,
            message: row.get(3)?,
            raw: String::from_utf8_lossy(&row.get::<_, Vec<u8>>(4)?).into_owned(),
            seen_at: timestamp(row.get(5)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
