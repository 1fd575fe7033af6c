//! `cargo xtask check-specs DIR`: holds adapters and simulators against the vendors' descriptions.
//!
//! The descriptions are not part of this project and not needed for anything else. The check itself
//! is a crate of its own, `nurturehub-spec-check`, as this one must stay quick to compile.

use std::path::Path;

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::setup::{self, For};

/// Sets up, builds and runs the check with the folder given; further arguments go to the check.
///
/// # Errors
/// No folder was named or there is none; set-up or the build failed; the check found something.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let Some((folder, rest)) = arguments.split_first() else {
        return Err(Failure::Usage(
            "`check-specs` needs the folder with the vendors' descriptions".to_owned(),
        ));
    };
    // The check runs in the root of the workspace, wherever it was called from.
    let folder = Path::new(folder)
        .canonicalize()
        .map_err(Failure::file(folder.as_str()))?;
    setup::ensure(For::Running)?;
    say::progress("building the check");
    Program::cargo(&["run", "--quiet", "--locked"])
        .arguments(&["--package", "nurturehub-spec-check", "--"])
        .arguments(&[folder.to_string_lossy()])
        .arguments(rest)
        .run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_folder_nothing_is_checked_and_that_is_no_success() {
        let none = run(&[]).expect_err("no folder is named");
        assert_eq!(none.exit_code(), 2, "that is a usage error");
        let missing = run(&["/no/such/folder".to_owned()]).expect_err("there is no such folder");
        assert!(
            missing.to_string().contains("/no/such/folder"),
            "the message must name it: {missing}"
        );
    }
}
