//! A contact, built field by field.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use nurturehub_port::{
    Assignment, AssignmentParty, Category, ConnectionId, Consent, ConsentState, Contact, DataIssue,
    ExternalId, Identity, Lifecycle, Provenance, ProviderId, SealedContact,
};
use serde_json::Value;

use super::explain::{Explanation, Lineage};
use super::name::shown_name;
use super::text::{MAX_FIELD_BYTES, clean};

/// The most tags and the most attributes that are taken of one record.
const MAX_LABELS: usize = 200;

/// The largest attribute that is taken, in bytes of JSON, about.
const MAX_ATTRIBUTE_BYTES: usize = 16_384;

/// Where a record comes from.
#[derive(Debug, Clone)]
pub struct Origin<'a> {
    /// The connection.
    pub connection: &'a ConnectionId,
    /// The kind of CRM.
    pub provider: &'a ProviderId,
    /// The record's id in the CRM.
    pub external_id: ExternalId,
    /// What the CRM calls such a record.
    pub external_type: &'a str,
    /// When it was fetched.
    pub fetched_at: Timestamp,
}

/// A channel of consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// E-mail.
    Email,
    /// Text messages.
    Sms,
    /// Calls.
    Phone,
    /// Letters.
    Post,
    /// All of these.
    All,
}

/// What a builder made.
#[derive(Debug)]
pub struct Built {
    /// The contact, sealed with its hash.
    pub contact: SealedContact,
    /// What is amiss in the record's data.
    pub issues: Vec<DataIssue>,
    /// Where each field came from; empty unless asked for.
    pub lineage: Vec<Lineage>,
}

impl Built {
    /// The explanation alone.
    #[must_use]
    pub fn into_explanation(self) -> Explanation {
        Explanation {
            lineage: self.lineage,
            issues: self.issues,
        }
    }
}

/// Collects a contact field by field, noting what is amiss and, on request, where each field came
/// from. `from` is always the source's path in the CRM's record. Blank fields are no fields.
#[derive(Debug)]
pub struct ContactBuilder<'a> {
    origin: Origin<'a>,
    pub(super) contact: Contact,
    pub(super) issues: Vec<DataIssue>,
    lineage: Option<Vec<Lineage>>,
}

impl<'a> ContactBuilder<'a> {
    /// Begins a contact. `explain` asks for the lineage of its fields.
    #[must_use]
    pub fn new(origin: Origin<'a>, explain: bool) -> Self {
        let contact = Contact {
            id: Contact::derive_id(origin.connection, &origin.external_id),
            identity: Identity {
                title: None,
                first_name: None,
                last_name: None,
                full_name: String::new(),
                company_name: None,
            },
            emails: Vec::new(),
            phones: Vec::new(),
            addresses: Vec::new(),
            category: Category::Other,
            categories: Vec::new(),
            consent: Consent::default(),
            assignment: Assignment::default(),
            lifecycle: Lifecycle::Active,
            tags: Vec::new(),
            attributes: BTreeMap::new(),
            provenance: Provenance {
                provider: origin.provider.clone(),
                connection_id: origin.connection.clone(),
                external_id: origin.external_id.clone(),
                external_type: origin.external_type.to_owned(),
                external_url: None,
                created_at: None,
                updated_at: None,
                fetched_at: origin.fetched_at,
                content_hash: String::new(),
            },
        };
        Self {
            origin,
            contact,
            issues: Vec::new(),
            lineage: explain.then(Vec::new),
        }
    }

    /// The form of address.
    pub fn title(&mut self, from: &str, value: Option<&str>) -> &mut Self {
        if let Some(text) = self.text("identity.title", from, value) {
            self.contact.identity.title = Some(text);
        }
        self
    }

    /// The given name.
    pub fn first_name(&mut self, from: &str, value: Option<&str>) -> &mut Self {
        if let Some(text) = self.text("identity.firstName", from, value) {
            self.contact.identity.first_name = Some(text);
        }
        self
    }

    /// The family name.
    pub fn last_name(&mut self, from: &str, value: Option<&str>) -> &mut Self {
        if let Some(text) = self.text("identity.lastName", from, value) {
            self.contact.identity.last_name = Some(text);
        }
        self
    }

    /// The name to show, where the CRM has one; else [`finish`](Self::finish) makes it.
    pub fn full_name(&mut self, from: &str, value: Option<&str>) -> &mut Self {
        if let Some(text) = self.text("identity.fullName", from, value) {
            self.contact.identity.full_name = text;
        }
        self
    }

    /// The company.
    pub fn company_name(&mut self, from: &str, value: Option<&str>) -> &mut Self {
        if let Some(text) = self.text("identity.companyName", from, value) {
            self.contact.identity.company_name = Some(text);
        }
        self
    }

