//! The server that everything is measured against, in a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::Value;

use crate::Failure;

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
