//! From a record of agentOS to the canonical contact.
//!
//! The field names of V4 records are not public. Each piece is looked for under every name that the
//! vendor's older documents use for it; what is under no known name stays in the raw record.
//!
//! - Several e-mail addresses or numbers under different names are all taken, in the order below.
//! - Which of `Address1` to `Address4` is the town is not known: all are lines.
//! - `ETag` is left out: it changes with data that are not mapped, and would raise changes that
//!   nobody could see.

use std::borrow::Cow;

use nurturehub_adapter_kit::mapping::{
    AddressParts, Built, Channel, ContactBuilder, Explanation, Origin, clean, is_company_name,
    split_name,
};
use nurturehub_port::{
    AdapterError, ConsentState, DataIssue, ErrorKind, ExternalId, Lifecycle, MappedContact,
    PageRecord, RejectedRecord,
};
use serde_json::Value;

use super::spec::NO_LONGER_SHARED;
use super::wire::{List, Record};
use crate::ExplainOrigin;

const IDS: &[&str] = &["OID", "ID"];
const EMAILS: &[&str] = &["Email", "EmailAddress", "ContactEMail"];
/// Numbers and what they are called; `Phone` and `PhoneNumber` say nothing of their kind.
const PHONES: &[(&str, Option<&str>)] = &[
    ("MobilePhone", Some("mobile")),
    ("Mobile", Some("mobile")),
    ("ContactMobile", Some("mobile")),
    ("HomePhone", Some("home")),
    ("Phone", None),
    ("LandPhone", Some("landline")),
    ("WorkPhone", Some("work")),
    ("PhoneNumber", None),
];
const BRANCHES: &[&str] = &["BranchID", "BranchOID"];
/// Fields that must be text if they are there at all.
const TEXTS: &[&str] = &[
    "Title",
    "Forename",
    "Middlename",
    "Surname",
    "Name",
    "CompanyName",
    "Email",
    "EmailAddress",
    "ContactEMail",
    "MobilePhone",
    "Mobile",
    "ContactMobile",
    "HomePhone",
    "Phone",
    "LandPhone",
    "WorkPhone",
    "PhoneNumber",
    "Address",
    "Address1",
    "Address2",
    "Address3",
    "Address4",
    "County",
    "Postcode",
    "Country",
    "GlobalReference",
];

/// What records are mapped for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapping<'a> {
    pub(super) connection: &'a nurturehub_port::ConnectionId,
    pub(super) provider: &'a nurturehub_port::ProviderId,
    pub(super) list: List,
    pub(super) fetched_at: jiff::Timestamp,
}

impl Mapping<'_> {
    /// Maps one record as it came; one that cannot be mapped is kept, with the reason.
    pub(super) fn record(&self, raw: &str) -> PageRecord {
        match self.build(raw, false) {
            Ok(built) => PageRecord::Mapped(Box::new(MappedContact {
                contact: built.contact,
                raw: raw.into(),
                issues: built.issues,
            })),
            Err(issue) => PageRecord::Rejected(RejectedRecord {
                external_id: None,
                raw: raw.into(),
                issue,
            }),
        }
    }

    fn build(&self, raw: &str, explain: bool) -> Result<Built, DataIssue> {
        let record = Record::read(raw)
            .map_err(|_| refused("notARecord", "The record is not an object with fields."))?;
        let (_, id) = record
            .first(IDS)
            .ok_or_else(|| refused("idMissing", "The record has no id."))?;
        let external_id = ExternalId::parse(format!("{}/{}", self.list.as_str(), id.trim()))
            .map_err(|error| {
                refused(
                    "idUnusable",
                    &format!("The record's id cannot be used: {}.", error.why),
                )
            })?;
        let mut builder = ContactBuilder::new(
            Origin {
                connection: self.connection,
                provider: self.provider,
                external_id,
                external_type: self.list.as_str(),
                fetched_at: self.fetched_at,
            },
            explain,
        );
        for name in record.strange(TEXTS) {
            builder.issue(
                "wrongType",
                name,
                "The CRM sent something other than text in this field.",
            );
        }
        names(&mut builder, &record);
        reach(&mut builder, &record);
        builder.category("(list)", self.list.category());
        if let Some((from, branch)) = record.first(BRANCHES) {
            builder.office(from, Some(&branch), None);
        }
        if let Some((from, reference)) = record.first(&["GlobalReference"]) {
            builder.tag(from, Some(&reference));
        }
        consent(&mut builder);
        Ok(builder.finish())
    }
}

