//! Arguments of the commands that find out why something failed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

/// What `bundle` is given.
#[derive(Debug, Args)]
pub(crate) struct Bundle {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    /// The file to write
    #[arg(long, value_name = "F.zip", required_unless_present = "dry_run")]
    pub(crate) out: Option<PathBuf>,
    /// The run that it is about; else the last one that failed
    #[arg(long, value_name = "RUN_ID")]
    pub(crate) run: Option<String>,
    /// Only show what would be in it
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// What `replay` is given.
#[derive(Debug, Args)]
pub(crate) struct ReplayBundle {
    /// The bundle
    #[arg(value_name = "F.zip")]
    pub(crate) file: PathBuf,
}

/// What `alerts` is given.
#[derive(Debug, Args)]
pub(crate) struct Alerts {
    /// Post each alert to this address, too, as JSON; else to what NURTUREHUB_ALERT_WEBHOOK names, or
    /// the desktop app's settings
    #[arg(long, value_name = "URL")]
    pub(crate) webhook: Option<String>,
}

/// What `audit` is given.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Only from this moment on, as in 2026-01-31T00:00:00Z
    #[arg(long, value_name = "T")]
    pub(crate) since: Option<Timestamp>,
    /// Only about this connection, by its id or name; also one that is gone
    #[arg(long, value_name = "CONN")]
    pub(crate) connection: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = AuditForm::Table)]
    pub(crate) format: AuditForm,
}

/// How the audit log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditForm {
    /// A table for people
    Table,
    /// One JSON document on each line
    Jsonl,
    /// Comma-separated values (RFC 4180)
    Csv,
}
