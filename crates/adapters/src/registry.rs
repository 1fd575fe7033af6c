//! All CRMs that this product knows. A new one is a folder and a line here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nurturehub_adapter_kit::mapping::Explanation;
use nurturehub_adapter_kit::profile::{self, Profile};
use nurturehub_adapter_kit::{AdapterContext, ErrorReader};
use nurturehub_port::{
    AdapterError, ConnectionId, CrmAdapter, ExternalId, ProviderId, ProviderSpec,
};

/// What the product needs to know to use a CRM.
#[derive(Debug, Clone, Copy)]
pub struct Registration {
    /// The CRM as data.
    pub spec: fn() -> ProviderSpec,
    /// Makes its adapter for one operation.
    pub build: fn(AdapterContext) -> Box<dyn CrmAdapter>,
    /// Reads its error answers; also where a recorded exchange is replayed.
    pub errors: ErrorReader,
    /// Tells how one of its records, as it came, becomes a contact.
    ///
    /// # Errors
    /// `mapping`, where it cannot.
    pub explain: fn(raw: &str, origin: &ExplainOrigin) -> Result<Explanation, AdapterError>,
}

impl Registration {
    /// The CRM as data, by a connection's settings: a profile of the agency's own is confirmed by
    /// whoever gave it, and may say how to ask for what has changed.
    #[must_use]
    pub fn spec_with(&self, settings: &BTreeMap<String, String>) -> ProviderSpec {
        let mut spec = (self.spec)();
        if let Some(Ok(profile)) = settings.get(PROFILE).map(|text| Profile::parse(text)) {
            spec.unconfirmed = None;
            if profile.lists_changes() {
                spec.capabilities.changed_since = true;
                spec.unsupported
                    .retain(|lacking| lacking.capability != "changedSince");
            }
        }
        spec
    }

    /// Tells how a stored record became a contact, by a connection's settings: where they hold a
    /// profile, the profile tells.
    ///
    /// # Errors
    /// `mapping`, where it cannot; `configuration`, where the profile cannot be read.
    pub fn explain_with(
        &self,
        raw: &str,
        origin: &ExplainOrigin,
        settings: &BTreeMap<String, String>,
    ) -> Result<Explanation, AdapterError> {
        let Some(text) = settings.get(PROFILE) else {
            return (self.explain)(raw, origin);
        };
        profile::explain(
            &Profile::parse(text)?,
            raw,
            &origin.connection,
            &origin.provider,
            &origin.external_type,
            origin.fetched_at,
        )
    }
}

/// The setting that holds a profile, for the CRMs that are read by one.
const PROFILE: &str = "profile";

/// Where a stored record came from.
#[derive(Debug, Clone)]
pub struct ExplainOrigin {
    /// The connection.
    pub connection: ConnectionId,
    /// The kind of CRM.
    pub provider: ProviderId,
    /// The record's id.
    pub external_id: ExternalId,
    /// What the CRM calls such a record.
    pub external_type: String,
    /// When it was fetched.
    pub fetched_at: Timestamp,
}

/// The CRMs, in the order in which people are shown them.
static ALL: &[Registration] = &[
    crate::reapit::REGISTRATION,
    crate::agentos::REGISTRATION,
    crate::alto::REGISTRATION,
    crate::street::REGISTRATION,
    crate::r#loop::REGISTRATION,
    crate::custom::REGISTRATION,
];

/// All CRMs.
#[must_use]
pub fn all() -> &'static [Registration] {
    ALL
}

/// The CRM of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Registration> {
    ALL.iter().find(|entry| (entry.spec)().id.as_str() == id)
}
