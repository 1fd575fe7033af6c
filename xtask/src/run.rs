//! `cargo xtask run`: the main job on the built-in sandbox.
//!
//! A development build, because it is there sooner on a fresh machine and shares what it compiles
//! with the tests. It runs `nurturehub demo`, which connects, verifies, syncs, previews and pushes,
//! and ends with a table of one row for each CRM.

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::setup::{self, For};

/// Contacts that the sandbox lists for each CRM, unless the caller says otherwise.
const CONTACTS: &str = "2000";

/// Sets up, builds and runs; further arguments go to `nurturehub demo`, whose exit code is ours.
///
/// # Errors
/// Set-up, the build or the demo failed.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    setup::ensure(For::Running)?;
    say::progress("building nurturehub (the first time takes some minutes)");
    Program::cargo(&["build", "--locked", "--package", "nurturehub-cli"]).run()?;
    let demo = Program::cargo(&["run", "--quiet", "--locked", "--package", "nurturehub-cli"])
        .arguments(&["--bin", "nurturehub", "--"])
        .arguments(&demo_arguments(arguments));
    say::progress(&format!("running: {}", demo.line()));
    demo.run()
}

fn demo_arguments(given: &[String]) -> Vec<String> {
    let given = match given.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => given,
    };
    let mut arguments = vec!["demo".to_owned()];
    let says_how_many = |word: &String| word == "--contacts" || word.starts_with("--contacts=");
    if !given.iter().any(says_how_many) {
        arguments.extend(["--contacts".to_owned(), CONTACTS.to_owned()]);
    }
    arguments.extend_from_slice(given);
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo(given: &[&str]) -> String {
        let given: Vec<String> = given.iter().map(|&word| word.to_owned()).collect();
        demo_arguments(&given).join(" ")
    }

    #[test]
    fn arguments_pass_through_and_the_default_gives_way() {
        assert_eq!(demo(&[]), "demo --contacts 2000", "the documented default");
        assert_eq!(
            demo(&["--", "--json"]),
            "demo --contacts 2000 --json",
            "a leading `--` is for cargo's sake and is dropped"
        );
        assert_eq!(
            demo(&["--contacts=50"]),
            "demo --contacts=50",
            "given twice, the option would be refused"
        );
    }
}
