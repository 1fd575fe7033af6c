//! From a CRM's record to the canonical contact, by a profile.

use std::borrow::Cow;

use jiff::Timestamp;
use nurturehub_port::{
    ConnectionId, DataIssue, ExternalId, Lifecycle, MappedContact, PageRecord, ProviderId,
    RejectedRecord,
};
use serde_json::Value;

use super::Profile;
use super::path::FieldPath;
use super::rules::{AddressRules, List, Party, Reach, RecordRules, folded};
use crate::mapping::{
    AddressParts, Built, ContactBuilder, Origin, clean, is_company_name, parse_timestamp,
    split_name,
};

/// What records are mapped for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapping<'a> {
    pub(super) profile: &'a Profile,
    pub(super) list: &'a List,
    pub(super) connection: &'a ConnectionId,
    pub(super) provider: &'a ProviderId,
    pub(super) fetched_at: Timestamp,
}

/// A text and where it stands.
type Text<'r> = Option<(&'r str, String)>;

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

    /// Builds the contact; the reason where there can be none.
    pub(super) fn build(&self, raw: &str, explain: bool) -> Result<Built, DataIssue> {
        let record: Value = serde_json::from_str(raw)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| refused("notARecord", "The record is not an object with fields."))?;
        let rules = &self.profile.record;
        let mut builder = ContactBuilder::new(
            Origin {
                connection: self.connection,
                provider: self.provider,
                external_id: self.external_id(&record)?,
                external_type: &self.list.name,
                fetched_at: self.fetched_at,
            },
            explain,
        );
        let mut reading = Reading {
            builder: &mut builder,
            record: &record,
        };
        reading.names(rules);
        reading.reach(rules);
        reading.assignment(rules);
        reading.labels(rules);
        reading.categories(rules, self.list);
        if let Some(consent) = &rules.consent {
            consent.apply(&mut builder, &record);
        }
        Ok(builder.finish())
    }

    fn external_id(&self, record: &Value) -> Result<ExternalId, DataIssue> {
        let (_, id) = self
            .profile
            .record
            .id
            .text(record)
            .ok_or_else(|| refused("idMissing", "The record has no id."))?;
        let id = id.trim();
        let whole = if self.profile.shared_ids {
            id.to_owned()
        } else {
            format!("{}/{id}", self.list.name)
        };
        ExternalId::parse(whole).map_err(|error| {
            refused(
                "idUnusable",
                &format!("The record's id cannot be used: {}.", error.why),
            )
        })
    }
}

fn refused(code: &str, message: &str) -> DataIssue {
    DataIssue {
        code: code.to_owned(),
        field: "provenance.externalId".to_owned(),
        message: message.to_owned(),
    }
}

/// A record under reading, and the contact that it becomes.
struct Reading<'b, 'o, 'r> {
    builder: &'b mut ContactBuilder<'o>,
    record: &'r Value,
}

