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

/// What is made on Linux where no kind is named. For an AppImage Tauri's command line fetches programs from
/// GitHub as it builds: that is for whoever asks for it.
const WITHOUT_DOWNLOADS: [&str; 2] = ["deb", "rpm"];

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
    let kinds = asked_for(kinds, cfg!(target_os = "linux"));
    if !kinds.is_empty() {
        tauri = tauri.arguments(&["--bundles", &kinds.join(",")]);
    }
    let tauri = tauri.arguments(&["--", "--locked"]);
    said(&tauri);
    say::progress("building for release (the first time takes some minutes)");
    tauri.run()?;
    collect(&bundles, out)
}

/// The kinds that are made: those that were asked for, else those of this system. None stands for all that
/// `tauri.conf.json` lists and this system can make.
fn asked_for(kinds: &[String], on_linux: bool) -> Vec<&str> {
    if kinds.is_empty() && on_linux {
        return WITHOUT_DOWNLOADS.to_vec();
    }
    kinds.iter().map(String::as_str).collect()
}

/// Packs the app that `cargo build` has built for development; the answer is the .deb and the .rpm.
///
/// # Errors
/// Tauri's command line failed, or did not make both.
pub(super) fn make_debug(workspace: &Workspace, out: &Path) -> Result<[PathBuf; 2], Failure> {
    let bundles = workspace.target.join("debug/bundle");
    super::emptied(&bundles)?;
    let kinds = WITHOUT_DOWNLOADS.join(",");
    let tauri = web::tauri(&["bundle", "--ci", "--debug", UNPATCHED, "--bundles", &kinds]);
    said(&tauri);
    tauri.run()?;
    let made = collect(&bundles, out)?;
    let ending = |kind: &str| {
        let found = made
            .iter()
            .find(|file| file.extension() == Some(OsStr::new(kind)));
        found.cloned().ok_or_else(nothing)
    };
    Ok([ending("deb")?, ending("rpm")?])
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
    fn every_systems_installers_are_configured_and_what_wants_downloads_is_made_when_asked_for() {
        let text = fs::read_to_string(crate::workspace::root().join("tauri.conf.json")).unwrap();
        let config: serde_json::Value = serde_json::from_str(&text).unwrap();
        let listed = config["bundle"]["targets"].as_array().unwrap();
        for kind in ["deb", "rpm", "appimage", "dmg", "msi", "nsis"] {
            assert!(listed.iter().any(|one| one == kind), "{kind} is not listed");
        }
        assert_eq!(asked_for(&[], true), ["deb", "rpm"], "nothing is fetched");
        assert!(asked_for(&[], false).is_empty(), "all that is listed");
        let named = ["appimage".to_owned()];
        assert_eq!(asked_for(&named, true), ["appimage"]);
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
