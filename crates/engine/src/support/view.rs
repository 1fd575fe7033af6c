//! Reading a bundle on another desk.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::archive::{self, refused};
use super::bundle::{
    BundleManifest, EXCHANGE, FINDING, HEALTH, MANIFEST, RUN, RUNS, SETTINGS, TRACES, VERSIONS,
};
use super::recorded::{FORMAT, RunRecording};
use crate::{EngineError, Finding, Health, RunDetail, RunSummary};

const KNOWN: [&str; 9] = [
    MANIFEST, VERSIONS, SETTINGS, HEALTH, RUNS, TRACES, RUN, FINDING, EXCHANGE,
];

/// A bundle, as it is shown: as if the connection were here.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BundleView {
    /// The file.
    pub file: String,
    /// When it was made.
    pub exported_at: Timestamp,
    /// By which version of this product.
    pub app_version: String,
    /// On which kind of system.
    pub system: String,
    /// The connection.
    pub connection: String,
    /// The CRM's name.
    pub provider_name: String,
    /// How the connection stood.
    pub health: Health,
    /// Its last runs.
    pub runs: Vec<RunSummary>,
    /// The run that the bundle is about, with its requests.
    pub run: Option<RunDetail>,
    /// What the way to the CRM said right after that run had failed.
    pub finding: Option<Finding>,
    /// How many recorded exchanges there are to replay.
    pub exchanges: usize,
    /// What is in the file.
    pub manifest: BundleManifest,
}

/// A bundle with what a replay needs.
pub(super) struct Opened {
    pub(super) view: BundleView,
    pub(super) recording: Option<RunRecording>,
}

#[derive(Deserialize)]
struct Versions {
    product: String,
    system: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    provider_name: String,
}

#[derive(Deserialize)]
struct Form {
    format: u32,
}

/// Opens a bundle that was made here or elsewhere.
///
/// # Errors
/// `configuration` for a file that is no bundle, is damaged, is larger than any bundle is, or was made
/// by a newer version.
pub async fn open_bundle(path: &Path) -> Result<BundleView, EngineError> {
    Ok(open(path).await?.view)
}

pub(super) async fn open(path: &Path) -> Result<Opened, EngineError> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || read(&path))
        .await
        .map_err(|_| {
            EngineError::new(
                nurturehub_port::ErrorKind::Internal,
                "The bundle's reader stopped.",
            )
        })?
}

fn read(path: &Path) -> Result<Opened, EngineError> {
    let entries = archive::read(path, &KNOWN)?;
    let form: Form = parsed(path, &entries, MANIFEST)?;
    if form.format != FORMAT {
        let (found, known) = (form.format, FORMAT);
        return Err(EngineError::with_remedy(
            nurturehub_port::ErrorKind::Configuration,
            format!("The bundle has the form {found}, and this version reads the form {known}."),
            "Open it with the version of this program that made it, or a newer one.",
        ));
    }
    let manifest: BundleManifest = parsed(path, &entries, MANIFEST)?;
    for listed in &manifest.contents {
        let length = entries.get(&listed.path).map(Vec::len);
        if length.and_then(|length| u64::try_from(length).ok()) != Some(listed.bytes) {
            return Err(refused(path, "it does not hold what its manifest says"));
        }
    }
    let is_listed = |name: &String| {
        name == MANIFEST || manifest.contents.iter().any(|listed| listed.path == *name)
    };
    if !entries.keys().all(is_listed) {
        return Err(refused(path, "it holds what its manifest does not name"));
    }
    let versions: Versions = parsed(path, &entries, VERSIONS)?;
    let settings: Settings = parsed(path, &entries, SETTINGS)?;
    let recording: Option<RunRecording> = if_there(path, &entries, EXCHANGE)?;
    if recording
        .as_ref()
        .is_some_and(|recording| recording.format != FORMAT)
    {
        return Err(refused(
            path,
            "its recording has a form that is not known here",
        ));
    }
    let view = BundleView {
        file: path.display().to_string(),
        exported_at: manifest.created_at,
        app_version: versions.product,
        system: versions.system,
        connection: manifest.connection.clone(),
        provider_name: settings.provider_name,
        health: parsed(path, &entries, HEALTH)?,
        runs: parsed(path, &entries, RUNS)?,
        run: if_there(path, &entries, RUN)?,
        finding: if_there(path, &entries, FINDING)?,
        exchanges: recording
            .as_ref()
            .map_or(0, |recording| recording.exchanges.len()),
        manifest,
    };
    Ok(Opened { view, recording })
}

fn if_there<T: DeserializeOwned>(
    path: &Path,
    entries: &BTreeMap<String, Vec<u8>>,
    name: &str,
) -> Result<Option<T>, EngineError> {
    if entries.contains_key(name) {
        parsed(path, entries, name).map(Some)
    } else {
        Ok(None)
    }
}

fn parsed<T: DeserializeOwned>(
    path: &Path,
    entries: &BTreeMap<String, Vec<u8>>,
    name: &str,
) -> Result<T, EngineError> {
    let content = entries
        .get(name)
        .ok_or_else(|| refused(path, &format!("it has no {name}")))?;
    serde_json::from_slice(content)
        .map_err(|error| refused(path, &format!("its {name} cannot be read ({error})")))
}
