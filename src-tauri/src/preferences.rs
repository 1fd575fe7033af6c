//! What a person chose about the app itself. No credentials, no personal data: a plain file. The address of
//! a webhook may be all that it takes to post to it, so that only the owner reads the file.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use nurturehub_engine::{EngineError, ErrorReport, Home, check_address};
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
    /// The collector that traces of runs are handed to, where there is one; read when data are opened.
    pub(crate) otlp_endpoint: Option<String>,
}

impl Preferences {
    /// They, if they can be kept after these: an address that is new may be sent to, or is none. One
    /// that was there before stands in the way of no other choice.
    ///
    /// # Errors
    /// `configuration`, with the address that is not right.
    pub(crate) fn checked_after(mut self, before: &Self) -> Result<Self, ErrorReport> {
        if self.otlp_endpoint != before.otlp_endpoint {
            self.otlp_endpoint = checked("trace collector", self.otlp_endpoint)?;
        }
        Ok(self)
    }
}

/// A webhook for alerts, if it may be posted to; an empty address is none.
///
/// # Errors
/// `configuration`, with the address that is not right.
pub(crate) fn checked_webhook(address: Option<String>) -> Result<Option<String>, ErrorReport> {
    checked("alert webhook", address)
}

fn checked(what: &str, address: Option<String>) -> Result<Option<String>, ErrorReport> {
    let address = address.map(|address| address.trim().to_owned());
    let address = address.filter(|address| !address.is_empty());
    if let Some(address) = &address {
        check_address(what, address).map_err(|error| error.report())?;
    }
    Ok(address)
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            text_size: 100,
            notifications: true,
            stay_in_tray: false,
            otlp_endpoint: None,
        }
    }
}

/// What the file keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Kept {
    #[serde(flatten)]
    pub(crate) preferences: Preferences,
    /// Where alerts are posted to as well, where they are. The window is told the host alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alert_webhook: Option<String>,
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
            path: home.preferences(),
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

/// Writes a file that only its owner reads: whoever has a webhook's address can post to it.
fn write_for_owner(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let next = path.with_extension("json.next");
    write_for_owner(&next, text)?;
    fs::rename(next, path)
}

#[cfg(test)]
mod tests {
    use nurturehub_engine::{Reporting, SetAddress};

    use super::*;

    #[test]
    fn an_address_that_news_may_not_go_to_is_refused_and_an_empty_one_is_none() {
        let with = |collector: &str| Preferences {
            otlp_endpoint: Some(collector.into()),
            ..Preferences::default()
        };
        let none = Preferences::default();
        let checked = |wanted: Preferences| wanted.checked_after(&none);
        let webhook = |address: &str| checked_webhook(Some(address.to_owned()));
        let kept = webhook(" https://hooks.example/a ").unwrap();
        assert_eq!(kept.as_deref(), Some("https://hooks.example/a"));
        let kept = checked(with("")).unwrap();
        assert_eq!(kept.otlp_endpoint, None, "nothing was typed");
        assert_eq!(webhook("").unwrap(), None, "nor here");
        assert!(checked(with("http://127.0.0.1:4318")).is_ok());
        let by_hand = with("collector.example");
        let other = Preferences {
            theme: Theme::Dark,
            ..by_hand.clone()
        };
        assert!(other.checked_after(&by_hand).is_ok(), "another choice");
        for (refused, named) in [
            (webhook("http://hooks.example").map(drop), "alert webhook"),
            (checked(by_hand).map(drop), "trace collector"),
        ] {
            let error = refused.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Configuration);
            assert!(error.message.contains(named), "{error:?}");
        }
    }

    #[test]
    fn what_the_app_keeps_is_what_the_command_line_goes_by() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let kept = Kept {
            alert_webhook: Some("https://hooks.example".into()),
            preferences: Preferences {
                otlp_endpoint: Some("https://collector.example".into()),
                ..Preferences::default()
            },
            ..Kept::default()
        };
        PreferencesFile::of(&home).write(&kept).unwrap();
        let reporting = Reporting::of(&home, |_| None);
        let address = |set: Option<SetAddress>| set.map(|set| set.address);
        assert_eq!(address(reporting.alert_webhook), kept.alert_webhook);
        assert_eq!(
            address(reporting.otlp_endpoint),
            kept.preferences.otlp_endpoint
        );
    }

    #[test]
    fn what_is_kept_is_read_back_and_a_broken_file_is_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("new"));
        let file = PreferencesFile::of(&home);
        assert_eq!(file.read(), Kept::default(), "before the first choice");
        let kept = Kept {
            data_set: Some(DataSet::Sandbox),
            sandbox_port: Some(4711),
            alert_webhook: Some("https://hooks.example".into()),
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
