//! The desktop app's installers, made by Tauri's command line.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::web;
use crate::workspace::Workspace;

/// How installers end, on every system.
const ENDINGS: [&str; 6] = ["deb", "rpm", "AppImage", "dmg", "msi", "exe"];

/// Nothing updates itself by what kind of installer it came in, so the program is left as it was built:
/// cargo would not notice that it had been changed.
const UNPATCHED: &str = "--no-binary-patching";

/// Builds the app for release, makes these kinds of installers and copies them to a folder.
///
/// # Errors
/// Tauri's command line failed, or made nothing.
pub(super) fn make(
    workspace: &Workspace,
    kinds: &[String],
    out: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    let bundles = workspace.target.join("release/bundle");
    super::emptied(&bundles)?;
    let mut tauri = web::tauri(&["build", "--ci", UNPATCHED]);
    if !kinds.is_empty() {
        tauri = tauri.arguments(&["--bundles", &kinds.join(",")]);
    }
    let tauri = tauri.arguments(&["--", "--locked"]);
    said(&tauri);
    say::progress("building for release (the first time takes some minutes)");
    tauri.run()?;
    collect(&bundles, out)
}

/// Packs the app that `cargo build` has built for development; the answer is the .deb.
///
/// # Errors
/// Tauri's command line failed, or made nothing.
pub(super) fn make_debug_deb(workspace: &Workspace, out: &Path) -> Result<PathBuf, Failure> {
    let bundles = workspace.target.join("debug/bundle");
    super::emptied(&bundles)?;
    let tauri = web::tauri(&["bundle", "--ci", "--debug", UNPATCHED, "--bundles", "deb"]);
    said(&tauri);
    tauri.run()?;
    let made = collect(&bundles, out)?;
    made.into_iter().next().ok_or_else(nothing)
}

fn said(program: &Program) {
    say::progress(&format!("running: {}", program.line()));
}

/// Copies every installer below `bundles`, in order of name.
fn collect(bundles: &Path, out: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut made = Vec::new();
    for kind in entries(bundles)? {
        if !kind.is_dir() {
            continue;
        }
        for file in entries(&kind)? {
            let Some(name) = file.file_name().filter(|_| is_installer(&file)) else {
                continue;
            };
            let to = out.join(without_blanks(name));
            fs::copy(&file, &to).map_err(Failure::file(&file))?;
            made.push(to);
        }
    }
    if made.is_empty() {
        return Err(nothing());
    }
    made.sort();
    Ok(made)
}

fn nothing() -> Failure {
    Failure::Answer {
        from: "npx tauri".to_owned(),
        detail: "it succeeded and made no installer".to_owned(),
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(Failure::file(folder))
}

fn is_installer(file: &Path) -> bool {
    let ending = file.extension().and_then(OsStr::to_str);
    file.is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

/// The product's name has a blank, which no one wants in the address of a download.
fn without_blanks(name: &OsStr) -> String {
    name.to_string_lossy().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::throwaway::Throwaway;

    #[test]
    fn installers_are_told_from_what_lies_beside_them() {
        let place = Throwaway::new("installers").unwrap();
        let (bundles, out) = (place.path().join("bundle"), place.path().join("out"));
        for folder in [bundles.join("deb/unpacked.deb"), out.clone()] {
            fs::create_dir_all(folder).unwrap();
        }
        fs::write(bundles.join("deb/Some App_1.deb"), "package").unwrap();
        fs::write(bundles.join("deb/control.tar.gz"), "a part of it").unwrap();
        let made = collect(&bundles, &out).unwrap();
        assert_eq!(
            made,
            [out.join("Some-App_1.deb")],
            "the package alone, under a name without blanks"
        );
    }

    #[test]
    fn no_installer_at_all_is_a_failure() {
        let place = Throwaway::new("no-installers").unwrap();
        assert!(
            collect(place.path(), place.path()).is_err(),
            "an empty folder must not pass for a release"
        );
    }
}
