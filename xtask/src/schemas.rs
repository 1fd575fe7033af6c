//! The published schemas are what the types say.
//!
//! `docs/schemas/NAME.json` is what `nurturehub schema NAME` printed when it was last written. They
//! are compared as JSON, so layout does not matter.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::artifacts;
use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::steps::Outcome;
use crate::workspace;

/// Compares every checked-in schema with what the program prints.
///
/// # Errors
/// A schema differs, or one of the two sides cannot be had.
pub(crate) fn check() -> Result<Outcome, Failure> {
    let checked_in = checked_in(&workspace::root().join("docs/schemas"))?;
    if checked_in.is_empty() {
        return Ok(Outcome::NotRun("docs/schemas has no schema".to_owned()));
    }
    let program = program()?;
    let mut drifted = Vec::new();
    for (name, path) in checked_in {
        let text = fs::read_to_string(&path).map_err(Failure::file(&path))?;
        let printed = Program::new(program.to_string_lossy())
            .arguments(&["schema", &name])
            .output()?;
        if parsed(&text, &path.to_string_lossy())? != parsed(&printed, "nurturehub schema")? {
            say::progress(&format!(
                "docs/schemas/{name}.json is out of date: cargo run --package nurturehub-cli -- \
                 schema {name} > docs/schemas/{name}.json"
            ));
            drifted.push(name);
        }
    }
    if drifted.is_empty() {
        return Ok(Outcome::Passed);
    }
    Err(Failure::Found(format!(
        "schemas that do not say what the types say: {}",
        drifted.join(", ")
    )))
}

/// Names and paths of the schemas in a folder, in order; none where there is no folder.
fn checked_in(folder: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(Failure::file(folder))? {
        let path = entry.map_err(Failure::file(folder))?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        if let (Some(name), Some("json")) = (name, path.extension().and_then(|end| end.to_str())) {
            found.push((name.to_owned(), path.clone()));
        }
    }
    found.sort();
    Ok(found)
}

fn program() -> Result<PathBuf, Failure> {
    artifacts::of_tests()?
        .into_iter()
        .find(|built| {
            !built.is_test
                && built.target == "nurturehub"
                && artifacts::is_crate(&built.manifest, "cli")
        })
        .map(|built| built.path)
        .ok_or_else(|| Failure::Answer {
            from: "cargo test --no-run".to_owned(),
            detail: "it built no program `nurturehub`".to_owned(),
        })
}

fn parsed(text: &str, from: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::Answer {
        from: from.to_owned(),
        detail: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_is_no_drift_and_content_is() {
        let written = parsed(r#"{"a": 1, "b": [2, 3]}"#, "a").unwrap();
        let printed = parsed("{\n  \"b\": [2, 3],\n  \"a\": 1\n}\n", "b").unwrap();
        assert_eq!(
            written, printed,
            "blanks and the order of keys mean nothing"
        );
        let other = parsed(r#"{"a": 1, "b": [3, 2]}"#, "c").unwrap();
        assert_ne!(written, other, "the order of a list does");
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_schemas() {
        let none = checked_in(Path::new("/no/such/folder")).unwrap();
        assert!(none.is_empty(), "that is the state before the first one");
    }
}
