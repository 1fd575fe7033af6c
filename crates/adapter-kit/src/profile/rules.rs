//! A profile, parsed: a value of these types makes sense.

use std::time::Duration;

use nurturehub_port::{AdapterError, Category};

use super::check;
use super::consent::ConsentRules;
use super::format::{EndText, FailureText, MomentText};
use super::path::FieldPath;

/// How to read contacts from a plain REST CRM.
#[derive(Debug, Clone)]
pub struct Profile {
    pub(super) name: String,
    pub(super) key_header: String,
    pub(super) key_prefix: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) answer: AnswerRules,
    pub(super) paging: Paging,
    pub(super) changes: Option<Changes>,
    /// From one request to the next, at least.
    pub(super) pause: Duration,
    /// At least one.
    pub(super) lists: Vec<List>,
    pub(super) shared_ids: bool,
    pub(super) record: RecordRules,
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// `configuration`, naming the place that is wrong.
    pub fn parse(text: &str) -> Result<Self, AdapterError> {
        check::profile(text)
    }

    /// The CRM's name, as the profile has it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it says how to ask for what has changed.
    #[must_use]
    pub const fn lists_changes(&self) -> bool {
        self.changes.is_some()
    }

    /// The names of the lists, which are the external types of their records.
    pub fn list_names(&self) -> impl Iterator<Item = &str> {
        self.lists.iter().map(|list| list.name.as_str())
    }

    pub(super) fn list(&self, name: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.name == name)
    }
}

/// Where an answer keeps what.
#[derive(Debug, Clone)]
pub(super) struct AnswerRules {
    /// The path to the records; none where the answer is the list.
    pub(super) records: Option<FieldPath>,
    pub(super) total: Option<FieldPath>,
    pub(super) errors: Vec<(Mark, FailureText)>,
}

/// How pages are asked for.
#[derive(Debug, Clone)]
pub(super) struct Paging {
    pub(super) style: Style,
    /// The parameter with the number of records on a page.
    pub(super) size: Option<String>,
    /// Records on a page, 1 at least.
    pub(super) records: u64,
    pub(super) end: EndText,
}

/// What the next page is known by.
#[derive(Debug, Clone)]
pub(super) enum Style {
    PageNumber {
        parameter: String,
        first: u64,
    },
    Offset {
        parameter: String,
    },
    OnePage,
    Next {
        next: FieldPath,
        parameter: Option<String>,
    },
}

/// How to ask for what changed.
#[derive(Debug, Clone)]
pub(super) struct Changes {
    pub(super) parameter: String,
    pub(super) form: MomentText,
    pub(super) overlap_seconds: u32,
}

/// A list of people.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) name: String,
    /// With one placeholder, or none.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) category: Option<Category>,
}

impl List {
    /// Whether the path takes the number of records.
    pub(super) fn takes_count(&self) -> bool {
        self.path.contains('{')
    }
}

/// Which field of a record is what.
#[derive(Debug, Clone)]
pub(super) struct RecordRules {
    pub(super) id: FieldPath,
    pub(super) title: Option<FieldPath>,
    pub(super) first_name: Option<FieldPath>,
    pub(super) last_name: Option<FieldPath>,
    pub(super) full_name: Option<FieldPath>,
    pub(super) company_name: Option<FieldPath>,
    pub(super) emails: Vec<Reach>,
    pub(super) phones: Vec<Reach>,
    pub(super) addresses: Vec<AddressRules>,
    /// The CRM's words in lower case, and what they mean.
    pub(super) category: Option<(FieldPath, Vec<(String, Category)>)>,
    pub(super) consent: Option<ConsentRules>,
    pub(super) negotiator: Option<Party>,
    pub(super) office: Option<Party>,
    pub(super) archived: Option<Mark>,
    pub(super) created_at: Option<FieldPath>,
    pub(super) updated_at: Option<FieldPath>,
    pub(super) url: Option<FieldPath>,
    pub(super) tags: Vec<FieldPath>,
    pub(super) attributes: Vec<(String, FieldPath)>,
}

/// Where addresses or numbers stand, and what they are called.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    pub(super) path: FieldPath,
    pub(super) label: Option<String>,
}

/// A postal address.
#[derive(Debug, Clone)]
pub(super) enum AddressRules {
    /// One text.
    Text(FieldPath),
    /// Lines, each of fields to be joined, and the rest.
    Parts {
        lines: Vec<Vec<FieldPath>>,
        town: Option<FieldPath>,
        county: Option<FieldPath>,
        postcode: Option<FieldPath>,
        country: Option<FieldPath>,
    },
}

/// A member of staff or a branch.
#[derive(Debug, Clone)]
pub(super) struct Party {
    pub(super) id: FieldPath,
    pub(super) name: Option<FieldPath>,
    pub(super) email: Option<FieldPath>,
}

/// Values of a field that mean something, in lower case.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) path: FieldPath,
    pub(super) values: Vec<String>,
}

impl Mark {
    /// Whether a value has the meaning; the candidate of the path that says so.
    pub(super) fn of<'r>(&'r self, value: &'r serde_json::Value) -> Option<&'r str> {
        let found = self.path.find(value)?;
        found
            .texts()
            .any(|text| self.values.contains(&folded(&text)))
            .then_some(found.from)
    }
}

/// A CRM's word, made fit to compare.
pub(super) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}
