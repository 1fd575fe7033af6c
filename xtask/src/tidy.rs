//! `cargo xtask tidy`: the house rules that no compiler checks.
//!
//! Each rule is a function from a source file to what it finds there; the arrows between crates
//! come from `cargo metadata`. Findings are listed all at once, with file and line.

mod adapter_files;
mod arrows;
mod crm_names;
mod figures;
mod invariants;
mod manifests;
mod names;
pub(crate) mod sources;
mod text;
mod workflows;

use crate::failure::Failure;
use crate::say;
use crate::steps::Outcome;
use crate::workspace::{self, Workspace};
use sources::Source;

/// Something that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    /// From 1; none where it is about the whole file.
    line: Option<usize>,
    message: String,
    /// To be known, and no reason to fail.
    warning: bool,
}

impl Finding {
    fn of_file(source: &Source, message: impl Into<String>) -> Self {
        Self {
            path: source.path.clone(),
            line: None,
            message: message.into(),
            warning: false,
        }
    }

    fn at(source: &Source, line: usize, message: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::of_file(source, message)
        }
    }

    fn warning(self) -> Self {
        Self {
            warning: true,
            ..self
        }
    }

    fn line(&self) -> String {
        let place = self
            .line
            .map_or_else(|| self.path.clone(), |line| format!("{}:{line}", self.path));
        let mark = if self.warning { "warning: " } else { "" };
        format!("{place}: {mark}{}", self.message)
    }
}

/// `cargo xtask tidy`.
///
/// # Errors
/// A rule found something, or the sources cannot be read.
pub(crate) fn run(_arguments: &[String]) -> Result<(), Failure> {
    check().map(|_| say::progress("tidy"))
}

/// Holds every source against every rule.
///
/// # Errors
/// A rule found something, or the sources cannot be read.
pub(crate) fn check() -> Result<Outcome, Failure> {
    let sources = sources::read(&workspace::root())?;
    let mut findings = arrows::check(&Workspace::read()?.members);
    for source in &sources {
        findings.extend(text::check(source));
        findings.extend(names::check(source));
        findings.extend(figures::check(source));
        findings.extend(manifests::check(source));
        findings.extend(crm_names::check(source));
        findings.extend(workflows::check(source, crate::has_subcommand));
    }
    findings.extend(adapter_files::check(&sources));
    findings.extend(invariants::check(&sources));
    findings.sort();
    for finding in &findings {
        say::line(&finding.line());
    }
    match findings.iter().filter(|finding| !finding.warning).count() {
        0 => Ok(Outcome::Passed),
        1 => Err(Failure::Found("one thing is not tidy".to_owned())),
        count => Err(Failure::Found(format!("{count} things are not tidy"))),
    }
}
