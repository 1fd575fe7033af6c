//! Every invariant in `ARCHITECTURE.md` is held by a test of its name, and each of these tests exists.

use super::Finding;
use super::sources::Source;

/// The paper that names the tests.
const PAPER: &str = "ARCHITECTURE.md";
/// How the name of such a test begins.
const PREFIX: &str = "invariant_";
/// How many invariants there are.
const INVARIANTS: usize = 12;

/// Names in the paper that no test has, and invariants that name no test.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let Some(paper) = sources.iter().find(|source| source.path == PAPER) else {
        return Vec::new();
    };
    let named = || {
        paper
            .lines()
            .flat_map(|(number, line)| names(line).map(move |name| (number, name)))
    };
    let gone = named()
        .filter(|(_, name)| !exists(sources, name))
        .map(|(number, name)| Finding::at(paper, number, format!("there is no test `{name}`")));
    let bare = (1..=INVARIANTS)
        .map(|number| format!("{PREFIX}{number:02}_"))
        .filter(|start| !named().any(|(_, name)| name.starts_with(start)))
        .map(|start| Finding::of_file(paper, format!("no test `{start}…` is named")));
    gone.chain(bare).collect()
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

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// A paper that names tests of all invariants but these, and a file that has the tests.
    fn all_but(left_out: &[usize]) -> (String, Source) {
        let tests = (1..=INVARIANTS)
            .filter(|number| !left_out.contains(number))
            .map(|number| format!("invariant_{number:02}_is_held"));
        let (mut paper, mut code) = (String::new(), String::new());
        for test in tests {
            paper.push_str(&format!("Held by: `{test}`\n"));
            code.push_str(&format!("async fn {test}() {{}}\n"));
        }
        (paper, source("a.rs", &code))
    }

    #[test]
    fn a_test_that_is_named_and_does_not_exist_is_found() {
        let (paper, code) = all_but(&[]);
        let paper = format!("`invariant_02_gone`; see invariant_03_prose.\n{paper}");
        let found: Vec<_> = check(&[source(PAPER, &paper), code])
            .iter()
            .map(Finding::line)
            .collect();
        assert_eq!(
            found,
            ["ARCHITECTURE.md:1: there is no test `invariant_02_gone`"],
            "only what stands in backquotes and has no test counts"
        );
    }

    #[test]
    fn an_invariant_that_names_no_test_is_found() {
        let (paper, code) = all_but(&[9]);
        let found: Vec<_> = check(&[source(PAPER, &paper), code])
            .iter()
            .map(Finding::line)
            .collect();
        assert_eq!(
            found,
            ["ARCHITECTURE.md: no test `invariant_09_…` is named"]
        );
    }
}
