//! What people point to: applicants, branches, negotiators, and the links between them.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::Loose;

/// An applicant, a branch or a negotiator: what is read of any of these.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Related {
    id: Option<String>,
    #[serde(default)]
    pub(super) attributes: Loose<RelatedAttributes>,
    #[serde(default)]
    relationships: Loose<RelatedLinks>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct RelatedAttributes {
    /// `sales` or `lettings`.
    pub(super) applicant_type: Option<String>,
    pub(super) active: Option<bool>,
    /// `hot`, `warm` or `cold`.
    pub(super) lead_rating: Option<String>,
    pub(super) updated_at: Option<String>,
    /// A branch's.
    pub(super) name: Option<String>,
    /// A negotiator's, as what follows.
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) email_address: Option<String>,
}

/// Of an included applicant only `people` is documented, of one on its own list `branch` as well.
#[derive(Debug, Clone, Deserialize)]
struct RelatedLinks {
    #[serde(default)]
    people: Loose<Many>,
    #[serde(default)]
    branch: Loose<One>,
    #[serde(default)]
    negotiator: Loose<One>,
}

impl Related {
    /// The ids of the people who are an applicant.
    pub(super) fn people(&self) -> impl Iterator<Item = &str> {
        self.relationships
            .0
            .iter()
            .flat_map(|links| links.people.ids())
    }

    /// The id of the applicant's branch.
    pub(super) fn branch(&self) -> Option<&str> {
        self.relationships.0.as_ref()?.branch.id()
    }

    /// The id of the applicant's negotiator.
    pub(super) fn negotiator(&self) -> Option<&str> {
        self.relationships.0.as_ref()?.negotiator.id()
    }
}

#[derive(Debug, Clone, Deserialize)]
struct One {
    data: Option<Reference>,
}

/// A link to any number of resources.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Many {
    data: Option<Vec<Option<Reference>>>,
}

#[derive(Debug, Clone, Deserialize)]
struct Reference {
    id: Option<String>,
}

impl Loose<One> {
    fn id(&self) -> Option<&str> {
        self.0.as_ref()?.data.as_ref()?.id.as_deref()
    }
}

impl Loose<Many> {
    /// The ids, blank ones left out.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let references = self.0.iter().flat_map(|many| many.data.iter().flatten());
        references
            .flatten()
            .filter_map(|reference| reference.id.as_deref())
            .filter(|id| !id.is_empty())
    }
}

/// What the records of a page point to, by id, each with its text.
#[derive(Debug, Default)]
pub(super) struct Included(HashMap<String, (Related, Box<str>)>);

impl Included {
    /// Takes resources in. One that cannot be read is one of which nothing is known.
    pub(super) fn take(&mut self, resources: &[&RawValue]) {
        for raw in resources {
            if let Ok(related) = serde_json::from_str::<Related>(raw.get())
                && let Some(id) = related.id.clone()
            {
                self.0.insert(id, (related, raw.get().into()));
            }
        }
    }

    /// A resource.
    pub(super) fn get(&self, id: &str) -> Option<&Related> {
        self.0.get(id).map(|(related, _)| related)
    }

    /// A resource as it came.
    pub(super) fn text(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(|(_, text)| &**text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_applicant_names_branch_negotiator_and_people() {
        let applicant: Related = serde_json::from_str(
            r#"{"id": "a", "relationships": {"branch": {"data": {"id": "b"}},
                "negotiator": {"data": null}, "people": {"links": {}}}}"#,
        )
        .unwrap();
        assert_eq!(
            (applicant.branch(), applicant.negotiator()),
            (Some("b"), None)
        );
        assert_eq!(applicant.people().count(), 0);
    }
}
