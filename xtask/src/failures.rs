//! `cargo xtask failures`: the catalogue of failures, run and printed; and the page of error kinds.
//!
//! The catalogue is a crate of its own, `nurturehub-failures`, as this one must stay quick to compile.

use std::fs;

use crate::artifacts;
use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::setup::{self, For};
use crate::steps::Outcome;
use crate::workspace;

/// The page of error kinds.
const PAGE: &str = "docs/errors.md";

/// What writes that page.
const WRITES: &str = "cargo run --package nurturehub-failures -- errors > docs/errors.md";

/// Runs every case, or those with the text given in their title or CRM, and prints the table.
///
/// # Errors
/// Set-up or the build failed; a case did not go as it should.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    setup::ensure(For::Running)?;
    say::progress("running the catalogue of failures");
    Program::cargo(&["run", "--quiet", "--locked"])
        .arguments(&["--package", "nurturehub-failures", "--", "table"])
        .arguments(arguments)
        .run()
}

/// Compares the page of error kinds with what the code says of them.
///
/// # Errors
/// It says something else, or one of the two sides cannot be had.
pub(crate) fn check_page() -> Result<Outcome, Failure> {
    let path = workspace::root().join(PAGE);
    let written = fs::read_to_string(&path).map_err(Failure::file(&path))?;
    let program = artifacts::of_tests()?
        .into_iter()
        .find(|built| !built.is_test && artifacts::is_crate(&built.manifest, "failures"))
        .ok_or_else(|| Failure::Answer {
            from: "cargo test --no-run".to_owned(),
            detail: "it built no program `nurturehub-failures`".to_owned(),
        })?;
    let printed = Program::new(program.path.to_string_lossy())
        .arguments(&["errors"])
        .output()?;
    if written == printed {
        return Ok(Outcome::Passed);
    }
    Err(Failure::Found(format!(
        "{PAGE} does not say what the code says: {WRITES}"
    )))
}
