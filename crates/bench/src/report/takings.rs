//! With what figures were taken: said once where it is the same for all, else of each.

use super::{NONE, listed};
use crate::kept::{Figures, Kept};
use crate::taken::Taken;

/// The title of the column that says so of each row.
pub(super) const COLUMN: &str = "taken with";

/// Whether it must be said of each row.
pub(super) fn differ<T: Figures>(kept: &Kept<T>) -> bool {
    kept.takings().len() > 1
}

/// The head of the page: machine, days and versions of the race.
pub(super) fn head<T: Figures>(kept: &Kept<T>) -> String {
    let takings = kept.takings();
    let line = |title: &str, words: &str| format!("- {title}: {words}");
    let Some((_, first)) = takings.first() else {
        return ["Machine", "Taken on", "Versions"]
            .map(|title| line(title, NONE))
            .join("\n");
    };
    let mut lines = vec![line("Machine", &first.machine)];
    if takings.len() == 1 {
        lines.push(line("Taken on", &listed(&first.days)));
        lines.push(line("Versions", &versions(first)));
        return lines.join("\n");
    }
    lines.push(format!(
        "- **Not all figures were taken with the same programs.** The column *{COLUMN}* says with \
         which:"
    ));
    lines.extend(each(&takings));
    lines.join("\n")
}

/// A sentence on a part that is measured by itself, held against what the head of the page says.
pub(super) fn part<T: Figures, R: Figures>(kept: &Kept<T>, race: &Kept<R>) -> String {
    let takings = kept.takings();
    let Some((_, first)) = takings.first() else {
        return format!("When it was taken: {NONE}.");
    };
    let head = race.takings();
    let elsewhere = if head.iter().any(|(_, taken)| taken.machine != first.machine) {
        let machine = &first.machine;
        format!(" This is another machine than that of the page's head: {machine}.")
    } else {
        String::new()
    };
    if takings.len() == 1 {
        let other = head.iter().any(|(_, taken)| taken.program != first.program);
        let other = if other {
            ", which is another program than that of the page's head"
        } else {
            ""
        };
        return format!(
            "Taken on {} with NurtureHub Connect {}{other}.{elsewhere}",
            listed(&first.days),
            first.program
        );
    }
    format!(
        "**Not all of these were taken with the same program**; the column *{COLUMN}* says with \
         which:{elsewhere}\n\n{}",
        each(&takings).join("\n")
    )
}

fn each(takings: &[(&str, &Taken)]) -> Vec<String> {
    let all = takings.iter();
    all.map(|(name, taken)| {
        let build: String = taken.build.chars().take(8).collect();
        let build = if build.is_empty() { NONE } else { &build };
        format!(
            "  - {name}: {} (build: {build}), on {}",
            versions(taken),
            listed(&taken.days)
        )
    })
    .collect()
}

fn versions(taken: &Taken) -> String {
    let own = format!("NurtureHub Connect {}", taken.program);
    let others = taken.versions.iter();
    let others = others.map(|(name, version)| format!("{name} {version}"));
    listed(&std::iter::once(own).chain(others).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::FLOOR;
    use crate::race::{Cell, Results, Scene};
    use crate::report::tables;

    fn taken(program: &str, machine: &str) -> Taken {
        Taken {
            machine: machine.into(),
            program: program.into(),
            build: format!("{program}0123456789"),
            days: vec!["2026-01-01".into()],
            ..Taken::default()
        }
    }

    fn raced(programs: &[&str]) -> Results {
        let mut results = Results::default();
        let scenes = [Scene::Processor, Scene::Delay];
        for (program, scene) in programs.iter().zip(scenes) {
            let taken = results.note(&taken(program, "here"));
            let cell = Cell {
                taken,
                ..Cell::new(10)
            };
            results.put(scene, &FLOOR, cell);
        }
        results
    }

    #[test]
    fn figures_of_two_programs_are_said_to_be() {
        let same = raced(&["a", "a"]);
        assert!(!head(&same).contains(COLUMN), "{}", head(&same));
        assert!(!tables::of(&same, Scene::Delay).contains(COLUMN));
        let mixed = raced(&["a", "b"]);
        let said = head(&mixed);
        for words in [
            "Not all figures",
            "1: NurtureHub Connect a",
            "2: NurtureHub Connect b",
        ] {
            assert!(said.contains(words), "`{words}` is missing: {said}");
        }
        let table = tables::of(&mixed, Scene::Delay);
        let row = table.lines().find(|line| line.contains(FLOOR.name));
        assert!(
            row.is_some_and(|row| row.ends_with("| 2 |")),
            "the row names its program: {table}"
        );
    }

    #[test]
    fn a_part_of_another_program_or_machine_says_so() {
        let race = raced(&["a"]);
        assert!(!part(&raced(&["a"]), &race).contains("another"));
        assert!(part(&raced(&["b"]), &race).contains("another program"));
        let mut there = Results::default();
        let name = there.note(&taken("a", "there"));
        let cell = Cell {
            taken: name,
            ..Cell::new(10)
        };
        there.put(Scene::Delay, &FLOOR, cell);
        assert!(part(&there, &race).contains("another machine"));
    }
}
