//! Whether a connection goes up and down.

use jiff::{SignedDuration, Timestamp};

use crate::health::{RunFact, RunWork};
use crate::lasting::APART;

/// How far back is looked.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// So many turns between success and failure within the window are too many to be chance.
const MOST_TURNS: usize = 4;

/// Whether syncs have turned between success and failure at least four times within a day. A turn
/// within ten minutes is none, as when a person tries again; verifications and a cancel do not count.
pub(crate) fn is_flapping(runs: &[RunFact], now: Timestamp) -> bool {
    let syncs = runs
        .iter()
        .filter(|run| run.work == RunWork::Sync && !run.cancelled)
        .filter(|run| now.duration_since(run.at) <= WINDOW);
    let mut turns = 0;
    let mut before: Option<&RunFact> = None;
    // Newest first, so each is held against the one that came after it.
    for run in syncs {
        let turned = before.is_some_and(|after| {
            after.succeeded != run.succeeded && after.at.duration_since(run.at) >= APART
        });
        turns += usize::from(turned);
        before = Some(run);
    }
    turns >= MOST_TURNS
}
