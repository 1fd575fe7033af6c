//! What a sync reports.

use nurturehub_port::{Cursor, RunId};
use nurturehub_store::listings::{Listing, ListingCounts};
use serde::Serialize;
use specta::Type;

use super::{Doubt, Drift};
use crate::SpentReport;

/// How a sync ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SyncStatus {
    /// All is stored and the counts add up.
    Succeeded,
    /// Something stopped it.
    Failed,
    /// A person stopped it.
    Cancelled,
    /// It came to its end, but records were rejected, a field is gone or the result is in doubt.
    Partial,
}

impl SyncStatus {
    /// Its name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Partial => "partial",
        }
    }
}

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SyncReport {
    /// The run's id.
    pub run_id: RunId,
    /// `full` or `incremental`.
    pub mode: &'static str,
    /// How it ended.
    pub status: SyncStatus,
    /// It went on with a listing that an earlier run had begun.
    pub resumed: bool,
    /// Pages stored by this run.
    pub pages: u64,
    /// Requests sent by this run, repeated attempts included.
    pub requests: u64,
    /// Records received by this run.
    pub fetched: u64,
    /// Contacts that were new.
    pub created: u64,
    /// Contacts that were known and have changed.
    pub updated: u64,
    /// Contacts that were known and have not.
    pub unchanged: u64,
    /// Contacts that have gone.
    pub removed: u64,
    /// Contacts that were missing from the listing, but not often enough to count as gone.
    pub missing: u64,
    /// Records that no contact could be made from.
    pub rejected: u64,
    /// Why the result is in doubt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_doubt: Option<Doubt>,
    /// Fields that contacts had and have no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    /// That the counts add up, over the whole listing.
    pub proof: Proof,
    /// Where the connection stood before.
    pub cursor_before: Option<String>,
    /// Where it stands now.
    pub cursor_after: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Where the time went; parts overlap.
    pub spent: SpentReport,
    /// What the adapter rests on without its having been confirmed, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unconfirmed: Option<String>,
}

impl SyncReport {
    pub(super) fn new(
        run_id: RunId,
        listing: &Listing,
        resumed: bool,
        cursor: Option<&Cursor>,
        unconfirmed: Option<String>,
    ) -> Self {
        let before = listing
            .cursor
            .as_ref()
            .or(cursor)
            .map(|cursor| cursor.as_str().to_owned());
        Self {
            run_id,
            mode: if listing.full { "full" } else { "incremental" },
            status: SyncStatus::Failed,
            resumed,
            pages: 0,
            requests: 0,
            fetched: 0,
            created: 0,
            updated: 0,
            unchanged: 0,
            removed: 0,
            missing: 0,
            rejected: 0,
            in_doubt: None,
            drift: Vec::new(),
            proof: Proof::of(listing),
            cursor_after: before.clone(),
            cursor_before: before,
            duration_ms: 0,
            spent: SpentReport::default(),
            unconfirmed,
        }
    }

    pub(super) const fn count(&mut self, counts: &ListingCounts) {
        self.pages += counts.pages;
        self.fetched += counts.listed + counts.repeated;
        self.created += counts.created;
        self.updated += counts.updated;
        self.unchanged += counts.unchanged;
        self.removed += counts.removed;
        self.rejected += counts.rejected;
    }
}

/// The counts of a whole listing, over as many runs as it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// How many records the CRM says there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_total: Option<u64>,
    /// Different records listed.
    pub listed: u64,
    /// Of them, kept as contacts.
    pub stored: u64,
    /// Of those, new.
    pub created: u64,
    /// Of those, changed.
    pub updated: u64,
    /// Of those, the same.
    pub unchanged: u64,
    /// Contacts that have gone.
    pub removed: u64,
    /// Records that no contact could be made from.
    pub rejected: u64,
    /// Records listed a second time, as when a page was fetched again.
    pub repeated: u64,
    /// listed = stored + rejected, stored = created + updated + unchanged, and no fewer than the
    /// CRM says.
    pub adds_up: bool,
    /// By how many records the listing falls short of what the CRM says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_by: Option<u64>,
}

impl Proof {
    pub(super) fn of(listing: &Listing) -> Self {
        let counts = &listing.counts;
        let stored = counts.created + counts.updated + counts.unchanged;
        let short_by = shortfall(listing);
        Self {
            source_total: listing.source_total,
            listed: counts.listed,
            stored,
            created: counts.created,
            updated: counts.updated,
            unchanged: counts.unchanged,
            removed: counts.removed,
            rejected: counts.rejected,
            repeated: counts.repeated,
            adds_up: counts.listed == stored + counts.rejected && short_by.is_none(),
            short_by,
        }
    }
}

/// By how many records a listing falls short of what the CRM says. A record that the CRM counts
/// twice, as when it moved between two lists meanwhile, was listed twice, too, and is not missing.
pub(super) fn shortfall(listing: &Listing) -> Option<u64> {
    let total = listing.source_total?;
    let seen = listing.counts.listed + listing.counts.repeated;
    (total > seen).then(|| total - seen)
}
