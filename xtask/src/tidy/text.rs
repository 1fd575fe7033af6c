//! Rules about the text of a file: its length, its head, and what it must not hold.

use super::Finding;
use super::sources::Source;

/// Lines from which a Rust file is worth splitting.
const LONG: usize = 400;
/// Lines that no Rust file may exceed.
const TOO_LONG: usize = 600;

/// Words that say that something is left undone, put together here so that this file does not hold
/// them itself. The last is what `new-adapter` writes where an author has to fill in.
const UNDONE: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("FILL", ":"),
];
/// A test that nobody runs.
const IGNORED: &str = concat!("#[ig", "nore");
/// A test that is the other process of another test, which starts it, is run after all.
const STARTED: &str = concat!("#[ig", "nore = \"started by ");

/// What these rules find in a file.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in source.lines() {
        if line.ends_with([' ', '\t']) {
            findings.push(Finding::at(source, number, "blanks at the end of the line"));
        }
        for word in UNDONE {
            if has_word(line, word) {
                let message = format!("`{word}`: do it, or say why it is not needed");
                findings.push(Finding::at(source, number, message));
            }
        }
    }
    if source.is_rust() {
        findings.extend(rust(source));
    }
    findings
}

fn rust(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !source.text.starts_with("//!") {
        let message = "a file opens with `//!` and what it is for";
        findings.push(Finding::at(source, 1, message));
    }
    let length = source.text.lines().count();
    if length > TOO_LONG {
        let message = format!("{length} lines; {TOO_LONG} is the most");
        findings.push(Finding::of_file(source, message));
    } else if length > LONG {
        let message = format!("{length} lines; over {LONG} it is worth splitting");
        findings.push(Finding::of_file(source, message).warning());
    }
    for (number, line) in source.lines() {
        if line.contains(IGNORED) && !line.contains(STARTED) {
            let message = "a test that is ignored proves nothing: mend it or remove it";
            findings.push(Finding::at(source, number, message));
        }
    }
    findings
}

fn has_word(line: &str, word: &str) -> bool {
    let joins = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        let after = line
            .get(at + word.len()..)
            .and_then(|tail| tail.chars().next());
        !joins(before) && (!joins(after) || word.ends_with(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let source = Source {
            path: "a.rs".to_owned(),
            text: text.to_owned(),
        };
        check(&source).iter().map(Finding::line).collect()
    }

    #[test]
    fn a_clean_file_has_no_finding() {
        assert_eq!(
            found("//! A.\nfn todo_list() {}\n"),
            Vec::<String>::new(),
            "words that only resemble are fine"
        );
        assert_eq!(
            found(&format!("//! A.\n{STARTED}`another`\"]\n")),
            Vec::<String>::new(),
            "a test that another one starts is run"
        );
    }

    #[test]
    fn each_rule_finds_its_breach_and_its_line() {
        for (text, place, part) in [
            ("//! A. \n".to_owned(), "a.rs:1", "blanks"),
            ("fn a() {}\n".to_owned(), "a.rs:1", "opens with"),
            (
                format!("//! A.\n// {}: later\n", UNDONE[0]),
                "a.rs:2",
                "do it",
            ),
            (
                format!("//! A.\n// {} here\n", UNDONE[2]),
                "a.rs:2",
                "do it",
            ),
            (format!("//! A.\n{IGNORED}]\n"), "a.rs:2", "ignored"),
            (format!("//! A.\n{}", "\n".repeat(600)), "a.rs", "601 lines"),
        ] {
            let found = found(&text);
            assert!(
                found.len() == 1 && found[0].starts_with(place) && found[0].contains(part),
                "expected one finding at {place} with `{part}`, got {found:?}"
            );
        }
    }

    #[test]
    fn a_long_file_is_a_warning_and_one_at_the_bound_is_none() {
        let at_bound = format!("//! A.\n{}", "\n".repeat(399));
        assert_eq!(
            found(&at_bound),
            Vec::<String>::new(),
            "400 lines are allowed"
        );
        let over = format!("//! A.\n{}", "\n".repeat(400));
        assert!(
            found(&over)[0].contains("warning"),
            "401 lines are worth a word and do not fail"
        );
    }
}
