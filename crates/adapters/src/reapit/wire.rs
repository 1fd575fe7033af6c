//! Reapit's own types: of each, the fields that are read.
//!
//! Text is borrowed from the page wherever it holds no escapes. Every field may be missing or null:
//! list answers, single answers and webhooks leave out different ones.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::http::{describe_json_error, read_records};
use nurturehub_port::{AdapterError, ErrorKind};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

/// Text that is borrowed where it can be. (`Option<Cow<str>>` would always copy.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

/// A page of a listing: each record or why it is none, with its text.
#[derive(Debug)]
pub(super) struct Page<'a, T> {
    pub(super) records: Vec<(Result<T, serde_json::Error>, &'a str)>,
    pub(super) extent: Extent,
}

/// How far a page reaches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Records on the page.
    pub(super) count: u64,
    /// How many records the whole listing has.
    pub(super) total: Option<u64>,
    /// Whether the page says that another one follows.
    pub(super) has_next: bool,
}

/// What is around the records.
///
/// `totalPageCount` is not read: the vendor's own examples give 1 beside 50 records on pages of one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    /// The records. Null is read as none; a page without the field is no page.
    #[serde(rename = "_embedded", borrow, deserialize_with = "Option::deserialize")]
    embedded: Option<Vec<&'a RawValue>>,
    total_count: Option<u64>,
    #[serde(rename = "_links")]
    links: Option<Links>,
}

#[derive(Debug, Deserialize)]
struct Links {
    next: Option<Link>,
}

#[derive(Debug, Deserialize)]
struct Link {
    href: Option<String>,
}

impl Envelope<'_> {
    fn extent(&self, count: usize) -> Extent {
        let next = self.links.as_ref().and_then(|links| links.next.as_ref());
        Extent {
            count: u64::try_from(count).unwrap_or(u64::MAX),
            total: self.total_count,
            has_next: next
                .is_some_and(|next| next.href.as_deref().is_some_and(|href| !href.is_empty())),
        }
    }
}

impl<'a, T: Deserialize<'a>> Page<'a, T> {
    /// Reads a page.
    ///
    /// # Errors
    /// `protocol` where the answer is not JSON, `schemaChanged` where it is another kind of JSON.
    pub(super) fn parse(response: &'a HttpResponse) -> Result<Self, AdapterError> {
        let text = response.text()?;
        if let Some(read) = read_records(text, "_embedded")
            && let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(&read.envelope)
        {
            return Ok(Self {
                extent: envelope.extent(read.records.len()),
                records: read.records,
            });
        }
        let envelope: Envelope<'a> = serde_json::from_str(text).map_err(|error| {
            let kind = match error.classify() {
                Category::Data => ErrorKind::SchemaChanged,
                _ => ErrorKind::Protocol,
            };
            let what = describe_json_error(text, &error);
            response.error(kind, format!("Reapit's answer {what}."))
        })?;
        let raw = envelope.embedded.as_deref().unwrap_or_default();
        Ok(Self {
            extent: envelope.extent(raw.len()),
            records: raw
                .iter()
                .map(|raw| (serde_json::from_str(raw.get()), raw.get()))
                .collect(),
        })
    }

    /// The records that could be read.
    pub(super) fn readable(&self) -> impl Iterator<Item = &T> + Clone {
        self.records
            .iter()
            .filter_map(|(read, _)| read.as_ref().ok())
    }

    /// The ids of the first and the last record, where these have any.
    pub(super) fn ends(&self) -> (Option<String>, Option<String>) {
        let id = |record: Option<&(_, &str)>| id_of(record?.1);
        (id(self.records.first()), id(self.records.last()))
    }
}

