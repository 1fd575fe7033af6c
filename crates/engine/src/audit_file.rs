//! The audit log as a file, for those who keep or read it elsewhere.

use std::fs;
use std::io;
use std::path::Path;

use nurturehub_port::ErrorKind;
use serde::Deserialize;
use serde_json::json;
use specta::Type;

use crate::{AuditFilter, AuditLine, Engine, EngineError, audit_words};

/// How an exported audit log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum AuditFormat {
    /// Comma-separated values (RFC 4180), with a line that names the columns.
    Csv,
    /// One JSON document on each line.
    Jsonl,
}

impl AuditFormat {
    /// How such a file's name ends.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }

    /// These entries, each line with its end.
    ///
    /// # Errors
    /// `internal` where an entry is no JSON.
    pub fn text(self, entries: &[AuditLine]) -> Result<String, EngineError> {
        match self {
            Self::Csv => {
                let mut text = "at,actor,action,connection,detail\r\n".to_owned();
                for entry in entries {
                    text.push_str(&csv_line(entry));
                    text.push_str("\r\n");
                }
                Ok(text)
            }
            Self::Jsonl => {
                let mut text = String::new();
                for entry in entries {
                    let line = serde_json::to_string(entry).map_err(|error| {
                        let message = format!("An entry of the audit log is no JSON: {error}.");
                        EngineError::new(ErrorKind::Internal, message)
                    })?;
                    text.push_str(&line);
                    text.push('\n');
                }
                Ok(text)
            }
        }
    }
}

fn csv_line(entry: &AuditLine) -> String {
    let fields = [
        entry.at.to_string(),
        entry.actor.clone(),
        entry.action.clone(),
        entry.connection.clone().unwrap_or_default(),
        entry.detail.to_string(),
    ];
    fields.map(|field| quoted(&field)).join(",")
}

/// A field of a comma-separated file. One that a spreadsheet would take for a formula is made text.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", field.replace('"', "\"\""))
}

impl Engine {
    /// Writes the audit log to a file, oldest first, and notes in it who did. The file stands there
    /// whole, or not at all.
    ///
    /// # Errors
    /// `configuration` where the file cannot be written; storage errors.
    pub async fn export_audit(
        &self,
        path: &Path,
        format: AuditFormat,
        filter: AuditFilter,
    ) -> Result<(), EngineError> {
        let text = format.text(&self.audit_log(filter).await?)?;
        let target = path.to_owned();
        let written = tokio::task::spawn_blocking(move || write(&target, &text)).await;
        written
            .unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
            .map_err(|error| unwritable(path, &error))?;
        let about = json!({ "format": format.extension() });
        self.audit(self.audit_entry(audit_words::AUDIT_EXPORTED, None, about))
            .await
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let written = fs::write(&part, text).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // What was begun is of no use; why it failed matters more.
        let _ = fs::remove_file(&part);
    }
    written
}

fn unwritable(path: &Path, error: &io::Error) -> EngineError {
    EngineError::with_remedy(
        ErrorKind::Configuration,
        format!(
            "The audit log could not be written to {}: {error}.",
            path.display()
        ),
        "Name a file in a folder that exists and that you may write to.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_stays_one_field_and_is_no_formula() {
        assert_eq!(quoted("a \"b\", c"), r#""a ""b"", c""#);
        assert_eq!(
            quoted("=1+1"),
            r#""'=1+1""#,
            "a spreadsheet does not work it out"
        );
    }
}
