//! Which CRMs there are.

use nurturehub_adapter_kit::shared_fields;
use nurturehub_port::{
    Capabilities, Field, ProviderId, ProviderSpec, SignIn, SignInMethod, Unsupported,
};
use nurturehub_store::connections::ConnectionRecord;
use serde::Serialize;
use specta::Type;

use crate::Engine;

/// A provider, as a form and the command line show it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// Its id.
    pub id: ProviderId,
    /// Its name.
    pub name: String,
    /// How one signs in: the default method's kind.
    pub auth: &'static str,
    /// The ways to sign in.
    pub sign_in: SignInView,
    /// What a person fills in: the CRM's own, then what every CRM takes.
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

/// The ways to sign in to a CRM.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SignInView {
    /// The setting whose value picks one, where there is more than one.
    pub chosen_by: Option<String>,
    /// The ways; the first is the default.
    pub methods: Vec<SignInChoice>,
}

/// One way to sign in to a CRM.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SignInChoice {
    /// The setting's value.
    pub value: String,
    /// `authorizationCode`, `clientCredentials` or `staticSecret`.
    pub kind: String,
}

impl From<&SignIn> for SignInView {
    fn from(sign_in: &SignIn) -> Self {
        let choice = |(value, method): &(&str, SignInMethod)| SignInChoice {
            value: (*value).to_owned(),
            kind: method.as_str().to_owned(),
        };
        Self {
            chosen_by: sign_in.chosen_by.map(ToOwned::to_owned),
            methods: sign_in.methods.iter().map(choice).collect(),
        }
    }
}

impl From<ProviderSpec> for ProviderView {
    fn from(spec: ProviderSpec) -> Self {
        let shared = shared_fields(&spec);
        let mut fields = spec.fields;
        fields.extend(shared);
        Self {
            auth: spec
                .sign_in
                .methods
                .first()
                .map_or("none", |(_, method)| method.as_str()),
            sign_in: SignInView::from(&spec.sign_in),
            id: spec.id,
            name: spec.name.to_owned(),
            fields,
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
