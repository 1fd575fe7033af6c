//! The data folder.

use std::path::{Path, PathBuf};

/// The data folder: the database, the locks, and the vault where that is a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home(PathBuf);

impl Home {
    /// The folder at this path; it is made when it is first used.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder that the system has for an application's data: `XDG_DATA_HOME` or
    /// `~/.local/share` on Linux, `~/Library/Application Support` on macOS, `%APPDATA%` on Windows.
    #[must_use]
    pub fn default_path(env: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
        let set = |name: &str| {
            env(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let data = if cfg!(target_os = "windows") {
            set("APPDATA")
        } else if cfg!(target_os = "macos") {
            set("HOME").map(|home| home.join("Library").join("Application Support"))
        } else {
            set("XDG_DATA_HOME")
                .filter(|path| path.is_absolute())
                .or_else(|| set("HOME").map(|home| home.join(".local").join("share")))
        };
        data.map(|data| data.join("nurturehub-connect"))
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.0.join("connect.db")
    }

    /// What a person chose about the desktop app, where it keeps that.
    #[must_use]
    pub fn preferences(&self) -> PathBuf {
        self.0.join("preferences.json")
    }

    /// Where a copy of the database is made while its key is changed.
    #[must_use]
    pub fn database_copy(&self) -> PathBuf {
        self.0.join("connect.db.next")
    }

    /// Where the log is, one file a day.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// Where the locks are.
    #[must_use]
    pub fn locks(&self) -> PathBuf {
        self.0.join("locks")
    }
}
