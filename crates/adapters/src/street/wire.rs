//! Street's own types: of each, the fields that are read.
//!
//! Every field may be missing or null. Street is written in PHP, where an empty object often comes
//! out as `[]`; parts that are objects are read loosely for that reason.

use std::borrow::Cow;

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::borrowed_text::Text;
use nurturehub_adapter_kit::http::{describe_json_error, read_records};
use nurturehub_port::{AdapterError, ErrorKind};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::related::{Included, Many};

/// A part that is taken where it has the form that it should have, and else is none.
#[derive(Debug, Clone)]
pub(super) struct Loose<T>(pub(super) Option<T>);

impl<T> Default for Loose<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).ok()))
    }
}

/// A page of a listing: each record or why it is none, with its text, and the document around them.
#[derive(Debug)]
pub(super) struct Page<'a, T> {
    pub(super) records: Vec<(Result<T, serde_json::Error>, &'a str)>,
    pub(super) extent: Extent,
    envelope: Cow<'a, str>,
}

/// How far a page reaches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Records on the page.
    pub(super) count: u64,
    /// How many records the whole listing has.
    pub(super) total: Option<u64>,
    /// How many records a page has at most.
    pub(super) per_page: Option<u64>,
    /// The number of the page.
    pub(super) page: Option<u64>,
}

/// A document of a list. Links are not read: the vendor's examples repeat page parameters.
#[derive(Debug, Deserialize)]
struct Envelope<'a> {
    /// The records. Null is read as none; a document without the field is no page.
    #[serde(borrow, deserialize_with = "Option::deserialize")]
    data: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    included: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    meta: Loose<Meta>,
}

#[derive(Debug, Deserialize)]
struct Meta {
    #[serde(default)]
    pagination: Loose<Pagination>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct Pagination {
    total: Option<u64>,
    per_page: Option<u64>,
    current_page: Option<u64>,
}

impl<'a, T: Deserialize<'a>> Page<'a, T> {
    /// Reads a page.
    ///
    /// # Errors
    /// `protocol` where the answer is not JSON, `schemaChanged` where it is another kind of JSON.
    pub(super) fn parse(response: &'a HttpResponse) -> Result<Self, AdapterError> {
        let text = response.text()?;
        if let Some(read) = read_records(text, "data")
            && let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(&read.envelope)
        {
            return Ok(Self {
                extent: envelope.extent(read.records.len()),
                records: read.records,
                envelope: Cow::Owned(read.envelope),
            });
        }
        let envelope: Envelope<'a> = parse_document(response, text)?;
        let raw = envelope.data.as_deref().unwrap_or_default();
        Ok(Self {
            extent: envelope.extent(raw.len()),
            records: raw
                .iter()
                .map(|raw| (serde_json::from_str(raw.get()), raw.get()))
                .collect(),
            envelope: Cow::Borrowed(text),
        })
    }

    /// What the records point to, as far as it came with them.
    pub(super) fn included(&self) -> Included {
        let envelope = serde_json::from_str::<Envelope<'_>>(&self.envelope);
        let mut included = Included::default();
        included.take(&envelope.ok().and_then(|it| it.included).unwrap_or_default());
        included
    }

    /// The ids of the first and the last record, where these have any.
    pub(super) fn ends(&self) -> (Option<String>, Option<String>) {
        let id = |record: Option<&(_, &str)>| id_of(record?.1);
        (id(self.records.first()), id(self.records.last()))
    }
}

impl Envelope<'_> {
    fn extent(&self, count: usize) -> Extent {
        let meta = self.meta.0.as_ref();
        let pagination = meta.and_then(|meta| meta.pagination.0).unwrap_or_default();
        Extent {
            count: u64::try_from(count).unwrap_or(u64::MAX),
            total: pagination.total,
            per_page: pagination.per_page,
            page: pagination.current_page,
        }
    }
}

/// A document of one record; also the form in which records are kept, see [`super::map`].
#[derive(Debug, Deserialize)]
pub(super) struct Single<'a> {
    #[serde(borrow)]
    pub(super) data: &'a RawValue,
    #[serde(borrow, default)]
    pub(super) included: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    pub(super) meta: Loose<SingleMeta>,
}

/// What we add to a record that is kept.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct SingleMeta {
    /// It came from the list of deleted people.
    #[serde(default)]
    pub(super) trashed: bool,
}

impl<'a> Single<'a> {
    /// Reads a document.
    ///
    /// # Errors
    /// As [`Page::parse`].
    pub(super) fn parse(response: &'a HttpResponse) -> Result<Self, AdapterError> {
        parse_document(response, response.text()?)
    }

