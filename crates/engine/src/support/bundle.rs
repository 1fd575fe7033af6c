//! Making a bundle: first what would be in it, then the file.

use std::path::Path;

use jiff::Timestamp;
use nurturehub_pseudonym::Pseudonyms;
use nurturehub_store::connections::ConnectionRecord;
use nurturehub_store::recordings::{self, RecordingRow};
use nurturehub_store::runs::{self, RunRecord};
use nurturehub_store::traces;
use nurturehub_store::{Read, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specta::Type;

use super::recorded::{FORMAT, RunRecording};
use super::{archive, keeping, masking, why_not};
use crate::verify::AFTER;
use crate::{Engine, EngineError, RunDetail, RunSummary, audit_words};

/// Names of the entries.
pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const VERSIONS: &str = "versions.json";
pub(super) const SETTINGS: &str = "settings.json";
pub(super) const HEALTH: &str = "health.json";
pub(super) const RUNS: &str = "runs.json";
pub(super) const TRACES: &str = "traces.json";
pub(super) const RUN: &str = "run.json";
pub(super) const FINDING: &str = "finding.json";
pub(super) const EXCHANGE: &str = "exchange.json";

/// Runs that are listed, and of how many of them the requests are.
const LISTED: u32 = 50;
const TRACED: usize = 10;

/// Requests of one run that are listed: the last ones.
const REQUESTS: usize = 500;

/// One entry of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BundleEntry {
    /// Its name in the file.
    pub path: String,
    /// How large it is.
    pub bytes: u64,
    /// What it says.
    pub what: String,
}

/// What is in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BundleManifest {
    /// The form of bundles of this kind.
    pub format: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// The connection that it is about.
    pub connection: String,
    /// The kind of CRM.
    pub provider: String,
    /// The run that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Why there is nothing to replay, where there is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_replayable: Option<String>,
    /// What was done about secrets and personal data.
    pub masked: String,
    /// The other entries.
    pub contents: Vec<BundleEntry>,
}

/// A bundle that is not saved yet, so that whoever makes it can see what would be in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BundleDraft {
    /// What is in it.
    pub manifest: BundleManifest,
    /// The run's recorded exchange is in it, so that it can be replayed.
    pub replayable: bool,
    #[serde(skip)]
    entries: Vec<(String, Vec<u8>)>,
}

impl BundleDraft {
    /// The text of an entry, for whoever wants to read it first.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&[u8]> {
        let found = self.entries.iter().find(|(name, _)| name == path)?;
        Some(&found.1)
    }
}

/// A bundle that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BundleSaved {
    /// Where.
    pub file: String,
    /// How large it is.
    pub bytes: u64,
    /// What is in it.
    pub manifest: BundleManifest,
    /// Whether it can be replayed.
    pub replayable: bool,
}

/// The facts of a connection that a bundle is made of.
struct Found {
    run: Option<RunRecord>,
    recording: Option<RecordingRow>,
    runs: Vec<RunRecord>,
    traces: Vec<(String, Vec<Value>)>,
}

