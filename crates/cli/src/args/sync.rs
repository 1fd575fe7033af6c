//! Arguments of the commands that move data, and of those that look back on it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::contacts::Page;

/// What becomes of a run that fails.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Doctor {
    // Once it had to be asked for.
    #[arg(long, hide = true, overrides_with = "no_diagnose")]
    diagnose: bool,
    /// If it fails, do not look for the cause step by step
    #[arg(long, overrides_with = "diagnose")]
    no_diagnose: bool,
}

impl Doctor {
    /// Whether a run that fails is looked into.
    pub(crate) const fn looks(self) -> bool {
        self.diagnose || !self.no_diagnose
    }
}

/// What `sync` is given.
#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    /// List everything, even where the CRM can list changes
    #[arg(long)]
    pub(crate) full: bool,
    /// Carry out removals that were held because there were unusually many
    #[arg(long)]
    pub(crate) confirm_removals: bool,
    #[command(flatten)]
    pub(crate) doctor: Doctor,
}

/// What `push` is given.
#[derive(Debug, Args)]
pub(crate) struct Push {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    /// Count only; send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Send just this contact, also where it was refused before; may be repeated
    #[arg(long, value_name = "EXTERNAL_ID")]
    pub(crate) only: Vec<String>,
    #[command(flatten)]
    pub(crate) doctor: Doctor,
}

/// What to do with activities.
#[derive(Debug, Args)]
pub(crate) struct Activities {
    #[command(subcommand)]
    pub(crate) command: ActivitiesCommand,
}

/// From where activities come, or which are shown.
#[derive(Debug, Subcommand)]
pub(crate) enum ActivitiesCommand {
    /// Write the activities of a file to the CRM
    Push(ActivitiesPush),
    /// Write the activities that wait on the platform to the CRM
    Pull(ActivitiesPull),
    /// List the activities that were given up, and why
    Failed(ActivitiesFailed),
}

/// What `activities failed` is given.
#[derive(Debug, Args)]
pub(crate) struct ActivitiesFailed {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    #[command(flatten)]
    pub(crate) page: Page,
}

/// What `activities push` is given.
#[derive(Debug, Args)]
pub(crate) struct ActivitiesPush {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    /// A JSON file with a list of activities, or `-` for standard input
    #[arg(long, value_name = "F")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) doctor: Doctor,
}

/// What `activities pull` is given.
#[derive(Debug, Args)]
pub(crate) struct ActivitiesPull {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    #[command(flatten)]
    pub(crate) doctor: Doctor,
}

/// What to do with webhooks.
#[derive(Debug, Args)]
pub(crate) struct Webhook {
    #[command(subcommand)]
    pub(crate) command: WebhookCommand,
}

/// How webhooks arrive.
#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// Take in one delivery
    Ingest(Ingest),
    /// Receive deliveries on loopback, for a tunnel or relay to point at
    Listen(Listen),
    /// Deal again with deliveries that are kept
    Replay(Replay),
}

/// What `webhook replay` is given.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    /// One delivery, by the id of its event; else all that could not be dealt with before
    #[arg(value_name = "EVENT")]
    pub(crate) delivery: Option<String>,
}

/// What `webhook ingest` is given.
#[derive(Debug, Args)]
pub(crate) struct Ingest {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    /// The delivery's body, byte for byte, or `-` for standard input
    #[arg(long, value_name = "F")]
    pub(crate) file: PathBuf,
    /// A header of the delivery; may be repeated. `K: -` reads the value from standard input
    #[arg(long = "header", value_name = "K: V", value_parser = header)]
    pub(crate) headers: Vec<(String, String)>,
    /// Do not check the signature; for tests, and noted in the audit log
    #[arg(long)]
    pub(crate) unverified: bool,
}

fn header(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("a header is given as 'Name: value'"),
    }
}

/// What `webhook listen` is given.
#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    /// The port on 127.0.0.1; 0 takes any free one
    #[arg(long, value_name = "P", default_value_t = 0)]
    pub(crate) port: u16,
}

/// What `health` is given.
#[derive(Debug, Args)]
pub(crate) struct Health {
    /// The connection, by its id or name; all of them where none is given
    #[arg(value_name = "CONN")]
    pub(crate) connection: Option<String>,
}

/// What `runs` is given.
#[derive(Debug, Args)]
pub(crate) struct Runs {
    /// The connection, by its id or name
    #[arg(value_name = "CONN")]
    pub(crate) connection: String,
    /// Show at most so many, newest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: u32,
}

/// What `run` is given.
#[derive(Debug, Args)]
pub(crate) struct RunId {
    /// The run's id
    #[arg(value_name = "RUN_ID")]
    pub(crate) id: String,
}

/// What to do with the platform's address.
#[derive(Debug, Args)]
pub(crate) struct Platform {
    #[command(subcommand)]
    pub(crate) command: PlatformCommand,
}

/// Setting or showing.
#[derive(Debug, Subcommand)]
pub(crate) enum PlatformCommand {
    /// Set address and token
    Set(PlatformSet),
    /// Show the address, and whether a token is stored
    Show,
}

/// What `platform set` is given.
#[derive(Debug, Args)]
pub(crate) struct PlatformSet {
    /// The address
    #[arg(long, value_name = "U")]
    pub(crate) url: String,
    /// The token, read from a line of standard input: `token=-`
    // Checked later: an error of the parser would repeat the value.
    #[arg(long = "secret", value_name = "KEY=-", required = true)]
    pub(crate) secrets: Vec<String>,
}