    /// A category. The first one is the assigned one; repeats are left out.
    pub fn category(&mut self, from: &str, category: Category) -> &mut Self {
        if self.contact.categories.contains(&category) {
            return self;
        }
        if self.contact.categories.is_empty() {
            self.contact.category = category;
            self.note("category", from);
        } else {
            self.note("categories", from);
        }
        self.contact.categories.push(category);
        self
    }

    /// What the person said about a channel.
    pub fn consent(&mut self, from: &str, channel: Channel, state: ConsentState) -> &mut Self {
        let consent = &mut self.contact.consent;
        let path = match channel {
            Channel::Email => {
                consent.email = state;
                "consent.email"
            }
            Channel::Sms => {
                consent.sms = state;
                "consent.sms"
            }
            Channel::Phone => {
                consent.phone = state;
                "consent.phone"
            }
            Channel::Post => {
                consent.post = state;
                "consent.post"
            }
            Channel::All => {
                let said = consent.updated_at;
                *consent = Consent::uniform(state);
                consent.updated_at = said;
                "consent"
            }
        };
        self.note(path, from);
        self
    }

    /// When the person last said what may be sent.
    pub fn consent_updated_at(&mut self, from: &str, at: Option<Timestamp>) -> &mut Self {
        if at.is_some() {
            self.contact.consent.updated_at = at;
            self.note("consent.updatedAt", from);
        }
        self
    }

    /// The member of staff who looks after the contact; left out without an id.
    pub fn negotiator(
        &mut self,
        from: &str,
        id: Option<&str>,
        name: Option<&str>,
        email: Option<&str>,
    ) -> &mut Self {
        if let Some(id) = self.text("assignment.negotiator", from, id) {
            let name = self.quiet_text("assignment.negotiator.name", name);
            let email = self.quiet_text("assignment.negotiator.email", email);
            self.contact.assignment.negotiator = Some(AssignmentParty { id, name, email });
        }
        self
    }

    /// The branch that looks after the contact; left out without an id.
    pub fn office(&mut self, from: &str, id: Option<&str>, name: Option<&str>) -> &mut Self {
        if let Some(id) = self.text("assignment.office", from, id) {
            let name = self.quiet_text("assignment.office.name", name);
            self.contact.assignment.office = Some(AssignmentParty {
                id,
                name,
                email: None,
            });
        }
        self
    }

    /// Whether the CRM still holds the record; active unless said.
    pub fn lifecycle(&mut self, from: &str, lifecycle: Lifecycle) -> &mut Self {
        self.contact.lifecycle = lifecycle;
        self.note("lifecycle", from);
        self
    }

    /// A label of the CRM; repeats are left out.
    pub fn tag(&mut self, from: &str, value: Option<&str>) -> &mut Self {
        let Some(tag) = self.quiet_text("tags", value) else {
            return self;
        };
        if self.contact.tags.contains(&tag) {
            return self;
        }
        if self.contact.tags.len() >= MAX_LABELS {
            self.issue_once(
                "tooMany",
                "tags",
                "The record has more tags than are taken.",
            );
            return self;
        }
        self.note("tags", from);
        self.contact.tags.push(tag);
        self
    }

    /// Something that the model does not name. Null and blank text are nothing.
    pub fn attribute(&mut self, from: &str, key: &str, value: Value) -> &mut Self {
        let value = match value {
            Value::Null => return self,
            Value::String(text) => {
                let path = ["attributes.", key].concat();
                match self.quiet_text(&path, Some(&text)) {
                    Some(text) => Value::String(text),
                    None => return self,
                }
            }
            other => other,
        };
        let full = self.contact.attributes.len() >= MAX_LABELS;
        if full || weight(&value, MAX_ATTRIBUTE_BYTES) > MAX_ATTRIBUTE_BYTES {
            let path = ["attributes.", key].concat();
            self.issue(
                "tooLong",
                &path,
                "The value is too large to send on; the CRM's own record keeps it.",
            );
            return self;
        }
        if self.explaining() {
            self.note(&["attributes.", key].concat(), from);
        }
        self.contact.attributes.insert(key.to_owned(), value);
        self
    }