/// A contact (`ContactModel`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contact<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) created: Option<Text<'a>>,
    /// Null until the first edit.
    #[serde(borrow)]
    pub(super) modified: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) title: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) forename: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) surname: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) date_of_birth: Option<Text<'a>>,
    pub(super) active: Option<bool>,
    /// `grant`, `deny` or `notAsked`.
    #[serde(borrow)]
    pub(super) marketing_consent: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) source: Option<Source<'a>>,
    #[serde(borrow)]
    pub(super) home_phone: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) work_phone: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) mobile_phone: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) email: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) archived_on: Option<Text<'a>>,
    pub(super) from_archive: Option<bool>,
    #[serde(borrow)]
    pub(super) primary_address: Option<Address<'a>>,
    #[serde(borrow)]
    pub(super) secondary_address: Option<Address<'a>>,
    #[serde(borrow)]
    pub(super) work_address: Option<Address<'a>>,
    /// The first is the primary one, as with the negotiators.
    #[serde(borrow)]
    pub(super) office_ids: Option<Vec<Option<Text<'a>>>>,
    #[serde(borrow)]
    pub(super) negotiator_ids: Option<Vec<Option<Text<'a>>>>,
    #[serde(borrow)]
    pub(super) category_ids: Option<Vec<Option<Text<'a>>>>,
    pub(super) communication_preference_letter: Option<bool>,
    pub(super) communication_preference_email: Option<bool>,
    pub(super) communication_preference_phone: Option<bool>,
    #[serde(
        rename = "communicationPreferenceSMS",
        alias = "communicationPreferenceSms"
    )]
    pub(super) communication_preference_sms: Option<bool>,
    #[serde(borrow)]
    pub(super) additional_contact_details: Option<Vec<Detail<'a>>>,
    #[serde(borrow)]
    relationships: Option<Vec<Role<'a>>>,
    #[serde(rename = "_embedded", borrow)]
    embedded: Option<ContactEmbedded<'a>>,
}

#[derive(Debug, Deserialize)]
struct ContactEmbedded<'a> {
    #[serde(borrow)]
    relationships: Option<Vec<Role<'a>>>,
}

impl<'a> Contact<'a> {
    /// The roles that are in use, wherever the answer has them.
    pub(super) fn roles(&self) -> impl Iterator<Item = &Role<'a>> {
        let embedded = self
            .embedded
            .as_ref()
            .and_then(|embedded| embedded.relationships.as_deref());
        embedded
            .or(self.relationships.as_deref())
            .unwrap_or_default()
            .iter()
            .filter(|role| role.from_archive != Some(true))
    }
}

/// Where a contact came from (`ContactSourceModel`).
#[derive(Debug, Deserialize)]
pub(super) struct Source<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
}

/// A postal address (`ContactAddressModel`). Empty parts are null or `""`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Address<'a> {
    #[serde(borrow)]
    pub(super) building_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) building_number: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) line1: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) line2: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) line3: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) line4: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) postcode: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) country_id: Option<Text<'a>>,
}

/// A further way to reach a contact (`AdditionalContactDetailModel`).
#[derive(Debug, Deserialize)]
pub(super) struct Detail<'a> {
    #[serde(rename = "type", borrow)]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) value: Option<Text<'a>>,
}

/// What a contact is to the agency (`ContactRoleModel`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Role<'a> {
    /// `applicant`, `landlord`, `offer`, `tenancy` or `vendor`.
    #[serde(borrow)]
    pub(super) associated_type: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) associated_id: Option<Text<'a>>,
    from_archive: Option<bool>,
}

/// Of an applicant (`ApplicantModel`), what they look for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wish<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    /// `buying` or `renting` by the schema, `sales` in an example.
    #[serde(borrow)]
    pub(super) marketing_mode: Option<Text<'a>>,
}

/// Of an applicant (`ApplicantModel`), who they are.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Applicant<'a> {
    #[serde(borrow)]
    pub(super) modified: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) related: Option<Vec<Related<'a>>>,
}

/// Somebody whom a role is about.
#[derive(Debug, Deserialize)]
pub(super) struct Related<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    /// `contact` or `company`.
    #[serde(rename = "type", borrow)]
    kind: Option<Text<'a>>,
}

impl Related<'_> {
    /// The contact's id, where it is one.
    pub(super) fn contact_id(&self) -> Option<&str> {
        let company = self.kind.as_deref() == Some("company");
        self.id.as_deref().filter(|id| !company && !id.is_empty())
    }
}

/// Of any record, its id.
#[derive(Debug, Deserialize)]
pub(super) struct Id<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
}

/// The id of a record that may be anything.
pub(super) fn id_of(record: &str) -> Option<String> {
    serde_json::from_str::<Id<'_>>(record)
        .ok()
        .map(|record| record.id.to_string())
}

/// An entry of a list of choices, such as a contact category.
#[derive(Debug, Deserialize)]
pub(super) struct ListItem {
    pub(super) id: Option<String>,
    pub(super) value: Option<String>,
}

/// Of a journal entry (`JournalEntryModel`), its text.
#[derive(Debug, Deserialize)]
pub(super) struct JournalEntry<'a> {
    #[serde(borrow)]
    pub(super) description: Option<Text<'a>>,
}
