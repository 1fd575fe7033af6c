//! What `cargo xtask new-adapter` writes compiles, as it stands, in the workspace of today.
//!
//! It is let loose on a copy of the workspace. The copy is compiled from a crate beside it, and not
//! as a workspace of its own: cargo would take the two for the same and mix up what it built.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::outside::{Outside, slashed};
use crate::process::Program;
use crate::steps::Outcome;
use crate::workspace;

/// The id of the CRM that is added to the copy.
const ID: &str = "acme";

/// Folders of the root without which the crates compile.
const PASSED_OVER: [&str; 4] = ["target", ".git", "ui", "node_modules"];

/// Adds a CRM to a copy of the workspace, and compiles adapters, sandbox and conformance tests.
///
/// # Errors
/// The command failed, or what it wrote does not compile.
pub(crate) fn check() -> Result<Outcome, Failure> {
    let root = workspace::root();
    let place = Outside::new("new-adapter")?;
    let copy = place.folder().join("workspace");
    mirror(&root, &copy)?;
    let itself = std::env::current_exe().map_err(Failure::file("xtask"))?;
    Program::new(itself.to_string_lossy())
        .arguments(&["new-adapter", ID])
        .environment("CARGO_MANIFEST_DIR", copy.join("xtask"))
        .run()?;
    let copy = slashed(&copy);
    place.write("Cargo.toml", &manifest(&copy))?;
    place.write("src/lib.rs", "//! Compiles a copy of the workspace.\n")?;
    place.write("tests/it.rs", &test(&copy))?;
    place.cargo(&["check", "--tests"]).run()?;
    Ok(Outcome::Passed)
}

fn manifest(copy: &str) -> String {
    let mut text = String::from(
        "[package]\nname = \"new-adapter-check\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [workspace]\nexclude = [\"workspace\"]\n\n[dev-dependencies]\n\
         tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }\n",
    );
    for name in ["adapters", "conformance"] {
        text.push_str(&format!(
            "nurturehub-{name} = {{ path = \"{copy}/crates/{name}\" }}\n"
        ));
    }
    text
}

fn test(copy: &str) -> String {
    format!("#[path = \"{copy}/crates/adapters/tests/it/conformance.rs\"]\nmod conformance;\n")
}

/// Makes one folder like another. Files that are alike keep their time, so that cargo knows what it
/// has compiled before.
fn mirror(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(Failure::file(to))?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(from).map_err(Failure::file(from))? {
        let entry = entry.map_err(Failure::file(from))?;
        let name = entry.file_name();
        if PASSED_OVER.iter().any(|passed| name == *passed) {
            continue;
        }
        let (source, target) = (entry.path(), to.join(&name));
        let kind = entry.file_type().map_err(Failure::file(&source))?;
        if kind.is_dir() {
            mirror(&source, &target)?;
        } else if kind.is_file() {
            let bytes = fs::read(&source).map_err(Failure::file(&source))?;
            if fs::read(&target).ok().as_ref() != Some(&bytes) {
                fs::write(&target, bytes).map_err(Failure::file(&target))?;
            }
        }
        names.insert(name);
    }
    for entry in fs::read_dir(to).map_err(Failure::file(to))? {
        let path = entry.map_err(Failure::file(to))?.path();
        let stays = path.file_name().is_some_and(|name| names.contains(name));
        if !stays && path.is_dir() {
            fs::remove_dir_all(&path).map_err(Failure::file(&path))?;
        } else if !stays {
            fs::remove_file(&path).map_err(Failure::file(&path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_has_what_its_source_has_and_nothing_else() {
        let base = std::env::temp_dir().join(format!("nurturehub-mirror-{}", std::process::id()));
        let (from, to) = (base.join("from"), base.join("to"));
        for folder in [from.join("a"), from.join("target"), to.join("gone")] {
            fs::create_dir_all(folder).unwrap();
        }
        fs::write(from.join("a/same"), "1").unwrap();
        fs::write(from.join("target/built"), "1").unwrap();
        fs::write(to.join("gone/file"), "1").unwrap();
        mirror(&from, &to).unwrap();
        let first = fs::metadata(to.join("a/same")).unwrap().modified().unwrap();
        mirror(&from, &to).unwrap();
        let second = fs::metadata(to.join("a/same")).unwrap().modified().unwrap();
        assert_eq!(first, second, "what is alike is left alone");
        assert!(!to.join("gone").exists(), "what has no source goes");
        assert!(!to.join("target").exists(), "what was built is not copied");
        fs::remove_dir_all(base).unwrap();
    }
}