impl Engine {
    /// Puts together what a bundle of a connection would hold: about this run, else about the last
    /// one that failed or ended in part. Nothing is written.
    ///
    /// # Errors
    /// `configuration` where the connection has no such run; storage errors.
    pub async fn prepare_bundle(
        &self,
        connection: &str,
        run: Option<&str>,
    ) -> Result<BundleDraft, EngineError> {
        let record = self.connection(connection).await?;
        let health = self.health(connection).await?;
        let found = self.facts_for_bundle(&record, run).await?;
        let recording = found.recording.as_ref().and_then(keeping::unpack);
        let finding = match &found.run {
            Some(run) => self.finding_about(&record, run).await?,
            None => None,
        };
        let finding = finding.filter(|found| found.at.is_some() || found.not_asked.is_some());
        let key = match &found.recording {
            Some(row) => row.key,
            None => self.options.random.array()?,
        };
        let pseudonyms = Pseudonyms::new(key);
        let mut health = serde_json::to_value(health).unwrap_or_default();
        masking::masked(&mut health, "health", &pseudonyms);
        let mut entries = vec![
            entry(
                VERSIONS,
                &self.versions(),
                "The versions of the program and of this computer's system.",
            ),
            entry(
                SETTINGS,
                &self.settings_for_bundle(&record, recording.as_ref(), &pseudonyms)?,
                "The connection's settings. Secrets are not in them; addresses are; other texts are replaced.",
            ),
            entry(
                HEALTH,
                &health,
                "How the connection stands, and what is wrong with it.",
            ),
            entry(
                RUNS,
                &summaries(&found.runs)?,
                "The connection's last runs and how each ended.",
            ),
            entry(
                TRACES,
                &traced(&found.traces),
                "The requests of the last runs: no ids, no content.",
            ),
        ];
        if let Some(run) = &found.run {
            let requests = found.traces.iter().find(|(id, _)| *id == run.id);
            entries.push(entry(
                RUN,
                &detail(run, requests.map(|(_, requests)| requests), &pseudonyms)?,
                "The run in question, with its report and its requests.",
            ));
        }
        if let Some(finding) = finding {
            entries.push(entry(
                FINDING,
                &masking::finding(finding, &pseudonyms),
                "What the steps to the CRM found right after the run had failed, each with its time; \
                 or why none were taken.",
            ));
        }
        if let Some(recording) = &recording {
            entries.push(entry(
                EXCHANGE,
                recording,
                "What was said to the CRM and what it answered just before the run failed. Names, \
                 addresses, numbers and ids of people are replaced.",
            ));
        }
        let manifest = BundleManifest {
            format: FORMAT,
            created_at: self.now(),
            connection: record.id.to_string(),
            provider: record.provider.to_string(),
            not_replayable: match &recording {
                Some(_) => None,
                None => Some(why_not::replayable(found.run.as_ref()).to_owned()),
            },
            run_id: found.run.map(|run| run.id),
            masked: "No secret is in here. What tells a person is replaced, the same by the same \
                     throughout, with its length and form kept. The key to that is not in here. The \
                     connection's id stays: it may carry the agency's id at NurtureHub, which says \
                     whose ticket this is, and names no person."
                .to_owned(),
            contents: entries.iter().map(|(entry, _)| entry.clone()).collect(),
        };
        let written = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
        let entries = entries
            .into_iter()
            .map(|(entry, content)| (entry.path, content));
        Ok(BundleDraft {
            replayable: recording.is_some(),
            entries: std::iter::once((MANIFEST.to_owned(), written))
                .chain(entries)
                .collect(),
            manifest,
        })
    }

    /// Writes a bundle to a file, and notes in the audit log who did.
    ///
    /// # Errors
    /// `configuration` where the file cannot be written; storage errors.
    pub async fn save_bundle(
        &self,
        draft: &BundleDraft,
        path: &Path,
    ) -> Result<BundleSaved, EngineError> {
        let (target, entries) = (path.to_owned(), draft.entries.clone());
        let bytes = tokio::task::spawn_blocking(move || archive::write(&target, &entries))
            .await
            .map_err(|_| {
                EngineError::new(
                    nurturehub_port::ErrorKind::Internal,
                    "The bundle's writer stopped.",
                )
            })??;
        let record = self.connection(&draft.manifest.connection).await?;
        let about = json!({ "runId": draft.manifest.run_id });
        self.audit(self.audit_entry(audit_words::BUNDLE_SAVED, Some(&record.id), about))
            .await?;
        Ok(BundleSaved {
            file: path.display().to_string(),
            bytes,
            manifest: draft.manifest.clone(),
            replayable: draft.replayable,
        })
    }

    async fn facts_for_bundle(
        &self,
        record: &ConnectionRecord,
        wanted: Option<&str>,
    ) -> Result<Found, EngineError> {
        let (row, wanted) = (record.row, wanted.map(ToOwned::to_owned));
        Ok(self
            .store
            .read(move |db| {
                let listed = runs::newest(db, row, None, LISTED)?;
                let run = match wanted {
                    Some(id) => Some(run_of(db, row, &id)?),
                    None => last_in_trouble(db, row)?,
                };
                let recording = match &run {
                    Some(run) => recordings::of_run(db, run.row)?,
                    None => None,
                };
                let about = run.iter().chain(listed.iter().take(TRACED));
                let mut traced: Vec<(String, Vec<Value>)> = Vec::new();
                for run in about {
                    if traced.iter().all(|(id, _)| *id != run.id) {
                        let mut requests = traces::of_run(db, run.row)?;
                        requests.drain(..requests.len().saturating_sub(REQUESTS));
                        traced.push((run.id.clone(), requests));
                    }
                }
                Ok(Found {
                    run,
                    recording,
                    runs: listed,
                    traces: traced,
                })
            })
            .await?)
    }

