//! Looking at what was synced.

use jiff::Timestamp;
use nurturehub_adapter_kit::mapping::Lineage;
use nurturehub_adapters::registry::ExplainOrigin;
use nurturehub_port::{
    Category, ConsentState, Contact, DataIssue, ErrorKind, ExternalId, Lifecycle,
};
use nurturehub_store::contacts::{self, ChangeKind, ContactFilter, PushedOnce};
use nurturehub_store::{StoreError, contacts::Blocked};
use serde::Serialize;
use serde_json::value::RawValue;
use specta::Type;

use crate::{Engine, EngineError};

/// Which contacts to show.
#[derive(Debug, Clone, Default)]
pub struct ContactQuery {
    /// Part of a name, an address or a number.
    pub search: Option<String>,
    /// The assigned category.
    pub category: Option<Category>,
    /// What a push would do.
    pub change: Option<ChangeKind>,
    /// Whether it is in use.
    pub lifecycle: Option<Lifecycle>,
    /// Whether the person agreed to e-mail.
    pub consent: Option<ConsentState>,
    /// Only those with something amiss in their data.
    pub with_issues: bool,
    /// How many to show.
    pub limit: u32,
    /// How many to pass over.
    pub offset: u64,
}

/// A page of contacts.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ContactList {
    /// How many there are in all.
    pub total: u64,
    /// The contacts, in the form in which they are stored and sent.
    #[specta(type = Vec<Contact>)]
    pub contacts: Vec<Box<RawValue>>,
}

/// A contact with where everything in it came from.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ContactDetail {
    /// The canonical contact.
    #[specta(type = Contact)]
    pub contact: Box<RawValue>,
    /// The CRM's own record.
    #[specta(type = serde_json::Value)]
    pub raw: Box<RawValue>,
    /// Where each field came from.
    pub lineage: Vec<Lineage>,
    /// What is amiss in its data.
    pub issues: Vec<DataIssue>,
    /// What a push would do with it.
    pub change: ChangeKind,
    /// Why it is not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<BlockedView>,
    /// Each time that it was sent, newest first.
    pub pushes: Vec<PushedView>,
}

/// A time that a contact was sent, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PushedView {
    /// When the platform answered.
    pub at: Timestamp,
    /// In which run, where that was kept.
    pub run_id: Option<String>,
    /// Whether the platform took it.
    pub accepted: bool,
    /// The platform's code, where it refused it.
    pub code: Option<String>,
    /// The platform's words, where it refused it.
    pub message: Option<String>,
}

impl From<PushedOnce> for PushedView {
    fn from(pushed: PushedOnce) -> Self {
        let accepted = pushed.refused.is_none();
        let (code, message) = pushed.refused.unzip();
        Self {
            at: pushed.at,
            run_id: pushed.run,
            accepted,
            code,
            message,
        }
    }
}

/// Why a change is not sent, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BlockedView {
    /// A stable word for it.
    pub code: String,
    /// It, in plain English.
    pub message: String,
    /// The field that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl From<Blocked> for BlockedView {
    fn from(blocked: Blocked) -> Self {
        match blocked {
            Blocked::Refused {
                code,
                message,
                field,
            } => Self {
                code,
                message,
                field,
            },
            Blocked::RemovalHeld => Self {
                code: "removalHeld".into(),
                message: "Missing from a listing that is in doubt; it is removed once a person \
                          confirms the removals."
                    .into(),
                field: None,
            },
        }
    }
}

/// Stored JSON, passed on without parsing it again.
pub(crate) fn raw_json(text: String) -> Result<Box<RawValue>, EngineError> {
    RawValue::from_string(text)
        .map_err(|_| StoreError::Damaged("a stored contact has lost its form".into()).into())
}

impl Engine {
    /// Gives back the memory of lists that nobody has looked at since this was last called.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn forget_unused_lists(&self) -> Result<(), EngineError> {
        Ok(self.store.forget_unused_lists().await?)
    }

    /// Makes the next search of a connection's contacts quick: with a million of them, the first one
    /// since the data folder was opened takes a second otherwise.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn prepare_search(&self, connection: &str) -> Result<(), EngineError> {
        let record = self.connection(connection).await?;
        Ok(self.store.prepare_search(record.row).await?)
    }

    /// A page of a connection's contacts.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn contacts(
        &self,
        connection: &str,
        query: ContactQuery,
    ) -> Result<ContactList, EngineError> {
        let record = self.connection(connection).await?;
        let filter = ContactFilter {
            search: query.search,
            category: query.category,
            change: query.change,
            lifecycle: query.lifecycle,
            consent: query.consent,
            with_issues: query.with_issues,
        };
        let page = self
            .store
            .find(record.row, filter, query.limit, query.offset)
            .await?;
        Ok(ContactList {
            total: page.total,
            contacts: page
                .contacts
                .into_iter()
                .map(raw_json)
                .collect::<Result<_, _>>()?,
        })
    }

    /// One contact, beside the CRM's own record.
    ///
    /// # Errors
    /// `configuration` where there is no such contact, storage errors.
    pub async fn contact(
        &self,
        connection: &str,
        external_id: &str,
    ) -> Result<ContactDetail, EngineError> {
        let record = self.connection(connection).await?;
        let registration = self.registration_of(&record.provider)?;
        let (row, wanted) = (record.row, external_id.to_owned());
        let detail = self
            .store
            .read(move |db| contacts::detail(db, row, &wanted))
            .await?;
        let contact: Contact = serde_json::from_str(&detail.canonical)
            .map_err(|_| StoreError::Damaged("a stored contact has lost its form".into()))?;
        let origin = ExplainOrigin {
            connection: record.id.clone(),
            provider: record.provider.clone(),
            external_id: ExternalId::parse(external_id)
                .map_err(|error| EngineError::new(ErrorKind::Configuration, format!("{error}.")))?,
            external_type: contact.provenance.external_type.clone(),
            fetched_at: contact.provenance.fetched_at,
        };
        let explanation = registration.explain_with(&detail.raw, &origin, &record.settings)?;
        Ok(ContactDetail {
            contact: raw_json(detail.canonical)?,
            raw: raw_json(detail.raw)?,
            lineage: explanation.lineage,
            issues: explanation.issues,
            change: detail.change,
            blocked_by: detail.blocked.map(Into::into),
            pushes: detail.pushes.into_iter().map(Into::into).collect(),
        })
    }
}
