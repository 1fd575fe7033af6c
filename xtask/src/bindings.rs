//! `cargo xtask bindings`: writes `ui/src/ipc/bindings.ts` from the commands' and the engine's types.
//!
//! A test of the app holds the file against the types; this is that test, told to write.

use crate::failure::Failure;
use crate::process::Program;
use crate::setup::{self, For};

/// Writes the bindings.
///
/// # Errors
/// Set-up or the build failed.
pub(crate) fn run(_arguments: &[String]) -> Result<(), Failure> {
    setup::ensure(For::Window)?;
    Program::cargo(&[
        "test",
        "--locked",
        "--package",
        "nurturehub-connect",
        "--lib",
    ])
    .arguments(&["the_windows_bindings"])
    .environment("NURTUREHUB_WRITE_BINDINGS", "1")
    .run()
}
