//! What a CRM really holds: the yardstick for a sync that was made against it.

use std::collections::BTreeMap;

use serde::Serialize;

/// What a simulated CRM holds at this moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroundTruth {
    /// Records that a complete listing gives, whatever their state.
    pub listed: usize,
    /// Of these, records that can become a contact.
    pub mappable: usize,
    /// Of these, records that cannot: no id, or no record at all. None in a sandbox that is not
    /// flawed.
    pub unmappable: usize,
    /// Mappable records in use.
    pub active: usize,
    /// Mappable records that are archived and listed as such.
    pub archived: usize,
    /// Records that were listed once and are not any more.
    pub gone: usize,
    /// People whom the CRM knows and does not share, for want of consent.
    pub hidden: usize,
    /// Mappable records with nothing in them but an id.
    pub blank: usize,
    /// Mappable records whose name alone is longer than 200 characters.
    pub long_names: usize,
    /// Records that have never been modified since they were made.
    pub never_modified: usize,
    /// Mappable records by the category that their current roles or list give them, in the words
    /// of the canonical model; one with two roles counts in both, one without any in `other`.
    pub categories: BTreeMap<String, usize>,
    /// Listed records by the CRM's own list.
    pub lists: BTreeMap<String, usize>,
}
