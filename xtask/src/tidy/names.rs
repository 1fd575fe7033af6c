//! No file and no module has a name that says nothing.

use super::Finding;
use super::sources::Source;

/// Names under which anything can gather.
const SAY_NOTHING: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "manager", "managers", "misc",
];

/// What this rule finds in a file's path and in the modules that it declares.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let stem = source
        .path
        .rsplit_once('.')
        .map_or(source.path.as_str(), |(stem, _)| stem);
    for part in stem.split('/').filter(|part| SAY_NOTHING.contains(part)) {
        findings.push(Finding::of_file(source, says_nothing(part)));
    }
    if source.is_rust() {
        for (number, line) in source.lines() {
            if let Some(name) = inline_module(line).filter(|name| SAY_NOTHING.contains(name)) {
                findings.push(Finding::at(source, number, says_nothing(name)));
            }
        }
    }
    findings
}

fn says_nothing(name: &str) -> String {
    format!("`{name}` says nothing: name it after what is in it")
}

/// The name of a module that has its body here; one in a file of its own shows in that file's path.
fn inline_module(line: &str) -> Option<&str> {
    let declaration = line.trim_start();
    let declaration = match declaration.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')')?.1,
        Some(rest) => rest,
        None => declaration,
    };
    let name = declaration.trim_start().strip_prefix("mod ")?;
    name.strip_suffix('{').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Source {
            path: path.to_owned(),
            text: text.to_owned(),
        })
        .len()
    }

    #[test]
    fn empty_names_are_found_wherever_they_stand() {
        assert_eq!(count("crates/a/src/utils.rs", ""), 1, "a file");
        assert_eq!(count("crates/a/src/common/b.rs", ""), 1, "a folder");
        assert_eq!(count("ui/src/helpers.ts", ""), 1, "in any language");
        assert_eq!(count("a.rs", "pub(crate) mod helpers {\n"), 1, "a module");
    }

    #[test]
    fn names_that_hold_such_a_word_within_are_fine() {
        assert_eq!(
            count("crates/a/src/uncommon.rs", "mod manager_of_leases {\n"),
            0,
            "only the whole name is empty"
        );
    }
}
