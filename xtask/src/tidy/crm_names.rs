//! No core code names a CRM.
//!
//! A CRM's name may stand in its adapter's folder, in the registry's one line, in the sandbox, in
//! the benchmark (which is about particular CRMs' pages), in the list of descriptions that CRMs are
//! held against, in tests and in documents. Anywhere else it would be a special case where data of
//! the provider's specification belongs.

use super::Finding;
use super::sources::Source;

/// Names and former names that mean nothing else: found in any spelling, even within a word.
const UNMISTAKABLE: &[&str] = &["reapit", "agentos", "letmc", "vebra"];
/// Names that are parts of other words: found as a word of their own, also within an identifier.
const AS_WORD: &[&str] = &["alto"];
/// Names that are ordinary words: found where a text in quotes is nothing but the name, as a
/// provider's id is.
const AS_ID: &[&str] = &["street", "loop"];

/// Where the names may stand.
const ALLOWED: &[&str] = &[
    "crates/sandbox/",
    "crates/bench/",
    "crates/spec-check/src/crms/",
    "xtask/",
];

/// What this rule finds in a file of the core.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    if !source.is_rust() || is_allowed(&source.path) {
        return Vec::new();
    }
    source
        .lines_before_tests()
        .filter(|(_, line)| !is_module_line(&source.path, line))
        .filter_map(|(number, line)| {
            let name = named(line)?;
            let message = format!("names the CRM `{name}`; the core knows CRMs as data alone");
            Some(Finding::at(source, number, message))
        })
        .collect()
}

fn is_allowed(path: &str) -> bool {
    let in_adapter_folder = path
        .strip_prefix("crates/adapters/src/")
        .is_some_and(|rest| rest.contains('/') || rest == "registry.rs");
    in_adapter_folder
        || path.contains("/tests/")
        || ALLOWED.iter().any(|allowed| path.starts_with(allowed))
}

/// The adapters' crate has to name its folders once.
fn is_module_line(path: &str, line: &str) -> bool {
    path == "crates/adapters/src/lib.rs" && line.trim_start().starts_with("mod ")
}

fn named(line: &str) -> Option<&'static str> {
    let lower = line.to_lowercase();
    let unmistakable = UNMISTAKABLE.iter().find(|name| lower.contains(**name));
    let as_word = || AS_WORD.iter().find(|name| has_word(line, name));
    let as_id = || {
        AS_ID
            .iter()
            .find(|name| line.contains(&format!("\"{name}\"")))
    };
    unmistakable.or_else(as_word).or_else(as_id).copied()
}

/// Whether the line has this word, in prose, in `snake_case` or in `CamelCase`.
fn has_word(line: &str, word: &str) -> bool {
    let mut current = String::new();
    let mut after_small = false;
    for letter in line.chars().chain([' ']) {
        let starts_anew = !letter.is_alphabetic() || (letter.is_uppercase() && after_small);
        if starts_anew && current == word {
            return true;
        }
        if starts_anew {
            current.clear();
        }
        if letter.is_alphabetic() {
            current.extend(letter.to_lowercase());
        }
        after_small = letter.is_lowercase();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<Option<usize>> {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        check(&source).iter().map(|found| found.line).collect()
    }

    #[test]
    fn a_crm_named_in_the_core_is_found_in_any_spelling() {
        for text in [
            "struct ReapitClient;",
            "// as agentOS does",
            "let id = \"street\";",
            "match id { \"loop\" => 1 }",
            "fn from_alto() {}",
            "struct AltoPage;",
        ] {
            assert_eq!(
                lines("crates/engine/src/sync.rs", text),
                [Some(1)],
                "`{text}` names a CRM"
            );
        }
    }

    #[test]
    fn ordinary_words_are_no_crm() {
        for text in [
            "let street = address.street;",
            "loop { }",
            "// altogether, a loop over \"Street\" and \"high street\"",
            "let contralto = 1;",
        ] {
            assert_eq!(
                lines("crates/engine/src/sync.rs", text),
                [],
                "`{text}` is an ordinary line"
            );
        }
    }

    #[test]
    fn the_places_of_a_crm_may_name_it() {
        let text = "mod reapit;";
        for path in [
            "crates/adapters/src/reapit/sync.rs",
            "crates/adapters/src/registry.rs",
            "crates/adapters/src/lib.rs",
            "crates/sandbox/src/lib.rs",
            "crates/engine/tests/it/main.rs",
            "README.md",
        ] {
            assert_eq!(lines(path, text), [], "{path} may");
        }
        assert_eq!(
            lines("crates/adapters/src/lib.rs", "//! Reapit first."),
            [Some(1)],
            "the adapters' crate may name a module, and say nothing about it"
        );
        assert_eq!(
            lines(
                "crates/engine/src/a.rs",
                "//! A.\n\n#[cfg(test)]\nmod tests {\n\"reapit\"\n}"
            ),
            [],
            "unit tests may"
        );
    }
}
