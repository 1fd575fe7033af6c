//! From Alto's contact to the canonical one.
//!
//! Who it is stands in `people`, what it is to the agency in `roles`.
//!
//! **Consent.** Alto asks for purposes and not for channels. Of the purposes `GeneralMarketing` is
//! what a nurture is: a refusal denies every channel; an agreement, which names none, is read as
//! narrowly as can be and grants e-mail. `GrantedOrUnknown`, anything else and silence leave consent
//! unknown. All purposes are kept in the attribute `preferences`.

use jiff::Timestamp;
use nurturehub_adapter_kit::borrowed_text::Text;
use nurturehub_adapter_kit::http::describe_json_error;
use nurturehub_adapter_kit::mapping::{
    AddressParts, Built, Channel, ContactBuilder, Explanation, Origin, parse_timestamp,
};
use nurturehub_port::{
    AdapterError, ConnectionId, ConsentState, DataIssue, ErrorKind, ExternalId, Lifecycle,
    MappedContact, PageRecord, ProviderId, RejectedRecord,
};
use serde_json::{Value, json};

use super::wire::{Address, Entries, Head, Preference, Record};
use super::{Alto, people, roles};
use crate::ExplainOrigin;

/// What the port calls such a record.
pub(super) const EXTERNAL_TYPE: &str = "contact";

/// What mapping needs beside the record.
pub(super) struct Surroundings<'a> {
    connection: &'a ConnectionId,
    provider: &'a ProviderId,
    fetched_at: Timestamp,
    explain: bool,
}

impl<'a> Surroundings<'a> {
    /// Those of an adapter at work.
    pub(super) fn of(adapter: &'a Alto, fetched_at: Timestamp) -> Self {
        Self {
            connection: &adapter.context.connection,
            provider: &adapter.context.provider,
            fetched_at,
            explain: false,
        }
    }
}

/// Maps a record that was put together from list item, detail and preferences.
pub(super) fn record(raw: String, around: &Surroundings<'_>) -> PageRecord {
    match build(&raw, around) {
        Ok(built) => PageRecord::Mapped(Box::new(MappedContact {
            contact: built.contact,
            raw: raw.into(),
            issues: built.issues,
        })),
        Err(issue) => {
            let id = serde_json::from_str::<Whole<'_>>(&raw).ok();
            rejected(id.and_then(|whole| external_id(&whole.item)), raw, issue)
        }
    }
}

/// Of a record that cannot be mapped, its id.
#[derive(serde::Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    item: Head<'a>,
}

/// A list item of which not even the id can be read.
pub(super) fn unreadable(item: &str, error: &serde_json::Error) -> PageRecord {
    let message = format!("The record {}.", describe_json_error(item, error));
    rejected(
        None,
        alone(item),
        issue("recordUnreadable", "record", message),
    )
}

/// A list item that has no id.
pub(super) fn without_id(item: &str) -> PageRecord {
    let message = "The record has no id.".to_owned();
    let issue = issue("idMissing", "provenance.externalId", message);
    rejected(None, alone(item), issue)
}

/// A list item of which Alto gives no details.
pub(super) fn without_detail(id: &str, item: &str) -> PageRecord {
    let message = "Alto lists the contact and gives no details of it.".to_owned();
    let issue = issue("detailMissing", "record", message);
    rejected(ExternalId::parse(id).ok(), alone(item), issue)
}

fn alone(item: &str) -> String {
    ["{\"item\":", item, "}"].concat()
}

fn rejected(external_id: Option<ExternalId>, raw: String, issue: DataIssue) -> PageRecord {
    PageRecord::Rejected(RejectedRecord {
        external_id,
        raw: raw.into(),
        issue,
    })
}

fn issue(code: &str, field: &str, message: String) -> DataIssue {
    DataIssue {
        code: code.to_owned(),
        field: field.to_owned(),
        message,
    }
}

fn external_id(head: &Head<'_>) -> Option<ExternalId> {
    ExternalId::parse(head.id()?).ok()
}

/// Tells how a record, as it is kept, becomes a contact.
///
/// # Errors
/// `mapping`, where the record cannot become one.
pub(super) fn explain(raw: &str, origin: &ExplainOrigin) -> Result<Explanation, AdapterError> {
    let around = Surroundings {
        connection: &origin.connection,
        provider: &origin.provider,
        fetched_at: origin.fetched_at,
        explain: true,
    };
    build(raw, &around)
        .map(Built::into_explanation)
        .map_err(|issue| AdapterError::new(ErrorKind::Mapping, issue.message))
}

fn build(raw: &str, around: &Surroundings<'_>) -> Result<Built, DataIssue> {
    let record: Record<'_> = serde_json::from_str(raw).map_err(|error| {
        let what = describe_json_error(raw, &error);
        issue("recordUnreadable", "record", format!("The record {what}."))
    })?;
    let id = record.item.id.as_deref().unwrap_or_default().trim();
    let external_id = ExternalId::parse(id).map_err(|error| {
        let message = format!("The record's id cannot be used: {}.", error.why);
        issue("idMissing", "provenance.externalId", message)
    })?;
    let origin = Origin {
        connection: around.connection,
        provider: around.provider,
        external_id,
        external_type: EXTERNAL_TYPE,
        fetched_at: around.fetched_at,
    };
    let mut builder = ContactBuilder::new(origin, around.explain);
    people::people(&mut builder, &record);
    company(&mut builder, &record);
    if let Some(place) = &record.detail.address {
        address(&mut builder, place);
    }
    roles::categories(&mut builder, &record);
    consent(&mut builder, &record.preferences);
    office(&mut builder, &record);
    tags(&mut builder, &record);
    state(&mut builder, &record);
    Ok(builder.finish())
}

