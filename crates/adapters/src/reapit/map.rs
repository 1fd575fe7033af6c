//! From Reapit's contact to the canonical one.
//!
//! **Category.** Reapit's contacts have no kind; what they are follows from their roles. Those set
//! aside in Reapit do not count, nor do offers, which are events and no roles. Where there are
//! several, all are listed and the assigned one is the first of: landlord, vendor (the agency's
//! clients), tenant, buyer (an applicant who looks to buy), tenant applicant, lead (an applicant of
//! whom no more is known). Without any role a contact is `other`.
//!
//! **Consent.** `marketingConsent` says yes or no to marketing, and the communication preferences
//! narrow a yes: `deny` denies every channel; `grant` grants each channel but those whose preference
//! is false, which are denied; `notAsked`, null and anything else leave every channel unknown,
//! whatever the preferences say, as these are false by default too.

use jiff::Timestamp;
use nurturehub_adapter_kit::http::describe_json_error;
use nurturehub_adapter_kit::mapping::{
    AddressParts, Built, Channel, ContactBuilder, Explanation, Origin, is_county, parse_timestamp,
};
use nurturehub_port::{
    AdapterError, Category, ConnectionId, ConsentState, DataIssue, ErrorKind, ExternalId,
    Lifecycle, ProviderId, RejectedRecord,
};
use serde_json::Value;

use super::lookups::Lookups;
use super::wire::{Address, Contact, Detail, Text, id_of};
use crate::ExplainOrigin;

/// What the port calls such a record.
pub(super) const EXTERNAL_TYPE: &str = "contact";

/// What mapping needs beside the record.
pub(super) struct Surroundings<'a> {
    pub(super) connection: &'a ConnectionId,
    pub(super) provider: &'a ProviderId,
    pub(super) fetched_at: Timestamp,
    pub(super) lookups: &'a Lookups,
    pub(super) explain: bool,
}

/// A record that was read, with its id, or why no contact can be made of it.
pub(super) type Read<'a> = Result<(Contact<'a>, ExternalId), Box<RejectedRecord>>;

/// Takes a record that was parsed, or not, and its id.
pub(super) fn admit<'a>(parsed: Result<Contact<'a>, serde_json::Error>, raw: &str) -> Read<'a> {
    let contact = parsed.map_err(|error| {
        let what = describe_json_error(raw, &error);
        rejected(
            raw,
            "recordUnreadable",
            "record",
            format!("The record {what}."),
        )
    })?;
    let id = match contact.id.as_deref().map(str::trim) {
        None | Some("") => Err("The record has no id.".to_owned()),
        Some(id) => ExternalId::parse(id)
            .map_err(|error| format!("The record's id cannot be used: {}.", error.why)),
    };
    match id {
        Ok(id) => Ok((contact, id)),
        Err(message) => Err(rejected(raw, "idMissing", "provenance.externalId", message)),
    }
}

/// Reads a single record.
pub(super) fn read(raw: &str) -> Read<'_> {
    admit(serde_json::from_str(raw), raw)
}

fn rejected(raw: &str, code: &str, field: &str, message: String) -> Box<RejectedRecord> {
    let external_id = id_of(raw).and_then(|id| ExternalId::parse(id).ok());
    Box::new(RejectedRecord {
        external_id,
        raw: raw.into(),
        issue: DataIssue {
            code: code.to_owned(),
            field: field.to_owned(),
            message,
        },
    })
}

/// Makes the canonical contact.
pub(super) fn contact(
    record: &Contact<'_>,
    external_id: ExternalId,
    around: &Surroundings<'_>,
) -> Built {
    let origin = Origin {
        connection: around.connection,
        provider: around.provider,
        external_id,
        external_type: EXTERNAL_TYPE,
        fetched_at: around.fetched_at,
    };
    let mut builder = ContactBuilder::new(origin, around.explain);
    builder
        .title("title", record.title.as_deref())
        .first_name("forename", record.forename.as_deref())
        .last_name("surname", record.surname.as_deref())
        .email("email", record.email.as_deref(), None)
        .phone(
            "mobilePhone",
            record.mobile_phone.as_deref(),
            Some("mobile"),
        )
        .phone("homePhone", record.home_phone.as_deref(), Some("home"))
        .phone("workPhone", record.work_phone.as_deref(), Some("work"));
    for detail in record.additional_contact_details.iter().flatten() {
        further_detail(&mut builder, detail);
    }
    for (from, place) in [
        ("primaryAddress", &record.primary_address),
        ("secondaryAddress", &record.secondary_address),
        ("workAddress", &record.work_address),
    ] {
        if let Some(place) = place {
            address(&mut builder, from, place);
        }
    }
    categories(&mut builder, record, around.lookups);
    consent(&mut builder, record);
    builder
        .office("officeIds[0]", first(record.office_ids.as_deref()), None)
        .negotiator(
            "negotiatorIds[0]",
            first(record.negotiator_ids.as_deref()),
            None,
            None,
        );
    for id in record.category_ids.iter().flatten().flatten() {
        builder.tag("categoryIds", Some(around.lookups.category(id)));
    }
    lifecycle(&mut builder, record);
    times(&mut builder, record);
    builder
        .attribute_text(
            "dateOfBirth",
            "dateOfBirth",
            record.date_of_birth.as_deref(),
        )
        .attribute_text(
            "source.id",
            "sourceId",
            record
                .source
                .as_ref()
                .and_then(|source| source.id.as_deref()),
        );
    if let Some(active) = record.active {
        builder.attribute("active", "active", Value::Bool(active));
    }
    builder.finish()
}

