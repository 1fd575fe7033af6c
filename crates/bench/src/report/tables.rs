//! The tables and sentences of figures.

use serde_json::Value;

use super::{NONE, takings};
use crate::digest::Verdict;
use crate::figures::{least_ms, number};
use crate::peers::{self, Contestant, Kind};
use crate::race::{Cell, Results, Run, Scene};

/// A column: its title, and what it shows of a cell and its middle run.
type Column = (&'static str, fn(&Cell, &Run) -> String);

/// The table of a scene.
pub(super) fn of(results: &Results, scene: Scene) -> String {
    let columns = columns(scene);
    let mut text = String::from("| | setting | into |");
    for (title, _) in &columns {
        text.push_str(&format!(" {title} |"));
    }
    let with = takings::differ(results);
    if with {
        text.push_str(&format!(" {} |", takings::COLUMN));
    }
    text.push_str(&format!(
        "\n| --- | --- | --- |{}",
        " ---: |".repeat(columns.len() + usize::from(with))
    ));
    for contestant in peers::ALL {
        text.push_str(&format!(
            "\n| {} | {} | {} |",
            contestant.name, contestant.setting, contestant.into
        ));
        let cell = results.cell(scene, contestant);
        match cell.and_then(|cell| Some((cell, cell.middle_run()?))) {
            Some((cell, run)) => {
                for (_, show) in &columns {
                    text.push_str(&format!(" {} |", show(cell, run)));
                }
            }
            None => {
                let reason = cell.and_then(|cell| cell.failed.as_deref());
                let words = reason.map_or_else(|| NONE.to_owned(), |why| format!("failed: {why}"));
                text.push_str(&format!(" {} |", words.replace('|', "/")));
                text.push_str(&" |".repeat(columns.len().saturating_sub(1)));
            }
        }
        if with {
            let taken = cell.map_or("", |cell| cell.taken.as_str());
            text.push_str(&format!(" {taken} |"));
        }
    }
    text
}

fn columns(scene: Scene) -> Vec<Column> {
    let mut columns: Vec<Column> = vec![("seconds", seconds)];
    match scene {
        Scene::Processor | Scene::Delay => columns.push(("contacts a second", rate)),
        Scene::Quota => columns.push(("refused requests", refused)),
        Scene::Killed => {
            columns.push(("pages before the kill", before_kill));
            columns.push(("of these asked for again, at worst", again));
        }
        Scene::Unchanged => columns.push(("pages asked for", pages)),
    }
    columns.push(("peak memory, MiB", memory));
    columns.push(("rows", rows));
    columns
}

fn seconds(cell: &Cell, _: &Run) -> String {
    let seconds = cell.middle(|run| run.seconds);
    let mut text = seconds.map_or_else(|| NONE.to_owned(), |seconds| format!("{seconds:.2}"));
    if let Some(reason) = &cell.failed {
        text.push_str(&format!(" (then failed: {})", reason.replace('|', "/")));
    }
    text
}

fn rate(cell: &Cell, _: &Run) -> String {
    let rate = cell.middle(|run| per_second(cell, run));
    rate.map_or_else(|| NONE.to_owned(), |rate| format!("{rate:.0}"))
}

fn per_second(cell: &Cell, run: &Run) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let contacts = cell.contacts as f64;
    contacts / run.seconds
}

fn memory(cell: &Cell, _: &Run) -> String {
    let peak = cell.middle(|run| run.peak_mib);
    peak.map_or_else(|| NONE.to_owned(), |peak| format!("{peak:.0}"))
}

fn refused(_: &Cell, run: &Run) -> String {
    run.refused.to_string()
}

fn pages(_: &Cell, run: &Run) -> String {
    run.pages.to_string()
}

fn before_kill(cell: &Cell, _: &Run) -> String {
    count(worst(cell).and_then(|run| run.before_kill))
}

fn again(cell: &Cell, _: &Run) -> String {
    count(worst(cell).and_then(|run| run.again))
}

/// The run that asked for most again: what a kill wastes is no matter of the middle.
fn worst(cell: &Cell) -> Option<&Run> {
    cell.runs.iter().max_by_key(|run| run.again)
}

fn count(number: Option<usize>) -> String {
    number.map_or_else(|| NONE.to_owned(), |number| number.to_string())
}

/// The worst of all runs: a tool that loses rows once has lost them.
fn rows(cell: &Cell, run: &Run) -> String {
    let wrong = cell.runs.iter().find(|run| !run.verdict.is_right());
    let verdict = &wrong.unwrap_or(run).verdict;
    let Verdict {
        rows,
        missing,
        extra,
        different,
        repeated,
        ..
    } = verdict;
    if verdict.is_right() {
        return format!("all {rows}");
    }
    let parts = [
        (missing, "missing"),
        (different, "different"),
        (extra, "too many"),
        (repeated, "twice"),
    ];
    let wrong: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| **count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!("{rows}: {}", wrong.join(", "))
}

