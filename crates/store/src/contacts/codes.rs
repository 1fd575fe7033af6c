//! How words of the model stand in integer columns.

use nurturehub_port::{Category, Consent, ConsentState, Lifecycle};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{StoreError, Write};

/// What a push would do with a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// The platform has never had it.
    Create,
    /// The platform has an older form of it.
    Update,
    /// It has gone from the CRM and the platform still counts it as in use.
    Archive,
    /// The platform has it as it is.
    Unchanged,
    /// It differs, but it is not sent: refused before with this very content, or its removal waits
    /// for a person to confirm it.
    Blocked,
}

impl ChangeKind {
    /// Parses the contract's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "create" => Self::Create,
            "update" => Self::Update,
            "archive" => Self::Archive,
            "unchanged" => Self::Unchanged,
            "blocked" => Self::Blocked,
            _ => return None,
        })
    }
}

/// The `pending` column.
pub(super) mod pending {
    pub(in crate::contacts) const NONE: i64 = 0;
    pub(in crate::contacts) const CREATE: i64 = 1;
    pub(in crate::contacts) const UPDATE: i64 = 2;
    pub(in crate::contacts) const ARCHIVE: i64 = 3;
    /// The platform refused this very content.
    pub(in crate::contacts) const REFUSED: i64 = 4;
    /// Missing from a listing that is in doubt.
    pub(in crate::contacts) const HELD: i64 = 5;
}

/// What is pending for a contact with this content, by what was last accepted of it.
pub(super) fn pending_for(
    content: &[u8],
    lifecycle: Lifecycle,
    accepted: Option<(&[u8], i64)>,
) -> i64 {
    match accepted {
        // What was never sent and is no more needs no sending.
        None if lifecycle == Lifecycle::Deleted => pending::NONE,
        None => pending::CREATE,
        Some((hash, _)) if hash == content => pending::NONE,
        Some((_, accepted_lifecycle))
            if lifecycle != Lifecycle::Active
                && accepted_lifecycle == lifecycle_code(Lifecycle::Active) =>
        {
            pending::ARCHIVE
        }
        Some(_) => pending::UPDATE,
    }
}

/// The code that keeps a contact from being sent, where the platform refused this very content, and
/// the given one otherwise.
pub(super) fn unless_refused(
    tx: &Write<'_>,
    id: i64,
    content: &[u8],
    code: i64,
) -> Result<i64, StoreError> {
    if code == pending::NONE {
        return Ok(code);
    }
    let refused = tx
        .database
        .prepare_cached("SELECT 1 FROM push_rejection WHERE contact_id = ?1 AND content_hash = ?2")?
        .exists(params![id, content])?;
    Ok(if refused { pending::REFUSED } else { code })
}

/// Counts of contacts by what a push would do with them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PendingCounts {
    /// See [`ChangeKind::Create`].
    pub create: u64,
    /// See [`ChangeKind::Update`].
    pub update: u64,
    /// See [`ChangeKind::Archive`].
    pub archive: u64,
    /// See [`ChangeKind::Unchanged`].
    pub unchanged: u64,
    /// See [`ChangeKind::Blocked`].
    pub blocked: u64,
}

impl PendingCounts {
    /// How many of a kind there are to show, or of all kinds that differ where none is named. The
    /// unchanged are no changes.
    pub(super) const fn shown(&self, kind: Option<ChangeKind>) -> u64 {
        match kind {
            None => self.create + self.update + self.archive + self.blocked,
            Some(ChangeKind::Create) => self.create,
            Some(ChangeKind::Update) => self.update,
            Some(ChangeKind::Archive) => self.archive,
            Some(ChangeKind::Blocked) => self.blocked,
            Some(ChangeKind::Unchanged) => 0,
        }
    }
}

pub(super) const fn kind_of(pending_code: i64) -> ChangeKind {
    match pending_code {
        pending::CREATE => ChangeKind::Create,
        pending::UPDATE => ChangeKind::Update,
        pending::ARCHIVE => ChangeKind::Archive,
        pending::REFUSED | pending::HELD => ChangeKind::Blocked,
        _ => ChangeKind::Unchanged,
    }
}

pub(super) const fn lifecycle_code(lifecycle: Lifecycle) -> i64 {
    match lifecycle {
        Lifecycle::Active => 0,
        Lifecycle::Archived => 1,
        Lifecycle::Deleted => 2,
    }
}

pub(super) const fn lifecycle_of(code: i64) -> Lifecycle {
    match code {
        0 => Lifecycle::Active,
        1 => Lifecycle::Archived,
        _ => Lifecycle::Deleted,
    }
}

pub(super) fn category_code(category: Category) -> i64 {
    Category::ALL
        .iter()
        .position(|&known| known == category)
        .and_then(|at| i64::try_from(at).ok())
        .unwrap_or(-1)
}

const fn bits(state: ConsentState) -> i64 {
    match state {
        ConsentState::Unknown => 0,
        ConsentState::Granted => 1,
        ConsentState::Denied => 2,
    }
}

/// The two lowest bits of [`consent_code`]: those of e-mail.
pub(super) const fn email_consent(state: ConsentState) -> i64 {
    bits(state)
}

/// Two bits for each channel: 0 unknown, 1 granted, 2 denied.
pub(super) const fn consent_code(consent: &Consent) -> i64 {
    bits(consent.email)
        | bits(consent.sms) << 2
        | bits(consent.phone) << 4
        | bits(consent.post) << 6
}
