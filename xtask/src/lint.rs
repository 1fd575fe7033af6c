//! `cargo xtask lint`: formatting, house rules and clippy.

use crate::failure::Failure;
use crate::process::Program;
use crate::setup::{self, For};
use crate::steps::{self, Step, Work};
use crate::tidy;

/// Sets up and takes the three steps.
///
/// # Errors
/// The first step that failed.
pub(crate) fn run(_arguments: &[String]) -> Result<(), Failure> {
    setup::ensure(For::Testing)?;
    steps::take(&steps())
}

/// The steps, quickest first; `test` begins with the same.
pub(crate) fn steps() -> Vec<Step> {
    vec![
        Step {
            name: "format",
            about: "rustfmt would change nothing",
            work: Work::Program(Program::cargo(&["fmt", "--all", "--", "--check"])),
        },
        Step {
            name: "tidy",
            about: "crate arrows, file lengths, names",
            work: Work::Call(tidy::check),
        },
        Step {
            name: "clippy",
            about: "no warning in any target",
            work: Work::Program(Program::cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "-D",
                "warnings",
            ])),
        },
    ]
}
