//! `cargo xtask package`: installers of the desktop app and an archive of the command line, for the system
//! that it is run on.
//!
//! Tauri's own command line makes the installers, as `npx tauri build` does; this adds set-up, the archive
//! and one folder with all of it. [`check`] shows that the .deb installs and runs on a bare system, and that
//! the .rpm brings the same.

mod archive;
pub(crate) mod check;
mod clean_root;
mod installers;
mod rpm;
pub(crate) mod stage;

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::say;
use crate::setup::{self, For};
use crate::web;
use crate::workspace::{self, Workspace};

/// Builds for release and fills `target/package`. Arguments name the kinds of installers (`deb`,
/// `appimage`, …); with none, it is those of this system that `tauri.conf.json` lists and that can be made
/// of what is here.
///
/// # Errors
/// Set-up, the build or the packing failed.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    setup::ensure(For::Window)?;
    let workspace = Workspace::read()?;
    let out = workspace.target.join("package");
    emptied(&out)?;
    web::install(&workspace::root())?;
    web::install(&web::ui())?;
    let mut made = installers::make(&workspace, arguments, &out)?;
    made.push(archive::make(&workspace, &out)?);
    say::progress("made:");
    for file in &made {
        say::line(&line(file)?);
    }
    Ok(())
}

/// A folder with nothing in it, so that nothing of an earlier version is taken for this one's.
fn emptied(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Failure::file(folder))?;
    }
    fs::create_dir_all(folder).map_err(Failure::file(folder))
}

/// A file's size and path.
fn line(file: &Path) -> Result<String, Failure> {
    let bytes = fs::metadata(file).map_err(Failure::file(file))?.len();
    Ok(format!("{:>9}  {}", megabytes(bytes), file.display()))
}

/// Millions of bytes with one decimal.
fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_to_a_tenth_of_a_megabyte() {
        assert_eq!(megabytes(8_949_999), "8.9 MB", "rounded down");
        assert_eq!(megabytes(8_950_000), "9.0 MB", "rounded up, with its zero");
        assert_eq!(megabytes(0), "0.0 MB", "an empty file is still a figure");
    }
}
