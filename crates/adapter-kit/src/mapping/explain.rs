//! Where each field of a contact came from.

use nurturehub_port::DataIssue;
use serde::Serialize;
use specta::Type;

/// One canonical field and its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Lineage {
    /// The field's path in the contact, as in its JSON: `identity.firstName`, `emails[0]`.
    pub field: String,
    /// The source's path in the CRM's record, or a rule in parentheses.
    pub from: String,
}

/// How a CRM's record became a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Each field and where it came from, in the order in which they were read.
    pub lineage: Vec<Lineage>,
    /// What is amiss in the record's data.
    pub issues: Vec<DataIssue>,
}
