//! Writing engagement back to the CRM, each activity once.

use nurturehub_platform::{Acknowledgement, AcknowledgementError};
use nurturehub_port::{Activity, ActivityOutcome, ErrorKind, WriteBackStatus};
use nurturehub_store::runs::{self, RunEnd};
use nurturehub_store::write_back::{self, WriteBackRecord};
use nurturehub_store::{StoreError, traces};
use serde::Serialize;
use serde_json::json;

use crate::session::Session;
use crate::{Engine, EngineError, ErrorReport, lease, sync};

/// Activities asked of the platform at a time.
const PAGE: u32 = 100;

/// What became of activities.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteBackReport {
    /// One for each, in order.
    pub results: Vec<WriteBackResult>,
}

/// What became of one activity.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteBackResult {
    /// The activity's id.
    pub id: String,
    /// What became of it.
    pub status: WriteBackStatus,
    /// The CRM's own id for the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why it was refused or is unsupported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

impl From<ActivityOutcome> for WriteBackResult {
    fn from(outcome: ActivityOutcome) -> Self {
        Self {
            id: outcome.id,
            status: outcome.status,
            reference: outcome.reference,
            error: outcome.error.map(|error| EngineError::from(error).report()),
        }
    }
}

impl Engine {
    /// Writes activities to the CRM. One that was written before is a duplicate and is not sent.
    ///
    /// # Errors
    /// `alreadyRunning`, and what stops the whole batch; what was written by then is recorded.
    pub async fn push_activities(
        &self,
        connection: &str,
        activities: Vec<Activity>,
    ) -> Result<WriteBackReport, EngineError> {
        let record = self.connection(connection).await?;
        sync::refuse_idle(&record)?;
        let _lease = lease::try_take(&self.options.home, &record.id)?;
        let session = self.session(record).await?;
        let results = self.write_back(&session, activities).await?;
        Ok(WriteBackReport { results })
    }

