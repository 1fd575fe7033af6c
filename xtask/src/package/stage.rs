//! `cargo xtask stage`: the command line, built and laid where the installers take it from.
//!
//! Support works with `nurturehub` on an agency's computer, so the Linux packages bring it beside the app.
//! Tauri's command line calls this between building and bundling (`build.beforeBundleCommand`), whether it
//! was started by `cargo xtask package` or by hand.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::workspace::{self, Workspace};

/// Set by Tauri's command line: `true` where it bundles a development build.
const DEBUG: &str = "TAURI_ENV_DEBUG";

/// How to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    /// For development and tests.
    Debug,
    /// To ship.
    Release,
}

impl Profile {
    fn asked_for(debug: Option<&str>) -> Self {
        if debug == Some("true") {
            Self::Debug
        } else {
            Self::Release
        }
    }
}

/// Builds as Tauri's command line builds, and copies to `target/staged/nurturehub`.
///
/// # Errors
/// The build failed, or the program cannot be copied.
pub(crate) fn run(_arguments: &[String]) -> Result<(), Failure> {
    let profile = Profile::asked_for(std::env::var(DEBUG).ok().as_deref());
    let program = build(&Workspace::read()?, profile)?;
    // tauri.conf.json names this path from the root, wherever cargo's target folder may be.
    let folder = workspace::root().join("target/staged");
    fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
    let name = program.file_name().unwrap_or_default();
    fs::copy(&program, folder.join(name)).map_err(Failure::file(&program))?;
    Ok(())
}

/// Builds the command line; the answer is where it is.
///
/// # Errors
/// The build failed.
pub(super) fn build(workspace: &Workspace, profile: Profile) -> Result<PathBuf, Failure> {
    say::progress("building the command line");
    let cargo = Program::cargo(&["build", "--locked", "--package", "nurturehub-cli"]);
    let (cargo, folder) = match profile {
        Profile::Debug => (cargo, "debug"),
        Profile::Release => (cargo.arguments(&["--release"]), "release"),
    };
    cargo.run()?;
    let name = format!("nurturehub{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.target.join(folder).join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_development_build_gets_a_development_command_line() {
        assert_eq!(Profile::asked_for(Some("true")), Profile::Debug);
        assert_eq!(Profile::asked_for(Some("false")), Profile::Release);
        assert_eq!(
            Profile::asked_for(None),
            Profile::Release,
            "by hand it is made to ship"
        );
    }
}
