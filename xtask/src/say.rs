//! What the person at the terminal reads: the only place that prints.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a build tool talks to a terminal; everything it says goes through here"
)]

/// A line of a result, on standard output.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// A line about what is being done, on standard error, so that results can be piped.
pub(crate) fn progress(text: &str) {
    eprintln!("xtask: {text}");
}

/// A failure, on standard error.
pub(crate) fn error(text: &str) {
    eprintln!("\nxtask failed: {text}");
}
