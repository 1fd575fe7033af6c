//! Every connection with all that a list of them shows.

use jiff::Timestamp;
use nurturehub_port::ProviderSpec;
use nurturehub_store::connections::{self, ConnectionRecord};
use nurturehub_store::contacts::PendingCounts;
use nurturehub_store::runs::{self, RunRecord};
use nurturehub_store::{StoreError, audit};
use serde::{Deserialize, Serialize};
use serde_json::json;
use specta::Type;

use crate::{
    ConnectionView, Doubt, Engine, EngineError, Finding, Health, RunBar, RunStatus, Schedule,
    audit_words, strip,
};

/// Syncs of a connection that are shown with all that they brought.
const RECENT: u32 = 60;

/// A connection with all that a list of them shows.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionRow {
    /// The connection.
    pub connection: ConnectionView,
    /// The CRM's name.
    pub provider_name: String,
    /// How it is.
    pub health: Health,
    /// Contacts held.
    pub contacts: u64,
    /// What a push would do.
    pub pending: PendingCounts,
    /// When it is synced by itself.
    pub schedule: Schedule,
    /// Syncs of the last 14 days, oldest first; where there were many, several to a bar.
    pub strip: Vec<RunBar>,
    /// The last syncs, oldest first, 60 at most.
    pub recent: Vec<RunPoint>,
    /// What the last sync was in doubt about, until a later one is not.
    pub doubt: Option<Doubt>,
    /// What was found after the last run, where that failed.
    pub finding: Option<Finding>,
    /// What the adapter rests on without its having been confirmed, where it does.
    pub unconfirmed: Option<String>,
}

/// A sync, as a bar of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunPoint {
    /// Its id.
    pub run_id: String,
    /// How it ended.
    pub status: RunStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Contacts that were new.
    pub created: u64,
    /// Contacts that had changed.
    pub updated: u64,
    /// Contacts that had not.
    pub unchanged: u64,
    /// Contacts that had gone.
    pub removed: u64,
    /// Records that no contact could be made from.
    pub rejected: u64,
}

/// The part of a sync's report that is shown; none of it where the sync was cut off.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Reported {
    created: u64,
    updated: u64,
    unchanged: u64,
    removed: u64,
    rejected: u64,
    in_doubt: Option<Doubt>,
}

impl Reported {
    fn of(run: &RunRecord) -> Self {
        Self::deserialize(&run.report).unwrap_or_default()
    }
}

fn point(run: &RunRecord) -> Result<RunPoint, StoreError> {
    let reported = Reported::of(run);
    let took = run
        .ended_at
        .map(|end| end.duration_since(run.started_at).as_millis());
    Ok(RunPoint {
        run_id: run.id.clone(),
        status: RunStatus::of_stored(&run.status)?,
        started_at: run.started_at,
        duration_ms: took.and_then(|took| u64::try_from(took).ok()).unwrap_or(0),
        created: reported.created,
        updated: reported.updated,
        unchanged: reported.unchanged,
        removed: reported.removed,
        rejected: reported.rejected,
    })
}

impl Engine {
    /// Every connection that has not been disconnected, those that need somebody first.
    ///
    /// # Errors
    /// Vault and storage errors.
    pub async fn overview(&self) -> Result<Vec<ConnectionRow>, EngineError> {
        let records = self.store.read(connections::all).await?;
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            if record.disconnected_at.is_none() {
                rows.push(self.row(record).await?);
            }
        }
        // States are declared worst first.
        rows.sort_by_key(|row| row.health.state);
        Ok(rows)
    }

    /// Every connection that was disconnected and has contacts here still, by name.
    ///
    /// # Errors
    /// Vault and storage errors.
    pub async fn disconnected(&self) -> Result<Vec<ConnectionRow>, EngineError> {
        let records = self.store.read(connections::all).await?;
        let mut rows = Vec::new();
        for record in records {
            if record.disconnected_at.is_some() {
                rows.push(self.row(record).await?);
            }
        }
        rows.retain(|row| row.contacts > 0);
        rows.sort_by(|one, other| one.connection.name.cmp(&other.connection.name));
        Ok(rows)
    }

    /// One connection, as the overview has it.
    ///
    /// # Errors
    /// Vault and storage errors.
    pub async fn connection_row(&self, connection: &str) -> Result<ConnectionRow, EngineError> {
        let record = self.connection(connection).await?;
        self.row(record).await
    }

    async fn row(&self, record: ConnectionRecord) -> Result<ConnectionRow, EngineError> {
        let spec = self.spec_of(&record)?;
        let health = self.health(record.id.as_str()).await?;
        let schedule = self.schedule(&record, &spec, &health).await?;
        let finding = match health.failure_streak {
            0 => None,
            _ => self.finding_of(&record).await?,
        };
        let row = record.row;
        let counts = self.store.count_contacts(row).await?;
        let since = self.now().checked_sub(strip::SPAN);
        let since = since.unwrap_or(Timestamp::MIN);
        let (syncs, marks) = self
            .store
            .read(move |db| {
                let syncs = runs::newest(db, row, Some("sync"), RECENT)?;
                Ok((syncs, runs::marks_since(db, row, "sync", since)?))
            })
            .await?;
        let doubt = syncs
            .iter()
            .find(|run| matches!(run.status.as_str(), "succeeded" | "partial"))
            .and_then(|run| Reported::of(run).in_doubt);
        let recent = syncs.iter().rev().map(point);
        Ok(ConnectionRow {
            provider_name: spec.name.to_owned(),
            health,
            contacts: counts.contacts,
            pending: counts.pending,
            schedule,
            strip: strip::bars(marks)?,
            recent: recent.collect::<Result<_, _>>()?,
            doubt,
            finding,
            unconfirmed: spec.unconfirmed.map(ToOwned::to_owned),
            connection: record.into(),
        })
    }

    /// A connection's provider, as its settings make it.
    pub(crate) fn spec_of(&self, record: &ConnectionRecord) -> Result<ProviderSpec, EngineError> {
        Ok(self
            .registration_of(&record.provider)?
            .spec_with(&record.settings))
    }

    /// Changes what people call a connection.
    ///
    /// # Errors
    /// `configuration` for an empty or overlong name, storage errors.
    pub async fn rename(
        &self,
        connection: &str,
        name: &str,
    ) -> Result<ConnectionView, EngineError> {
        let name = name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 120 || name.contains(char::is_control) {
            return Err(EngineError::with_remedy(
                nurturehub_port::ErrorKind::Configuration,
                "That is no name for a connection.",
                "Give it a name of up to 120 characters on one line.",
            ));
        }
        let record = self.connection(connection).await?;
        let entry = self.audit_entry(audit_words::RENAMED, Some(&record.id), json!({}));
        let changed = self
            .store
            .write(move |tx| {
                audit::append(tx, &entry)?;
                connections::rename(tx, record.row, &name)?;
                connections::get(tx, record.id.as_str())
            })
            .await?;
        Ok(changed.into())
    }
}
