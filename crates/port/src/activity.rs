//! The canonical activity: what the platform did with a contact, to be written back to the CRM.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AdapterError, ExternalId};

/// Something that happened between the agency and a contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// The idempotency key of the write-back.
    pub id: String,
    /// What happened.
    pub kind: ActivityKind,
    /// When.
    pub occurred_at: Timestamp,
    /// Which system says so.
    pub source: ActivitySource,
    /// With whom.
    pub contact: ActivityContact,
    /// A line about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Where to read on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What the model does not name.
    #[serde(default)]
    pub attributes: BTreeMap<String, serde_json::Value>,
}

/// Kinds of activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub enum ActivityKind {
    /// A mail was sent.
    EmailSent,
    /// A mail reached the mailbox.
    EmailDelivered,
    /// A mail was opened.
    EmailOpened,
    /// A link in a mail was followed.
    EmailClicked,
    /// A mail came back.
    EmailBounced,
    /// The person asked for no more mail.
    Unsubscribed,
    /// A nurture began.
    NurtureStarted,
    /// A nurture ran to its end.
    NurtureCompleted,
    /// A form was sent in.
    FormSubmitted,
    /// A telephone call.
    Call,
    /// A viewing of a property.
    Viewing,
    /// A valuation of a property.
    Valuation,
    /// Any other appointment.
    Appointment,
    /// A note.
    Note,
    /// Anything else.
    Other,
}

impl ActivityKind {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 15] = [
        Self::EmailSent,
        Self::EmailDelivered,
        Self::EmailOpened,
        Self::EmailClicked,
        Self::EmailBounced,
        Self::Unsubscribed,
        Self::NurtureStarted,
        Self::NurtureCompleted,
        Self::FormSubmitted,
        Self::Call,
        Self::Viewing,
        Self::Valuation,
        Self::Appointment,
        Self::Note,
        Self::Other,
    ];

    /// The kind in plain English, to head an entry in a CRM's journal.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::EmailSent => "Email sent",
            Self::EmailDelivered => "Email delivered",
            Self::EmailOpened => "Email opened",
            Self::EmailClicked => "Email link clicked",
            Self::EmailBounced => "Email bounced",
            Self::Unsubscribed => "Unsubscribed",
            Self::NurtureStarted => "Nurture started",
            Self::NurtureCompleted => "Nurture completed",
            Self::FormSubmitted => "Form submitted",
            Self::Call => "Call",
            Self::Viewing => "Viewing",
            Self::Valuation => "Valuation",
            Self::Appointment => "Appointment",
            Self::Note => "Note",
            Self::Other => "Activity",
        }
    }
}

/// Which system reports an activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivitySource {
    /// The system's name.
    pub system: String,
    /// Its own id for the activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Whom an activity is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityContact {
    /// The record's id in the CRM.
    #[schemars(with = "String")]
    pub external_id: ExternalId,
    /// What the CRM calls such a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_type: Option<String>,
}

/// What became of one activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub enum WriteBackStatus {
    /// Written now.
    Written,
    /// Was there already; nothing written.
    Duplicate,
    /// The CRM refused it.
    Rejected,
    /// The CRM has no place for it.
    Unsupported,
}

/// The answer for one activity.
#[derive(Debug, Clone)]
pub struct ActivityOutcome {
    /// The activity's id.
    pub id: String,
    /// What became of it.
    pub status: WriteBackStatus,
    /// The CRM's own id for the entry, where it gives one.
    pub reference: Option<String>,
    /// Why it was refused or is unsupported.
    pub error: Option<AdapterError>,
}
