//! What is aimed at, what was measured, and whether it holds: none is left out where it does not.

use super::{Measured, NONE, scale, tables};
use crate::peers::{self, Contestant, Kind};
use crate::race::{Cell, Results, Run, Scene};

/// Every peer as it comes takes so many times as long as ours, at least.
const DEFAULT_LEAD: f64 = 10.0;

/// Every tuned peer takes so many times as long as ours, at least.
const TUNED_LEAD: f64 = 5.0;

/// Part of the floor's speed that ours has at least.
const OF_THE_FLOOR: f64 = 0.6;

/// MiB that ours takes at most.
const MEMORY_MIB: f64 = 60.0;

/// Part of the time that a CRM's limit allows for, by which ours takes longer at most.
const OVER_THE_LIMIT: f64 = 0.05;

/// Pages that are asked for again after a kill, at most.
const AGAIN: usize = 1;

/// Part of the pages that are asked for where nothing has changed, at most.
const UNCHANGED_PAGES: f64 = 0.01;

/// An aim: its words, and what was measured, with whether that holds.
pub(super) type Aim = (String, Option<(String, bool)>);

/// The table of all aims.
pub(super) fn table(measured: &Measured) -> String {
    let race = &measured.race;
    let mut aims = vec![
        lead(race, peers::AS_IT_COMES, DEFAULT_LEAD),
        lead(race, peers::TUNED, TUNED_LEAD),
        of_the_floor(race),
        memory(race),
        limit(race),
        again(race),
        unchanged(race),
    ];
    aims.extend(scale::aims(&measured.scale));
    let mut text = String::from("| aim | measured | held |\n| --- | --- | --- |");
    for (words, measured) in aims {
        let (figure, held) = match measured {
            Some((figure, true)) => (figure, "yes"),
            Some((figure, false)) => (figure, "**no**"),
            None => (NONE.to_owned(), ""),
        };
        text.push_str(&format!("\n| {words} | {figure} | {held} |"));
    }
    text
}

fn ours(race: &Results, scene: Scene) -> Option<&Cell> {
    let cell = race.cell(scene, &peers::OURS)?;
    (!cell.runs.is_empty()).then_some(cell)
}

fn seconds(cell: &Cell) -> Option<f64> {
    cell.middle(|run| run.seconds)
}

/// The fastest of the peers in a setting, held against ours.
fn lead(race: &Results, setting: &str, least: f64) -> Aim {
    let scene = Scene::Processor;
    let of = |one: &Contestant| matches!(one.kind, Kind::Python { .. }) && one.setting == setting;
    let times = peers::ALL.iter().filter(|one| of(one));
    let times: Vec<(&Contestant, f64)> = times
        .filter_map(|one| Some((one, tables::right_time(race, scene, one)?)))
        .collect();
    let fastest = times.iter().min_by(|(_, a), (_, b)| a.total_cmp(b));
    let measured = fastest.and_then(|(peer, time)| {
        let lead = time / seconds(ours(race, scene)?)?;
        let words = format!(
            "{lead:.1} times ({} into {}, the fastest of {})",
            peer.name,
            peer.into,
            times.len()
        );
        Some((words, lead >= least))
    });
    let words = format!(
        "{}: each peer that kept every row takes at least {least:.0} times as long, {setting}",
        scene.title()
    );
    (words, measured)
}

fn of_the_floor(race: &Results) -> Aim {
    let scene = Scene::Processor;
    let measured = tables::right_time(race, scene, &peers::FLOOR).and_then(|floor| {
        let part = floor / seconds(ours(race, scene)?)?;
        Some((format!("{:.0}%", part * 100.0), part >= OF_THE_FLOOR))
    });
    let words = format!(
        "{}: at least {:.0}% of the floor's speed",
        scene.title(),
        OF_THE_FLOOR * 100.0
    );
    (words, measured)
}

