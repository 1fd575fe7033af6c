//! A command line that makes no sense, and the texts for `--help` and `--version`.

use std::ffi::OsString;

use clap::error::ErrorKind as ClapKind;
use nurturehub_engine::EngineError;
use nurturehub_port::ErrorKind;

use super::Console;
use crate::exit::Exit;

/// Shows what the parser of arguments says. With `--json` the error document goes to standard
/// output, as for every other failure.
pub(crate) fn show(parsed: &clap::Error, arguments: &[OsString]) -> Exit {
    if matches!(
        parsed.kind(),
        ClapKind::DisplayHelp | ClapKind::DisplayVersion
    ) {
        // Where standard output is closed, nobody is there to help.
        let _ = parsed.print();
        return Exit::Done;
    }
    let console = Console::new(given(arguments, "--json"), false);
    let text = if given(arguments, "--secret") {
        // The parser repeats the arguments that it does not understand, and one of these may be a
        // secret that was put where it does not belong.
        format!(
            "error: {}\n\nFor more information, try '--help'.",
            parsed.kind()
        )
    } else {
        parsed.render().to_string()
    };
    let text = text.trim_end();
    if console.json {
        let failure = EngineError::with_remedy(
            ErrorKind::Configuration,
            message(text),
            "Try `nurturehub --help`, or `--help` after the command.",
        );
        console.answer_failure(&failure.report(), None);
    }
    console.always(text);
    Exit::Usage
}

/// The parser's first paragraph, on one line.
fn message(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or(text);
    let paragraph = paragraph.strip_prefix("error: ").unwrap_or(paragraph);
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether an option stands on the command line.
fn given(arguments: &[OsString], option: &str) -> bool {
    arguments
        .iter()
        .skip(1)
        .take_while(|argument| *argument != "--")
        .filter_map(|argument| argument.to_str())
        .any(|argument| argument.split('=').next() == Some(option))
}
