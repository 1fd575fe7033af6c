//! A failure, for a script and for a person.

use nurturehub_engine::{Diagnosis, ErrorReport};
use nurturehub_port::Owner;
use serde::Serialize;

use super::text;

/// Longest message that is shown, in characters.
const MOST: usize = 600;

/// What standard output carries of a failure.
#[derive(Debug, Serialize)]
pub(crate) struct Document<'a> {
    pub(crate) error: &'a ErrorReport,
    /// Of a run that failed: what was found of it, where it was looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) diagnosis: Option<&'a Diagnosis>,
}

/// A failure in plain English: what happened, what to do, who must act.
pub(crate) fn for_people(report: &ErrorReport) -> String {
    format!(
        "error: {}\n  what to do: {}\n  who: {}",
        text::shown(&report.message, MOST),
        text::shown(&report.remedy, MOST),
        who(report.owner),
    )
}

/// Who must act, for people.
pub(crate) const fn who(owner: Owner) -> &'static str {
    match owner {
        Owner::Agency => "the agency's admin",
        Owner::Crm => "the CRM's vendor",
        Owner::Nurturehub => "NurtureHub",
        Owner::Support => "support, with the person at this computer",
    }
}