/// Tells how a record, as it came, becomes a contact. What must be looked up is not: an applicant is
/// a lead here, and a category its id.
///
/// # Errors
/// `mapping`, where the record cannot become one.
pub(super) fn explain(raw: &str, origin: &ExplainOrigin) -> Result<Explanation, AdapterError> {
    let (record, external_id) = read(raw)
        .map_err(|rejected| AdapterError::new(ErrorKind::Mapping, rejected.issue.message))?;
    let around = Surroundings {
        connection: &origin.connection,
        provider: &origin.provider,
        fetched_at: origin.fetched_at,
        lookups: &Lookups::default(),
        explain: true,
    };
    Ok(contact(&record, external_id, &around).into_explanation())
}

fn first<'a>(ids: Option<&'a [Option<Text<'_>>]>) -> Option<&'a str> {
    ids?.iter()
        .flatten()
        .map(|id| &**id)
        .find(|id| !id.trim().is_empty())
}

/// A further detail is what it looks like: Reapit's types are the agency's own words.
fn further_detail(builder: &mut ContactBuilder<'_>, detail: &Detail<'_>) {
    let Some(value) = detail.value.as_deref() else {
        return;
    };
    let kind = detail.kind.as_deref();
    let says_mail = kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("mail"));
    if value.contains('@') || says_mail {
        builder.email("additionalContactDetails[].value", Some(value), kind);
    } else if value.bytes().filter(u8::is_ascii_digit).count() >= 6 {
        builder.phone("additionalContactDetails[].value", Some(value), kind);
    } else {
        let key = format!("contactDetail.{}", kind.unwrap_or("other"));
        builder.attribute_text("additionalContactDetails[].value", &key, Some(value));
    }
}

/// Reapit has four lines and no fields for town and county. A county is known by its name; the last
/// line after the first that is none is the town.
fn address(builder: &mut ContactBuilder<'_>, from: &str, place: &Address<'_>) {
    let line1 = filled(place.line1.as_ref());
    let numbered;
    let street = match (filled(place.building_number.as_ref()), line1) {
        (Some(number), Some(street)) => {
            numbered = format!("{number} {street}");
            Some(numbered.as_str())
        }
        (number, street) => number.or(street),
    };
    let mut rest = [
        filled(place.line2.as_ref()),
        filled(place.line3.as_ref()),
        filled(place.line4.as_ref()),
    ];
    let mut county = None;
    let mut town = None;
    if let Some(last) = rest.iter_mut().rev().find(|line| line.is_some())
        && last.is_some_and(is_county)
    {
        county = last.take();
    }
    if let Some(last) = rest.iter_mut().rev().find(|line| line.is_some()) {
        town = last.take();
    }
    let [second, third, fourth] = rest;
    builder.address(
        from,
        AddressParts {
            lines: &[
                filled(place.building_name.as_ref()),
                street,
                second,
                third,
                fourth,
            ],
            town,
            county,
            postcode: place.postcode.as_deref(),
            country: place.country_id.as_deref(),
        },
    );
}

fn filled<'a>(text: Option<&'a Text<'_>>) -> Option<&'a str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn categories(builder: &mut ContactBuilder<'_>, record: &Contact<'_>, lookups: &Lookups) {
    const ORDER: [Category; 6] = [
        Category::Landlord,
        Category::Vendor,
        Category::Tenant,
        Category::Buyer,
        Category::TenantApplicant,
        Category::Lead,
    ];
    let mut held = [false; ORDER.len()];
    for role in record.roles() {
        let category = match role.associated_type.as_deref() {
            Some("landlord") => Category::Landlord,
            Some("vendor") => Category::Vendor,
            Some("tenancy") => Category::Tenant,
            Some("applicant") => lookups.applicant(role.associated_id.as_deref()),
            _ => continue,
        };
        for (place, known) in held.iter_mut().zip(ORDER) {
            *place |= known == category;
        }
    }
    for (holds, category) in held.into_iter().zip(ORDER) {
        if holds {
            builder.category("relationships[].associatedType", category);
        }
    }
}

fn consent(builder: &mut ContactBuilder<'_>, record: &Contact<'_>) {
    match record.marketing_consent.as_deref() {
        Some("grant") => {
            builder.consent("marketingConsent", Channel::All, ConsentState::Granted);
        }
        Some("deny") => {
            builder.consent("marketingConsent", Channel::All, ConsentState::Denied);
            return;
        }
        _ => return,
    }
    for (from, channel, preference) in [
        (
            "communicationPreferenceEmail",
            Channel::Email,
            record.communication_preference_email,
        ),
        (
            "communicationPreferenceSMS",
            Channel::Sms,
            record.communication_preference_sms,
        ),
        (
            "communicationPreferencePhone",
            Channel::Phone,
            record.communication_preference_phone,
        ),
        (
            "communicationPreferenceLetter",
            Channel::Post,
            record.communication_preference_letter,
        ),
    ] {
        if preference == Some(false) {
            builder.consent(from, channel, ConsentState::Denied);
        }
    }
}

fn lifecycle(builder: &mut ContactBuilder<'_>, record: &Contact<'_>) {
    if record.from_archive == Some(true) {
        builder.lifecycle("fromArchive", Lifecycle::Archived);
    } else if filled(record.archived_on.as_ref()).is_some() {
        builder.lifecycle("archivedOn", Lifecycle::Archived);
    }
}

fn times(builder: &mut ContactBuilder<'_>, record: &Contact<'_>) {
    let created = record.created.as_deref().and_then(parse_timestamp);
    builder.created_at("created", created);
    match record.modified.as_deref().and_then(parse_timestamp) {
        Some(modified) => builder.updated_at("modified", Some(modified)),
        None => builder.updated_at("created", created),
    };
}
