//! Which versions are measured.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::contestant::{Places, scripts};

/// The packages whose versions are shown.
const SHOWN: &[&str] = &[
    "dlt",
    "duckdb",
    "sqlalchemy",
    "singer-sdk",
    "airbyte",
    "airbyte-cdk",
];

/// Names and versions of what is measured. What cannot be found out is left out.
pub(crate) fn versions(places: &Places) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    let commit = commit();
    let own = env!("CARGO_PKG_VERSION");
    versions.insert(
        "NurtureHub Connect".to_owned(),
        commit.map_or_else(|| own.to_owned(), |commit| format!("{own} ({commit})")),
    );
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

/// The commit, and whether anything differs from it but the documents, which this command writes.
fn commit() -> Option<String> {
    let commit = line(Command::new("git").args(["describe", "--always"]))?;
    let changed = line(Command::new("git").args(["status", "--porcelain", "--", ".", ":!docs"]))?;
    Some(if changed.is_empty() {
        commit
    } else {
        format!("{commit}-dirty")
    })
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

fn line(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned())
}
