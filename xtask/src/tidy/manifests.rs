//! Every crate takes its lints and its dependencies from the root manifest.
//!
//! A crate that forgets the lints has none; a version that stands twice will differ one day.

use super::Finding;
use super::sources::Source;

/// How a crate takes something from the root.
const FROM_ROOT: &str = "workspace = true";

/// What these rules find in the manifest of a crate.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    if source.path == "Cargo.toml" || !source.path.ends_with("/Cargo.toml") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut section = "";
    let mut takes_lints = false;
    for (number, line) in source.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
            if section.contains("dependencies.") {
                let message = "a dependency is one line, with its settings in braces";
                findings.push(Finding::at(source, number, message));
            }
            continue;
        }
        takes_lints |= section == "lints" && line == FROM_ROOT;
        let names_crate =
            section.ends_with("dependencies") && line.contains('=') && !line.starts_with('#');
        if names_crate && !line.contains(FROM_ROOT) {
            let message = "its version belongs into the root Cargo.toml";
            findings.push(Finding::at(source, number, message));
        }
    }
    if !takes_lints {
        let message = "without `[lints]` and `workspace = true` it has no lints";
        findings.push(Finding::of_file(source, message));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let source = Source {
            path: "crates/a/Cargo.toml".to_owned(),
            text: text.to_owned(),
        };
        check(&source).iter().map(Finding::line).collect()
    }

    #[test]
    fn a_manifest_that_leans_on_the_root_passes() {
        let text = "[package]\nname = \"a\"\n[lints]\nworkspace = true\n[dev-dependencies]\n\
                    # why\nb = { workspace = true, features = [\"c\"] }\n\
                    [target.'cfg(unix)'.dependencies]\nd = { workspace = true }\n";
        assert_eq!(
            found(text),
            Vec::<String>::new(),
            "everything is from the root"
        );
    }

    #[test]
    fn versions_and_missing_lints_are_found() {
        let found =
            found("[package]\nname = \"a\"\n[target.'cfg(unix)'.dependencies]\nb = \"1\"\n");
        assert_eq!(
            found.len(),
            2,
            "no lints, and a version of its own: {found:?}"
        );
        assert!(
            found
                .iter()
                .any(|line| line.starts_with("crates/a/Cargo.toml:4")),
            "the version is found where it stands: {found:?}"
        );
    }
}
