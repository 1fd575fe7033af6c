//! Which CRMs there are.

use nurturehub_port::{Capabilities, Field, ProviderId, ProviderSpec, Unsupported};
use nurturehub_store::connections::ConnectionRecord;
use serde::Serialize;

use crate::Engine;

/// A provider, as a form and the command line show it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// Its id.
    pub id: ProviderId,
    /// Its name.
    pub name: String,
    /// How one signs in: the default method's kind.
    pub auth: &'static str,
    /// What a person fills in.
    pub fields: Vec<Field>,
    /// What the CRM can do.
    pub capabilities: Capabilities,
    /// What it cannot, and why.
    pub unsupported: Vec<Unsupported>,
    /// Where its interface is documented.
    pub documentation: String,
    /// What to know before setting a schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Set where the adapter rests on guesses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unconfirmed: Option<String>,
}

impl From<ProviderSpec> for ProviderView {
    fn from(spec: ProviderSpec) -> Self {
        Self {
            auth: spec
                .sign_in
                .methods
                .first()
                .map_or("none", |(_, method)| method.as_str()),
            id: spec.id,
            name: spec.name.to_owned(),
            fields: spec.fields,
            capabilities: spec.capabilities,
            unsupported: spec.unsupported,
            documentation: spec.documentation.to_owned(),
            notice: spec.schedule.notice.map(ToOwned::to_owned),
            unconfirmed: spec.unconfirmed.map(ToOwned::to_owned),
        }
    }
}

impl Engine {
    /// What a connection rests on without its having been confirmed, to be said with every result.
    pub(crate) fn unconfirmed(&self, record: &ConnectionRecord) -> Option<String> {
        let registration = self.registration_of(&record.provider).ok()?;
        let spec = registration.spec_with(&record.settings);
        spec.unconfirmed.map(ToOwned::to_owned)
    }

    /// The providers, in the registry's order.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderView> {
        self.options
            .registry
            .iter()
            .map(|entry| (entry.spec)().into())
            .collect()
    }
}