    fn versions(&self) -> Value {
        let registry = self.options.registry.iter();
        let providers: Vec<String> = registry.map(|entry| (entry.spec)().id.into()).collect();
        json!({
            "product": env!("CARGO_PKG_VERSION"),
            "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            "bundleFormat": FORMAT,
            "providers": providers,
        })
    }

    fn settings_for_bundle(
        &self,
        record: &ConnectionRecord,
        recording: Option<&RunRecording>,
        pseudonyms: &Pseudonyms,
    ) -> Result<Value, EngineError> {
        let spec = self
            .registration_of(&record.provider)?
            .spec_with(&record.settings);
        // Those at the time of the run, where it was recorded.
        let settings = match recording {
            Some(recording) => recording.settings.clone(),
            None => masking::settings(&spec, &record.settings, pseudonyms),
        };
        Ok(json!({
            "connection": record.id,
            "provider": record.provider,
            "providerName": spec.name,
            "name": pseudonyms.opaque(&record.name),
            "createdAt": record.created_at,
            "pausedAt": record.paused_at,
            "disconnectedAt": record.disconnected_at,
            "settings": settings,
        }))
    }
}

/// A run by its id, where it is this connection's.
fn run_of(db: &Read<'_>, connection: i64, id: &str) -> Result<RunRecord, StoreError> {
    let run = runs::get(db, id)?;
    if run.connection == connection {
        return Ok(run);
    }
    Err(StoreError::NotFound {
        what: "run of this connection",
        key: id.to_owned(),
    })
}

/// The last run that failed or ended in part, and that did not just look into another. Where that was
/// not recorded, because it failed of something of our own, one before it that failed, was recorded,
/// and that nothing has healed since: what the CRM said is worth more.
fn last_in_trouble(db: &Read<'_>, connection: i64) -> Result<Option<RunRecord>, StoreError> {
    let mut found = runs::newest_in_trouble(db, connection, LISTED)?;
    found.retain(|run| run.report[AFTER].is_null());
    for (at, run) in found.iter().enumerate() {
        let healed_by = match run.kind.as_str() {
            "verify" => "sync",
            kind => kind,
        };
        let counts = at == 0
            || (run.status == "failed"
                && !runs::has_succeeded_since(db, connection, healed_by, run.row)?);
        if counts && recordings::of_run(db, run.row)?.is_some() {
            return Ok(Some(run.clone()));
        }
    }
    Ok(found.into_iter().next())
}

fn entry<T: Serialize>(path: &str, content: &T, what: &str) -> (BundleEntry, Vec<u8>) {
    let written = serde_json::to_vec_pretty(content).unwrap_or_default();
    let entry = BundleEntry {
        path: path.to_owned(),
        bytes: u64::try_from(written.len()).unwrap_or(u64::MAX),
        what: what.to_owned(),
    };
    (entry, written)
}

fn summaries(found: &[RunRecord]) -> Result<Vec<RunSummary>, StoreError> {
    found.iter().cloned().map(RunSummary::try_from).collect()
}

fn traced(found: &[(String, Vec<Value>)]) -> Vec<Value> {
    found
        .iter()
        .map(|(id, requests)| json!({ "runId": id, "requests": requests }))
        .collect()
}

fn detail(
    run: &RunRecord,
    requests: Option<&Vec<Value>>,
    pseudonyms: &Pseudonyms,
) -> Result<RunDetail, StoreError> {
    let mut report = run.report.clone();
    masking::masked(&mut report, "report", pseudonyms);
    Ok(RunDetail {
        report,
        summary: run.clone().try_into()?,
        requests: requests.cloned().unwrap_or_default(),
        // The runs of the bundle have it as a run of its own.
        look: None,
    })
}
