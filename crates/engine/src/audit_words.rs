//! The stable words of the audit log.

pub(crate) const CONNECTED: &str = "connected";
pub(crate) const REAUTHORIZED: &str = "reauthorized";
pub(crate) const DISCONNECTED: &str = "disconnected";
pub(crate) const PURGED: &str = "purged";
pub(crate) const RENAMED: &str = "renamed";
pub(crate) const SCHEDULED: &str = "scheduled";
pub(crate) const PAUSED: &str = "paused";
pub(crate) const RESUMED: &str = "resumed";
pub(crate) const REMOVALS_CONFIRMED: &str = "removalsConfirmed";
pub(crate) const PUSHED: &str = "pushed";
pub(crate) const WRITTEN_BACK: &str = "writtenBack";
pub(crate) const PLATFORM_SET: &str = "platformSet";
pub(crate) const KEY_ROTATED: &str = "keyRotated";
pub(crate) const STARTED_FRESH: &str = "startedFresh";
pub(crate) const BUNDLE_SAVED: &str = "bundleSaved";
pub(crate) const UNVERIFIED_WEBHOOK: &str = "unverifiedWebhook";
