//! The stable words of the audit log.

/// Every word that this version writes.
pub const AUDIT_WORDS: &[&str] = &[
    CONNECTED,
    REAUTHORIZED,
    DISCONNECTED,
    PURGED,
    RENAMED,
    SCHEDULED,
    PAUSED,
    RESUMED,
    SYNC_STARTED,
    REMOVALS_CONFIRMED,
    VERIFIED,
    PUSHED,
    WRITTEN_BACK,
    WEBHOOKS_REPLAYED,
    UNVERIFIED_WEBHOOK,
    PLATFORM_SET,
    ALERTS_SET,
    KEY_ROTATED,
    STARTED_FRESH,
    BUNDLE_SAVED,
    AUDIT_EXPORTED,
];

pub(crate) const CONNECTED: &str = "connected";
pub(crate) const REAUTHORIZED: &str = "reauthorized";
pub(crate) const DISCONNECTED: &str = "disconnected";
pub(crate) const PURGED: &str = "purged";
pub(crate) const RENAMED: &str = "renamed";
pub(crate) const SCHEDULED: &str = "scheduled";
pub(crate) const PAUSED: &str = "paused";
pub(crate) const RESUMED: &str = "resumed";
pub(crate) const SYNC_STARTED: &str = "syncStarted";
pub(crate) const REMOVALS_CONFIRMED: &str = "removalsConfirmed";
pub(crate) const VERIFIED: &str = "verified";
pub(crate) const PUSHED: &str = "pushed";
pub(crate) const WRITTEN_BACK: &str = "writtenBack";
pub(crate) const WEBHOOKS_REPLAYED: &str = "webhooksReplayed";
pub(crate) const UNVERIFIED_WEBHOOK: &str = "unverifiedWebhook";
pub(crate) const PLATFORM_SET: &str = "platformSet";
pub(crate) const ALERTS_SET: &str = "alertsSet";
pub(crate) const KEY_ROTATED: &str = "keyRotated";
pub(crate) const STARTED_FRESH: &str = "startedFresh";
pub(crate) const BUNDLE_SAVED: &str = "bundleSaved";
pub(crate) const AUDIT_EXPORTED: &str = "auditExported";
