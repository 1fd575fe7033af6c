//! Writing engagement back to the CRM, each activity once.
//!
//! The platform lists an activity until it is told how that ended. So the outbox keeps no activity,
//! only how far each has come: what waits for another attempt, and what was settled while the
//! platform did not answer, is listed again by the next pull.

mod closing;
mod delivered;
mod entries;
mod failed;
mod listing;
mod outbox;
mod verdict;

use std::collections::BTreeSet;

use nurturehub_platform::{
    Acknowledgement, AcknowledgementError, PlatformClient, UnreadableActivity,
};
use nurturehub_port::{
    Activity, ActivityOutcome, AdapterError, ConnectionId, ErrorKind, WriteBackStatus,
};
use serde::Serialize;
use specta::Type;
use tokio_util::sync::CancellationToken;

pub use failed::{FailedActivities, FailedActivity};
pub use listing::{ActivityCounts, ActivityList, ActivityRow, ActivityState};

use crate::going_on::Asked;
use crate::lease;
use crate::spent::SpentReport;
use crate::{Engine, EngineError, ErrorReport, sync};
use delivered::Delivered;
use outbox::Outbox;

/// Activities asked of the platform, and given to an adapter, at a time.
const PAGE: u32 = 100;

/// The step of a write-back, where it failed.
pub(crate) const WRITING: &str = "writing";

/// Why the first activity that the CRM refused was.
pub(crate) fn first_refusal(outcomes: &[ActivityOutcome]) -> Option<&AdapterError> {
    outcomes
        .iter()
        .filter(|outcome| outcome.status == WriteBackStatus::Rejected)
        .find_map(|outcome| outcome.error.as_ref())
}

/// What became of activities.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WriteBackReport {
    /// One for each, in order.
    pub results: Vec<WriteBackResult>,
    /// Where the time went, with the CRM and with the platform.
    pub spent: SpentReport,
}

/// What became of one activity.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WriteBackResult {
    /// The activity's id.
    pub id: String,
    /// What became of it. `rejected` with an error that is `retryable` waits for another attempt,
    /// from the error's `detail.nextAttemptAt` on; any other is final.
    pub status: WriteBackStatus,
    /// The CRM's own id for the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why it was not written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

impl Engine {
    /// Writes activities to the CRM at a person's wish: also those that wait for another attempt or
    /// are dead letters. One that was written before is a duplicate and is not sent.
    ///
    /// # Errors
    /// `alreadyRunning`. As [`EngineError::Run`] with the report of what was done: what a person
    /// must mend before anything can be sent, `cancelled`, and storage errors.
    pub async fn push_activities(
        &self,
        connection: &str,
        activities: Vec<Activity>,
        cancel: &CancellationToken,
    ) -> Result<WriteBackReport, EngineError> {
        let record = self.connection(connection).await?;
        sync::refuse_idle(&record)?;
        let lease = lease::try_take(&self.options.home, &record.id)?;
        let work = Box::pin(async {
            let session = self.session(record).await?;
            lease.note().watch(&session.http, Asked::Crm);
            let mut outbox = Outbox::open(self, &session, cancel, true).await?;
            let outcome = push(&mut outbox, &activities).await;
            outbox.close(outcome, None).await
        });
        lease.during(cancel, work).await
    }

    /// Writes the activities that wait on the platform to the CRM and settles them there, page by
    /// page. One that is to be tried again later is passed over until it is due, and is a dead letter
    /// after its last attempt.
    ///
    /// # Errors
    /// As [`Engine::push_activities`], and what stands in the way of the platform. What the platform
    /// could not be told is told it by the next pull.
    pub async fn pull_activities(
        &self,
        connection: &str,
        cancel: &CancellationToken,
    ) -> Result<WriteBackReport, EngineError> {
        let record = self.connection(connection).await?;
        sync::refuse_idle(&record)?;
        let lease = lease::try_take(&self.options.home, &record.id)?;
        let work = Box::pin(async {
            let client = self.platform_client(&record.tenant).await?;
            lease.note().watch(client.http(), Asked::Platform);
            let id = record.id.clone();
            let session = self.session(record).await?;
            lease.note().watch(&session.http, Asked::Crm);
            let mut outbox = Outbox::open(self, &session, cancel, false).await?;
            let outcome = pull(&mut outbox, &client, &id, cancel).await;
            outbox.close(outcome, Some(client.http())).await
        });
        lease.during(cancel, work).await
    }
}

async fn push(outbox: &mut Outbox<'_>, activities: &[Activity]) -> Result<(), EngineError> {
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    for some in activities.chunks(most) {
        outbox.deliver(some).await?;
    }
    Ok(())
}

async fn pull(
    outbox: &mut Outbox<'_>,
    client: &PlatformClient,
    connection: &ConnectionId,
    cancel: &CancellationToken,
) -> Result<(), EngineError> {
    let mut listed = BTreeSet::new();
    let mut after: Option<String> = None;
    let mut cursors = BTreeSet::new();
    loop {
        let began = outbox.split.mark();
        let page = tokio::select! {
            biased;
            () = cancel.cancelled() => {
                Err(EngineError::new(ErrorKind::Cancelled, "The pull was cancelled."))
            }
            page = client.waiting_activities(connection, after.as_deref(), PAGE) => {
                page.map_err(EngineError::from)
            }
        };
        outbox.split.asked(began);
        let page = page?;
        let mut new = |id: &str| listed.insert(id.to_owned());
        let mut activities = page.activities;
        activities.retain(|activity| new(&activity.id));
        let ids = page.unreadable.into_iter();
        let mut unreadable: Vec<String> = ids.filter_map(|UnreadableActivity { id }| id).collect();
        unreadable.retain(|id| new(id));
        // A platform that shows nothing new would do so for ever.
        if activities.is_empty() && unreadable.is_empty() {
            return Ok(());
        }
        let mut delivered = outbox.deliver(&activities).await?;
        delivered.extend(outbox.refuse(unreadable).await?);
        acknowledge(outbox, client, &delivered).await?;
        let next = page
            .next
            .filter(|next| cursors.insert(next.clone()) && !outbox.is_stopped());
        if next.is_none() {
            return Ok(());
        }
        after = next;
    }
}

/// Tells the platform how activities ended; those that are tried again it goes on listing.
async fn acknowledge(
    outbox: &mut Outbox<'_>,
    client: &PlatformClient,
    delivered: &[Delivered],
) -> Result<(), EngineError> {
    let results: Vec<Acknowledgement> = delivered
        .iter()
        .filter(|one| one.settled)
        .map(|one| acknowledgement(&one.result))
        .collect();
    if results.is_empty() {
        return Ok(());
    }
    let began = outbox.split.mark();
    let told = client.acknowledge(&results).await;
    outbox.split.asked(began);
    told?;
    let ids = results.into_iter().map(|result| result.id);
    outbox.acknowledged(ids.collect()).await
}

fn acknowledgement(result: &WriteBackResult) -> Acknowledgement {
    Acknowledgement {
        id: result.id.clone(),
        status: result.status,
        reference: result.reference.clone(),
        error: result.error.as_ref().map(|error| AcknowledgementError {
            code: error.kind.as_str().to_owned(),
            message: error.message.clone(),
        }),
    }
}
