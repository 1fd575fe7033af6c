//! Listing contacts, which the kit's adapter does by the profile: a full sweep, every time, for no
//! filter of Loop's is known. What a sweep no longer finds is archived, and only the second time.

use nurturehub_port::{AbsencePolicy, Lifecycle};

/// What it means that a contact is missing from a complete listing.
pub(super) const ABSENCE: AbsencePolicy = AbsencePolicy {
    listings: 2,
    lifecycle: Lifecycle::Archived,
    reason: "no longer listed",
    withdraws_consent: false,
};
