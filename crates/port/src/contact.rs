//! The canonical contact.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::{ConnectionId, ExternalId, ProviderId, SealedContact};

/// A person or company that an agency's CRM knows, in the form that the platform takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Stable across runs: derived from the connection and the external id, never random.
    pub id: String,
    /// Who it is.
    pub identity: Identity,
    /// E-mail addresses, de-duplicated; unusable ones are kept and marked.
    pub emails: Vec<Email>,
    /// Telephone numbers, de-duplicated.
    pub phones: Vec<Phone>,
    /// Postal addresses.
    pub addresses: Vec<Address>,
    /// The assigned category: the one that says most about what to send.
    pub category: Category,
    /// Every category that the CRM gives, the assigned one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// What the person agreed to, channel by channel.
    pub consent: Consent,
    /// Who looks after the person.
    pub assignment: Assignment,
    /// Whether the CRM still holds the record.
    pub lifecycle: Lifecycle,
    /// The CRM's own labels.
    pub tags: Vec<String>,
    /// What the CRM has and the model does not name.
    pub attributes: BTreeMap<String, serde_json::Value>,
    /// Where the record came from.
    pub provenance: Provenance,
}

/// Names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// A form of address, as the CRM has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// The name to show. Never empty.
    #[schemars(length(min = 1))]
    pub full_name: String,
    /// The company, where the contact is one or stands for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
}

/// An e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Email {
    /// Trimmed, its domain in lower case; as it came where it is not valid.
    pub address: String,
    /// The CRM's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The one to use first.
    pub primary: bool,
    /// Whether mail could be sent to it, by its form.
    pub valid: bool,
}

/// A telephone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Phone {
    /// The number in E.164, where it can be read as one (region GB by default).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e164: Option<String>,
    /// The number as the CRM has it.
    pub raw: String,
    /// The CRM's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The one to use first.
    pub primary: bool,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// The lines before the town.
    pub lines: Vec<String>,
    /// Post town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub town: Option<String>,
    /// County.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    /// Postcode; a British one in its usual form (`SW1A 1AA`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The one to use first.
    pub primary: bool,
}

/// What a contact is to the agency.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    Type,
)]
#[serde(rename_all = "camelCase")]
pub enum Category {
    /// Looks for a home to buy.
    Buyer,
    /// Looks for a home to rent.
    TenantApplicant,
    /// Sells a home.
    Vendor,
    /// Lets a home.
    Landlord,
    /// Rents a home.
    Tenant,
    /// Asked, and is no more than that yet.
    Lead,
    /// Works for the agency: solicitor, tradesman, surveyor.
    Supplier,
    /// A company with no nearer role.
    Company,
    /// None of these, or unknown.
    Other,
}

impl Category {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 9] = [
        Self::Buyer,
        Self::TenantApplicant,
        Self::Vendor,
        Self::Landlord,
        Self::Tenant,
        Self::Lead,
        Self::Supplier,
        Self::Company,
        Self::Other,
    ];

    /// Its name in JSON and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::TenantApplicant => "tenantApplicant",
            Self::Vendor => "vendor",
            Self::Landlord => "landlord",
            Self::Tenant => "tenant",
            Self::Lead => "lead",
            Self::Supplier => "supplier",
            Self::Company => "company",
            Self::Other => "other",
        }
    }
}

/// What a person said about one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub enum ConsentState {
    /// Agreed.
    Granted,
    /// Refused.
    Denied,
    /// Said nothing that the CRM tells. Silence is never read as either.
    #[default]
    Unknown,
}

/// What a person agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    /// E-mail.
    pub email: ConsentState,
    /// Text messages.
    pub sms: ConsentState,
    /// Calls.
    pub phone: ConsentState,
    /// Letters.
    pub post: ConsentState,
    /// When it was last said, where the CRM tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl Consent {
    /// The same answer for every channel.
    #[must_use]
    pub const fn uniform(state: ConsentState) -> Self {
        Self {
            email: state,
            sms: state,
            phone: state,
            post: state,
            updated_at: None,
        }
    }
}

