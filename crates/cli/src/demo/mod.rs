//! `demo`: the whole job on the built-in sandbox, held against what the sandbox really has.

mod job;
mod row;
mod truth;

use std::io;
use std::path::Path;
use std::sync::Arc;

use nurturehub_engine::{Engine, EngineError, EngineOptions, Home, MemoryVault};
use nurturehub_port::{ErrorKind, Secret};
use nurturehub_sandbox::{Sandbox, SandboxConfig};
use serde::Serialize;
use tempfile::TempDir;

use crate::args::{Demo, Globals};
use crate::exit::Exit;
use crate::output::Console;
use crate::output::table::{Column, table};
use crate::workplace;
use job::Job;
use row::Row;
use truth::Expected;

#[derive(Serialize)]
struct Document {
    contacts: usize,
    ok: bool,
    providers: Vec<Row>,
}

/// Connects, verifies, syncs, previews, pushes, writes back and hears of a change by webhook, for every
/// CRM of the sandbox.
///
/// Credentials are kept in memory alone: they are the sandbox's own and open nothing else. The data
/// folder is a throw-away one, below the person's own where that is named.
///
/// # Errors
/// The sandbox or the data folder could not be made. What goes wrong with a CRM is in its row.
pub(crate) async fn run(
    globals: &Globals,
    console: &Console,
    args: Demo,
) -> Result<Exit, EngineError> {
    let progress = console.progress();
    progress.line("making the sandbox's data");
    let config = SandboxConfig {
        contacts: args.contacts,
        flawed: args.flawed,
        seed: args.seed,
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config)
        .await
        .map_err(|error| failed("sandbox", &error))?;
    let truth = truth::read(&sandbox)
        .await
        .map_err(|error| failed("sandbox", &error))?;
    let folder = throw_away(globals.home.as_deref()).map_err(|error| failed("folder", &error))?;
    let options = EngineOptions::new(
        Home::at(folder.path()),
        Arc::new(MemoryVault::new()),
        "demo",
    );
    let clock = Arc::clone(&options.clock);
    let engine = Engine::open(options).await?;
    let description = sandbox.describe();
    let platform = description.platform;
    engine
        .set_platform(&platform.url, Secret::new(platform.token))
        .await?;

    // In the order in which people are shown them elsewhere, and all at once: a CRM that may only be
    // asked once a second keeps nobody else waiting.
    let providers = workplace::providers();
    let jobs = providers.iter().filter_map(|provider| {
        let access = description.providers.get(provider.id.as_str())?;
        let job = Job {
            sandbox: &sandbox,
            clock: clock.as_ref(),
            engine: &engine,
            provider,
            tenant: &platform.tenant,
            access,
            expected: Expected::of(truth.get(provider.id.as_str()), args.flawed),
            progress: &progress,
        };
        Some(job.run())
    });
    let rows = futures_util::future::join_all(jobs).await;
    drop(progress);
    sandbox.stop().await;
    let ok = !rows.is_empty() && rows.iter().all(|row| row.ok);
    let document = Document {
        contacts: args.contacts,
        ok,
        providers: rows,
    };
    console.answer(&document, || show(&document))?;
    Ok(if ok { Exit::Done } else { Exit::Failed })
}

fn failed(what: &str, error: &io::Error) -> EngineError {
    EngineError::with_remedy(
        ErrorKind::Configuration,
        format!("The demo's {what} could not be made: {error}."),
        "Name a data folder that you may write to, with --home or NURTUREHUB_HOME.",
    )
}

/// A folder that goes away with the demo.
fn throw_away(home: Option<&Path>) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("demo-");
    match home.filter(|home| !home.as_os_str().is_empty()) {
        Some(home) => {
            std::fs::create_dir_all(home)?;
            builder.tempdir_in(home)
        }
        None => builder.tempdir(),
    }
}

fn show(document: &Document) -> String {
    let columns = [
        Column::Left("CRM"),
        Column::Left("verified"),
        Column::Right("listed"),
        Column::Right("created"),
        Column::Right("rejected"),
        Column::Right("expected"),
        Column::Right("previewed"),
        Column::Right("pushed"),
        Column::Right("refused"),
        Column::Right("written back"),
        Column::Right("by webhook"),
        Column::Right("left"),
        Column::Right("took"),
        Column::Left("ok"),
    ];
    let mut shown = vec![table(&columns, document.providers.iter().map(Row::cells))];
    shown.extend(document.providers.iter().flat_map(Row::remarks));
    shown.push(
        "expected: contacts + records that cannot become one, as the sandbox has them.".into(),
    );
    shown.push("The credentials were the sandbox's own, kept in memory alone.".into());
    if document.providers.iter().any(Row::has_refusals) {
        shown.push("refused: names over 200 characters, by the platform's rule.".into());
    }
    shown.join("\n")
}
