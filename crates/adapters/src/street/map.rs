//! From Street's person to the canonical contact.
//!
//! **What is kept.** A person's record does not hold the applicants that it is part of, and these
//! decide category and rating. So each person is kept as a document of its own, in the form in which
//! Street gives a single person: `data` and `included`, every part as it came. `meta.trashed` is ours:
//! a deleted person's record does not say that it is deleted, only the list that it came from does.
//!
//! **Category.** The statuses vendor, landlord and tenant count while they are `Current`; a
//! `Previous` one is noted as an attribute. Active applicants give buyer (sales) and tenant applicant
//! (lettings); one of whom no more is known than that it is there gives lead. Where there are several,
//! the assigned one is the first of: landlord, vendor, tenant, buyer, tenant applicant, lead.
//!
//! **Consent.** `marketing_consent` says yes or no to marketing, and the contact preferences narrow a
//! yes: false denies every channel; true grants each channel but those whose preference is false,
//! which are denied; null leaves every channel unknown, whatever the preferences say, as nobody was
//! asked.

use jiff::Timestamp;
use nurturehub_adapter_kit::borrowed_text::Text;
use nurturehub_adapter_kit::http::describe_json_error;
use nurturehub_adapter_kit::mapping::{
    AddressParts, Built, Channel, ContactBuilder, Explanation, Origin, parse_timestamp,
};
use nurturehub_port::{
    AdapterError, Category, ConnectionId, ConsentState, DataIssue, ErrorKind, ExternalId,
    Lifecycle, ProviderId, RejectedRecord,
};
use serde_json::json;

use super::related::{Included, Related};
use super::wire::{Address, Attributes, Person, Reach, Single, id_of};
use crate::ExplainOrigin;

/// What the port calls such a record.
pub(super) const EXTERNAL_TYPE: &str = "person";

/// What mapping needs beside the record.
pub(super) struct Surroundings<'a> {
    pub(super) connection: &'a ConnectionId,
    pub(super) provider: &'a ProviderId,
    pub(super) fetched_at: Timestamp,
    pub(super) included: &'a Included,
    /// The record is from the list of deleted people.
    pub(super) trashed: bool,
    pub(super) explain: bool,
}

/// A record that was read, with its id, or why no contact can be made of it.
pub(super) type Read<'a> = Result<(Person<'a>, ExternalId), Box<RejectedRecord>>;

/// Takes a record that was parsed, or not, and its id.
pub(super) fn admit<'a>(parsed: Result<Person<'a>, serde_json::Error>, raw: &str) -> Read<'a> {
    let person = parsed.map_err(|error| {
        let what = describe_json_error(raw, &error);
        rejected(
            raw,
            "recordUnreadable",
            "record",
            format!("The record {what}."),
        )
    })?;
    let id = match person.id.as_deref().map(str::trim) {
        None | Some("") => Err("The record has no id.".to_owned()),
        Some(id) => ExternalId::parse(id)
            .map_err(|error| format!("The record's id cannot be used: {}.", error.why)),
    };
    match id {
        Ok(id) => Ok((person, id)),
        Err(message) => Err(rejected(raw, "idMissing", "provenance.externalId", message)),
    }
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

