//! What the program says, and where: one JSON document or a text on standard output, everything
//! else on standard error.

pub(crate) mod error;
mod progress;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod usage;

use std::io::{self, IsTerminal, Write};

use nurturehub_engine::{Diagnosis, EngineError, ErrorReport};
use nurturehub_port::ErrorKind;
use serde::Serialize;

pub(crate) use progress::Progress;

/// The two streams, and what may go to them.
#[derive(Debug, Clone)]
pub(crate) struct Console {
    json: bool,
    quiet: bool,
}

impl Console {
    /// A console for a run of the program.
    pub(crate) const fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    /// Whether answers are for scripts, so that what only people see need not be worked out.
    pub(crate) const fn is_for_scripts(&self) -> bool {
        self.json
    }

    /// Gives the command's answer, once: the document for a script, the text for a person.
    ///
    /// # Errors
    /// Standard output takes nothing. A reader that has seen enough is no error.
    pub(crate) fn answer<T: Serialize + ?Sized>(
        &self,
        document: &T,
        text: impl FnOnce() -> String,
    ) -> Result<(), EngineError> {
        if self.json {
            self.document(document)
        } else {
            print(&text())
        }
    }

    /// Gives an answer that is a JSON document for people, too.
    ///
    /// # Errors
    /// As [`Console::answer`].
    pub(crate) fn document<T: Serialize + ?Sized>(&self, document: &T) -> Result<(), EngineError> {
        let written = if io::stdout().is_terminal() {
            serde_json::to_string_pretty(document)
        } else {
            serde_json::to_string(document)
        };
        let written = written.map_err(|error| {
            EngineError::new(
                ErrorKind::Internal,
                format!("The answer is no JSON: {error}."),
            )
        })?;
        print(&written)
    }

    /// Gives one of several answers, each a JSON document on a line of its own.
    ///
    /// # Errors
    /// As [`Console::answer`].
    pub(crate) fn line<T: Serialize + ?Sized>(&self, document: &T) -> Result<(), EngineError> {
        let written = serde_json::to_string(document).map_err(|error| {
            EngineError::new(
                ErrorKind::Internal,
                format!("The answer is no JSON: {error}."),
            )
        })?;
        print(&written)
    }

    /// Says why the command failed.
    pub(crate) fn failure(&self, failure: &EngineError) {
        let report = failure.report();
        self.answer_failure(&report, None);
        self.tell_failure(&report);
    }

    /// The answer of a command that failed: for scripts, once.
    pub(crate) fn answer_failure(&self, report: &ErrorReport, diagnosis: Option<&Diagnosis>) {
        if self.json {
            let error = report;
            // Standard output may be what failed; standard error has it all the same.
            let _ = self.document(&error::Document { error, diagnosis });
        }
    }

    /// Tells people why the command failed.
    pub(crate) fn tell_failure(&self, report: &ErrorReport) {
        self.always(&error::for_people(report));
    }

    /// A line for people; not where they asked for quiet.
    pub(crate) fn note(&self, line: &str) {
        if !self.quiet {
            self.always(line);
        }
    }

    /// A line on standard error in any case.
    pub(crate) fn always(&self, line: &str) {
        // Where standard error is closed, nobody is there to tell.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// A line that is written over and over, where somebody watches.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(!self.quiet && io::stderr().is_terminal())
    }
}

/// Writes a text and the end of its line, at once and as a whole.
fn print(text: &str) -> Result<(), EngineError> {
    let mut out = io::stdout().lock();
    let written = out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(EngineError::with_remedy(
            ErrorKind::Internal,
            format!("The answer could not be written: {error}."),
            "Check where standard output goes; what was done is done.",
        )),
        _ => Ok(()),
    }
}
