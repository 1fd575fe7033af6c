//! Street, by its Open API of version 1 (JSON:API).

mod auth;
mod errors;
mod map;
mod people;
mod position;
mod push;
mod related;
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

/// This CRM's line in the registry.
pub(crate) const REGISTRATION: Registration = Registration {
    spec: spec::spec,
    build: |context| {
        let pace = push::Pace::default();
        Box::new(Street { context, pace })
    },
    errors: errors::read,
    explain: map::explain,
};

/// One agency's Street.
pub(crate) struct Street {
    context: AdapterContext,
    pace: push::Pace,
}

#[async_trait]
impl CrmAdapter for Street {
    fn verify_connection(&self) -> VerifyStream<'_> {
        nurturehub_adapter_kit::verify::steps(&self.context, spec::spec(), self)
    }

    fn sync_contacts(&self, start: SyncStart) -> ContactStream<'_> {
        sync::list(self, start)
    }

    async fn push_activity(
        &self,
        activities: &[Activity],
    ) -> Result<Vec<ActivityOutcome>, AdapterError> {
        push::push(self, activities).await
    }

    async fn ingest_webhook(
        &self,
        delivery: &WebhookDelivery,
    ) -> Result<WebhookOutcome, AdapterError> {
        webhook::ingest(self, delivery).await
    }
}