impl<'r> Reading<'_, '_, 'r> {
    /// A text by its path; an issue where something else stands there.
    fn text(&mut self, path: Option<&'r FieldPath>) -> Text<'r> {
        let found = path?.find(self.record)?;
        let text = found.texts().next().map(Cow::into_owned);
        if found.is_strange() {
            self.strange(found.from);
        }
        Some((found.from, text?))
    }

    fn strange(&mut self, field: &str) {
        self.builder.issue(
            "wrongType",
            field,
            "The CRM sent something other than text in this field.",
        );
    }

    fn names(&mut self, rules: &'r RecordRules) {
        if let Some((from, title)) = self.text(rules.title.as_ref()) {
            self.builder.title(from, Some(&title));
        }
        if let Some((from, company)) = self.text(rules.company_name.as_ref()) {
            self.builder.company_name(from, Some(&company));
        }
        let first = self.text(rules.first_name.as_ref());
        let last = self.text(rules.last_name.as_ref());
        let whole = self.text(rules.full_name.as_ref());
        if let (None, None, Some((from, whole))) = (&first, &last, &whole) {
            self.whole_name(from, whole);
            return;
        }
        if let Some((from, first)) = first {
            self.builder.first_name(from, Some(&first));
        }
        if let Some((from, last)) = last {
            self.builder.last_name(from, Some(&last));
        }
        if let Some((from, whole)) = whole {
            self.builder.full_name(from, Some(&whole));
        }
    }

    fn whole_name(&mut self, from: &str, name: &str) {
        let Some(name) = clean(name).map(|cleaned| cleaned.text) else {
            return;
        };
        if is_company_name(&name) {
            self.builder.company_name(from, Some(&name));
            return;
        }
        let parts = split_name(&name);
        self.builder
            .title(from, parts.title)
            .first_name(from, parts.first)
            .last_name(from, parts.last)
            .full_name(from, Some(&name));
    }

    fn reach(&mut self, rules: &'r RecordRules) {
        self.each(&rules.emails, |builder, from, text, label| {
            builder.email(from, Some(text), label);
        });
        self.each(&rules.phones, |builder, from, text, label| {
            builder.phone(from, Some(text), label);
        });
        for address in &rules.addresses {
            self.address(address);
        }
    }

    fn each(
        &mut self,
        reaches: &'r [Reach],
        add: impl Fn(&mut ContactBuilder<'_>, &str, &str, Option<&str>),
    ) {
        for reach in reaches {
            let Some(found) = reach.path.find(self.record) else {
                continue;
            };
            for text in found.texts() {
                add(self.builder, found.from, &text, reach.label.as_deref());
            }
            if found.is_strange() {
                self.strange(found.from);
            }
        }
    }

    fn address(&mut self, rules: &'r AddressRules) {
        let (lines, town, county, postcode, country) = match rules {
            AddressRules::Text(path) => {
                if let Some((from, text)) = self.text(Some(path)) {
                    self.builder.address_text(from, Some(&text));
                }
                return;
            }
            AddressRules::Parts {
                lines,
                town,
                county,
                postcode,
                country,
            } => (lines, town, county, postcode, country),
        };
        let mut sources: Vec<&str> = Vec::new();
        let mut joined: Vec<String> = Vec::new();
        for line in lines {
            let mut words = Vec::new();
            for path in line {
                if let Some((from, text)) = self.text(Some(path)) {
                    sources.push(from);
                    words.push(text);
                }
            }
            joined.push(words.join(" "));
        }
        let rest = [town, county, postcode, country].map(|path| self.text(path.as_ref()));
        sources.extend(rest.iter().flatten().map(|(from, _)| *from));
        let [town, county, postcode, country] = rest
            .each_ref()
            .map(|part| part.as_ref().map(|(_, text)| text.as_str()));
        let lines: Vec<Option<&str>> = joined.iter().map(|line| Some(line.as_str())).collect();
        self.builder.address(
            &sources.join(", "),
            AddressParts {
                lines: &lines,
                town,
                county,
                postcode,
                country,
            },
        );
    }

    fn assignment(&mut self, rules: &'r RecordRules) {
        if let Some(party) = &rules.negotiator {
            let (id, name, email) = self.party(party);
            if let Some((from, id)) = id {
                self.builder
                    .negotiator(from, Some(&id), name.as_deref(), email.as_deref());
            }
        }
        if let Some(party) = &rules.office {
            let (id, name, _) = self.party(party);
            if let Some((from, id)) = id {
                self.builder.office(from, Some(&id), name.as_deref());
            }
        }
    }

    fn party(&mut self, party: &'r Party) -> (Text<'r>, Option<String>, Option<String>) {
        let id = self.text(Some(&party.id));
        let name = self.text(party.name.as_ref()).map(|(_, name)| name);
        let email = self.text(party.email.as_ref()).map(|(_, email)| email);
        (id, name, email)
    }

    fn labels(&mut self, rules: &'r RecordRules) {
        if let Some((from, at)) = self.text(rules.created_at.as_ref()) {
            self.builder.created_at(from, parse_timestamp(&at));
        }
        if let Some((from, at)) = self.text(rules.updated_at.as_ref()) {
            self.builder.updated_at(from, parse_timestamp(&at));
        }
        if let Some((from, url)) = self.text(rules.url.as_ref()) {
            self.builder.external_url(from, Some(&url));
        }
        if let Some(from) = rules
            .archived
            .as_ref()
            .and_then(|mark| mark.of(self.record))
        {
            self.builder.lifecycle(from, Lifecycle::Archived);
        }
        for found in rules.tags.iter().filter_map(|path| path.find(self.record)) {
            for tag in found.texts() {
                self.builder.tag(found.from, Some(&tag));
            }
        }
        for (name, path) in &rules.attributes {
            if let Some(found) = path.find(self.record) {
                let value = match found.values.as_slice() {
                    [one] => (*one).clone(),
                    many => many.iter().map(|value| (*value).clone()).collect(),
                };
                self.builder.attribute(found.from, name, value);
            }
        }
    }

    fn categories(&mut self, rules: &'r RecordRules, list: &List) {
        if let Some((path, words)) = &rules.category
            && let Some(found) = path.find(self.record)
        {
            for text in found.texts() {
                let word = folded(&text);
                if let Some((_, category)) = words.iter().find(|(known, _)| *known == word) {
                    self.builder.category(found.from, *category);
                }
            }
        }
        if let Some(category) = list.category {
            self.builder.category("(list)", category);
        }
    }
}
