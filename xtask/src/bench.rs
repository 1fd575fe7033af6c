//! `cargo xtask bench`: builds for release and measures.
//!
//! Both the benchmark and the command line are built, because some scenes measure the real process.
//! `--app` and `--micro` have files of their own.

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::setup::{self, For};
use crate::workspace::Workspace;
use crate::{bench_app, bench_micro};

/// Sets up, builds and runs; further arguments go to the benchmark.
///
/// # Errors
/// Set-up, the build or the benchmark failed.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let given = match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => arguments,
    };
    let asks = |flag: &str| given.iter().any(|argument| argument == flag);
    setup::ensure(For::Running)?;
    if asks("--micro") {
        return bench_micro::run(given);
    }
    if asks("--peers") {
        setup::ensure(For::Peers)?;
        setup::environments()?;
    }
    if asks("--instructions") {
        setup::ensure(For::Counting)?;
    }
    say::progress("building for release (the first time takes some minutes)");
    Program::cargo(&["build", "--release", "--locked"])
        .arguments(&[
            "--package",
            "nurturehub-bench",
            "--package",
            "nurturehub-cli",
        ])
        .run()?;
    let binary = Workspace::read()?
        .target
        .join("release")
        .join(format!("nurturehub-bench{}", std::env::consts::EXE_SUFFIX));
    let bench = Program::new(binary.to_string_lossy());
    if asks("--app") {
        return bench_app::run(&bench, given);
    }
    bench.arguments(given).run()
}
