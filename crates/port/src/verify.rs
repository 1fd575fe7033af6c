//! Is a connection reachable, signed in, allowed, readable: step by step.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::AdapterError;

/// The steps, in the order in which they are taken.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    Type,
)]
#[serde(rename_all = "camelCase")]
pub enum StepName {
    /// The settings are there and make sense.
    Configuration,
    /// The secrets are there.
    Credentials,
    /// The host's name resolves.
    Dns,
    /// The host takes connections.
    Connect,
    /// The host proves who it is.
    Tls,
    /// The CRM knows us.
    Authenticate,
    /// The CRM lets us do what the connection is for.
    Permissions,
    /// A contact can be read and mapped.
    ReadContact,
}

impl StepName {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Configuration,
        Self::Credentials,
        Self::Dns,
        Self::Connect,
        Self::Tls,
        Self::Authenticate,
        Self::Permissions,
        Self::ReadContact,
    ];
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub enum StepStatus {
    /// All is well.
    Passed,
    /// It is not; `error` says why.
    Failed,
    /// Not taken; `detail` says why.
    Skipped,
}

/// One step taken.
#[derive(Debug, Clone)]
pub struct VerifyStep {
    /// Which.
    pub step: StepName,
    /// How it ended.
    pub status: StepStatus,
    /// What was found, in plain English.
    pub detail: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why it failed.
    pub error: Option<AdapterError>,
}
