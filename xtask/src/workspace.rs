//! Where the workspace is and what cargo knows of it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::Failure;
use crate::process::Program;

/// The root of the workspace: the folder above this crate's.
pub(crate) fn root() -> PathBuf {
    // `cargo run` names this crate's folder at run time; the path of the build is the fallback for
    // a binary that is started by hand.
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map_or(here.clone(), Path::to_path_buf)
}

/// A member of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its name.
    pub(crate) name: String,
    /// Its manifest.
    pub(crate) manifest: PathBuf,
    /// Other members that it depends on.
    pub(crate) uses: Vec<Use>,
}

/// One member depending on another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    /// Which.
    pub(crate) name: String,
    /// For its tests alone.
    pub(crate) in_tests: bool,
}

/// What `cargo metadata` says of the workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The members, in cargo's order.
    pub(crate) members: Vec<Member>,
    /// Where cargo puts what it builds.
    pub(crate) target: PathBuf,
    /// The version that all members share.
    pub(crate) version: String,
}

impl Workspace {
    /// Asks cargo. Nothing is resolved, so this is quick and needs no network.
    ///
    /// # Errors
    /// Cargo failed or answered in another form than it documents.
    pub(crate) fn read() -> Result<Self, Failure> {
        let metadata = Program::cargo(&["metadata", "--no-deps", "--format-version", "1"]);
        let text = metadata.output()?;
        let answer = |detail: &str| Failure::Answer {
            from: metadata.line(),
            detail: detail.to_owned(),
        };
        let value: Value =
            serde_json::from_str(&text).map_err(|error| answer(&error.to_string()))?;
        Self::parse(&value).ok_or_else(|| answer("a field is missing"))
    }

    fn parse(metadata: &Value) -> Option<Self> {
        let packages = metadata.get("packages")?.as_array()?;
        Some(Self {
            members: packages.iter().map(member).collect::<Option<_>>()?,
            target: metadata.get("target_directory")?.as_str()?.into(),
            version: packages.first()?.get("version")?.as_str()?.to_owned(),
        })
    }
}

fn member(package: &Value) -> Option<Member> {
    let uses = package
        .get("dependencies")?
        .as_array()?
        .iter()
        // Only members are named by path; everything else comes from the registry.
        .filter(|dependency| dependency.get("path").is_some_and(Value::is_string))
        .map(|dependency| {
            Some(Use {
                name: dependency.get("name")?.as_str()?.to_owned(),
                in_tests: dependency.get("kind")?.as_str() == Some("dev"),
            })
        })
        .collect::<Option<_>>()?;
    Some(Member {
        name: package.get("name")?.as_str()?.to_owned(),
        manifest: package.get("manifest_path")?.as_str()?.into(),
        uses,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_gives_members_and_their_arrows() {
        let metadata: Value = serde_json::from_str(
            r#"{"target_directory": "/t", "packages": [{
                "name": "b", "version": "0.1.0", "manifest_path": "/w/b/Cargo.toml",
                "dependencies": [
                    {"name": "serde", "kind": null},
                    {"name": "a", "kind": null, "path": "/w/a"},
                    {"name": "c", "kind": "dev", "path": "/w/c"}
                ]}]}"#,
        )
        .unwrap();
        let workspace = Workspace::parse(&metadata).expect("all fields are there");
        let found: Vec<_> = workspace.members[0]
            .uses
            .iter()
            .map(|used| (used.name.as_str(), used.in_tests))
            .collect();
        assert_eq!(
            found,
            [("a", false), ("c", true)],
            "crates from the registry are no arrows; test dependencies are told apart"
        );
        assert_eq!(workspace.version, "0.1.0", "members share one version");
    }

    #[test]
    fn metadata_without_members_is_refused() {
        assert!(
            Workspace::parse(&serde_json::json!({"packages": []})).is_none(),
            "an empty answer must not pass for a workspace without arrows"
        );
    }
}