/// The document in which a person is kept.
pub(super) fn document(person: &Person<'_>, raw: &str, around: &Surroundings<'_>) -> Box<str> {
    let mut ids: Vec<&str> = Vec::new();
    for id in person.applicants() {
        let applicant = around.included.get(id);
        let further = applicant
            .into_iter()
            .flat_map(|it| [it.branch(), it.negotiator()]);
        for id in std::iter::once(Some(id)).chain(further).flatten() {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    let mut text = String::with_capacity(raw.len() + 64);
    text.push_str("{\"data\":");
    text.push_str(raw);
    text.push_str(",\"included\":[");
    let parts = ids.into_iter().filter_map(|id| around.included.text(id));
    for (number, part) in parts.enumerate() {
        if number > 0 {
            text.push(',');
        }
        text.push_str(part);
    }
    text.push(']');
    if around.trashed {
        text.push_str(",\"meta\":{\"trashed\":true}");
    }
    text.push('}');
    text.into_boxed_str()
}

/// Makes the canonical contact.
pub(super) fn contact(
    person: &Person<'_>,
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
    if let Some(attributes) = &person.attributes {
        names(&mut builder, attributes);
        reach(&mut builder, attributes);
        consent(&mut builder, attributes);
        times(&mut builder, attributes);
    }
    let applicants: Vec<Option<&Related>> = person
        .applicants()
        .map(|id| around.included.get(id))
        .filter(|found| found.is_none_or(is_active))
        .collect();
    categories(&mut builder, person.attributes.as_ref(), &applicants);
    for applicant in applicants.iter().flatten() {
        let rating = applicant.attributes.0.as_ref();
        let rating = rating.and_then(|attributes| attributes.lead_rating.as_deref());
        builder.tag("included[].attributes.lead_rating", rating);
    }
    assignment(&mut builder, &applicants, around.included);
    if around.trashed {
        builder.lifecycle(
            "meta.trashed (the list of deleted people)",
            Lifecycle::Archived,
        );
    }
    builder.finish()
}

/// Tells how a record, as it was kept, becomes a contact.
///
/// # Errors
/// `mapping`, where the record cannot become one.
pub(super) fn explain(raw: &str, origin: &ExplainOrigin) -> Result<Explanation, AdapterError> {
    // A rejected record is kept without a document around it.
    let (record, included, trashed) = match serde_json::from_str::<Single<'_>>(raw) {
        Ok(single) => {
            let trashed = single.meta.0.is_some_and(|meta| meta.trashed);
            (single.data.get(), single.included(), trashed)
        }
        Err(_) => (raw, Included::default(), false),
    };
    let (person, external_id) = admit(serde_json::from_str(record), record)
        .map_err(|rejected| AdapterError::new(ErrorKind::Mapping, rejected.issue.message))?;
    let around = Surroundings {
        connection: &origin.connection,
        provider: &origin.provider,
        fetched_at: origin.fetched_at,
        included: &included,
        trashed,
        explain: true,
    };
    Ok(contact(&person, external_id, &around).into_explanation())
}

/// An applicant that does not say otherwise is in use.
fn is_active(applicant: &Related) -> bool {
    let attributes = applicant.attributes.0.as_ref();
    attributes.and_then(|attributes| attributes.active) != Some(false)
}

fn filled<'a>(text: Option<&'a Text<'_>>) -> Option<&'a str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn names(builder: &mut ContactBuilder<'_>, attributes: &Attributes<'_>) {
    let first = filled(attributes.first_name.as_ref());
    let last = filled(attributes.last_name.as_ref());
    builder
        .title("data.attributes.title", filled(attributes.title.as_ref()))
        .first_name("data.attributes.first_name", first)
        .last_name("data.attributes.last_name", last);
    // Street's full name begins with the title, so that it is second best.
    if first.is_none() && last.is_none() {
        let full = filled(attributes.full_name.as_ref());
        builder.full_name("data.attributes.full_name", full);
    }
}

fn reach(builder: &mut ContactBuilder<'_>, attributes: &Attributes<'_>) {
    for mail in primary_first(attributes.email_addresses.as_deref()) {
        let label = filled(mail.notes.as_ref());
        builder.email(
            "data.attributes.email_addresses[].value",
            mail.value.as_deref(),
            label,
        );
    }
    for phone in primary_first(attributes.telephone_numbers.as_deref()) {
        let label = filled(phone.notes.as_ref());
        builder.phone(
            "data.attributes.telephone_numbers[].value",
            phone.value.as_deref(),
            label,
        );
    }
    if let Some(place) = &attributes.address.0 {
        address(builder, place);
    }
}

/// The primary one, which the builder takes the first for, before the others.
fn primary_first<'a, 'b>(
    list: Option<&'a [Option<Reach<'b>>]>,
) -> impl Iterator<Item = &'a Reach<'b>> {
    let all = || list.into_iter().flatten().flatten();
    let primary = |one: &&Reach<'_>| one.primary == Some(true);
    all()
        .filter(primary)
        .chain(all().filter(move |one| !primary(one)))
}

/// The town stands among the lines, too, as a rule.
fn address(builder: &mut ContactBuilder<'_>, place: &Address<'_>) {
    let town = filled(place.town.as_ref());
    let lines = [&place.line_1, &place.line_2, &place.line_3, &place.line_4]
        .map(|line| filled(line.as_ref()).filter(|line| !same(Some(line), town)));
    let postcode = filled(place.postcode.as_ref());
    if lines.iter().all(Option::is_none) && town.is_none() && postcode.is_none() {
        let line = filled(place.single_line.as_ref());
        builder.address_text("data.attributes.address.single_line", line);
        return;
    }
    builder.address(
        "data.attributes.address",
        AddressParts {
            lines: &lines,
            town,
            county: None,
            postcode,
            country: filled(place.country.as_ref()),
        },
    );
}

