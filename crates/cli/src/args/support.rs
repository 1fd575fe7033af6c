//! Arguments of the commands that find out why something failed.

use std::path::PathBuf;

use clap::Args;

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