    /// Writes the activities that wait on the platform to the CRM and settles them there.
    ///
    /// # Errors
    /// As [`Engine::push_activities`], and what stands in the way of the platform.
    pub async fn pull_activities(&self, connection: &str) -> Result<WriteBackReport, EngineError> {
        let record = self.connection(connection).await?;
        sync::refuse_idle(&record)?;
        let _lease = lease::try_take(&self.options.home, &record.id)?;
        let client = self.platform_client(&record.tenant).await?;
        let (row, id) = (record.row, record.id.clone());
        let session = self.session(record).await?;
        let mut results = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = client
                .waiting_activities(&id, after.as_deref(), PAGE)
                .await?;
            let next = page.next;
            let mut done = self.write_back(&session, page.activities).await?;
            done.extend(
                page.unreadable
                    .into_iter()
                    .filter_map(|unreadable| unreadable.id)
                    .map(rejected),
            );
            if !done.is_empty() {
                let settled: Vec<_> = done.iter().map(acknowledgement).collect();
                client.acknowledge(&settled).await?;
                let ids: Vec<String> = done.iter().map(|result| result.id.clone()).collect();
                self.store
                    .write(move |tx| {
                        ids.iter()
                            .try_for_each(|id| write_back::acknowledged(tx, row, id))
                    })
                    .await?;
            }
            results.extend(done);
            match next {
                Some(next) if after.as_ref() != Some(&next) => after = Some(next),
                _ => break,
            }
        }
        Ok(WriteBackReport { results })
    }

    async fn write_back(
        &self,
        session: &Session,
        activities: Vec<Activity>,
    ) -> Result<Vec<WriteBackResult>, EngineError> {
        if activities.is_empty() {
            return Ok(Vec::new());
        }
        let row = session.record.row;
        let now = self.now();
        let id = self.options.random.run_id(now)?;
        let ids: Vec<String> = activities
            .iter()
            .map(|activity| activity.id.clone())
            .collect();
        let (run, before) = self
            .store
            .write(move |tx| {
                let before = ids
                    .iter()
                    .map(|id| write_back::find(tx, row, id))
                    .collect::<Result<Vec<_>, StoreError>>()?;
                Ok((runs::begin(tx, &id, row, "writeBack", now)?, before))
            })
            .await?;
        let known = |record: &Option<WriteBackRecord>| {
            record
                .as_ref()
                .is_some_and(|record| record.status == "written")
        };
        let mut to_send: Vec<Activity> = Vec::new();
        for (activity, before) in activities.iter().zip(&before) {
            // The same activity twice in one batch is sent once.
            if !known(before) && !to_send.iter().any(|sent| sent.id == activity.id) {
                to_send.push(activity.clone());
            }
        }
        let answered = if to_send.is_empty() {
            Ok(Vec::new())
        } else {
            session.adapter.push_activity(&to_send).await
        };
        let outcomes: Vec<WriteBackResult> = match &answered {
            Ok(outcomes) => outcomes.iter().cloned().map(Into::into).collect(),
            Err(_) => Vec::new(),
        };
        let mut fresh = outcomes.iter();
        let mut results = Vec::with_capacity(activities.len());
        let mut seen: Vec<&str> = Vec::new();
        for (activity, before) in activities.iter().zip(&before) {
            let repeat = seen.contains(&activity.id.as_str());
            seen.push(&activity.id);
            if let Some(before) = before.as_ref().filter(|record| record.status == "written") {
                results.push(duplicate(&activity.id, before.reference.clone()));
            } else if repeat {
                results.push(duplicate(&activity.id, None));
            } else if let Some(outcome) = fresh.next() {
                results.push(outcome.clone());
            }
        }
        self.record_write_back(session, run, &outcomes, answered.as_ref().err().cloned())
            .await?;
        answered?;
        Ok(results)
    }

    async fn record_write_back(
        &self,
        session: &Session,
        run: i64,
        outcomes: &[WriteBackResult],
        error: Option<nurturehub_port::AdapterError>,
    ) -> Result<(), EngineError> {
        let row = session.record.row;
        let trace = session.drain_trace();
        let now = self.now();
        let error = error.map(|error| EngineError::from(error).report());
        let records: Vec<WriteBackRecord> = outcomes.iter().map(record).collect();
        let end = RunEnd {
            status: if error.is_some() {
                "failed"
            } else {
                "succeeded"
            },
            at: now,
            contacts: u64::try_from(records.len()).unwrap_or(u64::MAX),
            error_kind: error.as_ref().map(|error| error.kind.as_str()),
            report: json!({ "results": outcomes, "error": error }),
        };
        self.store
            .write(move |tx| {
                for record in &records {
                    write_back::record(tx, row, record, now)?;
                }
                traces::append(tx, row, run, &trace)?;
                runs::end(tx, run, &end)
            })
            .await?;
        Ok(())
    }
}

/// An activity that this version cannot read: it must not wait for ever.
fn rejected(id: String) -> WriteBackResult {
    let error = EngineError::new(
        ErrorKind::Protocol,
        "This version of NurtureHub Connect does not know this kind of activity.",
    );
    WriteBackResult {
        id,
        status: WriteBackStatus::Rejected,
        reference: None,
        error: Some(error.report()),
    }
}

fn duplicate(id: &str, reference: Option<String>) -> WriteBackResult {
    WriteBackResult {
        id: id.to_owned(),
        status: WriteBackStatus::Duplicate,
        reference,
        error: None,
    }
}

fn record(result: &WriteBackResult) -> WriteBackRecord {
    let status = match result.status {
        // Found in the CRM: it is there, however it came there.
        WriteBackStatus::Written | WriteBackStatus::Duplicate => "written",
        WriteBackStatus::Rejected => "rejected",
        WriteBackStatus::Unsupported => "unsupported",
    };
    WriteBackRecord {
        activity: result.id.clone(),
        status: status.into(),
        reference: result.reference.clone(),
        error: result
            .error
            .as_ref()
            .and_then(|error| serde_json::to_string(error).ok()),
        attempts: 1,
    }
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
