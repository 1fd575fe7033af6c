//! Which contacts a list shows.

use nurturehub_port::{Category, ConsentState, Lifecycle};

use super::codes::ChangeKind;

/// Which contacts to show: those to which all that is set applies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// Part of a name, an address or a number, in any case.
    pub search: Option<String>,
    /// The assigned category.
    pub category: Option<Category>,
    /// What a push would do.
    pub change: Option<ChangeKind>,
    /// Whether it is in use.
    pub lifecycle: Option<Lifecycle>,
    /// Whether the person agreed to e-mail.
    pub consent: Option<ConsentState>,
    /// Only those with something amiss in their data.
    pub with_issues: bool,
}

impl ContactFilter {
    /// What is searched for, as [`search_text`](crate::search_text) writes it; none where nothing is.
    pub(super) fn needle(&self) -> Option<String> {
        let text = self.search.as_deref()?.trim();
        (!text.is_empty()).then(|| text.chars().flat_map(char::to_lowercase).collect())
    }

    /// Whether it lets every contact through.
    pub(super) fn is_open(&self) -> bool {
        let unsearched = Self {
            search: None,
            ..self.clone()
        };
        self.needle().is_none() && unsearched == Self::default()
    }
}

/// A page of contacts.
#[derive(Debug, Clone)]
pub struct ContactPage {
    /// How many the filter lets through.
    pub total: u64,
    /// Canonical contacts, as JSON text.
    pub contacts: Vec<String>,
}
