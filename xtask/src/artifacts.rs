//! What cargo built for the tests, so that a step can run it again without building it again.
//!
//! Building one package alone picks other features of its dependencies than building the
//! workspace does, which would compile many of them twice.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::Failure;
use crate::process::Program;

/// An executable that cargo built.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Executable {
    /// The manifest of its package.
    pub(crate) manifest: PathBuf,
    /// The name of its target.
    pub(crate) target: String,
    /// It is a test harness, and no program of its own.
    pub(crate) is_test: bool,
    /// Where it is.
    pub(crate) path: PathBuf,
}

/// Builds the workspace's tests, should they not be built, and lists what came of it.
///
/// # Errors
/// The build failed.
pub(crate) fn of_tests() -> Result<Vec<Executable>, Failure> {
    let text = Program::cargo(&["test", "--workspace", "--locked", "--no-run", "--quiet"])
        .arguments(&["--message-format", "json"])
        .output()?;
    Ok(text.lines().filter_map(executable).collect())
}

/// The harness of `crates/NAME` that has tests in this module. None at all would pass as easily as
/// all of them, so that is an error.
///
/// # Errors
/// There is none, or the build failed.
pub(crate) fn harness(name: &str, module: &str) -> Result<String, Failure> {
    for built in of_tests()? {
        if !built.is_test || !is_crate(&built.manifest, name) {
            continue;
        }
        let harness = built.path.to_string_lossy().into_owned();
        let list = Program::new(&harness)
            .arguments(&["--list", module])
            .output()?;
        if list.lines().any(|line| line.ends_with(": test")) {
            return Ok(harness);
        }
    }
    Err(Failure::Answer {
        from: "cargo test --no-run".to_owned(),
        detail: format!("crates/{name} has no test in a module `{module}`"),
    })
}

/// Whether this manifest is that of `crates/NAME`.
pub(crate) fn is_crate(manifest: &Path, name: &str) -> bool {
    manifest.ends_with(Path::new("crates").join(name).join("Cargo.toml"))
}

fn executable(line: &str) -> Option<Executable> {
    let message: Value = serde_json::from_str(line).ok()?;
    Some(Executable {
        manifest: message.get("manifest_path")?.as_str()?.into(),
        target: message.get("target")?.get("name")?.as_str()?.to_owned(),
        is_test: message.get("profile")?.get("test")?.as_bool()?,
        path: message.get("executable")?.as_str()?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_executables_are_taken_from_cargo_s_messages() {
        let library = r#"{"reason":"compiler-artifact","manifest_path":"/w/crates/a/Cargo.toml",
            "target":{"name":"a"},"profile":{"test":false},"executable":null}"#;
        let test = r#"{"reason":"compiler-artifact","manifest_path":"/w/crates/a/Cargo.toml",
            "target":{"name":"it"},"profile":{"test":true},"executable":"/t/it-1"}"#;
        assert_eq!(executable(library), None, "a library cannot be run");
        assert_eq!(
            executable("warning: text"),
            None,
            "other output is passed over"
        );
        let found = executable(test).expect("a test harness can be run");
        assert!(found.is_test, "it is a harness");
        assert!(is_crate(&found.manifest, "a"), "it belongs to crate a");
        assert!(
            !is_crate(&found.manifest, "b"),
            "and to no other: {found:?}"
        );
    }
}
