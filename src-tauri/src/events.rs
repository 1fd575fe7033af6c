//! Events that the window hears.

use jiff::Timestamp;
use nurturehub_engine::{RunProgress, VerifyStepReport};
use serde::Serialize;
use specta::Type;
use tauri_specta::Event;

use crate::cache_tags::Tag;

/// How far a run has come. The last one of a run has the phase `ended`.
#[derive(Debug, Clone, Serialize, Type, Event)]
#[tauri_specta(event_name = "run-progress")]
pub(crate) struct RunProgressEvent(pub(crate) RunProgress);

/// A step of a verification has ended.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VerifyProgress {
    /// Whose.
    pub(crate) connection: String,
    /// The step.
    pub(crate) step: VerifyStepReport,
}

/// See [`VerifyProgress`].
#[derive(Debug, Clone, Serialize, Type, Event)]
#[tauri_specta(event_name = "verify-progress")]
pub(crate) struct VerifyProgressEvent(pub(crate) VerifyProgress);

/// The browser was sent to this address.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInPrompt {
    /// Where.
    pub(crate) url: String,
    /// How long the app waits.
    pub(crate) until: Timestamp,
}

/// See [`SignInPrompt`].
#[derive(Debug, Clone, Serialize, Type, Event)]
#[tauri_specta(event_name = "sign-in-prompt")]
pub(crate) struct SignInPromptEvent(pub(crate) SignInPrompt);

/// What the tags name has changed, here or in another process.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DataChanged {
    /// What.
    pub(crate) tags: Vec<Tag>,
    /// Whose, where it is one connection's.
    pub(crate) connection: Option<String>,
}

/// See [`DataChanged`].
#[derive(Debug, Clone, Serialize, Type, Event)]
#[tauri_specta(event_name = "data-changed")]
pub(crate) struct DataChangedEvent(pub(crate) DataChanged);
