//! Which data a command reads and which it changes, so that the window keeps no cache by hand.

use std::collections::BTreeMap;

use serde::Serialize;
use specta::Type;

/// A kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Tag {
    /// The app itself.
    App,
    /// Connections and their health.
    Connections,
    /// The run history.
    Runs,
    /// Contacts.
    Contacts,
    /// What a push would do.
    Changes,
    /// The outbox.
    Activities,
    /// Deliveries.
    Webhooks,
    /// Where contacts are pushed to.
    Platform,
    /// Who did what and when.
    Audit,
}

impl Tag {
    /// All of them.
    pub(crate) const ALL: [Self; 9] = [
        Self::App,
        Self::Connections,
        Self::Runs,
        Self::Contacts,
        Self::Changes,
        Self::Activities,
        Self::Webhooks,
        Self::Platform,
        Self::Audit,
    ];
}

/// What a command has to do with data.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Tags {
    /// It reads these.
    #[serde(skip_serializing_if = "<[Tag]>::is_empty")]
    provides: &'static [Tag],
    /// It changes these.
    #[serde(skip_serializing_if = "<[Tag]>::is_empty")]
    invalidates: &'static [Tag],
}

/// By the command's name in the window.
pub(crate) fn all() -> BTreeMap<&'static str, Tags> {
    use Tag::{Activities, App, Audit, Changes, Connections, Contacts, Platform, Runs, Webhooks};
    let provides = |provides| Tags {
        provides,
        invalidates: &[],
    };
    let invalidates = |invalidates| Tags {
        provides: &[],
        invalidates,
    };
    const AFTER_SYNC: &[Tag] = &[Connections, Runs, Contacts, Changes];
    BTreeMap::from([
        ("appInfo", provides(&[App])),
        ("preferences", provides(&[App])),
        ("reporting", provides(&[App])),
        ("setPreferences", invalidates(&[App])),
        ("setAlertWebhook", invalidates(&[App])),
        ("openDataSet", invalidates(&Tag::ALL)),
        ("providers", provides(&[App])),
        ("overview", provides(&[Connections])),
        ("disconnected", provides(&[Connections])),
        ("connection", provides(&[Connections])),
        ("connectDefaults", provides(&[Platform])),
        ("connect", invalidates(&[Connections])),
        ("reauthorize", invalidates(&[Connections, Runs])),
        ("renameConnection", invalidates(&[Connections])),
        ("pause", invalidates(&[Connections])),
        ("resume", invalidates(&[Connections])),
        ("disconnect", invalidates(&[Connections, Contacts, Changes])),
        ("setSchedule", invalidates(&[Connections])),
        ("verify", invalidates(&[Connections, Runs])),
        ("sync", invalidates(AFTER_SYNC)),
        ("push", invalidates(AFTER_SYNC)),
        ("runs", provides(&[Runs])),
        ("run", provides(&[Runs])),
        ("contacts", provides(&[Contacts])),
        ("contact", provides(&[Contacts])),
        ("preview", provides(&[Changes])),
        ("activities", provides(&[Activities])),
        ("pullActivities", invalidates(&[Activities, Runs])),
        ("retryActivities", invalidates(&[Activities, Runs])),
        ("webhooks", provides(&[Webhooks])),
        ("startReceiver", invalidates(&[Webhooks])),
        ("stopReceiver", invalidates(&[Webhooks])),
        (
            "replayWebhooks",
            invalidates(&[Webhooks, Runs, Contacts, Changes]),
        ),
        (
            "testWebhook",
            invalidates(&[Webhooks, Runs, Contacts, Changes]),
        ),
        ("platform", provides(&[Platform])),
        ("setPlatform", invalidates(&[Platform])),
        // Whatever a person changes leaves a mark there.
        ("auditLog", provides(&Tag::ALL)),
        ("exportAudit", invalidates(&[Audit])),
        ("saveBundle", invalidates(&[Audit])),
    ])
}
