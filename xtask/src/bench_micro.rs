//! `cargo xtask bench --micro`: the parts of a sync, each measured where it is made, so that a
//! regression is found there. With `--instructions`, valgrind counts instead, which a busy machine
//! does not change.

use crate::failure::Failure;
use crate::process::Program;
use crate::say;
use crate::setup::{self, For};

/// Package and benchmark of each part.
const PARTS: [(&str, &str); 4] = [
    ("nurturehub-port", "sealing"),
    ("nurturehub-adapters", "mapping"),
    ("nurturehub-store", "staging"),
    ("nurturehub-engine", "diffing"),
];

/// The two sizes at which a part is counted, as its name ends. What it costs to start falls out of
/// their difference.
const FEW: u64 = 100;
const MANY: u64 = 300;

/// Has each run once, under a valgrind that writes its count among the output.
const COUNTING: &str = "target.'cfg(all())'.runner = ['valgrind', '--tool=callgrind', \
                        '--callgrind-out-file=/dev/null', '--log-fd=1']";

/// Measures all parts, or those whose name has one of the words in it that are given.
///
/// # Errors
/// A benchmark could not be built, or failed.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let counts = arguments.iter().any(|word| word == "--instructions");
    let words: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|word| !matches!(*word, "--micro" | "--instructions"))
        .collect();
    if counts {
        setup::ensure(For::Counting)?;
    }
    for part in PARTS {
        if counts {
            count(part, &words)?;
        } else {
            bench(part, &[]).arguments(&words).run()?;
        }
    }
    Ok(())
}

fn bench((package, name): (&str, &str), options: &[&str]) -> Program {
    Program::cargo(&["bench", "--locked", "--package", package, "--bench", name])
        .arguments(options)
        .arguments(&["--"])
}

/// Counts instructions for each contact.
///
/// # Errors
/// A benchmark does not come in the two sizes, so that it cannot be counted; or one failed.
fn count(part: (&str, &str), words: &[&str]) -> Result<(), Failure> {
    let listed = bench(part, &[]).arguments(&["--list"]).output()?;
    let names = in_two_sizes(&listed).map_err(|name| Failure::Answer {
        from: bench(part, &[]).arguments(&["--list"]).line(),
        detail: format!("`{name}` does not come in the sizes {FEW} and {MANY}: it is not counted"),
    })?;
    for name in names {
        if !words.is_empty() && !words.iter().any(|word| name.contains(word)) {
            continue;
        }
        let few = counted(part, &format!("{name}/{FEW}"))?;
        let many = counted(part, &format!("{name}/{MANY}"))?;
        let each = many.saturating_sub(few) / (MANY - FEW);
        say::line(&format!("{name:<24} {each} instructions a contact"));
    }
    Ok(())
}

/// The names of all benchmarks, without the size; or one that does not come in both sizes.
fn in_two_sizes(listed: &str) -> Result<Vec<&str>, &str> {
    let all: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.strip_suffix(": benchmark"))
        .collect();
    let (few, many) = (format!("/{FEW}"), format!("/{MANY}"));
    let mut names = Vec::new();
    for name in &all {
        let size = [&few, &many].into_iter().find(|size| name.ends_with(*size));
        let bare = size.and_then(|size| name.strip_suffix(size.as_str()));
        let Some(bare) = bare else {
            return Err(name);
        };
        let both = [&few, &many]
            .into_iter()
            .all(|size| all.contains(&format!("{bare}{size}").as_str()));
        if !both {
            return Err(name);
        }
        if !names.contains(&bare) {
            names.push(bare);
        }
    }
    Ok(names)
}

/// Runs one benchmark once; the answer is how many instructions that took.
fn counted(part: (&str, &str), name: &str) -> Result<u64, Failure> {
    let program = bench(part, &["--config", COUNTING]).arguments(&["--test", "--exact", name]);
    let said = program.output()?;
    collected(&said).ok_or_else(|| Failure::Answer {
        from: program.line(),
        detail: "it does not say how many instructions it took".to_owned(),
    })
}

/// The number behind `Collected`: the greatest, since a process that starts another one is counted
/// up to there as well.
fn collected(said: &str) -> Option<u64> {
    let numbers = said.lines().filter_map(|line| {
        let (_, number) = line.split_once("Collected :")?;
        number.trim().parse().ok()
    });
    numbers.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_listed_is_counted_or_said_not_to_be() {
        let both = "map/some/300: benchmark\nport/seal/100: benchmark\n\
                    map/some/100: benchmark\nport/seal/300: benchmark\n\nsomething else\n";
        assert_eq!(in_two_sizes(both), Ok(vec!["map/some", "port/seal"]));
        for alone in ["map/some", "map/some/100", "map/some/200"] {
            let listed =
                format!("port/seal/100: benchmark\nport/seal/300: benchmark\n{alone}: benchmark\n");
            assert_eq!(
                in_two_sizes(&listed),
                Err(alone),
                "it would never be counted"
            );
        }
    }

    #[test]
    fn the_count_is_that_of_the_benchmark_and_not_of_what_it_starts() {
        let said = "==8== Collected : 3172827\nSuccess\n==7== Collected : 28456870\n";
        assert_eq!(collected(said), Some(28_456_870));
        assert_eq!(collected("Success"), None);
    }
}
