//! Why a subcommand could not do its work, in words that say what to do next.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Everything that can go wrong here.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line makes no sense; the text says how.
    Usage(String),
    /// A program could not be started at all.
    NotStarted {
        /// The command line, as one would type it.
        line: String,
        /// Why.
        source: io::Error,
    },
    /// A program ran and did not succeed; it has said why itself.
    Ended {
        /// The command line, as one would type it.
        line: String,
        /// Its exit code, where it was not ended by a signal.
        code: Option<i32>,
    },
    /// A file or folder could not be read or written.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The machine lacks something that cannot be installed from here.
    Missing {
        /// What it lacks.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// A program answered in a form that is not understood.
    Answer {
        /// Who answered.
        from: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A check of our own found something; it has been listed above.
    Found(String),
    /// A step of several failed.
    Step {
        /// Its name.
        name: &'static str,
        /// The command that repeats it.
        repeat: String,
    },
}

impl Failure {
    /// 2 for a usage error, a failed program's own code, else 1.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Ended {
                code: Some(code), ..
            } => u8::try_from(*code).unwrap_or(1),
            _ => 1,
        }
    }

    /// Makes an error of the file system name its path.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Found(text) => formatter.write_str(text),
            Self::NotStarted { line, source } => {
                write!(formatter, "`{line}` could not be started: {source}")
            }
            Self::Ended {
                line,
                code: Some(code),
            } => write!(formatter, "`{line}` ended with code {code}"),
            Self::Ended { line, code: None } => {
                write!(formatter, "`{line}` was ended by a signal")
            }
            Self::File { path, source } => write!(formatter, "{}: {source}", path.display()),
            Self::Missing { what, remedy } => {
                write!(formatter, "this machine lacks {what}\n{remedy}")
            }
            Self::Answer { from, detail } => {
                write!(
                    formatter,
                    "the answer of {from} is not understood: {detail}"
                )
            }
            Self::Step { name, repeat } => {
                write!(formatter, "step `{name}`. To repeat it alone:\n  {repeat}")
            }
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotStarted { source, .. } | Self::File { source, .. } => Some(source),
            _ => None,
        }
    }
}
