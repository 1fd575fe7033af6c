//! The window's web part: npm installs it, checks it and builds it.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::steps::Outcome;
use crate::workspace;

/// Written into `node_modules` once the installation is whole: the lock file that it was made from.
const STAMP: &str = "node_modules/.installed.json";

/// npm and npx are scripts on Windows, which are started by their whole name alone.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
const NPX: &str = if cfg!(windows) { "npx.cmd" } else { "npx" };

/// Types, lint and tests of the web part.
///
/// # Errors
/// One of them failed.
pub(crate) fn check() -> Result<Outcome, Failure> {
    install(&ui())?;
    npm(&["run", "--silent", "check"]).run()?;
    Ok(Outcome::Passed)
}

/// Builds `ui/dist`, which the app embeds.
///
/// # Errors
/// The installation or the build failed.
pub(crate) fn build() -> Result<(), Failure> {
    install(&ui())?;
    say::progress("building ui/dist");
    npm(&["run", "--silent", "build"]).run()
}

/// Installs what a folder's lock file names; npm is asked only where that has changed.
///
/// # Errors
/// npm failed.
pub(crate) fn install(folder: &PathBuf) -> Result<(), Failure> {
    let lock = folder.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).map_err(Failure::file(&lock))?;
    let stamp = folder.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say::progress(&format!("npm ci in {} (once)", folder.display()));
    Program::new(NPM)
        .arguments(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .folder(folder)
        .run()?;
    fs::write(&stamp, wanted).map_err(Failure::file(&stamp))
}

/// The folder of the web part.
pub(crate) fn ui() -> PathBuf {
    workspace::root().join("ui")
}

/// Tauri's command line, of the version that the root's lock file pins.
pub(crate) fn tauri(arguments: &[&str]) -> Program {
    Program::new(NPX).arguments(&["tauri"]).arguments(arguments)
}

fn npm(arguments: &[&str]) -> Program {
    Program::new(NPM).arguments(arguments).folder(ui())
}
