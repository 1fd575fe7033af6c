//! Looking at the outbox, and sending again at a person's wish.

use std::collections::BTreeSet;

use jiff::Timestamp;
use nurturehub_port::{Activity, Contact, ErrorKind};
use nurturehub_store::contacts;
use nurturehub_store::write_back::{self, WriteBackRecord, WriteBackState};
use nurturehub_store::{Read, StoreError};
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio_util::sync::CancellationToken;

use super::WriteBackReport;
use crate::{Engine, EngineError, ErrorReport};

/// How far an activity has come, as a person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ActivityState {
    /// It is on its way, or waits for another attempt.
    Waiting,
    /// It is in the CRM.
    Written,
    /// It is not sent again by itself.
    Rejected,
    /// The CRM has no place for it.
    Unsupported,
}

impl ActivityState {
    /// The words by which the outbox knows it.
    const fn stored(self) -> &'static [&'static str] {
        match self {
            Self::Waiting => &["waiting", "sending"],
            Self::Written => &["written"],
            Self::Rejected => &["rejected"],
            Self::Unsupported => &["unsupported"],
        }
    }
}

impl From<WriteBackState> for ActivityState {
    fn from(state: WriteBackState) -> Self {
        match state {
            WriteBackState::Waiting { .. } | WriteBackState::Sending => Self::Waiting,
            WriteBackState::Written => Self::Written,
            WriteBackState::Rejected => Self::Rejected,
            WriteBackState::Unsupported => Self::Unsupported,
        }
    }
}

/// An activity in the outbox, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ActivityRow {
    /// Its id.
    pub id: String,
    /// What happened; none of one that this version cannot read.
    pub kind: Option<String>,
    /// A line about it.
    pub subject: Option<String>,
    /// The contact's id in the CRM.
    pub contact: Option<String>,
    /// The contact's full name, where the contact is held here.
    pub contact_name: Option<String>,
    /// When it happened.
    pub occurred_at: Option<Timestamp>,
    /// How far it has come.
    pub state: ActivityState,
    /// Since when.
    pub at: Timestamp,
    /// How often it was sent.
    pub attempts: u32,
    /// Not sent again before.
    pub next_attempt_at: Option<Timestamp>,
    /// The CRM's own id for the entry.
    pub reference: Option<String>,
    /// Why it was not written.
    pub error: Option<ErrorReport>,
}

impl From<WriteBackRecord> for ActivityRow {
    fn from(record: WriteBackRecord) -> Self {
        let content = content(&record);
        let kind = content
            .as_ref()
            .and_then(|activity| serde_json::to_value(activity.kind).ok())
            .and_then(|kind| kind.as_str().map(ToOwned::to_owned));
        Self {
            kind,
            occurred_at: content.as_ref().map(|activity| activity.occurred_at),
            contact: content
                .as_ref()
                .map(|activity| activity.contact.external_id.to_string()),
            contact_name: None,
            subject: content.and_then(|activity| activity.subject),
            next_attempt_at: match record.state {
                WriteBackState::Waiting { until } => Some(until),
                _ => None,
            },
            state: record.state.into(),
            id: record.activity,
            at: record.at,
            attempts: record.attempts,
            reference: record.reference,
            error: record
                .error
                .and_then(|text| serde_json::from_str(&text).ok()),
        }
    }
}

fn content(record: &WriteBackRecord) -> Option<Activity> {
    serde_json::from_str(record.content.as_deref()?).ok()
}

/// What people call a contact; none of one that is not here, or that this version cannot read.
fn name_of(db: &Read<'_>, row: i64, contact: Option<&str>) -> Result<Option<String>, StoreError> {
    let Some(contact) = contact else {
        return Ok(None);
    };
    match contacts::detail(db, row, contact) {
        Ok(detail) => {
            let read = serde_json::from_str::<Contact>(&detail.canonical).ok();
            Ok(read.map(|contact| contact.identity.full_name))
        }
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// How many activities there are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ActivityCounts {
    /// See [`ActivityState::Waiting`].
    pub waiting: u64,
    /// See [`ActivityState::Written`].
    pub written: u64,
    /// See [`ActivityState::Rejected`].
    pub rejected: u64,
    /// See [`ActivityState::Unsupported`].
    pub unsupported: u64,
}

/// A page of the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ActivityList {
    /// How many there are, of the state that was asked for.
    pub total: u64,
    /// How many there are in each state.
    pub counts: ActivityCounts,
    /// Those of the page, newest first.
    pub activities: Vec<ActivityRow>,
}

impl Engine {
    /// A page of a connection's outbox, newest first; of one state, where one is named.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn activities(
        &self,
        connection: &str,
        state: Option<ActivityState>,
        limit: u32,
        offset: u64,
    ) -> Result<ActivityList, EngineError> {
        let row = self.connection(connection).await?.row;
        let words = state.map_or(&[][..], ActivityState::stored);
        let (found, activities) = self
            .store
            .read(move |db| {
                let records = write_back::page(db, row, words, limit, offset)?;
                let mut activities: Vec<ActivityRow> =
                    records.into_iter().map(Into::into).collect();
                for activity in &mut activities {
                    activity.contact_name = name_of(db, row, activity.contact.as_deref())?;
                }
                Ok((write_back::counts(db, row)?, activities))
            })
            .await?;
        let mut counts = ActivityCounts::default();
        for (word, count) in found {
            match word.as_str() {
                "written" => counts.written += count,
                "rejected" => counts.rejected += count,
                "unsupported" => counts.unsupported += count,
                _ => counts.waiting += count,
            }
        }
        let total = match state {
            None => counts.waiting + counts.written + counts.rejected + counts.unsupported,
            Some(ActivityState::Waiting) => counts.waiting,
            Some(ActivityState::Written) => counts.written,
            Some(ActivityState::Rejected) => counts.rejected,
            Some(ActivityState::Unsupported) => counts.unsupported,
        };
        Ok(ActivityList {
            total,
            counts,
            activities,
        })
    }

    /// Sends activities again that wait or were refused. Nothing that is in the CRM is sent twice.
    ///
    /// # Errors
    /// As [`Engine::push_activities`]; `configuration` where nothing of an activity is kept but its
    /// id.
    pub async fn retry_activities(
        &self,
        connection: &str,
        ids: &[String],
        cancel: &CancellationToken,
    ) -> Result<WriteBackReport, EngineError> {
        let row = self.connection(connection).await?.row;
        let wanted: BTreeSet<String> = ids.iter().cloned().collect();
        let kept = self
            .store
            .read(move |db| {
                let found = wanted.iter().map(|id| write_back::find(db, row, id));
                found.collect::<Result<Vec<_>, _>>()
            })
            .await?;
        let mut activities = Vec::with_capacity(kept.len());
        for record in kept.into_iter().flatten() {
            let activity = content(&record).ok_or_else(|| {
                EngineError::with_remedy(
                    ErrorKind::Configuration,
                    format!(
                        "Nothing is kept of the activity `{}` but its id.",
                        record.activity
                    ),
                    "Send it again from a file that has all of it.",
                )
            })?;
            activities.push(activity);
        }
        self.push_activities(connection, activities, cancel).await
    }
}
