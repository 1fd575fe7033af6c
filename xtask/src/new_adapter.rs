//! `cargo xtask new-adapter NAME`: the folders of a new CRM, and its test.
//!
//! What it writes compiles and is in the registries. The adapter answers `unsupported`, the
//! simulator has one plain list, and the conformance test is red until both are filled in. The
//! places to fill in are marked, and `cargo xtask tidy` finds the marks that are left.

pub(crate) mod check;
mod places;
mod templates;

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::workspace;

/// Where adapters are.
const ADAPTERS: &str = "crates/adapters/src";
/// Where simulators are.
const SIMULATORS: &str = "crates/sandbox/src";

/// Turns a file's text into that with one more CRM; none where there is no place for it.
type Edit = fn(&str, &str) -> Option<String>;

/// Files that name every CRM, and what is done to each.
const EDITS: [(&str, Edit); 4] = [
    ("crates/adapters/src/lib.rs", places::with_module),
    ("crates/adapters/src/registry.rs", places::with_entry),
    ("crates/sandbox/src/registry.rs", places::with_simulator),
    ("crates/adapters/tests/it/conformance.rs", places::with_test),
];

/// Ids that mean something else already: a file of the adapters' crate, and prefixes of the sandbox.
const TAKEN: [&str; 3] = ["registry", "platform", "control"];

/// The names of the files that every adapter has.
pub(crate) fn file_names() -> impl Iterator<Item = &'static str> {
    templates::ADAPTER.iter().map(|(name, _)| *name)
}

/// Writes the folders and the test, adds them to the registries, and lists the places to fill in.
///
/// # Errors
/// A name that cannot be one, a folder that is there already, or a file that cannot be changed.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let [id] = arguments else {
        return Err(Failure::Usage(
            "say `cargo xtask new-adapter NAME`, NAME being the id of the CRM".to_owned(),
        ));
    };
    check_id(id)?;
    let root = workspace::root();
    // All is worked out before anything is written, so that a failure leaves no half.
    let mut written = Vec::new();
    for (path, edit) in EDITS {
        written.push((path.to_owned(), edited(&root.join(path), id, edit)?));
    }
    for (folder, files) in [
        (ADAPTERS, templates::ADAPTER.as_slice()),
        (SIMULATORS, templates::SIMULATOR.as_slice()),
    ] {
        let folder = format!("{folder}/{id}");
        if root.join(&folder).exists() {
            return Err(Failure::Usage(format!("{folder} is there already")));
        }
        let filled = |(file, template): &(&str, &str)| {
            (format!("{folder}/{file}"), templates::filled(template, id))
        };
        written.extend(files.iter().map(filled));
    }
    for (path, text) in &written {
        write(&root.join(path), text)?;
    }
    Program::cargo(&["fmt"])
        .arguments(&["--package", "nurturehub-adapters"])
        .arguments(&["--package", "nurturehub-sandbox"])
        .run()?;
    report(id, &root, &written)
}

/// Says what was written and what is left to do.
fn report(id: &str, root: &Path, written: &[(String, String)]) -> Result<(), Failure> {
    say::line(&format!(
        "Written: {ADAPTERS}/{id}, {SIMULATORS}/{id}, a line in each registry, and a conformance \
         test. To fill in:"
    ));
    for (path, _) in written {
        // Read again, as rustfmt may have moved lines.
        let file = root.join(path);
        let text = fs::read_to_string(&file).map_err(Failure::file(&file))?;
        for (line, what) in templates::marks_in(&text) {
            say::line(&format!("  {path}:{line}: {what}"));
        }
    }
    say::line(&format!(
        "\nIt compiles as it is. docs/adding-a-crm.md fills one in step by step. It is done when \
         this is green:\n  cargo test --package nurturehub-adapters --test it conformance::{}",
        places::module(id)
    ));
    Ok(())
}

/// An id is a module's name and stands in addresses: small letters and digits, a letter first.
fn check_id(id: &str) -> Result<(), Failure> {
    let begins_well = id.starts_with(|first: char| first.is_ascii_lowercase());
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    if !begins_well || !id.chars().all(plain) || id.len() > 32 || TAKEN.contains(&id) {
        return Err(Failure::Usage(format!(
            "`{id}` cannot be a CRM's id: small letters and digits, a letter first, 32 at most, \
             and none of {}",
            TAKEN.join(", ")
        )));
    }
    Ok(())
}

fn edited(path: &Path, id: &str, edit: Edit) -> Result<String, Failure> {
    let text = fs::read_to_string(path).map_err(Failure::file(path))?;
    edit(&text, id).ok_or_else(|| Failure::Answer {
        from: path.display().to_string(),
        detail: "the place for a new CRM was not found".to_owned(),
    })
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Failure::file(folder))?;
    }
    fs::write(path, text).map_err(Failure::file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_could_not_be_modules_are_refused() {
        for id in [
            "",
            "Acme",
            "4ever",
            "a-b",
            "../x",
            "registry",
            "platform",
            &"a".repeat(33),
        ] {
            assert!(check_id(id).is_err(), "`{id}` must be refused");
        }
        assert!(check_id("acme2").is_ok(), "letters and digits are fine");
    }

    #[test]
    fn every_file_that_names_crms_has_a_place_for_another() {
        for (path, edit) in EDITS {
            let path = workspace::root().join(path);
            let text = edited(&path, "acme", edit);
            assert!(
                text.is_ok_and(|text| text.contains("acme")),
                "{} has no place for one more",
                path.display()
            );
        }
    }
}
