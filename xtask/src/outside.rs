//! A crate outside the workspace: what somebody else writes who has nothing but a checkout.
//!
//! It lies in the system's folder for temporary files, the same for each run, and compiles into the
//! workspace's own target folder with the workspace's lock file and profile, so that only what is
//! its own is compiled anew.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process::Program;
use crate::workspace::{self, Workspace};

/// The folder of a crate outside the workspace.
#[derive(Debug)]
pub(crate) struct Outside {
    folder: PathBuf,
    target: PathBuf,
}

impl Outside {
    /// The folder of this name, for this checkout alone, with lock file, profile and style of the
    /// workspace in it.
    ///
    /// # Errors
    /// A file cannot be read or written, or cargo does not answer.
    pub(crate) fn new(name: &str) -> Result<Self, Failure> {
        let root = workspace::root();
        let mut hasher = DefaultHasher::new();
        root.hash(&mut hasher);
        let folder = format!("nurturehub-{name}-{:016x}", hasher.finish());
        let place = Self {
            folder: std::env::temp_dir().join(folder),
            target: Workspace::read()?.target,
        };
        let read = |path: &Path| fs::read_to_string(path).map_err(Failure::file(path));
        place.write("Cargo.lock", &read(&root.join("Cargo.lock"))?)?;
        place.write("rustfmt.toml", &read(&root.join("rustfmt.toml"))?)?;
        let profile = dev_profile(&read(&root.join("Cargo.toml"))?);
        place.write(".cargo/config.toml", &profile)?;
        Ok(place)
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes away all that was written here before.
    ///
    /// # Errors
    /// A folder cannot be removed.
    pub(crate) fn cleared(self) -> Result<Self, Failure> {
        for name in ["src", "tests"] {
            let folder = self.folder.join(name);
            if folder.exists() {
                fs::remove_dir_all(&folder).map_err(Failure::file(&folder))?;
            }
        }
        Ok(self)
    }

    /// Writes a file, by its path in the folder.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        let path = self.folder.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Failure::file(folder))?;
        }
        fs::write(&path, text).map_err(Failure::file(&path))
    }

    /// Cargo in this folder. It asks no network: what the workspace has is enough.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Program {
        Program::cargo(arguments)
            .folder(&self.folder)
            .environment("CARGO_TARGET_DIR", self.target.as_os_str())
            .environment("CARGO_NET_OFFLINE", "true")
    }
}

/// A path as it can stand in a manifest or an attribute, on every system.
pub(crate) fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The sections of a manifest that say how to compile for development. Compiled otherwise, every
/// dependency would have to be compiled again.
fn dev_profile(manifest: &str) -> String {
    let mut wanted = false;
    let mut text = String::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            wanted = line.starts_with("[profile.dev");
        }
        if wanted {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_for_development_is_taken_and_no_other() {
        let manifest = "[package]\nname = \"a\"\n[profile.dev]\ndebug = 1\n\n\
                        [profile.dev.package]\nb = { opt-level = 3 }\n[profile.release]\nlto = true\n";
        assert_eq!(
            dev_profile(manifest),
            "[profile.dev]\ndebug = 1\n\n[profile.dev.package]\nb = { opt-level = 3 }\n"
        );
    }
}
