//! Webhooks, of which nothing is known for Loop. The kit's adapter refuses what claims to be one,
//! with this reason.

/// Why there are no webhooks.
pub(super) const NO_WEBHOOKS: &str = "Loop is not known to send webhooks.";
