//! agentOS (formerly LetMC), by its V4 contacts tier.
//!
//! It has no change filter, no webhooks and no place for notes: every sync is a full sweep.

mod auth;
mod errors;
mod map;
mod push;
mod spec;
mod sync;
mod verify;
mod webhook;
mod wire;

use async_trait::async_trait;
use nurturehub_adapter_kit::AdapterContext;
use nurturehub_port::{
    Activity, ActivityOutcome, AdapterError, ContactStream, CrmAdapter, SyncStart, VerifyStream,
    WebhookDelivery, WebhookOutcome,
};

use crate::Registration;

/// Its entry in the registry.
pub(crate) const REGISTRATION: Registration = Registration {
    spec: spec::spec,
    build: |context| Box::new(AgentOs { context }),
    errors: errors::read,
    explain: map::explain,
};

/// One agency's agentOS.
struct AgentOs {
    context: AdapterContext,
}

#[async_trait]
impl CrmAdapter for AgentOs {
    fn verify_connection(&self) -> VerifyStream<'_> {
        verify::steps(self)
    }

    fn sync_contacts(&self, start: SyncStart) -> ContactStream<'_> {
        sync::pages(self, &start)
    }

    async fn push_activity(
        &self,
        activities: &[Activity],
    ) -> Result<Vec<ActivityOutcome>, AdapterError> {
        Ok(push::outcomes(activities))
    }

    async fn ingest_webhook(
        &self,
        _delivery: &WebhookDelivery,
    ) -> Result<WebhookOutcome, AdapterError> {
        Err(webhook::refusal())
    }
}
