//! Listing contacts, which the kit's adapter does by the profile. What a complete listing no longer
//! finds is archived, and only the second time: a list may be cut short in ways that a profile
//! cannot tell.

use nurturehub_port::{AbsencePolicy, Lifecycle};

/// What it means that a contact is missing from a complete listing.
pub(super) const ABSENCE: AbsencePolicy = AbsencePolicy {
    listings: 2,
    lifecycle: Lifecycle::Archived,
    reason: "no longer listed",
    withdraws_consent: false,
};
