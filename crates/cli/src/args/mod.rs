//! The command line's grammar.

mod connection;
mod contacts;
mod sandbox;
mod support;
mod sync;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use connection::{Access, Connect, Disconnect, KeepAlive, One, Reauthorize};
pub(crate) use contacts::{Contact, Contacts, Preview};
pub(crate) use sandbox::{Demo, Sandbox, Switch};
pub(crate) use support::{Alerts, Audit, AuditForm, Bundle, ReplayBundle};
pub(crate) use sync::{
    Activities, ActivitiesCommand, Doctor, Health, Ingest, Listen, Platform, PlatformCommand,
    PlatformSet, Push, Replay, RunId, Runs, Sync, Webhook, WebhookCommand,
};

/// Connects the CRM of a UK estate or letting agency to NurtureHub.
#[derive(Debug, Parser)]
#[command(
    name = "nurturehub",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 done, 1 failed, 2 usage, 3 sign-in or credentials needed, \
                  4 done in part, 5 keychain or storage not available, 130 cancelled."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Globals {
    /// The data folder
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "NURTUREHUB_HOME",
        hide_env_values = true
    )]
    pub(crate) home: Option<PathBuf>,
    /// Put exactly one JSON document on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say only what must be said
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Log what is done to standard error; twice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the CRMs, what each asks for and what each can do
    Providers,
    /// Connect an agency's CRM
    Connect(Connect),
    /// List connections
    Connections,
    /// Sign in again or replace credentials; data and position are kept
    Reauthorize(Reauthorize),
    /// Stop syncing a connection
    Pause(One),
    /// Allow syncing a connection again
    Resume(One),
    /// End a connection
    Disconnect(Disconnect),
    /// Renew sign-ins that would end by lying idle
    KeepAlive(KeepAlive),
    /// Encrypt the local database with a new key
    RotateKey,
    /// Begin with an empty database where the key to the one there is lost
    StartFresh,
    /// Check a connection step by step
    Verify(One),
    /// Explain why the last run failed: what it ended with, and what the way there says now
    Diagnose(One),
    /// Bring the local copy up to date
    Sync(Sync),
    /// List contacts
    Contacts(Contacts),
    /// Show one contact, the CRM's own record, and which field came from where
    Contact(Contact),
    /// Show what a push would send
    Preview(Preview),
    /// Send what the preview shows
    Push(Push),
    /// Write engagement back to the CRM
    Activities(Activities),
    /// Take in what a CRM tells unasked
    Webhook(Webhook),
    /// Show how connections stand, since when, and what to do
    Health(Health),
    /// List a connection's runs
    Runs(Runs),
    /// Show one run with its requests
    Run(RunId),
    /// Say what people should know and were not told yet, one JSON document on each line
    Alerts(Alerts),
    /// Show who did what and when
    Audit(Audit),
    /// Put what support needs into a file, with nobody in it who could be known
    Bundle(Bundle),
    /// Live through a bundle's failure again, offline
    Replay(ReplayBundle),
    /// Where contacts are pushed to
    Platform(Platform),
    /// Serve simulated CRMs and platform on this computer
    Sandbox(Sandbox),
    /// Do the whole job on the sandbox
    Demo(Demo),
    /// Print the JSON Schema of a model
    Schema(Schema),
    /// Print completions for a shell
    Completions(Completions),
}

/// Which schema to print.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The model
    pub(crate) model: Model,
}

/// The models that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Model {
    /// A contact
    Contact,
    /// An activity
    Activity,
    /// A connection's health
    Health,
    /// A profile, by which the CRMs without a published interface are read
    Profile,
}

/// Which completions to print.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        let words = std::iter::once("nurturehub").chain(line.split(' '));
        Cli::try_parse_from(words).map(|cli| cli.command)
    }

    #[test]
    fn the_grammar_has_no_contradiction() {
        Cli::command().debug_assert();
    }

    #[test]
    fn settings_keep_what_stands_after_the_first_equals_sign() {
        let Ok(Command::Connect(connect)) =
            parse("connect x --tenant t --set baseUrl=http://127.0.0.1:1/?a=b --set k=")
        else {
            panic!("this is the contract's form");
        };
        let settings = connect.settings();
        assert_eq!(settings["baseUrl"], "http://127.0.0.1:1/?a=b");
        assert_eq!(settings["k"], "", "an empty value is a value");
        assert!(parse("connect x --tenant t --set novalue").is_err());
        assert!(parse("connect x --tenant t --set =v").is_err());
    }

    #[test]
    fn words_of_the_model_are_checked_before_anything_is_done() {
        assert!(parse("contacts c --category tenantApplicant --change blocked").is_ok());
        assert!(parse("contacts c --category tenant_applicant").is_err());
        assert!(parse("contacts c --change deleted").is_err());
        assert!(parse("contacts c --limit -1").is_err());
    }

    #[test]
    fn a_failure_is_looked_into_unless_it_is_declined_last() {
        for (options, looks) in [
            ("", true),
            (" --diagnose", true),
            (" --no-diagnose", false),
            (" --diagnose --no-diagnose", false),
            (" --no-diagnose --diagnose", true),
        ] {
            let Ok(Command::Sync(sync)) = parse(&format!("sync c{options}")) else {
                panic!("all of these are accepted: {options}");
            };
            assert_eq!(sync.doctor.looks(), looks, "{options}");
        }
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for line in ["--json connections", "connections --json"] {
            let words = std::iter::once("nurturehub").chain(line.split(' '));
            assert!(
                Cli::try_parse_from(words).is_ok_and(|cli| cli.globals.json),
                "{line}"
            );
        }
    }
}
