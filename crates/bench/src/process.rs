//! Running a process, and seeing what it cost.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;

/// How often a process's peak memory is read. It only grows, so the last reading is the peak but
/// for what is taken in the last few milliseconds.
const SAMPLE: Duration = Duration::from_millis(5);

/// Prints a line for the reader.
pub(crate) fn say(line: &str) {
    // A reader who has gone needs no line.
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// A process that has ended.
pub(crate) struct Ended {
    /// From start to end.
    pub(crate) wall: Duration,
    /// Peak resident memory, in KiB.
    pub(crate) peak_kib: u64,
    /// What it printed, which is one JSON document.
    pub(crate) json: Value,
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command, input: &str) -> Result<Ended, Failure> {
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let mut stdout = child.stdout.take().ok_or("no standard output")?;
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let mut stderr = child.stderr.take().ok_or("no standard error")?;
    let complaints = std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).map(|_| text)
    });
    let mut peak_kib = 0;
    let status = loop {
        peak_kib = peak(&child).unwrap_or(peak_kib).max(peak_kib);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(SAMPLE);
    };
    let wall = began.elapsed();
    let text = reader.join().map_err(|_| "the reader failed")??;
    let complaints = complaints.join().map_err(|_| "the reader failed")??;
    // 4 says that some records were refused, which the data contain on purpose.
    if !matches!(status.code(), Some(0 | 4)) {
        return Err(format!("{command:?} ended with {status}: {text} {complaints}").into());
    }
    Ok(Ended {
        wall,
        peak_kib,
        json: serde_json::from_str(&text)?,
    })
}

fn peak(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
    child: Child,
    _stdin: Option<ChildStdin>,
    /// How to reach it.
    pub(crate) description: Value,
}

impl Server {
    /// Starts this program's own `serve` part and waits until it is ready.
    pub(crate) fn start(contacts: usize) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", &contacts.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let stdin = child.stdin.take();
        Ok(Self {
            child,
            _stdin: stdin,
            description: serde_json::from_str(&line)?,
        })
    }

    /// The root of its addresses.
    pub(crate) fn root(&self) -> Result<&str, Failure> {
        let url = self.description["platform"]["url"]
            .as_str()
            .ok_or("no address")?;
        Ok(url.trim_end_matches('/').trim_end_matches("/platform"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The size of a data folder's database, in bytes.
pub(crate) fn database_size(home: &Path) -> u64 {
    std::fs::metadata(home.join("connect.db")).map_or(0, |file| file.len())
}
