//! The adapter over a profile.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use nurturehub_port::{
    Activity, ActivityOutcome, AdapterError, ContactStream, CrmAdapter, ErrorKind, ProviderSpec,
    SyncStart, VerifyStream, WebhookDelivery, WebhookOutcome, WriteBackStatus,
};

use super::answer::Page;
use super::rules::{List, Style};
use super::{Profile, sweep};
use crate::{AdapterContext, ErrorReader, HttpResponse, verify};

/// The setting that names the header for the key, over what the profile says.
const KEY_HEADER: &str = "keyHeader";

/// One account with a CRM that a profile describes.
pub struct ProfileAdapter {
    pub(super) context: AdapterContext,
    profile: Result<Profile, AdapterError>,
    spec: ProviderSpec,
    errors: ErrorReader,
    /// When the last request was sent, by the clock's intervals.
    last: Mutex<Option<Duration>>,
}

impl ProfileAdapter {
    /// An adapter. Where there is no profile, every method says why.
    #[must_use]
    pub fn new(
        context: AdapterContext,
        profile: Result<Profile, AdapterError>,
        spec: ProviderSpec,
        errors: ErrorReader,
    ) -> Self {
        Self {
            context,
            profile,
            spec,
            errors,
            last: Mutex::new(None),
        }
    }

    /// The profile.
    pub(super) fn profile(&self) -> Result<&Profile, AdapterError> {
        self.profile.as_ref().map_err(Clone::clone)
    }

    /// Asks for a page of a list. `records` is how many are wanted on it; none where the parameters
    /// say it already.
    pub(super) async fn ask(
        &self,
        profile: &Profile,
        list: &List,
        parameters: &[(String, String)],
        records: Option<u64>,
    ) -> Result<HttpResponse, AdapterError> {
        self.keep_pace(profile).await;
        let count = records.unwrap_or(profile.paging.records).to_string();
        let filled: &[&str] = if list.takes_count() { &[&count] } else { &[] };
        let header = self.context.settings.get(KEY_HEADER);
        let mut request = self
            .context
            .http
            .get(&list.path, filled)
            .header("accept", "application/json")
            .errors(self.errors);
        for (name, value) in &profile.headers {
            request = request.header(name, value);
        }
        for (name, value) in parameters {
            request = request.query(name, value);
        }
        if let (Some(size), Some(_)) = (&profile.paging.size, records) {
            request = request.query(size, &count);
        }
        request
            .credential_header(
                self.context.credential.as_ref(),
                header.unwrap_or(&profile.key_header),
                &profile.key_prefix,
            )
            .send()
            .await
    }

    /// Reads an answer to [`Self::ask`].
    pub(super) fn read<'r>(
        &self,
        profile: &Profile,
        response: &'r HttpResponse,
    ) -> Result<Page<'r>, AdapterError> {
        let next = match &profile.paging.style {
            Style::Next { next, .. } => Some(next),
            Style::PageNumber { .. } | Style::Offset { .. } | Style::OnePage => None,
        };
        Page::read(response, &profile.answer, next)
    }

    /// Waits for the profile's pause to pass; the provider's own limits hold besides.
    async fn keep_pace(&self, profile: &Profile) {
        let clock = &self.context.clock;
        let wait = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let now = clock.elapsed();
            let due = last.map_or(now, |last| last.saturating_add(profile.pause).max(now));
            *last = Some(due);
            due.saturating_sub(now)
        };
        if !wait.is_zero() {
            clock.sleep(wait).await;
        }
    }

    /// The refusal of something that the CRM cannot do.
    fn unsupported(&self, capability: &str) -> AdapterError {
        let reasons = &self.spec.unsupported;
        let known = reasons.iter().find(|one| one.capability == capability);
        let reason = known.map_or("A profile does not describe this.", |one| one.reason);
        AdapterError::new(ErrorKind::Unsupported, reason)
    }
}

#[async_trait]
impl CrmAdapter for ProfileAdapter {
    fn verify_connection(&self) -> VerifyStream<'_> {
        verify::steps(&self.context, self.spec.clone(), self)
    }

    fn sync_contacts(&self, start: SyncStart) -> ContactStream<'_> {
        sweep::pages(self, &start)
    }

    async fn push_activity(
        &self,
        activities: &[Activity],
    ) -> Result<Vec<ActivityOutcome>, AdapterError> {
        let answer = |activity: &Activity| ActivityOutcome {
            id: activity.id.clone(),
            status: WriteBackStatus::Unsupported,
            reference: None,
            error: Some(self.unsupported("activityWriteBack")),
        };
        Ok(activities.iter().map(answer).collect())
    }

    async fn ingest_webhook(
        &self,
        _delivery: &WebhookDelivery,
    ) -> Result<WebhookOutcome, AdapterError> {
        Err(self.unsupported("webhooks"))
    }
}