    /// What the record points to.
    pub(super) fn included(&self) -> Included {
        let mut included = Included::default();
        included.take(self.included.as_deref().unwrap_or_default());
        included
    }
}

fn parse_document<'a, T: Deserialize<'a>>(
    response: &HttpResponse,
    text: &'a str,
) -> Result<T, AdapterError> {
    serde_json::from_str(text).map_err(|error| {
        let kind = match error.classify() {
            Category::Data => ErrorKind::SchemaChanged,
            _ => ErrorKind::Protocol,
        };
        let what = describe_json_error(text, &error);
        response.error(kind, format!("Street's answer {what}."))
    })
}

/// A person (`Person`).
#[derive(Debug, Deserialize)]
pub(super) struct Person<'a> {
    /// Always `person`; read so that a record of another form is noticed.
    #[serde(rename = "type", borrow)]
    _kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) attributes: Option<Attributes<'a>>,
    #[serde(default)]
    relationships: Loose<PersonLinks>,
}

impl Person<'_> {
    /// The ids of the person's applicants.
    pub(super) fn applicants(&self) -> impl Iterator<Item = &str> {
        self.relationships
            .0
            .iter()
            .flat_map(|links| links.applicants.ids())
    }
}

#[derive(Debug, Deserialize)]
struct PersonLinks {
    #[serde(default)]
    applicants: Loose<Many>,
}

/// `PersonAttributes`.
#[derive(Debug, Deserialize)]
pub(super) struct Attributes<'a> {
    #[serde(borrow)]
    pub(super) full_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) title: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) first_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) last_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) address: Loose<Address<'a>>,
    #[serde(borrow)]
    pub(super) telephone_numbers: Option<Vec<Option<Reach<'a>>>>,
    #[serde(borrow)]
    pub(super) email_addresses: Option<Vec<Option<Reach<'a>>>>,
    pub(super) marketing_consent: Option<bool>,
    #[serde(default)]
    pub(super) contact_preferences: Loose<Preferences>,
    #[serde(borrow, default)]
    pub(super) statuses: Loose<Statuses<'a>>,
    #[serde(borrow)]
    pub(super) created_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) updated_at: Option<Text<'a>>,
}

/// `AddressSimple`. Its `geo` is not read: the vendor's sample has the two the wrong way round.
#[derive(Debug, Deserialize)]
pub(super) struct Address<'a> {
    #[serde(borrow)]
    pub(super) single_line: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) line_1: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) line_2: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) line_3: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) line_4: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) town: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) postcode: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) country: Option<Text<'a>>,
}

/// `EmailAddressSimple` and `TelephoneNumberSimple`.
#[derive(Debug, Deserialize)]
pub(super) struct Reach<'a> {
    #[serde(borrow)]
    pub(super) value: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) notes: Option<Text<'a>>,
    pub(super) primary: Option<bool>,
}

/// Channels that a person wants or does not want.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Preferences {
    pub(super) email: Option<bool>,
    pub(super) post: Option<bool>,
    pub(super) text: Option<bool>,
    pub(super) phone: Option<bool>,
}

/// Roles that are on the person's own record: null, `Current` or `Previous`.
#[derive(Debug, Deserialize)]
pub(super) struct Statuses<'a> {
    #[serde(borrow)]
    pub(super) vendor: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) landlord: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) tenant: Option<Text<'a>>,
}

/// Of any record, its id.
#[derive(Debug, Deserialize)]
pub(super) struct Id<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

/// The id of a record that may be anything.
pub(super) fn id_of(record: &str) -> Option<String> {
    serde_json::from_str::<Id<'_>>(record)
        .ok()
        .map(|record| record.id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_object_may_come_as_an_empty_list() {
        let person: Person<'_> = serde_json::from_str(
            r#"{"id": "1", "attributes": {"statuses": [], "contact_preferences": [],
                "address": [], "telephone_numbers": [null], "new_field": {}},
                "relationships": []}"#,
        )
        .unwrap();
        assert_eq!(person.applicants().count(), 0);
        assert!(person.attributes.unwrap().statuses.0.is_none());
    }

    #[test]
    fn links_are_followed_wherever_they_are_given() {
        let person: Person<'_> = serde_json::from_str(
            r#"{"id": "1", "relationships": {"applicants": {"data": [
                {"type": "applicant", "id": "a"}, null, {"type": "applicant"}, {"id": ""}]}}}"#,
        )
        .unwrap();
        assert_eq!(person.applicants().collect::<Vec<_>>(), ["a"]);
    }
}