fn memory(race: &Results) -> Aim {
    let cells = Scene::ALL.iter().map(|scene| ours(race, *scene));
    let cells: Option<Vec<&Cell>> = cells.collect();
    let measured = cells.map(|cells| {
        let peaks = cells.iter().flat_map(|cell| &cell.runs);
        let peak = peaks.map(|run| run.peak_mib).fold(0.0, f64::max);
        (format!("{peak:.0} MiB"), peak <= MEMORY_MIB)
    });
    let words = format!("Every run of every scene: {MEMORY_MIB:.0} MiB of memory at most");
    (words, measured)
}

fn limit(race: &Results) -> Aim {
    let over = tables::over_the_limit(race, Scene::Quota);
    let measured = over.map(|over| (format!("{:.1}%", over * 100.0), over <= OVER_THE_LIMIT));
    let words = format!(
        "{}: at most {:.0}% longer than the limit itself allows",
        Scene::Quota.title(),
        OVER_THE_LIMIT * 100.0
    );
    (words, measured)
}

fn again(race: &Results) -> Aim {
    let worst = ours(race, Scene::Killed)
        .and_then(|cell| cell.runs.iter().filter_map(|run| run.again).max());
    let measured = worst.map(|worst| (format!("{worst}, at worst"), worst <= AGAIN));
    let words = format!(
        "{}: at most {AGAIN} page is asked for again",
        Scene::Killed.title()
    );
    (words, measured)
}

fn unchanged(race: &Results) -> Aim {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let pages = |run: &Run| run.pages as f64;
    let measured = ours(race, Scene::Unchanged).and_then(|cell| {
        let all = ours(race, Scene::Processor)?;
        let (few, many) = (cell.middle(pages)?, all.middle(pages)?);
        let time = seconds(cell)? / seconds(all)?;
        let words = format!(
            "{few:.0} of {many:.0} pages, in {:.1}% of the time, with the process",
            time * 100.0
        );
        Some((words, few <= many * UNCHANGED_PAGES))
    });
    let words = format!(
        "{}: at most {:.0}% of the pages are asked for",
        Scene::Unchanged.title(),
        UNCHANGED_PAGES * 100.0
    );
    (words, measured)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Verdict;

    fn run(seconds: f64) -> Run {
        Run {
            seconds,
            peak_mib: 40.0,
            pages: 10,
            refused: 0,
            before_kill: Some(5),
            again: Some(2),
            sync_ms: None,
            spent: None,
            verdict: Verdict {
                rows: 1,
                ..Verdict::default()
            },
            sitting: 1,
        }
    }

    fn raced(peer_seconds: f64) -> Measured {
        let mut measured = Measured::default();
        for one in peers::ALL {
            let is_peer = matches!(one.kind, Kind::Python { .. });
            let seconds = if is_peer { peer_seconds } else { 1.0 };
            for scene in [Scene::Processor, Scene::Killed] {
                let mut cell = Cell::new(1);
                cell.runs.push(run(seconds));
                measured.race.put(scene, one, cell);
            }
        }
        measured
    }

    fn row<'a>(table: &'a str, words: &str) -> &'a str {
        let row = table.lines().find(|line| line.contains(words));
        row.unwrap_or_else(|| panic!("no row has `{words}`: {table}"))
    }

    #[test]
    fn an_aim_that_does_not_hold_says_so() {
        let table = table(&raced(7.0));
        for (words, end) in [
            ("10 times as long, as it comes", "| **no** |"),
            ("5 times as long, tuned", "| yes |"),
            ("of the floor's speed", "| 100% | yes |"),
            ("asked for again", "| 2, at worst | **no** |"),
            ("of memory at most", "| not measured |  |"),
        ] {
            let row = row(&table, words);
            assert!(row.ends_with(end), "{row}");
        }
    }

    #[test]
    fn a_peer_that_lost_rows_leads_nobody() {
        let mut measured = raced(20.0);
        let quick = peers::ALL.iter().find(|one| one.id == "singer").unwrap();
        let mut cell = Cell::new(1);
        let mut lost = run(1.0);
        lost.verdict.missing = 1;
        cell.runs.push(lost);
        measured.race.put(Scene::Processor, quick, cell);
        let table = table(&measured);
        let row = row(&table, "10 times as long");
        assert!(row.contains("20.0 times (dlt"), "{row}");
    }
}
