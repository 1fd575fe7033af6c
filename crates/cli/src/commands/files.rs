//! Files that are named on the command line.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use nurturehub_engine::EngineError;
use nurturehub_port::ErrorKind;

use crate::output::text;

/// Reads a file, or standard input for `-`, of at most so many bytes.
///
/// # Errors
/// `configuration`, naming the file.
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, EngineError> {
    let name = || text::shown(&path.display().to_string(), 200);
    let wrong = |message: String| {
        EngineError::with_remedy(ErrorKind::Configuration, message, "Name another file.")
    };
    let unreadable = |error: io::Error| wrong(format!("{} cannot be read: {error}.", name()));
    let mut input: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(unreadable)?)
    };
    let mut bytes = Vec::new();
    input
        .by_ref()
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        return Err(wrong(format!("{} has more than {most} bytes.", name())));
    }
    Ok(bytes)
}
