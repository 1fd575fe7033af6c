//! Webhooks, which a profile does not describe. The kit's adapter refuses what claims to be one,
//! with this reason.

/// Why there are no webhooks.
pub(super) const NO_WEBHOOKS: &str = "A profile does not describe webhooks.";
