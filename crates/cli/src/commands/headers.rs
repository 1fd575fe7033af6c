//! Headers of a delivery that are named on the command line.

use std::path::Path;

use nurturehub_engine::EngineError;
use nurturehub_port::ErrorKind;

use crate::secrets::Lines;

/// Puts in the place of each value that is `-` a line of standard input, in the order named: some
/// CRMs send a shared secret as it is, which has no place on a command line.
///
/// # Errors
/// `configuration` where standard input is the body at the same time, or has too few lines.
pub(super) fn read(
    mut headers: Vec<(String, String)>,
    body: &Path,
) -> Result<Vec<(String, String)>, EngineError> {
    let wrong = |message: String| {
        EngineError::with_remedy(
            ErrorKind::Configuration,
            message,
            "Give the body as a file, and a line of standard input for each header that is `-`.",
        )
    };
    let hidden = || headers.iter().any(|(_, value)| value == "-");
    if !hidden() {
        return Ok(headers);
    }
    if body == Path::new("-") {
        return Err(wrong(
            "Standard input cannot be the body and a header at once.".to_owned(),
        ));
    }
    let unreadable = |error| wrong(format!("Standard input cannot be read: {error}."));
    let mut lines = Lines::of_standard_input().map_err(unreadable)?;
    for (name, value) in headers.iter_mut().filter(|(_, value)| value == "-") {
        let Some(line) = lines.next().map_err(unreadable)? else {
            return Err(wrong(format!("There is no line for the header `{name}`.")));
        };
        line.trim().clone_into(value);
    }
    Ok(headers)
}
