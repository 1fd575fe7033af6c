//! A program's own log: on standard error what a person asks for, and in the data folder, one file a
//! day, what support asks for afterwards.
//!
//! The command line and the desktop app log alike. Only this product's own events are written, never
//! those of libraries, which might name more than they should; no environment variable changes that.

use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

pub use tracing_subscriber::filter::LevelFilter;

/// Files that are kept of each program: two weeks.
const DAYS: usize = 14;

/// The file, once a data folder is open.
static FILE: RwLock<Option<Arc<RollingFileAppender>>> = RwLock::new(None);

/// Starts logging: on standard error from this level on, with the part of the program that speaks
/// where `with_target` says so; in the file, once there is one, from `INFO` on.
pub fn start(level: LevelFilter, with_target: bool) {
    let ours = |level| Targets::new().with_target("nurturehub", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_target(with_target)
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

/// Logs into a folder from now on, one JSON document on each line, in files named after the program
/// and the day. Where that cannot be, the program goes on as before: its work does not depend on its
/// log.
pub fn keep_in(folder: &Path, program: &str) {
    let file = made(folder, program);
    if file.is_none() {
        tracing::warn!("The log cannot be kept in the data folder.");
        return;
    }
    *FILE.write().unwrap_or_else(PoisonError::into_inner) = file;
}

fn made(folder: &Path, program: &str) -> Option<Arc<RollingFileAppender>> {
    // Made first: the library looks for old files before it makes the folder, and complains aloud.
    std::fs::create_dir_all(folder).ok()?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(program)
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder);
    file.ok().map(Arc::new)
}

/// Writes to the file, where there is one.
struct Kept;

impl MakeWriter<'_> for Kept {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line(FILE.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// Writes one event.
struct Line(Option<Arc<RollingFileAppender>>);

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &self.0 {
            Some(file) => file.make_writer().write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &self.0 {
            Some(file) => file.make_writer().flush(),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All lines of all files of a folder.
    fn lines(folder: &Path) -> Vec<serde_json::Value> {
        let files = std::fs::read_dir(folder).unwrap();
        let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        let texts: Vec<String> = texts.collect();
        texts
            .iter()
            .flat_map(|text| text.lines())
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn two_weeks_of_a_programs_files_are_kept_and_anothers_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let old = |program: &str, day: usize| format!("{program}.2020-01-{day:02}.log");
        for day in 1..=20 {
            for program in ["program", "other"] {
                std::fs::write(folder.path().join(old(program, day)), "{}\n").unwrap();
            }
        }
        assert!(made(folder.path(), "program").is_some());
        let names = std::fs::read_dir(folder.path()).unwrap();
        let names: Vec<String> = names
            .map(|name| name.unwrap().file_name().into_string().unwrap())
            .collect();
        let of = |program: &str| {
            names
                .iter()
                .filter(|name| name.starts_with(program))
                .count()
        };
        assert_eq!(of("program."), DAYS, "the oldest went: {names:?}");
        assert_eq!(of("program.2020-"), DAYS - 1, "one is today's");
        assert_eq!(of("other."), 20, "another program's");
    }

    #[test]
    fn the_file_has_our_own_events_alone_and_moves_with_the_data_folder() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        start(LevelFilter::ERROR, false);
        tracing::info!(target: "nurturehub", "Nobody keeps this.");
        keep_in(one.path(), "program");
        tracing::info!(target: "nurturehub_engine", run = "r1", "Run begins.");
        tracing::error!(target: "somebody_else", "With a name in it.");
        tracing::debug!(target: "nurturehub_engine", "Too much.");
        keep_in(other.path(), "program");
        tracing::warn!(target: "nurturehub_connect", "Another folder.");
        let kept = lines(one.path());
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert_eq!(kept[0]["fields"]["run"], "r1");
        assert_eq!(lines(other.path()).len(), 1);
        let names = std::fs::read_dir(one.path()).unwrap();
        for name in names {
            let name = name.unwrap().file_name().into_string().unwrap();
            assert!(
                name.starts_with("program.") && name.ends_with(".log"),
                "{name}"
            );
        }
    }
}
