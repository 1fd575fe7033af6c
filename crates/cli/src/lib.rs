//! The command line: arguments in, one JSON document or a table out.
//!
//! No rule of the business lives here. Each command is a call of the engine with its answer shown.
//! With `--json`, standard output carries exactly one JSON document, whatever happens; everything
//! for people goes to standard error.

mod args;
mod browser;
mod commands;
mod demo;
mod exit;
mod output;
mod secrets;
mod signals;
mod workplace;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use nurturehub_engine::EngineError;
use nurturehub_logging::LevelFilter;
use nurturehub_port::ErrorKind;
use tokio_util::sync::CancellationToken;

use crate::args::{Cli, Command, Globals};
use crate::exit::Exit;
use crate::output::Console;

/// How long the program's threads are waited for in the end. They must be gone before the process
/// goes: a thread that ends at the same moment clears up within the cryptographic library just as
/// that library is cleared up itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// The same after a signal: a thread may be waiting for a line that nobody will give.
const HASTE: Duration = Duration::from_millis(500);

/// One thread for a command, which waits more than it works: a page's way from socket to store is
/// then free of hand-overs between threads. More for those that serve.
fn runtime(cli: &Cli) -> tokio::runtime::Builder {
    match cli.command {
        Command::Sandbox(_) | Command::Demo(_) => tokio::runtime::Builder::new_multi_thread(),
        _ => {
            join_in();
            tokio::runtime::Builder::new_current_thread()
        }
    }
}

/// Has the command's one thread take its part in what all processors share, such as mapping a page,
/// instead of sleeping until others have done it.
fn join_in() {
    let joined = rayon::ThreadPoolBuilder::new()
        .use_current_thread()
        .build_global();
    if let Err(error) = joined {
        // Then the threads that there are do the work alone, a little slower.
        tracing::debug!(%error, "The command's thread takes no part in shared work.");
    }
}

/// What is logged on standard error.
const fn shown(globals: &Globals) -> LevelFilter {
    match (globals.quiet, globals.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, 2) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    }
}

/// Runs the program with these arguments, the first of them being its own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return output::usage::show(&error, &arguments).into(),
    };
    let console = Console::new(cli.globals.json, cli.globals.quiet);
    nurturehub_logging::start(shown(&cli.globals), cli.globals.verbose > 0);
    let cancel = CancellationToken::new();
    let outcome = match runtime(&cli).enable_all().build() {
        Ok(runtime) => {
            let outcome = runtime.block_on(async {
                signals::watch(&cancel);
                commands::run(cli, &console, &cancel).await
            });
            runtime.shutdown_timeout(if cancel.is_cancelled() {
                HASTE
            } else {
                PATIENCE
            });
            outcome
        }
        Err(error) => Err(EngineError::new(
            ErrorKind::Internal,
            format!("The program could not start its threads: {error}."),
        )),
    };
    let exit = outcome.unwrap_or_else(|error| {
        console.failure(&error);
        Exit::of_error(error.kind(), cancel.is_cancelled())
    });
    exit.into()
}
