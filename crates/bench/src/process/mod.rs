//! Running a process, and seeing what it cost.

mod server;
mod tree;

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;

pub(crate) use server::Server;
pub(crate) use tree::{end_group, in_group, was_ended};

/// How often a process's own peak is read. It only grows, so the last reading is the peak but for
/// what is taken in the last few milliseconds.
const SAMPLE: Duration = Duration::from_millis(5);

/// How often the memory of a tree of processes is added up, which costs each of them a little. Of
/// those that are over sooner, the peak of the first process says more.
const TREE_SAMPLE: Duration = Duration::from_millis(40);

/// Prints a line for the reader.
pub(crate) fn say(line: &str) {
    // A reader who has gone needs no line.
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// Whose memory is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// The process alone: the highest resident set that the kernel saw (`VmHWM`).
    Alone,
    /// The process and all that it starts: the highest sum of proportional sets (`Pss`) that was
    /// sampled, or the highest resident set of the process alone, where that is more. The process
    /// must have been put [`in_group`].
    Tree,
}

/// A process that has ended, however it did.
pub(crate) struct Finished {
    /// From start to end.
    pub(crate) wall: Duration,
    /// Peak memory, in KiB.
    pub(crate) peak_kib: u64,
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// Whether it was stopped for taking too long.
    pub(crate) overdue: bool,
    /// What it printed.
    pub(crate) text: String,
    /// What it complained of.
    pub(crate) complaints: String,
}

impl Finished {
    /// Why it counts as failed, in a few words; none where it does not.
    ///
    /// 4 says that some records were refused, which the data may contain on purpose.
    pub(crate) fn failure(&self) -> Option<String> {
        if self.overdue {
            return Some(format!("not done after {} s", self.wall.as_secs()));
        }
        if matches!(self.status.code(), Some(0 | 4)) {
            return None;
        }
        let last = |text: &str| {
            text.lines()
                .rev()
                .find(|line| !line.trim().is_empty())
                .map(|line| line.trim().chars().take(300).collect::<String>())
        };
        let words = last(&self.complaints).or_else(|| last(&self.text));
        Some(format!("{}: {}", self.status, words.unwrap_or_default()))
    }
}

/// A process that has ended well.
pub(crate) struct Ended {
    /// From start to end.
    pub(crate) wall: Duration,
    /// Peak resident memory, in KiB.
    pub(crate) peak_kib: u64,
    /// What it printed, which is one JSON document.
    pub(crate) json: Value,
}

/// Runs a command to its end, which must be a good one.
pub(crate) fn run(command: &mut Command, input: &str) -> Result<Ended, Failure> {
    let finished = measure(command, input, Memory::Alone, None)?;
    if !matches!(finished.status.code(), Some(0 | 4)) {
        return Err(format!(
            "{command:?} ended with {}: {} {}",
            finished.status, finished.text, finished.complaints
        )
        .into());
    }
    Ok(Ended {
        wall: finished.wall,
        peak_kib: finished.peak_kib,
        json: serde_json::from_str(&finished.text)?,
    })
}

/// Runs a command to its end, or until it has taken too long.
pub(crate) fn measure(
    command: &mut Command,
    input: &str,
    memory: Memory,
    patience: Option<Duration>,
) -> Result<Finished, Failure> {
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let text = gather(child.stdout.take().ok_or("no standard output")?);
    let complaints = gather(child.stderr.take().ok_or("no standard error")?);
    let (mut peak_kib, mut overdue) = (0, false);
    let mut summed: Option<Instant> = None;
    let status = loop {
        peak_kib = peak_kib.max(peak(&child).unwrap_or(0));
        let due = summed.is_none_or(|when| when.elapsed() >= TREE_SAMPLE);
        if memory == Memory::Tree && due {
            peak_kib = peak_kib.max(tree::proportional(child.id()).unwrap_or(0));
            summed = Some(Instant::now());
        }
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(SAMPLE);
        if !overdue && patience.is_some_and(|patience| began.elapsed() > patience) {
            overdue = true;
            end_group(child.id())?;
        }
    };
    let wall = began.elapsed();
    let joined = |reader: std::thread::JoinHandle<std::io::Result<String>>| {
        reader.join().map_err(|_| "the reader failed")
    };
    Ok(Finished {
        wall,
        peak_kib,
        status,
        overdue,
        text: joined(text)??,
        complaints: joined(complaints)??,
    })
}

fn gather(
    mut pipe: impl Read + Send + 'static,
) -> std::thread::JoinHandle<std::io::Result<String>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    })
}

fn peak(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The size of a data folder's database, in bytes.
pub(crate) fn database_size(home: &Path) -> u64 {
    std::fs::metadata(home.join("connect.db")).map_or(0, |file| file.len())
}
