//! Alto's own types: of each, the fields that are read.
//!
//! A contact comes in two shapes, of which neither has all: the item of a list (with personas and
//! the date of creation) and the detail (with address and all numbers). They differ in names, too:
//! `foreName` and `forename`, `isActive` and `archived`, `modifiedAt` and `modifiedDate`. Every field
//! may be missing or null.

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::borrowed_text::Text;
use nurturehub_adapter_kit::http::{describe_json_error, read_records};
use nurturehub_port::{AdapterError, ErrorKind};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A list of entries that may each be null.
pub(super) type Entries<T> = Option<Vec<Option<T>>>;

/// A page of a list: each record's head or why there is none, with its text.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) records: Vec<(Result<Head<'a>, serde_json::Error>, &'a str)>,
    /// The token of the next page; none on the last one.
    pub(super) next: Option<String>,
}

/// What is around the records.
#[derive(Debug, Deserialize)]
struct Envelope<'a> {
    /// The records. Null is read as none; a page without the field is no page.
    #[serde(borrow, deserialize_with = "Option::deserialize")]
    items: Option<Vec<&'a RawValue>>,
    meta: Option<Meta>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    next_token: Option<String>,
}

/// Of either shape of a contact, what has to be known before it is mapped.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    /// Of a detail.
    #[serde(borrow)]
    pub(super) modified_date: Option<Text<'a>>,
    pub(super) archived: Option<bool>,
}

impl Head<'_> {
    /// The id, where it is one.
    pub(super) fn id(&self) -> Option<&str> {
        self.id
            .as_deref()
            .map(str::trim)
            .filter(|id| !id.is_empty())
    }
}

impl<'a> Page<'a> {
    /// Reads a page.
    ///
    /// # Errors
    /// `protocol` where the answer is not JSON, `schemaChanged` where it is another kind of JSON.
    pub(super) fn parse(response: &'a HttpResponse) -> Result<Self, AdapterError> {
        let text = response.text()?;
        if let Some(read) = read_records(text, "items")
            && let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(&read.envelope)
        {
            return Ok(Self {
                records: read.records,
                next: envelope.next(),
            });
        }
        let envelope: Envelope<'a> =
            serde_json::from_str(text).map_err(|error| not_as_expected(response, text, &error))?;
        let raw = envelope.items.as_deref().unwrap_or_default();
        Ok(Self {
            records: raw
                .iter()
                .map(|raw| (serde_json::from_str(raw.get()), raw.get()))
                .collect(),
            next: envelope.next(),
        })
    }

    /// The ids of the first and the last record, where these have any.
    pub(super) fn ends(&self) -> (Option<&str>, Option<&str>) {
        (
            self.records.first().and_then(head_id),
            self.records.last().and_then(head_id),
        )
    }
}

fn head_id<'b>(record: &'b (Result<Head<'_>, serde_json::Error>, &str)) -> Option<&'b str> {
    record.0.as_ref().ok()?.id()
}

impl Envelope<'_> {
    fn next(&self) -> Option<String> {
        let token = self.meta.as_ref()?.next_token.as_ref()?;
        (!token.is_empty()).then(|| token.clone())
    }
}

/// The contacts of an answer to a detail call: one object, an array, or an object with `items`, as
/// the schema and those who use it disagree.
///
/// # Errors
/// `protocol` where the answer is not JSON, `schemaChanged` where it is another kind of JSON.
pub(super) fn details(response: &HttpResponse) -> Result<Vec<&str>, AdapterError> {
    let text = response.text()?.trim();
    let read = if text.starts_with('[') {
        serde_json::from_str::<Vec<&RawValue>>(text)
    } else {
        serde_json::from_str::<Envelope<'_>>(text)
            .map(|envelope| envelope.items.unwrap_or_default())
    };
    match read {
        Ok(raw) => Ok(raw.into_iter().map(RawValue::get).collect()),
        Err(_) if serde_json::from_str::<Head<'_>>(text).is_ok_and(|head| head.id.is_some()) => {
            Ok(vec![text])
        }
        Err(error) => Err(not_as_expected(response, text, &error)),
    }
}

fn not_as_expected(response: &HttpResponse, text: &str, error: &serde_json::Error) -> AdapterError {
    let kind = if error.is_data() {
        ErrorKind::SchemaChanged
    } else {
        ErrorKind::Protocol
    };
    let what = describe_json_error(text, error);
    response.error(kind, format!("Alto's answer {what}."))
}

