//! What was measured, as it is kept between parts of a race.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scene::Scene;
use crate::digest::Verdict;
use crate::figures::median;
use crate::kept::{Figures, Kept};
use crate::peers::Contestant;

/// One run of one contestant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    /// From the start of the process to its end.
    pub(crate) seconds: f64,
    /// Peak memory of all its processes.
    pub(crate) peak_mib: f64,
    /// Pages that were answered.
    pub(crate) pages: u64,
    /// Requests that came too fast.
    pub(crate) refused: u64,
    /// Pages that were answered before it was killed.
    pub(crate) before_kill: Option<usize>,
    /// How many of those were asked for again.
    pub(crate) again: Option<usize>,
    /// The sync itself, in milliseconds, by the run's own report: without the process around it.
    #[serde(default)]
    pub(crate) sync_ms: Option<f64>,
    /// Where the time went, by the run's own report.
    pub(crate) spent: Option<Value>,
    /// What was in the store at the end.
    pub(crate) verdict: Verdict,
    /// In which sitting it was, where the race was stopped and gone on with.
    pub(crate) sitting: u32,
}

impl fmt::Display for Run {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:>8.2} s {:>7.0} MiB {:>5} pages, {} refused",
            self.seconds, self.peak_mib, self.pages, self.refused
        )?;
        if let (Some(before), Some(again)) = (self.before_kill, self.again) {
            write!(formatter, ", {again} of {before} again")?;
        }
        let verdict = &self.verdict;
        write!(
            formatter,
            ", {} rows ({} missing, {} different, {} extra, {} twice)",
            verdict.rows, verdict.missing, verdict.different, verdict.extra, verdict.repeated
        )
    }
}

/// All runs of one contestant in one scene.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cell {
    /// Contacts that the CRM listed.
    pub(crate) contacts: usize,
    /// The runs.
    pub(crate) runs: Vec<Run>,
    /// Why there are no more.
    pub(crate) failed: Option<String>,
    /// With what they were taken, by its name among the results.
    pub(crate) taken: String,
}

impl Cell {
    /// One without runs.
    pub(crate) const fn new(contacts: usize) -> Self {
        Self {
            contacts,
            runs: Vec::new(),
            failed: None,
            taken: String::new(),
        }
    }

    /// Whether there is nothing left to run.
    pub(crate) fn is_done(&self, runs: usize) -> bool {
        self.failed.is_some() || self.runs.len() >= runs
    }

    /// In how many sittings it was run.
    pub(crate) fn sittings(&self) -> usize {
        let sittings: BTreeSet<u32> = self.runs.iter().map(|run| run.sitting).collect();
        sittings.len()
    }

    /// The middle of a figure over all runs; none where there is no run.
    pub(crate) fn middle(&self, figure: impl Fn(&Run) -> f64) -> Option<f64> {
        (!self.runs.is_empty()).then(|| median(self.runs.iter().map(figure).collect()))
    }

    /// The run whose time is the middle one.
    pub(crate) fn middle_run(&self) -> Option<&Run> {
        let seconds = self.middle(|run| run.seconds)?;
        self.runs.iter().min_by(|a, b| {
            let far = |run: &Run| (run.seconds - seconds).abs();
            far(a).total_cmp(&far(b))
        })
    }
}

/// What is known so far.
pub(crate) type Results = Kept<Race>;

/// The runs of all contestants in all scenes.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Race {
    cells: BTreeMap<String, BTreeMap<String, Cell>>,
}

impl Figures for Race {
    fn takings(&self) -> Vec<&str> {
        let cells = self.cells.values().flat_map(BTreeMap::values);
        let names: BTreeSet<&str> = cells.map(|cell| cell.taken.as_str()).collect();
        names.into_iter().collect()
    }
}

impl Race {
    /// Keeps the runs of a contestant in a scene, instead of earlier ones.
    pub(crate) fn put(&mut self, scene: Scene, contestant: &Contestant, cell: Cell) {
        let row = self.cells.entry(scene.id().to_owned()).or_default();
        row.insert(contestant.id.to_owned(), cell);
    }

    /// Lets go of the runs of a contestant in a scene.
    pub(crate) fn remove(&mut self, scene: Scene, contestant: &Contestant) {
        if let Some(row) = self.cells.get_mut(scene.id()) {
            row.remove(contestant.id);
        }
        self.cells.retain(|_, row| !row.is_empty());
    }

    /// Lets what failed be tried again.
    pub(crate) fn forget_failures(&mut self) {
        for cell in self.cells.values_mut().flat_map(BTreeMap::values_mut) {
            cell.failed = None;
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The runs of a contestant in a scene.
    pub(crate) fn cell(&self, scene: Scene, contestant: &Contestant) -> Option<&Cell> {
        self.cells.get(scene.id())?.get(contestant.id)
    }
}
