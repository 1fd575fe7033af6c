//! `cargo xtask run`: the main job on the built-in sandbox.
//!
//! Where there is a display, the desktop app opens on the sandbox. With none, `nurturehub demo` does the
//! same job: it connects, verifies, syncs, previews and pushes, and ends with a table of one row for
//! each CRM. Both are development builds, because those are there sooner on a fresh machine and share
//! what they compile with the tests.

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::setup::{self, For};
use crate::window;

/// Contacts that the sandbox lists for each CRM, unless the caller says otherwise.
const CONTACTS: &str = "2000";

/// Sets up, builds and runs; further arguments go to `nurturehub demo`, whose exit code is ours.
///
/// # Errors
/// Set-up, the build or the demo failed.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    // Whoever says how the demo is to be done wants the demo.
    if arguments.is_empty() && has_display(|name| std::env::var_os(name).is_some()) {
        return window::open();
    }
    setup::ensure(For::Running)?;
    say::progress("building nurturehub (the first time takes some minutes)");
    Program::cargo(&["build", "--locked", "--package", "nurturehub-cli"]).run()?;
    let demo = Program::cargo(&["run", "--quiet", "--locked", "--package", "nurturehub-cli"])
        .arguments(&["--bin", "nurturehub", "--"])
        .arguments(&demo_arguments(arguments));
    say::progress(&format!("running: {}", demo.line()));
    demo.run()
}

/// Whether a window can be opened: always where the system is one of windows.
fn has_display(is_set: impl Fn(&str) -> bool) -> bool {
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
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
