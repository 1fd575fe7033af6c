//! Secrets come in by standard input, one line each, and never by an argument: arguments can be
//! seen by every account of the computer and stay in the shell's history.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Read};

use nurturehub_engine::EngineError;
use nurturehub_port::{ErrorKind, Secret};
use zeroize::Zeroizing;

use crate::output::text;

/// The longest line that is read, in bytes; the vault takes no more.
const LONGEST: usize = 64 * 1024;

/// Secrets by their key.
pub(crate) type Secrets = BTreeMap<String, Secret<String>>;

/// The keys that `--secret KEY=-` names, in their order.
///
/// # Errors
/// `configuration` for anything but `KEY=-`. What stands after the `=` is not repeated.
pub(crate) fn keys(arguments: &[String]) -> Result<Vec<String>, EngineError> {
    let mut keys: Vec<String> = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let Some((key, value)) = argument.split_once('=') else {
            return Err(refused("A secret is given as `--secret KEY=-`.".to_owned()));
        };
        let shown = text::shown(key, 40);
        if value != "-" {
            return Err(refused(format!(
                "The secret `{shown}` was given as an argument, where others can read it."
            )));
        }
        if key.is_empty() || keys.iter().any(|known| known == key) {
            return Err(refused(format!(
                "The secret `{shown}` is named twice, or not at all."
            )));
        }
        keys.push(key.to_owned());
    }
    Ok(keys)
}

fn refused(message: String) -> EngineError {
    EngineError::with_remedy(
        ErrorKind::Configuration,
        message,
        "Write `--secret KEY=-` and give the value on a line of standard input. Replace a value \
         that was on a command line.",
    )
}

/// Reads a line for each key, in their order: from a terminal without echo, else as it comes.
///
/// # Errors
/// `authInvalid` for a line that is empty or not there.
pub(crate) async fn read(keys: Vec<String>) -> Result<Secrets, EngineError> {
    if keys.is_empty() {
        return Ok(Secrets::new());
    }
    // On a thread of its own, since a person may take their time and Ctrl-C must still be heard.
    let read = tokio::task::spawn_blocking(move || {
        if io::stdin().is_terminal() {
            read_each(keys, |key| {
                rpassword::prompt_password(format!("{key}: ")).map(Zeroizing::new)
            })
        } else {
            let mut input = unbuffered()?;
            read_each(keys, |_| line(&mut input))
        }
    });
    match read.await {
        Ok(Ok(secrets)) => secrets,
        Ok(Err(error)) => Err(EngineError::new(
            ErrorKind::AuthInvalid,
            format!("Standard input could not be read: {error}."),
        )),
        Err(_) => Err(EngineError::new(
            ErrorKind::Internal,
            "Standard input was given up.",
        )),
    }
}

fn read_each(
    keys: Vec<String>,
    mut next: impl FnMut(&str) -> io::Result<Zeroizing<String>>,
) -> io::Result<Result<Secrets, EngineError>> {
    let mut secrets = Secrets::new();
    for key in keys {
        let line = next(&text::shown(&key, 40))?;
        let value = line.trim_end_matches(['\r', '\n']);
        if value.trim().is_empty() {
            return Ok(Err(EngineError::with_remedy(
                ErrorKind::AuthInvalid,
                format!("The secret `{}` is missing.", text::shown(&key, 40)),
                "Give it on a line of standard input, in the order in which the secrets are named.",
            )));
        }
        secrets.insert(key, Secret::new(value.to_owned()));
    }
    Ok(Ok(secrets))
}

/// Lines of standard input that nobody else may see.
pub(crate) struct Lines(std::fs::File);

impl Lines {
    /// All that is left of standard input.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn of_standard_input() -> io::Result<Self> {
        unbuffered().map(Self)
    }

    /// The next line without its end; none at the end of the input.
    ///
    /// # Errors
    /// It cannot be read, or is no text.
    pub(crate) fn next(&mut self) -> io::Result<Option<Zeroizing<String>>> {
        let mut input = Counted {
            inner: &mut self.0,
            read: 0,
        };
        let line = line(&mut input)?;
        Ok((input.read > 0).then_some(line))
    }
}

/// Tells an empty line from the end of the input.
struct Counted<'a> {
    inner: &'a mut std::fs::File,
    read: usize,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read += read;
        Ok(read)
    }
}

/// A line without its end, read byte by byte so that no buffer keeps what is not wiped.
fn line(input: &mut impl Read) -> io::Result<Zeroizing<String>> {
    // As large as it may get from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = Zeroizing::new([0_u8; 1]);
    while bytes.len() < LONGEST && input.read(byte.as_mut_slice())? == 1 && *byte != [b'\n'] {
        bytes.extend_from_slice(byte.as_slice());
    }
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a secret must be UTF-8 text"))?;
    Ok(Zeroizing::new(text.trim_end_matches('\r').to_owned()))
}

/// Standard input without the library's buffer.
#[cfg(unix)]
fn unbuffered() -> io::Result<std::fs::File> {
    use std::os::fd::AsFd;
    Ok(std::fs::File::from(
        io::stdin().as_fd().try_clone_to_owned()?,
    ))
}

#[cfg(windows)]
fn unbuffered() -> io::Result<std::fs::File> {
    use std::os::windows::io::AsHandle;
    Ok(std::fs::File::from(
        io::stdin().as_handle().try_clone_to_owned()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(arguments: &[&str]) -> Result<Vec<String>, EngineError> {
        keys(
            &arguments
                .iter()
                .map(|&text| text.to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn a_secret_in_an_argument_is_refused_and_not_repeated() {
        let error = given(&["apiKey=hunter2"]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let report = format!("{:?}", error.report());
        assert!(
            !report.contains("hunter2"),
            "the value must not be shown again: {report}"
        );
        assert_eq!(
            given(&["b=-", "a=-"]).unwrap(),
            ["b", "a"],
            "the order is the input's order"
        );
        assert!(given(&["hunter2"]).is_err_and(|error| !error.to_string().contains("hunter2")));
        assert!(
            given(&["a=-", "a=-"]).is_err(),
            "twice would shift the lines"
        );
    }

    #[test]
    fn lines_end_in_either_way_and_an_empty_one_is_a_missing_secret() {
        let mut input: &[u8] = b"one\r\ntwo\n three \n";
        assert_eq!(
            *line(&mut input).unwrap(),
            "one",
            "a Windows line end is no part of it"
        );
        assert_eq!(*line(&mut input).unwrap(), "two");
        assert_eq!(
            *line(&mut input).unwrap(),
            " three ",
            "blanks may belong to it"
        );
        assert_eq!(*line(&mut input).unwrap(), "", "the end of the input");
        let read = read_each(vec!["k".into()], |_| Ok(Zeroizing::new("\r".into()))).unwrap();
        assert_eq!(read.unwrap_err().kind(), ErrorKind::AuthInvalid);
    }
}