/// Who looks after a contact.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// The member of staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negotiator: Option<AssignmentParty>,
    /// The branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<AssignmentParty>,
}

/// A member of staff, or a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentParty {
    /// Its id in the CRM.
    pub id: String,
    /// Its name, where the CRM tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its e-mail address, where the CRM tells; a branch has none here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Whether the CRM still holds a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub enum Lifecycle {
    /// In use.
    Active,
    /// Set aside, or no longer shared with us.
    Archived,
    /// Gone.
    Deleted,
}

impl Lifecycle {
    /// Its name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
            Self::Deleted => "deleted",
        }
    }
}

/// Where a contact came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// The kind of CRM.
    #[schemars(with = "String")]
    pub provider: ProviderId,
    /// The connection.
    #[schemars(with = "String")]
    pub connection_id: ConnectionId,
    /// The record's id in the CRM.
    #[schemars(with = "String")]
    pub external_id: ExternalId,
    /// What the CRM calls such a record.
    pub external_type: String,
    /// Where a person can look at it in the CRM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_url: Option<String>,
    /// When the CRM says that it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the CRM says that it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// When this content was fetched.
    pub fetched_at: Timestamp,
    /// The first 128 bits of BLAKE3 over all of the contact but `fetchedAt` and itself, in hex.
    pub content_hash: String,
}

/// The namespace of contact ids (a random UUID, fixed for ever).
const CONTACT_NAMESPACE: Uuid = Uuid::from_u128(0x6f1c_62a0_5a0b_4f6e_9b58_2b8f_7d1e_43c7);

impl Contact {
    /// The id of a record: UUID version 5 over connection and external id, so that it is the same
    /// in every run and on every machine.
    #[must_use]
    pub fn derive_id(connection: &ConnectionId, external: &ExternalId) -> String {
        let mut name = Vec::with_capacity(connection.as_str().len() + external.as_str().len() + 1);
        name.extend_from_slice(connection.as_str().as_bytes());
        name.push(0);
        name.extend_from_slice(external.as_str().as_bytes());
        Uuid::new_v5(&CONTACT_NAMESPACE, &name)
            .hyphenated()
            .to_string()
    }

    /// The contact with its hash filled in, and its text with it.
    #[must_use]
    pub fn sealed(self) -> SealedContact {
        SealedContact::new(self)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn contact() -> Contact {
        let connection = ConnectionId::parse("one").unwrap();
        let external = ExternalId::parse("A1").unwrap();
        Contact {
            id: Contact::derive_id(&connection, &external),
            identity: Identity {
                title: None,
                first_name: Some("Ada".into()),
                last_name: None,
                full_name: "Ada".into(),
                company_name: None,
            },
            emails: vec![],
            phones: vec![],
            addresses: vec![],
            category: Category::Buyer,
            categories: vec![Category::Buyer],
            consent: Consent::default(),
            assignment: Assignment::default(),
            lifecycle: Lifecycle::Active,
            tags: vec![],
            attributes: BTreeMap::new(),
            provenance: Provenance {
                provider: ProviderId::parse("some").unwrap(),
                connection_id: connection,
                external_id: external,
                external_type: "contact".into(),
                external_url: None,
                created_at: None,
                updated_at: None,
                fetched_at: Timestamp::UNIX_EPOCH,
                content_hash: String::new(),
            },
        }
    }

    #[test]
    fn the_id_depends_on_connection_and_record_and_on_nothing_else() {
        let id = |connection: &str, external: &str| {
            Contact::derive_id(
                &ConnectionId::parse(connection).unwrap(),
                &ExternalId::parse(external).unwrap(),
            )
        };
        assert_eq!(id("a", "bc"), id("a", "bc"));
        assert_ne!(
            id("a", "bc"),
            id("ab", "c"),
            "the parts must not run together"
        );
    }
}
