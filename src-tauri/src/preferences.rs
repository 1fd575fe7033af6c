//! What a person chose about the app itself. No secret, no personal data: a plain file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nurturehub_engine::{EngineError, ErrorReport, Home};
use nurturehub_port::ErrorKind;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::data_set::DataSet;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What a person chose about the app itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Preferences {
    /// Light or dark.
    pub(crate) theme: Theme,
    /// The size of text, in percent.
    pub(crate) text_size: u16,
    /// Whether to notify when a connection begins to fail, and when it recovers.
    pub(crate) notifications: bool,
    /// Closing the window leaves the app in the tray, so that schedules go on.
    pub(crate) stay_in_tray: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            text_size: 100,
            notifications: true,
            stay_in_tray: false,
        }
    }
}

/// What the file keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Kept {
    #[serde(flatten)]
    pub(crate) preferences: Preferences,
    /// Which data were open last; none before the first choice.
    pub(crate) data_set: Option<DataSet>,
    /// The sandbox's port, so that what was connected to it finds it again.
    pub(crate) sandbox_port: Option<u16>,
}

/// The file.
#[derive(Debug)]
pub(crate) struct PreferencesFile {
    path: PathBuf,
}

impl PreferencesFile {
    pub(crate) fn of(home: &Home) -> Self {
        Self {
            path: home.path().join("preferences.json"),
        }
    }

    /// What it keeps. A file that cannot be read is no reason not to start: then all is as at first.
    pub(crate) fn read(&self) -> Kept {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let mut kept: Kept = serde_json::from_str(&text).unwrap_or_default();
        kept.preferences.text_size = kept.preferences.text_size.clamp(75, 200);
        kept
    }

    /// Keeps it, whole or not at all.
    ///
    /// # Errors
    /// `storageFull` or `configuration` where the file cannot be written.
    pub(crate) fn write(&self, kept: &Kept) -> Result<(), ErrorReport> {
        let text = serde_json::to_string_pretty(kept).unwrap_or_default();
        replace(&self.path, &text).map_err(|error| {
            let kind = match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::StorageFull,
                _ => ErrorKind::Configuration,
            };
            EngineError::with_remedy(
                kind,
                format!("Your choice could not be kept: {error}."),
                "See that the data folder can be written to and has room.",
            )
            .report()
        })
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let next = path.with_extension("json.next");
    fs::write(&next, text)?;
    fs::rename(next, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back_and_a_broken_file_is_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("new"));
        let file = PreferencesFile::of(&home);
        assert_eq!(file.read(), Kept::default(), "before the first choice");
        let kept = Kept {
            data_set: Some(DataSet::Sandbox),
            sandbox_port: Some(4711),
            preferences: Preferences {
                theme: Theme::Dark,
                ..Preferences::default()
            },
        };
        file.write(&kept).unwrap();
        assert_eq!(file.read(), kept);
        fs::write(&file.path, "{\"theme\": 3").unwrap();
        assert_eq!(file.read(), Kept::default(), "cut short");
        fs::write(&file.path, "{\"textSize\": 9000}").unwrap();
        assert_eq!(file.read().preferences.text_size, 200, "within bounds");
    }
}