    /// A text that the model does not name.
    pub fn attribute_text(&mut self, from: &str, key: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(text) if !text.trim().is_empty() => {
                self.attribute(from, key, Value::String(text.to_owned()))
            }
            _ => self,
        }
    }

    /// When the CRM says that the record was made.
    pub fn created_at(&mut self, from: &str, at: Option<Timestamp>) -> &mut Self {
        if at.is_some() {
            self.contact.provenance.created_at = at;
            self.note("provenance.createdAt", from);
        }
        self
    }

    /// When the CRM says that the record was last changed.
    pub fn updated_at(&mut self, from: &str, at: Option<Timestamp>) -> &mut Self {
        if at.is_some() {
            self.contact.provenance.updated_at = at;
            self.note("provenance.updatedAt", from);
        }
        self
    }

    /// Where a person can look at the record in the CRM.
    pub fn external_url(&mut self, from: &str, value: Option<&str>) -> &mut Self {
        if let Some(url) = self.text("provenance.externalUrl", from, value) {
            self.contact.provenance.external_url = Some(url);
        }
        self
    }

    /// Notes something amiss. The message is plain English and never holds the datum itself.
    pub fn issue(&mut self, code: &str, field: &str, message: &str) -> &mut Self {
        self.issues.push(DataIssue {
            code: code.to_owned(),
            field: field.to_owned(),
            message: message.to_owned(),
        });
        self
    }

    /// Whether nothing tells who the contact is or how to reach them: no name, no company, no e-mail
    /// address and no telephone number so far.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let identity = &self.contact.identity;
        identity.first_name.is_none()
            && identity.last_name.is_none()
            && identity.company_name.is_none()
            && identity.full_name.is_empty()
            && self.contact.emails.is_empty()
            && self.contact.phones.is_empty()
    }

    /// The contact, whole and sealed.
    ///
    /// A missing full name is made from the parts, else it is the company, else the first e-mail
    /// address, else `Unnamed contact` with the record's id, so that it is never empty; the last two
    /// are noted as an issue. A contact without a category is `other`.
    #[must_use]
    pub fn finish(mut self) -> Built {
        self.complete_name();
        if self.contact.categories.is_empty() {
            self.contact.categories.push(Category::Other);
        }
        Built {
            contact: self.contact.sealed(),
            issues: self.issues,
            lineage: self.lineage.unwrap_or_default(),
        }
    }

    fn complete_name(&mut self) {
        let identity = &self.contact.identity;
        if !identity.full_name.is_empty() {
            return;
        }
        let name = shown_name(
            identity.title.as_deref(),
            identity.first_name.as_deref(),
            identity.last_name.as_deref(),
        );
        let (name, from) = if !name.is_empty() {
            (name, "(identity.firstName, identity.lastName)")
        } else if let Some(company) = &identity.company_name {
            (company.clone(), "(identity.companyName)")
        } else {
            self.issue(
                "nameMissing",
                "identity.fullName",
                "The record has no name.",
            );
            match self.contact.emails.first() {
                Some(email) => (email.address.clone(), "(emails[0].address)"),
                None => (
                    format!("Unnamed contact {}", self.origin.external_id),
                    "(provenance.externalId)",
                ),
            }
        };
        self.contact.identity.full_name = name;
        self.note("identity.fullName", from);
    }

    /// A clean text, with its lineage.
    fn text(&mut self, path: &str, from: &str, value: Option<&str>) -> Option<String> {
        let text = self.quiet_text(path, value)?;
        self.note(path, from);
        Some(text)
    }

    /// A clean text without its lineage; an issue where it had to be cut.
    pub(super) fn quiet_text(&mut self, path: &str, value: Option<&str>) -> Option<String> {
        let cleaned = clean(value?)?;
        if cleaned.cut {
            self.too_long(path);
        }
        Some(Cow::into_owned(cleaned.text))
    }

    pub(super) fn too_long(&mut self, path: &str) {
        let message = format!(
            "The field is longer than {MAX_FIELD_BYTES} bytes and was cut; the CRM's own record keeps it whole."
        );
        self.issue("tooLong", path, &message);
    }

    pub(super) fn issue_once(&mut self, code: &str, field: &str, message: &str) {
        if !self
            .issues
            .iter()
            .any(|known| known.code == code && known.field == field)
        {
            self.issue(code, field, message);
        }
    }

    pub(super) const fn explaining(&self) -> bool {
        self.lineage.is_some()
    }

    pub(super) fn note(&mut self, field: &str, from: &str) {
        if let Some(lineage) = &mut self.lineage {
            lineage.push(Lineage {
                field: field.to_owned(),
                from: from.to_owned(),
            });
        }
    }
}

/// About how many bytes of JSON a value is; stops counting beyond `most`.
fn weight(value: &Value, most: usize) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 12,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items
            .iter()
            .try_fold(2, |sum, item| {
                let sum = sum + weight(item, most) + 1;
                if sum > most { Err(sum) } else { Ok(sum) }
            })
            .unwrap_or_else(|sum| sum),
        Value::Object(map) => map
            .iter()
            .try_fold(2, |sum, (key, item)| {
                let sum = sum + key.len() + 4 + weight(item, most);
                if sum > most { Err(sum) } else { Ok(sum) }
            })
            .unwrap_or_else(|sum| sum),
    }
}
