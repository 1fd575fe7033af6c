//! Which versions are measured.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::contestant::{Places, scripts};
use crate::taken::line;

/// The packages whose versions are shown.
const SHOWN: &[&str] = &[
    "dlt",
    "duckdb",
    "sqlalchemy",
    "singer-sdk",
    "airbyte",
    "airbyte-cdk",
];

/// Names and versions of what is measured beside ours. What cannot be found out is left out.
pub(crate) fn versions(places: &Places) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    let python = places.environments.join("dlt").join("bin").join("python");
    if let Some(text) = line(Command::new(python).arg("--version")) {
        let version = text.trim_start_matches("Python ").to_owned();
        versions.insert("Python".to_owned(), version);
    }
    for environment in super::environments() {
        let path = scripts().join(format!("requirements-{environment}.txt"));
        for (name, version) in pinned(&path) {
            if SHOWN.contains(&name.as_str()) {
                // Two environments may pin different versions of the same package.
                versions.insert(format!("{name} (in {environment}'s environment)"), version);
            }
        }
    }
    versions
}

/// The packages that a requirements file pins.
fn pinned(path: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let (name, version) = line.split_once("==")?;
            Some((name.trim().to_lowercase(), version.trim().to_owned()))
        })
        .collect()
}

/// The files that say what is run of others: scripts, and the exact versions of what they need.
pub(crate) fn files() -> Result<Vec<PathBuf>, crate::Failure> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(scripts())? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
