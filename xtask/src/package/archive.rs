//! The command line as an archive, for machines without the desktop app.

use std::fs;
use std::path::{Path, PathBuf};

use super::stage;
use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::workspace::{self, Workspace};

/// Writes `nurturehub-VERSION-TARGET.tar.gz` into this folder.
///
/// # Errors
/// The build or the packing failed.
pub(super) fn make(workspace: &Workspace, out: &Path) -> Result<PathBuf, Failure> {
    let toolchain = Program::new("rustc").arguments(&["-vV"]).output()?;
    let name = format!("nurturehub-{}-{}", workspace.version, host(&toolchain)?);
    let program = stage::build(workspace, stage::Profile::Release)?;
    say::progress("packing the command line's archive");
    let folder = workspace.target.join("staged").join(&name);
    super::emptied(&folder)?;
    let root = workspace::root();
    for from in [program, root.join("README.md"), root.join("LICENSE")] {
        let Some(to) = from.file_name() else { continue };
        fs::copy(&from, folder.join(to)).map_err(Failure::file(&from))?;
    }
    let archive = format!("{name}.tar.gz");
    Program::new("tar")
        .arguments(&["-czf", &archive, &name])
        .folder(workspace.target.join("staged"))
        .run()?;
    let made = out.join(&archive);
    let staged = workspace.target.join("staged").join(&archive);
    fs::rename(&staged, &made).map_err(Failure::file(&made))?;
    if cfg!(target_os = "linux") {
        say::progress(
            "the archive runs where OpenSSL 3's libcrypto is installed (Debian: libssl3)",
        );
    }
    Ok(made)
}

/// The target triple in the answer of `rustc -vV`.
fn host(answer: &str) -> Result<&str, Failure> {
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
            host(answer).unwrap(),
            "x86_64-unknown-linux-gnu",
            "the host line has the triple"
        );
        assert!(
            host("rustc 1.95.0").is_err(),
            "an answer without a host must not name an archive"
        );
    }
}
