//! `nurturehub-failures`: runs the catalogue and prints its table, or a page of the documents.

use std::io::Write as _;
use std::process::ExitCode;

/// What can be asked for.
const USAGE: &str = "usage: nurturehub-failures [table [TEXT] | page | errors]\n\
  table   run the cases (those with TEXT in title or CRM) and print what came of them\n\
  page    the same, as docs/failures.md\n\
  errors  docs/errors.md\n";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (text, right) = match arguments.as_slice() {
        [] | ["table"] => shown("", false).await,
        ["table", wanted] => shown(wanted, false).await,
        ["page"] => shown("", true).await,
        ["errors"] => (nurturehub_failures::error_page(), true),
        _ => (USAGE.to_owned(), false),
    };
    // Whoever closes the pipe has read enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    if right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn shown(wanted: &str, as_page: bool) -> (String, bool) {
    match nurturehub_failures::run_some(wanted).await {
        Ok(table) if as_page => (table.markdown(), table.is_right()),
        Ok(table) => (table.for_people(), table.is_right()),
        Err(why) => (format!("{why}\n"), false),
    }
}
