//! With what, on which machine and when figures were taken.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::{Failure, machine};

/// What can change the speed of what is measured. Documents cannot, and the benchmark writes some.
const CODE: [&str; 7] = [
    "crates",
    "src-tauri",
    "ui",
    "Cargo.toml",
    "Cargo.lock",
    "tauri.conf.json",
    ":!*.md",
];

/// With what figures were taken. Figures may be compared, and added to each other, where all but the
/// days is the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Taken {
    /// The machine, in a few words.
    pub(crate) machine: String,
    /// Our version and the last commit that changed code.
    pub(crate) program: String,
    /// A hash of the programs that ran, and of the scripts of others.
    pub(crate) build: String,
    /// What else was measured: name and version.
    pub(crate) versions: BTreeMap<String, String>,
    /// The days on which it was measured.
    pub(crate) days: Vec<String>,
}

impl Taken {
    /// With these programs, on this machine, today.
    pub(crate) fn now(
        programs: &[PathBuf],
        versions: BTreeMap<String, String>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            machine: machine::name(),
            program: program(),
            build: hash(programs)?,
            versions,
            days: vec![machine::today()],
        })
    }

    /// Our command line and this program, today.
    pub(crate) fn by(binary: &Path) -> Result<Self, Failure> {
        Self::now(
            &[binary.to_owned(), std::env::current_exe()?],
            BTreeMap::new(),
        )
    }

    /// Whether figures of both may stand together.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        (&self.machine, &self.program, &self.build, &self.versions)
            == (
                &other.machine,
                &other.program,
                &other.build,
                &other.versions,
            )
    }

    /// Adds the days of another that is like this one.
    pub(crate) fn note_days(&mut self, again: &Self) {
        for day in &again.days {
            if !self.days.contains(day) {
                self.days.push(day.clone());
            }
        }
    }
}

/// Our version, with the commit where it is known.
fn program() -> String {
    let own = env!("CARGO_PKG_VERSION");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    commit(&root).map_or_else(|| own.to_owned(), |commit| format!("{own} ({commit})"))
}

/// The last commit that changed code, and whether code differs from it.
fn commit(root: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(root).args(arguments).arg("--");
        line(command.args(CODE))
    };
    let commit = git(&["log", "-1", "--format=%h"]).filter(|commit| !commit.is_empty())?;
    let changed = git(&["status", "--porcelain"])?;
    Some(if changed.is_empty() {
        commit
    } else {
        format!("{commit}-dirty")
    })
}

/// One hash over files.
fn hash(files: &[PathBuf]) -> Result<String, Failure> {
    let mut whole = blake3::Hasher::new();
    for file in files {
        let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        whole.update(blake3::hash(&bytes).as_bytes());
    }
    Ok(whole.finalize().to_hex().chars().take(16).collect())
}

/// What a command prints, where it ends well.
pub(crate) fn line(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(root: &Path, arguments: &[&str]) {
        let status = Command::new("git")
            .arg("-C")
            .arg(root)
            .args(["-c", "user.name=Test", "-c", "user.email=test@test.invalid"])
            .args(arguments)
            .output()
            .expect("git");
        assert!(status.status.success(), "git {arguments:?}: {status:?}");
    }

    fn keep(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    #[test]
    fn only_code_makes_a_tree_differ_from_its_commit() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        assert_eq!(commit(root), None, "no repository is no commit");
        git(root, &["init", "--quiet"]);
        for path in ["crates/some/src/lib.rs", "Cargo.toml", "docs/page.md"] {
            keep(root, path, "one");
        }
        git(root, &["add", "."]);
        git(root, &["commit", "--quiet", "-m", "one"]);
        let clean = commit(root).expect("a commit");
        assert!(!clean.ends_with("-dirty"), "{clean}");
        for written in [
            "docs/page.md",
            "docs/performance/race.json",
            "README.md",
            "crates/some/README.md",
        ] {
            keep(root, written, "two");
            assert_eq!(commit(root).as_ref(), Some(&clean), "{written} is no code");
        }
        git(root, &["add", "."]);
        git(root, &["commit", "--quiet", "-m", "two"]);
        assert_eq!(
            commit(root).as_ref(),
            Some(&clean),
            "figures that are checked in make no other program"
        );
        keep(root, "crates/some/src/lib.rs", "two");
        assert_eq!(commit(root), Some(format!("{clean}-dirty")));
        git(root, &["commit", "--quiet", "-a", "-m", "three"]);
        let next = commit(root).expect("a commit");
        assert!(next != clean && !next.ends_with("-dirty"), "{next}");
        keep(root, "crates/some/src/new.rs", "new");
        assert_eq!(
            commit(root),
            Some(format!("{next}-dirty")),
            "a new file of code is code that differs"
        );
    }

    #[test]
    fn figures_of_another_program_version_or_machine_are_not_added() {
        let taken = Taken {
            machine: "one".into(),
            program: "1 (a)".into(),
            build: "x".into(),
            versions: BTreeMap::from([("dlt".into(), "1".into())]),
            days: vec!["2026-01-01".into()],
        };
        let mut later = taken.clone();
        later.note_days(&Taken {
            days: vec!["2026-01-02".into()],
            ..taken.clone()
        });
        assert!(later.is_like(&taken), "a day makes no other figures");
        assert_eq!(later.days, ["2026-01-01", "2026-01-02"]);
        let other = |change: fn(&mut Taken)| {
            let mut other = taken.clone();
            change(&mut other);
            other
        };
        for different in [
            other(|taken| taken.machine = "two".into()),
            other(|taken| taken.program = "1 (b)".into()),
            other(|taken| taken.build = "y".into()),
            other(|taken| drop(taken.versions.insert("dlt".into(), "2".into()))),
        ] {
            assert!(!different.is_like(&taken), "{different:?}");
        }
    }
}
