//! The vault's tests against a real keyring.
//!
//! A private D-Bus with a `gnome-keyring-daemon` of its own, unlocked with a throw-away password;
//! home and data folders are throw-away too, so that a person's own keyring is never touched. The
//! tests of `crates/vault` that need it lie in a module `secret_service` and look for
//! `NURTUREHUB_TEST_SECRET_SERVICE=1`.

use crate::artifacts;
use crate::failure::Failure;
use crate::process::Program;
use crate::steps::Outcome;
use crate::throwaway::Throwaway;
use crate::workspace;

/// The module whose tests these are.
const TESTS: &str = "secret_service";
/// Unlocks the keyring on the bus that we are given, then runs the harness with its arguments.
const SCRIPT: &str = "printf throw-away | gnome-keyring-daemon --unlock --components=secrets \
                      >/dev/null && exec \"$@\"";

/// Runs every test of the vault beside a real keyring.
///
/// # Errors
/// A test failed, or the bus or the keyring did not start.
pub(crate) fn check() -> Result<Outcome, Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(Outcome::NotRun(
            "the private keyring exists on Linux alone".to_owned(),
        ));
    }
    let harness = artifacts::harness("vault", TESTS)?;
    let home = Throwaway::new("keychain")?;
    let session = Program::new("dbus-run-session")
        .arguments(&["--", "sh", "-c", SCRIPT, "sh"])
        .arguments(&[harness.as_str(), TESTS])
        .folder(workspace::root().join("crates/vault"))
        .environment("NURTUREHUB_TEST_SECRET_SERVICE", "1")
        // With a display, a keyring that a test locks would ask the person at the screen.
        .without("DISPLAY")
        .without("WAYLAND_DISPLAY");
    home.house(session)?.run()?;
    Ok(Outcome::Passed)
}