/// How a stored record became a contact.
///
/// # Errors
/// `mapping`, where it could not become one.
pub(super) fn explain(raw: &str, origin: &ExplainOrigin) -> Result<Explanation, AdapterError> {
    let unreadable = |message: String| AdapterError::new(ErrorKind::Mapping, message);
    let list = List::parse(&origin.external_type)
        .ok_or_else(|| unreadable("The record is of no list that agentOS has.".to_owned()))?;
    let mapping = Mapping {
        connection: &origin.connection,
        provider: &origin.provider,
        list,
        fetched_at: origin.fetched_at,
    };
    mapping
        .build(raw, true)
        .map(Built::into_explanation)
        .map_err(|issue| unreadable(issue.message))
}

fn refused(code: &str, message: &str) -> DataIssue {
    DataIssue {
        code: code.to_owned(),
        field: "provenance.externalId".to_owned(),
        message: message.to_owned(),
    }
}

fn names(builder: &mut ContactBuilder<'_>, record: &Record<'_>) {
    let text = |name: &'static str| record.first(&[name]).map(|(_, text)| text);
    let (forename, middle, surname) = (text("Forename"), text("Middlename"), text("Surname"));
    builder
        .title("Title", text("Title").as_deref())
        .company_name("CompanyName", text("CompanyName").as_deref());
    if forename.is_none() && surname.is_none() {
        if let Some(name) = text("Name") {
            whole_name(builder, &name);
        }
        return;
    }
    match (forename, middle) {
        (Some(forename), Some(middle)) => builder.first_name(
            "Forename, Middlename",
            Some(&format!("{forename} {middle}")),
        ),
        (Some(forename), None) => builder.first_name("Forename", Some(&forename)),
        (None, middle) => builder.first_name("Middlename", middle.as_deref()),
    };
    builder.last_name("Surname", surname.as_deref());
}

fn whole_name(builder: &mut ContactBuilder<'_>, name: &str) {
    let Some(cleaned) = clean(name) else {
        return;
    };
    let name: Cow<'_, str> = cleaned.text;
    if is_company_name(&name) {
        builder.company_name("Name", Some(&name));
        return;
    }
    let parts = split_name(&name);
    builder
        .title("Name", parts.title)
        .first_name("Name", parts.first)
        .last_name("Name", parts.last);
    if parts.first.is_none() && parts.last.is_none() {
        builder.full_name("Name", Some(&name));
    }
}

fn reach(builder: &mut ContactBuilder<'_>, record: &Record<'_>) {
    for name in EMAILS {
        if let Some((from, email)) = record.first(&[name]) {
            builder.email(from, Some(&email), None);
        }
    }
    for (name, label) in PHONES {
        if let Some((from, phone)) = record.first(&[name]) {
            builder.phone(from, Some(&phone), *label);
        }
    }
    let text = |name: &'static str| record.first(&[name]).map(|(_, text)| text);
    let lines = ["Address1", "Address2", "Address3", "Address4"].map(text);
    let (county, postcode, country) = (text("County"), text("Postcode"), text("Country"));
    if lines.iter().any(Option::is_some) || text("Address").is_none() {
        let lines = lines.each_ref().map(|line| line.as_deref());
        builder.address(
            "Address1, Address2, Address3, Address4, County, Postcode, Country",
            AddressParts {
                lines: &lines,
                town: None,
                county: county.as_deref(),
                postcode: postcode.as_deref(),
                country: country.as_deref(),
            },
        );
    } else {
        builder.address_text("Address", text("Address").as_deref());
    }
}

/// Presence in the feed is consent, see the module `spec`; a record that is there but blank is what
/// is left after it was taken back.
fn consent(builder: &mut ContactBuilder<'_>) {
    if builder.is_blank() {
        builder
            .lifecycle("(blank record)", Lifecycle::Archived)
            .attribute(
                "(blank record)",
                "archivedReason",
                Value::String(NO_LONGER_SHARED.to_owned()),
            );
        return;
    }
    builder
        .consent(
            "(presence in the contacts tier)",
            Channel::Email,
            ConsentState::Granted,
        )
        .attribute(
            "(presence in the contacts tier)",
            "consentBasis",
            Value::String("agentOS: Third Party Marketing".to_owned()),
        );
}
