//! `nurturehub`: see the library of this crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    nurturehub_cli::run(std::env::args_os())
}
