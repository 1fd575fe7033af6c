//! Dead letters.

use jiff::Timestamp;
use nurturehub_port::WriteBackStatus;
use nurturehub_store::write_back::{self, WriteBackRecord, WriteBackState};
use serde::Serialize;

use crate::{Engine, EngineError, ErrorReport};

/// A page of the dead letters of a connection.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedActivities {
    /// How many there are.
    pub total: u64,
    /// Those of the page, newest first.
    pub activities: Vec<FailedActivity>,
}

/// An activity that the CRM does not have, and that is not sent again by itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedActivity {
    /// The activity's id.
    pub id: String,
    /// `rejected` or `unsupported`.
    pub status: WriteBackStatus,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// How often it was sent.
    pub attempts: u32,
    /// Since when.
    pub at: Timestamp,
    /// Whether the platform has been told.
    pub acknowledged: bool,
}

impl From<WriteBackRecord> for FailedActivity {
    fn from(record: WriteBackRecord) -> Self {
        Self {
            id: record.activity,
            status: match record.state {
                WriteBackState::Unsupported => WriteBackStatus::Unsupported,
                _ => WriteBackStatus::Rejected,
            },
            error: record
                .error
                .and_then(|text| serde_json::from_str(&text).ok()),
            attempts: record.attempts,
            at: record.at,
            acknowledged: record.acknowledged,
        }
    }
}

impl Engine {
    /// The activities of a connection that were given up, newest first.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn failed_activities(
        &self,
        connection: &str,
        limit: u32,
        offset: u64,
    ) -> Result<FailedActivities, EngineError> {
        let row = self.connection(connection).await?.row;
        let (total, records) = self
            .store
            .read(move |db| write_back::failed(db, row, limit, offset))
            .await?;
        Ok(FailedActivities {
            total,
            activities: records.into_iter().map(Into::into).collect(),
        })
    }
}