fn same(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other)
        .is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}

fn categories(
    builder: &mut ContactBuilder<'_>,
    attributes: Option<&Attributes<'_>>,
    applicants: &[Option<&Related>],
) {
    let statuses = attributes.and_then(|attributes| attributes.statuses.0.as_ref());
    let mut previous = Vec::new();
    if let Some(statuses) = statuses {
        for (category, from, status) in [
            (
                Category::Landlord,
                "data.attributes.statuses.landlord",
                &statuses.landlord,
            ),
            (
                Category::Vendor,
                "data.attributes.statuses.vendor",
                &statuses.vendor,
            ),
            (
                Category::Tenant,
                "data.attributes.statuses.tenant",
                &statuses.tenant,
            ),
        ] {
            let status = filled(status.as_ref());
            if same(status, Some("Current")) {
                builder.category(from, category);
            } else if same(status, Some("Previous")) {
                previous.push(category.as_str());
            }
        }
    }
    if !previous.is_empty() {
        builder.attribute("data.attributes.statuses", "previousRoles", json!(previous));
    }
    let held: Vec<Category> = applicants.iter().map(|found| looks_for(*found)).collect();
    for category in [Category::Buyer, Category::TenantApplicant, Category::Lead] {
        if held.contains(&category) {
            builder.category("included[].attributes.applicant_type", category);
        }
    }
}

fn looks_for(applicant: Option<&Related>) -> Category {
    let attributes = applicant.and_then(|applicant| applicant.attributes.0.as_ref());
    match attributes.and_then(|attributes| attributes.applicant_type.as_deref()) {
        Some("sales") => Category::Buyer,
        Some("lettings") => Category::TenantApplicant,
        _ => Category::Lead,
    }
}

/// Who looks after the first applicant that says so.
fn assignment(
    builder: &mut ContactBuilder<'_>,
    applicants: &[Option<&Related>],
    included: &Included,
) {
    let known = || applicants.iter().flatten();
    let named = |id: &str| included.get(id).and_then(|it| it.attributes.0.as_ref());
    if let Some(id) = known().find_map(|applicant| applicant.branch()) {
        let name = named(id).and_then(|branch| branch.name.as_deref());
        builder.office("included[].relationships.branch", Some(id), name);
    }
    if let Some(id) = known().find_map(|applicant| applicant.negotiator()) {
        let who = named(id);
        let parts = who.map(|who| [who.first_name.as_deref(), who.last_name.as_deref()]);
        let name = parts.into_iter().flatten().flatten().collect::<Vec<_>>();
        builder.negotiator(
            "included[].relationships.negotiator",
            Some(id),
            Some(&name.join(" ")),
            who.and_then(|who| who.email_address.as_deref()),
        );
    }
}

fn consent(builder: &mut ContactBuilder<'_>, attributes: &Attributes<'_>) {
    const FROM: &str = "data.attributes.marketing_consent";
    match attributes.marketing_consent {
        None => return,
        Some(false) => {
            builder.consent(FROM, Channel::All, ConsentState::Denied);
            return;
        }
        Some(true) => builder.consent(FROM, Channel::All, ConsentState::Granted),
    };
    let Some(wants) = attributes.contact_preferences.0 else {
        return;
    };
    for (from, channel, wanted) in [
        (
            "data.attributes.contact_preferences.email",
            Channel::Email,
            wants.email,
        ),
        (
            "data.attributes.contact_preferences.text",
            Channel::Sms,
            wants.text,
        ),
        (
            "data.attributes.contact_preferences.phone",
            Channel::Phone,
            wants.phone,
        ),
        (
            "data.attributes.contact_preferences.post",
            Channel::Post,
            wants.post,
        ),
    ] {
        if wanted == Some(false) {
            builder.consent(from, channel, ConsentState::Denied);
        }
    }
}

fn times(builder: &mut ContactBuilder<'_>, attributes: &Attributes<'_>) {
    let time = |text: Option<&Text<'_>>| text.and_then(|text| parse_timestamp(text));
    builder
        .created_at(
            "data.attributes.created_at",
            time(attributes.created_at.as_ref()),
        )
        .updated_at(
            "data.attributes.updated_at",
            time(attributes.updated_at.as_ref()),
        );
}
