//! One file for each command: call the engine, show its answer, say how it ended.

mod activities;
mod alerts;
mod audit;
mod bundle;
mod connections;
mod contact;
mod contacts;
mod database;
mod diagnose;
mod failed_run;
mod files;
mod headers;
mod health;
mod keep_alive;
mod platform;
mod preview;
mod providers;
mod push;
mod runs;
mod sandbox;
mod schema;
mod sync;
mod verify;
mod webhook;

use nurturehub_engine::EngineError;
use nurturehub_port::ErrorKind;
use tokio_util::sync::CancellationToken;

pub(crate) use sync::line as sync_line;

use crate::args::{Cli, Command};
use crate::demo;
use crate::exit::Exit;
use crate::output::Console;

/// Does what the command line says. A signal ends what cannot end in order by itself; dropping it
/// cancels what is under way.
///
/// # Errors
/// Why it failed, not yet shown.
pub(crate) async fn run(
    cli: Cli,
    console: &Console,
    cancel: &CancellationToken,
) -> Result<Exit, EngineError> {
    let in_order = matches!(
        cli.command,
        Command::Connect(_)
            | Command::Reauthorize(_)
            | Command::Sync(_)
            | Command::Push(_)
            | Command::Activities(_)
            | Command::Sandbox(_)
            | Command::Webhook(_)
            // Cut off in the middle it would only have to be begun again.
            | Command::RotateKey
    );
    let work = Box::pin(dispatch(cli, console, cancel));
    if in_order {
        return work.await;
    }
    tokio::select! {
        biased;
        done = work => done,
        () = cancel.cancelled() => {
            Err(EngineError::new(ErrorKind::Cancelled, "The command was cancelled."))
        }
    }
}

async fn dispatch(
    cli: Cli,
    console: &Console,
    cancel: &CancellationToken,
) -> Result<Exit, EngineError> {
    let globals = &cli.globals;
    match cli.command {
        Command::Providers => providers::run(console),
        Command::Connect(args) => connections::connect(globals, console, args, cancel).await,
        Command::Connections => connections::list(globals, console).await,
        Command::Reauthorize(args) => {
            connections::reauthorize(globals, console, args, cancel).await
        }
        Command::Pause(args) => connections::pause(globals, console, args).await,
        Command::Resume(args) => connections::resume(globals, console, args).await,
        Command::Disconnect(args) => connections::disconnect(globals, console, args).await,
        Command::KeepAlive(args) => keep_alive::run(globals, console, args).await,
        Command::RotateKey => database::rotate_key(globals, console).await,
        Command::StartFresh => database::start_fresh(globals, console).await,
        Command::Verify(args) => verify::run(globals, console, args).await,
        Command::Diagnose(args) => diagnose::run(globals, console, args).await,
        Command::Sync(args) => sync::run(globals, console, args, cancel).await,
        Command::Contacts(args) => contacts::run(globals, console, args).await,
        Command::Contact(args) => contact::run(globals, console, args).await,
        Command::Preview(args) => preview::run(globals, console, args).await,
        Command::Push(args) => push::run(globals, console, args, cancel).await,
        Command::Activities(args) => activities::run(globals, console, args, cancel).await,
        Command::Webhook(args) => webhook::run(globals, console, args, cancel).await,
        Command::Health(args) => health::run(globals, console, args).await,
        Command::Runs(args) => runs::list(globals, console, args).await,
        Command::Run(args) => runs::one(globals, console, args).await,
        Command::Alerts(args) => alerts::run(globals, console, args).await,
        Command::Audit(args) => audit::run(globals, console, args).await,
        Command::Bundle(args) => bundle::make(globals, console, args).await,
        Command::Replay(args) => bundle::replay(console, args).await,
        Command::Platform(args) => platform::run(globals, console, args).await,
        Command::Sandbox(args) => sandbox::run(console, args, cancel).await,
        Command::Demo(args) => demo::run(globals, console, args).await,
        Command::Schema(args) => schema::schema(console, &args),
        Command::Completions(args) => schema::completions(&args),
    }
}
