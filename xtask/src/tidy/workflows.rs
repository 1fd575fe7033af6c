//! CI recipes run nothing that can change under them, and no subcommand that does not exist.
//!
//! They run on machines that nobody of us has: what can be seen of them here is held here.

use super::Finding;
use super::sources::Source;

/// How many digits the id of a commit has.
const COMMIT: usize = 40;

/// What these rules find in a recipe. `knows` says whether `cargo xtask` has a subcommand of a name.
pub(crate) fn check(source: &Source, knows: fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !source.path.starts_with(".github/workflows/") {
        return findings;
    }
    if !source.lines().any(|(_, line)| line == "permissions:") {
        let message = "without `permissions:` it may do whatever the repository's settings allow";
        findings.push(Finding::of_file(source, message));
    }
    for (number, line) in source.lines() {
        let step = line.trim_start().trim_start_matches("- ");
        if let Some(action) = step.strip_prefix("uses: ")
            && !is_pinned(action)
        {
            let message = "an action is named by a commit, with its version in a comment";
            findings.push(Finding::at(source, number, message));
        }
        let subcommand = line.split_once("cargo xtask ").and_then(|(_, rest)| {
            rest.split(|end: char| end.is_whitespace() || end == '`')
                .next()
        });
        if let Some(name) = subcommand.filter(|name| !knows(name)) {
            let message = format!("`{name}` is no subcommand of `cargo xtask`");
            findings.push(Finding::at(source, number, message));
        }
    }
    findings
}

fn is_pinned(action: &str) -> bool {
    let Some((named, version)) = action.split_once(" # v") else {
        return false;
    };
    let commit = named.split_once('@').map(|(_, commit)| commit);
    commit.is_some_and(|commit| {
        commit.len() == COMMIT && commit.bytes().all(|digit| digit.is_ascii_hexdigit())
    }) && !version.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let source = Source {
            path: ".github/workflows/a.yml".to_owned(),
            text: text.to_owned(),
        };
        check(&source, |name| name == "package")
            .iter()
            .map(Finding::line)
            .collect()
    }

    #[test]
    fn a_pinned_recipe_with_few_rights_passes() {
        let text = "# Runs `cargo xtask package`.\npermissions:\n  contents: read\n\
            \x20     - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0\n\
            \x20     - run: cargo xtask package deb\n";
        assert_eq!(
            found(text),
            Vec::<String>::new(),
            "nothing can change under it"
        );
    }

    #[test]
    fn tags_missing_rights_and_unknown_subcommands_are_found() {
        let found = found("steps:\n  - uses: actions/checkout@v5\n  - run: cargo xtask pack\n");
        assert_eq!(found.len(), 3, "one each: {found:?}");
        assert!(
            found.iter().any(|line| line.contains(":2:"))
                && found.iter().any(|line| line.contains("`pack`")),
            "each is found where it stands: {found:?}"
        );
    }
}
