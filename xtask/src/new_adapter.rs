//! `cargo xtask new-adapter NAME`: the folder of a new CRM.
//!
//! What it writes compiles, is in the registry, and answers `unsupported`. The places to fill in
//! are marked, and `cargo xtask tidy` finds the marks that are left.

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::workspace;

/// The files of an adapter, the same in each folder.
const FILES: [(&str, &str); 10] = [
    ("mod.rs", include_str!("../templates/adapter/mod.rs.txt")),
    ("spec.rs", include_str!("../templates/adapter/spec.rs.txt")),
    ("auth.rs", include_str!("../templates/adapter/auth.rs.txt")),
    ("wire.rs", include_str!("../templates/adapter/wire.rs.txt")),
    ("map.rs", include_str!("../templates/adapter/map.rs.txt")),
    (
        "errors.rs",
        include_str!("../templates/adapter/errors.rs.txt"),
    ),
    ("sync.rs", include_str!("../templates/adapter/sync.rs.txt")),
    ("push.rs", include_str!("../templates/adapter/push.rs.txt")),
    (
        "webhook.rs",
        include_str!("../templates/adapter/webhook.rs.txt"),
    ),
    (
        "verify.rs",
        include_str!("../templates/adapter/verify.rs.txt"),
    ),
];

/// The names of the files that every adapter has.
pub(crate) fn file_names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// What marks a place to fill in; put together here so that this file does not hold it itself.
const MARK: &str = concat!("FILL", ":");

/// Words of the language that are names of CRMs or could be.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "unsafe", "use", "virtual", "where", "while", "yield",
];

/// Writes the folder, adds it to the crate and the registry, and lists the places to fill in.
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
    let source = workspace::root().join("crates/adapters/src");
    let folder = source.join(id);
    if folder.exists() {
        return Err(Failure::Usage(format!(
            "{} is there already",
            folder.display()
        )));
    }
    let module = module(id);
    // Both are worked out before anything is written, so that a failure leaves no half.
    let crate_root = edited(&source.join("lib.rs"), |text| with_module(text, &module))?;
    let registry = edited(&source.join("registry.rs"), |text| {
        with_entry(text, &module)
    })?;

    fs::create_dir(&folder).map_err(Failure::file(&folder))?;
    let mut marks = Vec::new();
    for (file, template) in FILES {
        let text = filled(template, id);
        marks.extend(
            marks_in(&text)
                .map(|(line, what)| format!("  crates/adapters/src/{id}/{file}:{line}: {what}")),
        );
        write(&folder.join(file), &text)?;
    }
    write(&source.join("lib.rs"), &crate_root)?;
    write(&source.join("registry.rs"), &registry)?;
    Program::cargo(&["fmt", "--package", "nurturehub-adapters"]).run()?;

    say::line(&format!(
        "Written to crates/adapters/src/{id} and added to the registry. To fill in:"
    ));
    for mark in marks {
        say::line(&mark);
    }
    say::line(&format!(
        "\nIt compiles as it is: cargo check --package nurturehub-adapters\nThen write its \
         simulator, crates/sandbox/src/{id}/, from the CRM's documents, and its tests,\n\
         crates/adapters/tests/it/{id}.rs."
    ));
    Ok(())
}

/// An id is a module's name and stands in addresses: small letters and digits, a letter first.
fn check_id(id: &str) -> Result<(), Failure> {
    let begins_well = id.starts_with(|first: char| first.is_ascii_lowercase());
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    if !begins_well || !id.chars().all(plain) || id.len() > 32 || id == "registry" {
        return Err(Failure::Usage(format!(
            "`{id}` cannot be a CRM's id: small letters and digits, a letter first, 32 at most"
        )));
    }
    Ok(())
}

/// The module of this id, which may be a word of the language.
fn module(id: &str) -> String {
    if KEYWORDS.contains(&id) {
        format!("r#{id}")
    } else {
        id.to_owned()
    }
}

fn filled(template: &str, id: &str) -> String {
    let mut letters = id.chars();
    let name: String = letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect();
    template.replace("@ID@", id).replace("@NAME@", &name)
}

/// Lines with a mark, and what they ask for.
fn marks_in(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter_map(|(number, line)| {
        let (_, what) = line.split_once(MARK)?;
        Some((number, what.trim()))
    })
}

fn edited(path: &Path, edit: impl Fn(&str) -> Option<String>) -> Result<String, Failure> {
    let text = fs::read_to_string(path).map_err(Failure::file(path))?;
    edit(&text).ok_or_else(|| Failure::Answer {
        from: path.display().to_string(),
        detail: "the place for a new CRM was not found".to_owned(),
    })
}

/// The crate's root with one more module; rustfmt puts it in order.
fn with_module(text: &str, module: &str) -> Option<String> {
    let at = if text.starts_with("mod ") {
        0
    } else {
        text.find("\nmod ")? + 1
    };
    Some(inserted(text, at, &format!("mod {module};\n")))
}

/// The registry with one more line at the end of its list.
fn with_entry(text: &str, module: &str) -> Option<String> {
    const LIST: &str = "[Registration] = &[";
    let begin = text.find(LIST)? + LIST.len();
    let end = begin + text.get(begin..)?.find("];")?;
    let list = text.get(begin..end)?.trim_end();
    let comma = if list.is_empty() || list.ends_with(',') {
        ""
    } else {
        ","
    };
    let entry = format!("{comma}\n    crate::{module}::REGISTRATION,\n");
    let tail = text.get(end..)?;
    Some(format!("{}{list}{entry}{tail}", text.get(..begin)?))
}

fn inserted(text: &str, at: usize, addition: &str) -> String {
    let (head, tail) = text.split_at(at);
    format!("{head}{addition}{tail}")
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
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
            &"a".repeat(33),
        ] {
            assert!(check_id(id).is_err(), "`{id}` must be refused");
        }
        assert!(check_id("acme2").is_ok(), "letters and digits are fine");
        assert_eq!(
            module("loop"),
            "r#loop",
            "a word of the language is escaped"
        );
    }

    #[test]
    fn the_registry_keeps_its_entries_however_it_is_laid_out() {
        for (before, after) in [
            (
                "[Registration] = &[];",
                "[Registration] = &[\n    crate::x::REGISTRATION,\n];",
            ),
            (
                "[Registration] = &[a::B];",
                "[Registration] = &[a::B,\n    crate::x::REGISTRATION,\n];",
            ),
            (
                "[Registration] = &[\n    a::B,\n];\nfn f() {}",
                "[Registration] = &[\n    a::B,\n    crate::x::REGISTRATION,\n];\nfn f() {}",
            ),
        ] {
            assert_eq!(
                with_entry(before, "x").as_deref(),
                Some(after),
                "one line is added and none is lost"
            );
        }
        assert_eq!(with_entry("fn f() {}", "x"), None, "no list, no guess");
    }

    #[test]
    fn a_module_is_added_before_the_others_and_after_the_document() {
        assert_eq!(
            with_module("//! Adapters.\n\nmod a;\n", "x").as_deref(),
            Some("//! Adapters.\n\nmod x;\nmod a;\n"),
            "rustfmt orders neighbours"
        );
    }

    #[test]
    fn every_template_is_filled_and_opens_with_its_purpose() {
        for (file, template) in FILES {
            let text = filled(template, "acme");
            assert!(
                text.starts_with("//! ") && !text.contains('@'),
                "{file} must be whole: {text}"
            );
        }
        let marks = FILES
            .iter()
            .filter(|(_, template)| marks_in(template).next().is_some())
            .count();
        assert_eq!(marks, 9, "every file but mod.rs has something to fill in");
    }
}