/// The entries of a list that are there.
pub(super) fn entries<T>(list: &Entries<T>) -> impl Iterator<Item = &T> {
    list.iter().flatten().flatten()
}

/// A text that is not blank, trimmed.
pub(super) fn text<'a>(text: Option<&'a Text<'_>>) -> Option<&'a str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn company(builder: &mut ContactBuilder<'_>, record: &Record<'_>) {
    match text(record.detail.company_name.as_ref()) {
        Some(name) => builder.company_name("detail.companyName", Some(name)),
        None => builder.company_name("item.companyName", text(record.item.company_name.as_ref())),
    };
}

/// A number stands before the street's name, the name of a house in a line of its own.
fn address(builder: &mut ContactBuilder<'_>, place: &Address<'_>) {
    let house = text(place.name_number.as_ref()).or(text(place.name_no.as_ref()));
    let street = text(place.street.as_ref());
    let numbered;
    let (house, street) = match (house, street) {
        (Some(number), Some(street)) if number.starts_with(|c: char| c.is_ascii_digit()) => {
            numbered = format!("{number} {street}");
            (None, Some(numbered.as_str()))
        }
        apart => apart,
    };
    builder.address(
        "detail.address",
        AddressParts {
            lines: &[
                text(place.sub_dwelling.as_ref()),
                house,
                street,
                text(place.locality.as_ref()),
            ],
            town: place.town.as_deref(),
            county: place.county.as_deref(),
            postcode: place.postcode.as_deref(),
            country: text(place.country_code.as_ref()).or(text(place.country.as_ref())),
        },
    );
}

fn consent(builder: &mut ContactBuilder<'_>, preferences: &Entries<Preference<'_>>) {
    let said = |preference: &Preference<'_>| {
        let at = preference
            .date_actioned
            .as_deref()
            .and_then(parse_timestamp);
        (preference.version_number, at)
    };
    let latest = entries(preferences)
        .filter(|preference| preference.purpose.as_deref() == Some("GeneralMarketing"))
        .max_by_key(|preference| said(preference));
    let from = "preferences[].optInStatus";
    if let Some(latest) = latest {
        match latest.opt_in_status.as_deref() {
            Some("Granted") => {
                builder.consent(from, Channel::Email, ConsentState::Granted);
            }
            Some("Denied") => {
                builder.consent(from, Channel::All, ConsentState::Denied);
            }
            _ => {}
        }
        builder.consent_updated_at("preferences[].dateActioned", said(latest).1);
    }
    let all: serde_json::Map<String, Value> = entries(preferences)
        .filter_map(|preference| {
            let purpose = text(preference.purpose.as_ref())?;
            let status = text(preference.opt_in_status.as_ref())?;
            Some((purpose.to_owned(), json!(status)))
        })
        .collect();
    if !all.is_empty() {
        builder.attribute(from, "preferences", Value::Object(all));
    }
}

fn office(builder: &mut ContactBuilder<'_>, record: &Record<'_>) {
    let listed = record.item.branch.as_ref();
    match listed.and_then(|branch| text(branch.id.as_ref())) {
        Some(id) => builder.office("item.branch.id", Some(id), None),
        None => {
            let branch = record.detail.branch.as_ref();
            let id = branch.and_then(|branch| text(branch.id.as_ref()));
            builder.office("detail.branch.id", id, None)
        }
    };
}

fn tags(builder: &mut ContactBuilder<'_>, record: &Record<'_>) {
    let item = &record.item;
    builder
        .tag("item.position", item.position.as_deref())
        .tag("item.intention", item.intention.as_deref())
        .tag("item.disposal", item.disposal.as_deref())
        .tag("item.leadSource", item.lead_source.as_deref());
    for (from, is, tag) in [
        (
            "item.potentialVendor",
            item.potential_vendor,
            "Potential vendor",
        ),
        (
            "item.potentialLandlord",
            item.potential_landlord,
            "Potential landlord",
        ),
    ] {
        if is == Some(true) {
            builder.tag(from, Some(tag));
        }
    }
}

/// Whether it is archived, and since when it is what it is. The detail is the later answer.
fn state(builder: &mut ContactBuilder<'_>, record: &Record<'_>) {
    let (item, detail) = (&record.item, &record.detail);
    match (detail.archived, item.is_active) {
        (Some(true), _) => {
            builder.lifecycle("detail.archived", Lifecycle::Archived);
        }
        (None, Some(false)) => {
            builder.lifecycle("item.isActive", Lifecycle::Archived);
        }
        _ => {}
    }
    let time = |text: &Option<Text<'_>>| text.as_deref().and_then(parse_timestamp);
    builder.created_at("item.createdAt", time(&item.created_at));
    let (listed, detailed) = (time(&item.modified_at), time(&detail.modified_date));
    if detailed > listed {
        builder.updated_at("detail.modifiedDate", detailed);
    } else {
        builder.updated_at("item.modifiedAt", listed);
    }
}