/// A contact, put together from what Alto gives of it. This is the record that is kept.
#[derive(Debug, Deserialize)]
pub(super) struct Record<'a> {
    /// As it stands in the list.
    #[serde(borrow)]
    pub(super) item: Item<'a>,
    /// As it is given by its id.
    #[serde(borrow)]
    pub(super) detail: Detail<'a>,
    /// What it agreed to, where that was asked.
    #[serde(borrow)]
    pub(super) preferences: Entries<Preference<'a>>,
}

/// The item of a list (`ContactListItem`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) contact_type: Option<ContactType<'a>>,
    #[serde(borrow)]
    pub(super) contact_information: Entries<Brief<'a>>,
    #[serde(borrow)]
    pub(super) position: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) intention: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) disposal: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) branch: Option<Branch<'a>>,
    #[serde(borrow)]
    pub(super) lead_source: Option<Text<'a>>,
    pub(super) is_active: Option<bool>,
    pub(super) potential_vendor: Option<bool>,
    pub(super) potential_landlord: Option<bool>,
    #[serde(borrow)]
    pub(super) created_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) modified_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) company_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) applicant_requirements: Entries<Requirement<'a>>,
}

/// What a contact is to the agency.
#[derive(Debug, Deserialize)]
pub(super) struct ContactType<'a> {
    #[serde(borrow)]
    pub(super) category: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) persona: Entries<Text<'a>>,
}

/// A person, as far as a list tells.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Brief<'a> {
    #[serde(borrow)]
    pub(super) title: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) fore_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) forename: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) surname: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) phone_number: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) email_address: Option<Text<'a>>,
}

/// A branch, by its id.
#[derive(Debug, Deserialize)]
pub(super) struct Branch<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
}

/// Of what an applicant looks for (`ApplicantRequirement`), whether to buy or to rent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Requirement<'a> {
    /// No list of its words is documented.
    #[serde(borrow)]
    pub(super) profile_intention: Option<Text<'a>>,
    pub(super) is_active_profile: Option<bool>,
    #[serde(borrow)]
    pub(super) rental_intention: Option<RentalIntention<'a>>,
}

/// The letting part of a requirement.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RentalIntention<'a> {
    /// `Unknown`, or how often the rent is due.
    #[serde(borrow)]
    pub(super) price_qualifier: Option<Text<'a>>,
}

/// The detail (`Contact`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail<'a> {
    #[serde(borrow)]
    pub(super) address: Option<Address<'a>>,
    #[serde(borrow)]
    pub(super) branch: Option<Branch<'a>>,
    #[serde(borrow)]
    pub(super) people: Entries<Person<'a>>,
    #[serde(borrow)]
    pub(super) category: Option<Text<'a>>,
    pub(super) archived: Option<bool>,
    #[serde(borrow)]
    pub(super) company_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) modified_date: Option<Text<'a>>,
}

/// An address; `nameNo` and `country` are the names in another of Alto's lists.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Address<'a> {
    #[serde(borrow)]
    pub(super) sub_dwelling: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name_number: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name_no: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) street: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) locality: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) town: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) county: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) postcode: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) country_code: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) country: Option<Text<'a>>,
}

/// A person of a contact; a couple are two.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Person<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) title: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) forename: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) fore_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) surname: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) phone_numbers: Entries<Reach<'a>>,
    #[serde(borrow)]
    pub(super) email_addresses: Entries<Reach<'a>>,
}

/// A number or an e-mail address.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reach<'a> {
    pub(super) preference_order: Option<i64>,
    #[serde(rename = "type", borrow)]
    pub(super) kind: Option<Text<'a>>,
    /// Of a telephone number.
    #[serde(borrow)]
    pub(super) number: Option<Text<'a>>,
    /// Of an e-mail address.
    #[serde(borrow)]
    pub(super) address: Option<Text<'a>>,
}

/// What a contact said about one purpose (`ContactConsentPreference`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Preference<'a> {
    #[serde(rename = "type", borrow)]
    pub(super) purpose: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) opt_in_status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) date_actioned: Option<Text<'a>>,
    pub(super) version_number: Option<i64>,
}

/// Of the integration (`IntegrationState`), whose it is and where it is active.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Integration<'a> {
    #[serde(borrow)]
    pub(super) agency_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) branches: Option<Vec<&'a RawValue>>,
}

/// Of a file note (`FileNote`), its id and the title that no user sees.
#[derive(Debug, Deserialize)]
pub(super) struct FileNote<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) title: Option<Text<'a>>,
}
