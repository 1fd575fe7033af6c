//! Starting other programs, with the command line at hand to show and to repeat.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::failure::Failure;
use crate::setup;
use crate::workspace;

/// A program to start, in the root of the workspace unless told otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    name: String,
    arguments: Vec<String>,
    environment: Vec<(String, OsString)>,
    without: Vec<&'static str>,
    folder: PathBuf,
}

impl Program {
    /// The program of this name, or at this path.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            without: Vec::new(),
            folder: workspace::root(),
        }
    }

    /// The cargo that started us, or the one on the path.
    pub(crate) fn cargo(arguments: &[&str]) -> Self {
        Self::new("cargo").arguments(arguments)
    }

    /// With more arguments.
    pub(crate) fn arguments<S: AsRef<str>>(mut self, arguments: &[S]) -> Self {
        self.arguments.extend(
            arguments
                .iter()
                .map(|argument| argument.as_ref().to_owned()),
        );
        self
    }

    /// With a variable in its environment.
    pub(crate) fn environment(mut self, key: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((key.to_owned(), value.into()));
        self
    }

    /// Without a variable that we have ourselves.
    pub(crate) fn without(mut self, key: &'static str) -> Self {
        self.without.push(key);
        self
    }

    /// Started in another folder.
    pub(crate) fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// The command line, as one would type it into a shell.
    pub(crate) fn line(&self) -> String {
        std::iter::once(&self.name)
            .chain(&self.arguments)
            .map(|word| quoted(word))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn command(&self) -> Command {
        let program = if self.name == "cargo" {
            std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
        } else {
            self.name.clone().into()
        };
        let mut command = Command::new(program);
        for (key, _) in std::env::vars_os() {
            if is_about_us(&key.to_string_lossy()) {
                command.env_remove(key);
            }
        }
        if let Some(path) = setup::path_with_node() {
            command.env("PATH", path);
        }
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(key, value)| (key, value)))
            .current_dir(&self.folder);
        for key in &self.without {
            command.env_remove(key);
        }
        command
    }

    /// Runs it with our terminal, to its end.
    ///
    /// # Errors
    /// It could not be started, or did not succeed.
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let status = self
            .command()
            .status()
            .map_err(|source| self.not_started(source))?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::Ended {
            line: self.line(),
            code: status.code(),
        })
    }

    /// Starts it and does not wait for its end. Its standard input and output are the caller's.
    ///
    /// # Errors
    /// It could not be started.
    pub(crate) fn start(&self) -> Result<Child, Failure> {
        self.command()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|source| self.not_started(source))
    }

    /// Runs it and takes what it writes to standard output; the rest goes to our terminal.
    ///
    /// # Errors
    /// It could not be started, did not succeed, or wrote something other than text.
    pub(crate) fn output(&self) -> Result<String, Failure> {
        let output = self
            .command()
            .stderr(Stdio::inherit())
            .output()
            .map_err(|source| self.not_started(source))?;
        if !output.status.success() {
            return Err(Failure::Ended {
                line: self.line(),
                code: output.status.code(),
            });
        }
        String::from_utf8(output.stdout).map_err(|error| Failure::Answer {
            from: self.line(),
            detail: error.to_string(),
        })
    }

    /// Whether it can be started and succeeds; nothing is shown.
    pub(crate) fn succeeds(&self) -> bool {
        self.command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn not_started(&self, source: std::io::Error) -> Failure {
        Failure::NotStarted {
            line: self.line(),
            source,
        }
    }
}

/// Whether cargo set this variable to tell us of our own package, as it does for what `cargo run` starts.
/// Handed on, it would look like a change to build scripts that watch these: dependencies such as ring,
/// and all that is built on them, would be compiled anew whenever `cargo xtask` and `cargo` take turns.
fn is_about_us(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

/// A word as a POSIX shell takes it back unchanged.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,@+".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_typed_again() {
        let program = Program::cargo(&["test", "--", "a b", "it's", ""]);
        assert_eq!(
            program.line(),
            r"cargo test -- 'a b' 'it'\''s' ''",
            "words with blanks or quotes need quoting, plain words do not"
        );
    }

    #[test]
    fn a_program_is_told_nothing_of_our_own_package() {
        assert!(
            std::env::var_os("CARGO_PKG_NAME").is_some(),
            "cargo tells its tests of their package, or this shows nothing"
        );
        let environment = Program::new("sh")
            .arguments(&["-c", "env"])
            .environment("CARGO_TARGET_DIR", "/elsewhere")
            .output()
            .unwrap();
        assert!(
            !environment.contains("CARGO_PKG_") && !environment.contains("CARGO_MANIFEST_"),
            "build scripts watch these: {environment}"
        );
        assert!(
            environment.contains("CARGO_TARGET_DIR=/elsewhere"),
            "what a person sets is theirs"
        );
    }

    #[test]
    fn a_program_that_does_not_exist_says_so() {
        let failure = Program::new("no-such-program-anywhere")
            .run()
            .expect_err("it is not there");
        assert!(
            matches!(failure, Failure::NotStarted { .. }),
            "a program that is missing is not one that failed: {failure}"
        );
    }
}
