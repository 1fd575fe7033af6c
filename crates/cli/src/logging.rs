//! The program's own log: on standard error what a person asks for, and in the data folder, one file a
//! day, what support asks for afterwards.

use std::io;
use std::path::Path;
use std::sync::OnceLock;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::Globals;

/// Files that are kept: two weeks.
const DAYS: usize = 14;

/// The file, once a command has opened a data folder.
static FILE: OnceLock<RollingFileAppender> = OnceLock::new();

/// Starts logging. Only this product's own events are shown, never those of libraries, which might
/// name more than they should; no environment variable changes that.
pub(crate) fn start(globals: &Globals) {
    let level = match (globals.quiet, globals.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, 2) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    let ours = |level| Targets::new().with_target("nurturehub", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_target(globals.verbose > 0)
        .with_filter(ours(level));
    let kept = tracing_subscriber::fmt::layer()
        .json()
        .with_writer(Kept)
        .with_filter(ours(LevelFilter::INFO));
    // A second start, as in a test that calls the program twice, keeps the first one's choice.
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(kept)
        .try_init();
}

/// Logs into a folder from now on, one JSON document on each line. Where that cannot be, the program
/// goes on without: its work does not depend on its log.
pub(crate) fn keep_in(folder: &Path) {
    if FILE.get().is_some() {
        return;
    }
    // Made first: the library looks for old files before it makes the folder, and complains aloud.
    if std::fs::create_dir_all(folder).is_err() {
        tracing::warn!("The log cannot be kept in the data folder.");
        return;
    }
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("nurturehub")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder);
    match file {
        Ok(file) => {
            let _ = FILE.set(file);
        }
        Err(_) => tracing::warn!("The log cannot be kept in the data folder."),
    }
}

/// Writes to the file, where there is one.
struct Kept;

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Box<dyn io::Write + 'a>;

    fn make_writer(&'a self) -> Self::Writer {
        match FILE.get() {
            Some(file) => Box::new(file.make_writer()),
            None => Box::new(io::sink()),
        }
    }
}
