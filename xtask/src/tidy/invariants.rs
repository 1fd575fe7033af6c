//! Every invariant that `ARCHITECTURE.md` says is held by a test is held by a test that exists.

use super::Finding;
use super::sources::Source;

/// The paper that names the tests.
const PAPER: &str = "ARCHITECTURE.md";
/// How the name of such a test begins.
const PREFIX: &str = "invariant_";

/// Names in the paper that no test has.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let Some(paper) = sources.iter().find(|source| source.path == PAPER) else {
        return Vec::new();
    };
    paper
        .lines()
        .flat_map(|(number, line)| names(line).map(move |name| (number, name)))
        .filter(|(_, name)| !exists(sources, name))
        .map(|(number, name)| Finding::at(paper, number, format!("there is no test `{name}`")))
        .collect()
}

/// Names of such tests in backquotes.
fn names(line: &str) -> impl Iterator<Item = &str> {
    // What stands in backquotes is every second part.
    line.split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.starts_with(PREFIX))
}

fn exists(sources: &[Source], name: &str) -> bool {
    let declaration = format!("fn {name}(");
    sources
        .iter()
        .any(|source| source.is_rust() && source.text.contains(&declaration))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_named_and_does_not_exist_is_found() {
        let source = |path: &str, text: &str| Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let sources = [
            source(
                PAPER,
                "Held by `invariant_01_there` and\n`invariant_02_gone`; see invariant_03_prose.",
            ),
            source("a.rs", "async fn invariant_01_there() {}"),
        ];
        let found: Vec<_> = check(&sources).iter().map(Finding::line).collect();
        assert_eq!(
            found,
            ["ARCHITECTURE.md:2: there is no test `invariant_02_gone`"],
            "only what stands in backquotes and has no test counts"
        );
    }
}