/// The middle time of one who kept every row. What was taken with other programs than ours is not held
/// against it.
pub(super) fn right_time(results: &Results, scene: Scene, contestant: &Contestant) -> Option<f64> {
    let ours = results.cell(scene, &peers::OURS)?;
    let cell = results.cell(scene, contestant)?;
    let right = cell.runs.iter().all(|run| run.verdict.is_right());
    let same = ours.taken == cell.taken;
    cell.middle(|run| run.seconds).filter(|_| right && same)
}

/// How ours compares with the fastest peer that kept every row, and with the floor.
pub(super) fn lead(results: &Results, scene: Scene) -> String {
    let time = |contestant: &Contestant| right_time(results, scene, contestant);
    let best = peers::ALL
        .iter()
        .filter(|one| matches!(one.kind, Kind::Python { .. }))
        .filter_map(|one| Some((one, time(one)?)))
        .min_by(|(_, a), (_, b)| a.total_cmp(b));
    let (Some(ours), Some((peer, best))) = (time(&peers::OURS), best) else {
        return format!("How ours compares was {NONE}.");
    };
    let floor = time(&peers::FLOOR);
    let floor = floor.map_or_else(String::new, |floor| {
        format!(" The floor took {:.2} times as long as ours.", floor / ours)
    });
    format!(
        "The fastest peer that kept every row, {} ({}, into {}), took {:.1} times as long as \
         ours.{floor}",
        peer.name,
        peer.setting,
        peer.into,
        best / ours
    )
}

/// The middle run of ours, the seconds that its pages take by the CRM's limit alone, and those that it
/// took.
fn limited(results: &Results, scene: Scene) -> Option<(&Run, f64, f64)> {
    let cell = results.cell(scene, &peers::OURS)?;
    let run = cell.middle_run()?;
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let least = least_ms(run.pages as f64, scene.limit()? as f64) / 1000.0;
    Some((run, least, cell.middle(|run| run.seconds)?))
}

/// By which part ours takes longer than the CRM's limit itself allows.
pub(super) fn over_the_limit(results: &Results, scene: Scene) -> Option<f64> {
    let (_, least, seconds) = limited(results, scene)?;
    Some(seconds / least - 1.0)
}

/// How ours compares with what the CRM's limit itself allows.
pub(super) fn limit(results: &Results, scene: Scene) -> String {
    let Some((run, least, seconds)) = limited(results, scene) else {
        return format!("How near ours came to the limit was {NONE}.");
    };
    format!(
        "The {} pages that ours asked for take {least:.2} s by the limit alone, which lets a second's \
         worth go at once; with the process, its sign-in and all else it took {:.1}% longer.",
        run.pages,
        (seconds / least - 1.0) * 100.0
    )
}

/// Where our time went, by the report of the middle run.
pub(super) fn spent(results: &Results, scene: Scene) -> String {
    let run = results.cell(scene, &peers::OURS).and_then(Cell::middle_run);
    let Some((run, spent)) = run.and_then(|run| Some((run, run.spent.as_ref()?))) else {
        return format!("| {} | {NONE} | | | | | |", scene.title());
    };
    let part = |name: &str| number(spent.get(name).unwrap_or(&Value::Null));
    let sync = run.sync_ms;
    format!(
        "| {} | {:.0} | {} | {:.0} | {:.0} | {:.0} | {:.0} |",
        scene.title(),
        run.seconds * 1000.0,
        sync.map_or_else(|| NONE.to_owned(), |sync| format!("{sync:.0}")),
        part("waitingMs"),
        part("throttledMs"),
        part("mappingMs"),
        part("storingMs"),
    )
}

/// How many contacts the CRM listed.
pub(super) fn contacts(results: &Results, scene: Scene) -> String {
    any(results, scene).map_or_else(|| NONE.to_owned(), |cell| cell.contacts.to_string())
}

/// How often each was run.
pub(super) fn runs(results: &Results, scene: Scene) -> String {
    let cells = peers::ALL.iter().filter_map(|one| results.cell(scene, one));
    let counts = cells.map(|cell| (cell.runs.len(), cell.sittings()));
    let (runs, sittings): (Vec<usize>, Vec<usize>) = counts.unzip();
    let runs = match runs.into_iter().max() {
        None | Some(0) => return NONE.to_owned(),
        Some(1) => "one run".to_owned(),
        Some(runs) => format!("medians of {runs} runs"),
    };
    match sittings.into_iter().max() {
        None | Some(0 | 1) => runs,
        Some(sittings) => {
            format!("{runs} in {sittings} sittings, since the race was stopped and gone on with")
        }
    }
}

fn any(results: &Results, scene: Scene) -> Option<&Cell> {
    peers::ALL
        .iter()
        .find_map(|contestant| results.cell(scene, contestant))
}
