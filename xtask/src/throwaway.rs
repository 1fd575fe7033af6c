//! A home folder that goes when we are done, so that a person's own keyring and data are never touched.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process::Program;

/// The folder. It lies in the system's folder for temporary files, because the path of a socket may
/// have no more than some hundred bytes.
pub(crate) struct Throwaway(PathBuf);

impl Throwaway {
    /// A new folder for this purpose.
    ///
    /// # Errors
    /// It could not be made.
    pub(crate) fn new(purpose: &str) -> Result<Self, Failure> {
        let name = format!("nurturehub-{purpose}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).map_err(Failure::file(&path))?;
        let home = Self(path);
        private(&home.0)?;
        Ok(home)
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A program whose home, data, caches and sockets are here.
    ///
    /// # Errors
    /// A folder could not be made.
    pub(crate) fn house(&self, program: Program) -> Result<Program, Failure> {
        let mut program = program.environment("HOME", self.0.as_os_str());
        for variable in [
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_CACHE_HOME",
            "XDG_RUNTIME_DIR",
        ] {
            program = program.environment(variable, self.folder(variable)?.into_os_string());
        }
        Ok(program)
    }

    fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.0.join(name.to_ascii_lowercase());
        fs::create_dir_all(&path).map_err(Failure::file(&path))?;
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
