//! The vault's tests against a real keyring.
//!
//! A private D-Bus with a `gnome-keyring-daemon` of its own, unlocked with a throw-away password;
//! home and data folders are throw-away too, so that a person's own keyring is never touched. The
//! tests of `crates/vault` that need it lie in a module `secret_service` and look for
//! `NURTUREHUB_TEST_SECRET_SERVICE=1`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::artifacts;
use crate::failure::Failure;
use crate::process::Program;
use crate::steps::Outcome;
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
    let home = Throwaway::new()?;
    let mut session = Program::new("dbus-run-session")
        .arguments(&["--", "sh", "-c", SCRIPT, "sh"])
        .arguments(&[harness.as_str(), TESTS])
        .folder(workspace::root().join("crates/vault"))
        .environment("NURTUREHUB_TEST_SECRET_SERVICE", "1")
        // With a display, a keyring that a test locks would ask the person at the screen.
        .without("DISPLAY")
        .without("WAYLAND_DISPLAY")
        .environment("HOME", home.0.as_os_str());
    for variable in [
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
        "XDG_RUNTIME_DIR",
    ] {
        session = session.environment(variable, home.folder(variable)?.into_os_string());
    }
    session.run()?;
    Ok(Outcome::Passed)
}

/// A folder that goes when we are done. It lies in the system's folder for temporary files,
/// because the path of a socket may have no more than some hundred bytes.
struct Throwaway(PathBuf);

impl Throwaway {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("nurturehub-keychain-{}", std::process::id()));
        fs::create_dir(&path).map_err(Failure::file(&path))?;
        let home = Self(path);
        private(&home.0)?;
        Ok(home)
    }

    fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.0.join(name.to_ascii_lowercase());
        fs::create_dir(&path).map_err(Failure::file(&path))?;
        private(&path)?;
        Ok(path)
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        // What cannot be removed now is left to the system, as with every temporary file.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Leaves a folder to its owner alone, which D-Bus and the keyring insist on.
#[cfg(unix)]
fn private(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(Failure::file(folder))
}

#[cfg(not(unix))]
fn private(_folder: &Path) -> Result<(), Failure> {
    Ok(())
}
