//! Where a CRM is named outside its own folders: a line in each registry, and its test.

use super::templates::{CONFORMANCE, filled, name};

/// Words of the language that are names of CRMs or could be.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "unsafe", "use", "virtual", "where", "while", "yield",
];

/// The adapter's module, which may be a word of the language.
pub(super) fn module(id: &str) -> String {
    if KEYWORDS.contains(&id) {
        format!("r#{id}")
    } else {
        id.to_owned()
    }
}

/// The adapters' crate with one more module; rustfmt puts it in order.
pub(super) fn with_module(text: &str, id: &str) -> Option<String> {
    let at = if text.starts_with("mod ") {
        0
    } else {
        text.find("\nmod ")? + 1
    };
    inserted(text, at, &format!("mod {};\n", module(id)))
}

/// The adapters' registry with one more line at the end of its list.
pub(super) fn with_entry(text: &str, id: &str) -> Option<String> {
    const LIST: &str = "[Registration] = &[";
    let begin = text.find(LIST)? + LIST.len();
    let end = begin + text.get(begin..)?.find("];")?;
    let list = text.get(begin..end)?.trim_end();
    let comma = if list.is_empty() || list.ends_with(',') {
        ""
    } else {
        ","
    };
    let entry = format!("{comma}\n    crate::{}::REGISTRATION,\n", module(id));
    let tail = text.get(end..)?;
    Some(format!("{}{list}{entry}{tail}", text.get(..begin)?))
}

/// The sandbox's registry with one more module, and one more line at the end of its list.
pub(super) fn with_simulator(text: &str, id: &str) -> Option<String> {
    const LIST: &str = "\ncrms! {\n";
    // A word of the language is no method's name.
    let (module, as_id) = if KEYWORDS.contains(&id) {
        (format!("{id}_crm"), format!(" as \"{id}\""))
    } else {
        (id.to_owned(), String::new())
    };
    let name = name(id);
    let first = text.find("\n#[path = ")? + 1;
    let with_module = inserted(
        text,
        first,
        &format!("#[path = \"{id}/mod.rs\"]\npub mod {module};\n"),
    )?;
    let begin = with_module.find(LIST)? + LIST.len();
    let end = begin + with_module.get(begin..)?.find("}\n")?;
    let entry = format!("    /// The {name} simulator.\n    {module}{as_id}: {module}::{name};\n");
    inserted(&with_module, end, &entry)
}

/// The conformance tests with one more.
pub(super) fn with_test(text: &str, id: &str) -> Option<String> {
    // The helper that the test calls must be there.
    text.find("fn subject(id: &str)")?;
    let test = filled(&CONFORMANCE.replace("@TEST@", &module(id)), id);
    Some(format!("{}\n{test}", text.trim_end()))
}

fn inserted(text: &str, at: usize, addition: &str) -> Option<String> {
    let (head, tail) = text.split_at_checked(at)?;
    Some(format!("{head}{addition}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(
            with_module("mod a;\n", "loop").as_deref(),
            Some("mod r#loop;\nmod a;\n"),
            "a word of the language is escaped"
        );
    }

    #[test]
    fn the_sandbox_gets_a_module_and_a_line() {
        let before = "//! C.\n\n#[path = \"a/mod.rs\"]\npub mod a;\n\nmacro_rules! crms {\n}\n\n\
                      crms! {\n    /// A.\n    a: a::A;\n}\n";
        let after = with_simulator(before, "while").unwrap();
        assert!(
            after
                .contains("#[path = \"while/mod.rs\"]\npub mod while_crm;\n#[path = \"a/mod.rs\"]"),
            "the folder has the id, the module a name that may be one: {after}"
        );
        assert!(
            after.ends_with(
                "    a: a::A;\n    /// The While simulator.\n    while_crm as \"while\": \
                 while_crm::While;\n}\n"
            ),
            "the line stands at the end of the list: {after}"
        );
        assert_eq!(with_simulator("//! C.\n", "x"), None, "no list, no guess");
    }

    #[test]
    fn the_test_is_added_where_its_helper_is() {
        let before = "fn subject(id: &str) -> Subject {}\n\n#[tokio::test]\nasync fn a() {}\n";
        let after = with_test(before, "acme").unwrap();
        assert!(
            after.starts_with(before) && after.contains("async fn acme() {"),
            "{after}"
        );
        assert!(!after.contains('@') && !after.contains("\n\n\n"), "{after}");
        assert_eq!(with_test("fn other() {}", "acme"), None);
    }
}
