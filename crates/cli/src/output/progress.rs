//! One line on a terminal that says how far things are.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::text;

/// Widest line, so that it never wraps and can be written over.
const WIDTH: usize = 78;

/// A line that is written over and over, and gone in the end.
#[derive(Debug)]
pub(crate) struct Progress {
    on: bool,
    written: AtomicBool,
}

impl Progress {
    pub(super) const fn new(on: bool) -> Self {
        Self {
            on,
            written: AtomicBool::new(false),
        }
    }

    /// Writes the line anew.
    pub(crate) fn line(&self, line: &str) {
        if self.on {
            self.written.store(true, Ordering::Relaxed);
            // Progress that cannot be shown stops nothing.
            let _ = write!(io::stderr().lock(), "\r\x1b[2K{}", text::shown(line, WIDTH));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.written.load(Ordering::Relaxed) {
            let _ = write!(io::stderr().lock(), "\r\x1b[2K");
        }
    }
}
