//! `cargo xtask package`: the command line as an archive, for the system that it is run on.

use std::fs;

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::setup::{self, For};
use crate::workspace::{self, Workspace};

/// Builds for release and writes `target/package/nurturehub-VERSION-TARGET.tar.gz`.
///
/// # Errors
/// Set-up, the build or the packing failed.
pub(crate) fn run(_arguments: &[String]) -> Result<(), Failure> {
    setup::ensure(For::Running)?;
    let workspace = Workspace::read()?;
    let toolchain = Program::new("rustc").arguments(&["-vV"]).output()?;
    let triple = host_triple(&toolchain)?;
    say::progress("building for release (the first time takes some minutes)");
    Program::cargo(&[
        "build",
        "--release",
        "--locked",
        "--package",
        "nurturehub-cli",
    ])
    .run()?;

    let name = format!("nurturehub-{}-{triple}", workspace.version);
    let out = workspace.target.join("package");
    let folder = out.join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::file(&folder))?;
    }
    fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
    let program = format!("nurturehub{}", std::env::consts::EXE_SUFFIX);
    let root = workspace::root();
    for (from, to) in [
        (
            workspace.target.join("release").join(&program),
            program.as_str(),
        ),
        (root.join("README.md"), "README.md"),
        (root.join("LICENSE"), "LICENSE"),
    ] {
        fs::copy(&from, folder.join(to)).map_err(Failure::file(from))?;
    }
    let archive = format!("{name}.tar.gz");
    Program::new("tar")
        .arguments(&["-czf", &archive, &name])
        .folder(&out)
        .run()?;
    say::line(&out.join(&archive).display().to_string());
    say::progress("installers come with the desktop app; this is the command line alone");
    if cfg!(target_os = "linux") {
        say::progress("it runs where OpenSSL 3's libcrypto is installed (Debian: libssl3)");
    }
    Ok(())
}

/// The target triple in the answer of `rustc -vV`.
fn host_triple(answer: &str) -> Result<&str, Failure> {
    answer
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .ok_or_else(|| Failure::Answer {
            from: "rustc -vV".to_owned(),
            detail: "no line `host:`".to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archive_is_named_after_the_machine_that_built_it() {
        let answer = "rustc 1.95.0\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0";
        assert_eq!(
            host_triple(answer).unwrap(),
            "x86_64-unknown-linux-gnu",
            "the host line has the triple"
        );
        assert!(
            host_triple("rustc 1.95.0").is_err(),
            "an answer without a host must not name an archive"
        );
    }
}
