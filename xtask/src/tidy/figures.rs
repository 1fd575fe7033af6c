//! No decision tells a figure of speed or memory: those are `docs/performance.md`'s, which the benchmark
//! writes, and a decision is never measured again.

use super::Finding;
use super::sources::Source;

/// Where decisions stand.
const DECISIONS: &str = "docs/decisions/";

/// What stands behind a number that was measured.
const UNITS: &[&str] = &[
    "%", "ms", "µs", "MiB", "GiB", "MB", "/s", "seconds", "times",
];

/// What this rule finds in a decision.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    if !source.path.starts_with(DECISIONS) {
        return Vec::new();
    }
    source
        .lines()
        .filter_map(|(number, line)| Some((number, figure(line)?)))
        .map(|(number, figure)| {
            let message = format!("`{figure}` is a figure: it belongs to docs/performance.md");
            Finding::at(source, number, message)
        })
        .collect()
}

/// The first measured number of a line, with its unit.
fn figure(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let next = words.iter().skip(1).copied().chain([""]);
    words.iter().zip(next).find_map(|(word, next)| {
        let word = word.trim_start_matches(['(', '*']);
        let end = word.rfind(|letter: char| letter.is_ascii_digit())?;
        let (number, rest) = word.split_at(end + 1);
        let is_number = number.starts_with(|letter: char| letter.is_ascii_digit());
        let unit = if rest.is_empty() { next } else { rest };
        let unit = unit.trim_end_matches([',', '.', ';', ')', ':', '*']);
        (is_number && UNITS.contains(&unit)).then(|| format!("{number} {unit}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        check(&source).len()
    }

    #[test]
    fn a_figure_in_a_decision_is_found_and_a_size_that_was_chosen_is_not() {
        let decision = "docs/decisions/0009-some.md";
        for figure in [
            "It took 34 MiB.",
            "10 to 15%.",
            "(2.3 times)",
            "30 ms, or so",
        ] {
            assert_eq!(found(decision, figure), 1, "{figure}");
        }
        for chosen in [
            "Blocks of 64 KiB",
            "HMAC-SHA-256",
            "500 contacts at a time",
            "ten times",
        ] {
            assert_eq!(found(decision, chosen), 0, "{chosen}");
        }
        assert_eq!(found("docs/performance.md", "It took 34 MiB."), 0);
    }
}
