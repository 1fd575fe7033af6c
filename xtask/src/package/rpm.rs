//! The .rpm, which nothing here can install: what it says of itself, and that it brings what the .deb brings.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process::Program;
use crate::say;

/// What it is called, as the .deb is.
const NAME: &str = "nurture-hub-connect";
const LICENCE: &str = "MIT";

/// What it must ask for: the window, the tray, the database's cryptography, TLS. Libraries stand by the name
/// that the loader knows, which every distribution's package of them provides.
const REQUIRED: [&str; 5] = [
    "libwebkit2gtk-4.1.so.0()(64bit)",
    "libgtk-3.so.0()(64bit)",
    "libayatana-appindicator3.so.1()(64bit)",
    "libcrypto.so.3()(64bit)",
    "ca-certificates",
];
const RECOMMENDED: [&str; 2] = ["gnome-keyring", "xdg-utils"];

/// Where each kind of system keeps the licence: the .deb's, and the .rpm's.
const LICENCE_AT: (&str, &str) = (
    "usr/share/doc/nurture-hub-connect/copyright",
    "usr/share/licenses/nurture-hub-connect/LICENSE",
);

/// Holds an .rpm against what was to be built and against the .deb of the same build, and unpacks it; the
/// answer is where.
///
/// # Errors
/// It says something else, brings something else, or cannot be read.
pub(super) fn check(
    rpm: &Path,
    deb: &Path,
    version: &str,
    place: &Path,
) -> Result<PathBuf, Failure> {
    say::progress(&format!("reading {}", rpm.display()));
    let file = rpm.to_string_lossy();
    let whole = Program::new("rpm").arguments(&["--checksig", "--nosignature", &file]);
    whole.output()?;
    let query = |what: &[&str]| {
        let asked = Program::new("rpm").arguments(&["--query", "--package"]);
        asked.arguments(what).arguments(&[&file]).output()
    };
    let told = query(&["--queryformat", "%{NAME} %{VERSION} %{LICENSE}"])?;
    let wanted = format!("{NAME} {version} {LICENCE}");
    if told != wanted {
        return Err(wrong(rpm, format!("it says `{told}`, not `{wanted}`")));
    }
    for (list, names) in [
        ("--requires", &REQUIRED[..]),
        ("--recommends", &RECOMMENDED),
    ] {
        let told = query(&[list])?;
        if let Some(lacking) = lacking(&told, names) {
            return Err(wrong(rpm, format!("{list} lacks `{lacking}`: {told}")));
        }
    }
    let [from_rpm, from_deb] = ["rpm", "deb"].map(|kind| place.join(kind));
    for folder in [&from_rpm, &from_deb] {
        super::emptied(folder)?;
    }
    Program::new("sh")
        .arguments(&[
            "-c",
            "rpm2cpio \"$1\" | cpio --extract --make-directories --quiet",
        ])
        .arguments(&["sh", &file])
        .folder(&from_rpm)
        .run()?;
    Program::new("dpkg-deb")
        .arguments(&[
            "--extract",
            &deb.to_string_lossy(),
            &from_deb.to_string_lossy(),
        ])
        .run()?;
    if let Some(difference) = difference(&from_deb, &from_rpm)? {
        return Err(wrong(rpm, difference));
    }
    Ok(from_rpm)
}

fn wrong(rpm: &Path, detail: String) -> Failure {
    Failure::Answer {
        from: rpm.display().to_string(),
        detail,
    }
}

/// The first of these names that a list does not have, which has one on each line, maybe with a version.
fn lacking<'a>(list: &str, names: &[&'a str]) -> Option<&'a str> {
    let has = |name: &str| {
        let mut lines = list.lines();
        lines.any(|line| line.split_whitespace().next() == Some(name))
    };
    names.iter().copied().find(|name| !has(name))
}

/// What the .rpm's files have otherwise than the .deb's: one that is there or is not, or other content.
fn difference(deb: &Path, rpm: &Path) -> Result<Option<String>, Failure> {
    let (ours, theirs) = (files(deb)?, files(rpm)?);
    for path in theirs.keys() {
        if !ours.keys().any(|ours| place_in_rpm(ours) == path) {
            return Ok(Some(format!("`{path}` is in the .rpm alone")));
        }
    }
    for (path, file) in &ours {
        let Some(other) = theirs.get(place_in_rpm(path)) else {
            return Ok(Some(format!("`{path}` is in the .deb alone")));
        };
        let read = |file: &PathBuf| fs::read(file).map_err(Failure::file(file));
        if read(file)? != read(other)? {
            return Ok(Some(format!("`{path}` differs in the .deb and the .rpm")));
        }
    }
    Ok(None)
}

fn place_in_rpm(path: &str) -> &str {
    if path == LICENCE_AT.0 {
        LICENCE_AT.1
    } else {
        path
    }
}

/// Every file below a folder, by its path from there.
fn files(root: &Path) -> Result<BTreeMap<String, PathBuf>, Failure> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(Failure::file(&folder))? {
            let path = entry.map_err(Failure::file(&folder))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let short = path.strip_prefix(root).unwrap_or(&path);
                found.insert(short.to_string_lossy().into_owned(), path.clone());
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::throwaway::Throwaway;

    #[test]
    fn a_requirement_counts_with_a_version_and_not_by_a_part_of_its_name() {
        let list = "ca-certificates >= 2020\nlibgtk-3.so.0()(64bit)\n";
        assert_eq!(
            lacking(list, &["libgtk-3.so.0()(64bit)", "ca-certificates"]),
            None
        );
        assert_eq!(lacking(list, &["libgtk-3.so.0"]), Some("libgtk-3.so.0"));
    }

    #[test]
    fn packages_are_the_same_where_each_file_is_and_the_licence_has_its_place() {
        let place = Throwaway::new("packages").unwrap();
        let [deb, rpm] = ["deb", "rpm"].map(|kind| place.path().join(kind));
        let put = |root: &Path, path: &str, text: &str| {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        put(&deb, LICENCE_AT.0, "MIT");
        put(&rpm, LICENCE_AT.1, "MIT");
        put(&deb, "usr/bin/app", "program");
        put(&rpm, "usr/bin/app", "program");
        assert_eq!(difference(&deb, &rpm).unwrap(), None);
        put(&rpm, "usr/bin/more", "");
        let more = difference(&deb, &rpm).unwrap().unwrap();
        assert!(more.contains("usr/bin/more"), "{more}");
        put(&deb, "usr/bin/more", "");
        put(&rpm, "usr/bin/app", "another");
        let other = difference(&deb, &rpm).unwrap().unwrap();
        assert!(
            other.contains("usr/bin/app") && other.contains("differs"),
            "{other}"
        );
        put(&rpm, "usr/bin/app", "program");
        put(&deb, "etc/app", "");
        let less = difference(&deb, &rpm).unwrap().unwrap();
        assert!(
            less.contains("etc/app") && less.contains(".deb alone"),
            "{less}"
        );
    }
}
