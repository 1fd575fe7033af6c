//! Two weeks of syncs as bars that fit side by side.

use jiff::{SignedDuration, Timestamp};
use nurturehub_store::StoreError;
use nurturehub_store::runs::RunMark;
use serde::Serialize;
use specta::Type;

use crate::RunStatus;

/// How far back the bars go.
pub(crate) const SPAN: SignedDuration = SignedDuration::from_hours(14 * 24);

/// So many bars can be told from each other. Where there were more syncs, those of the same four hours
/// share one.
const MOST: usize = 84;

/// What syncs that share a bar have in common: four hours.
const SLOT: SignedDuration = SignedDuration::from_hours(4);

/// A sync, or those of a few hours where there were many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunBar {
    /// The id of the sync that the bar opens: of several the last one that ended worst.
    pub run_id: String,
    /// How that ended.
    pub status: RunStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// Contacts that it listed; of several, the most that one of them did.
    pub contacts: u64,
    /// How many syncs the bar stands for.
    pub runs: u32,
    /// How many of them failed.
    pub failed: u32,
}

/// How bad an end is, where one bar has to tell of several.
const fn weight(status: RunStatus) -> u8 {
    match status {
        RunStatus::Failed => 5,
        RunStatus::Interrupted => 4,
        RunStatus::Partial => 3,
        RunStatus::Running => 2,
        RunStatus::Succeeded => 1,
        RunStatus::Cancelled => 0,
    }
}

/// The bars of these syncs, which come oldest first.
///
/// # Errors
/// `Damaged` where one ended in no known way.
pub(crate) fn bars(marks: Vec<RunMark>) -> Result<Vec<RunBar>, StoreError> {
    let is_crowded = marks.len() > MOST;
    let slot = |at: Timestamp| at.as_second().div_euclid(SLOT.as_secs());
    let mut bars: Vec<RunBar> = Vec::with_capacity(marks.len().min(MOST + 1));
    for mark in marks {
        let bar = one(mark)?;
        match bars.last_mut() {
            Some(last) if is_crowded && slot(last.started_at) == slot(bar.started_at) => {
                last.join(bar);
            }
            _ => bars.push(bar),
        }
    }
    Ok(bars)
}

fn one(mark: RunMark) -> Result<RunBar, StoreError> {
    let status = RunStatus::of_stored(&mark.status)?;
    Ok(RunBar {
        run_id: mark.id,
        status,
        started_at: mark.started_at,
        contacts: u64::try_from(mark.contacts).unwrap_or(0),
        runs: 1,
        failed: u32::from(status == RunStatus::Failed),
    })
}

impl RunBar {
    /// Takes a later one in.
    fn join(&mut self, later: Self) {
        let (runs, failed) = (self.runs + later.runs, self.failed + later.failed);
        let contacts = self.contacts.max(later.contacts);
        if weight(later.status) >= weight(self.status) {
            *self = later;
        }
        (self.runs, self.failed, self.contacts) = (runs, failed, contacts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Syncs so many minutes apart, of which those of these numbers failed.
    fn marks(count: i64, minutes: i64, failed: &[i64]) -> Vec<RunMark> {
        (0..count)
            .map(|number| RunMark {
                id: number.to_string(),
                status: if failed.contains(&number) {
                    "failed"
                } else {
                    "succeeded"
                }
                .to_owned(),
                started_at: Timestamp::from_second(1_800_000_000 + number * minutes * 60).unwrap(),
                contacts: number,
            })
            .collect()
    }

    #[test]
    fn each_sync_has_a_bar_of_its_own_while_they_fit() {
        let bars = bars(marks(28, 12 * 60, &[3])).unwrap();
        assert_eq!(bars.len(), 28);
        assert!(bars.iter().all(|bar| bar.runs == 1));
        assert_eq!((bars[3].status, bars[3].failed), (RunStatus::Failed, 1));
    }

    #[test]
    fn a_fortnight_of_half_hours_fits_and_hides_no_failure() {
        let bars = bars(marks(672, 30, &[100, 671])).unwrap();
        assert!(bars.len() <= MOST + 1, "{} bars", bars.len());
        assert_eq!(bars.iter().map(|bar| bar.runs).sum::<u32>(), 672);
        let failed: Vec<&RunBar> = bars.iter().filter(|bar| bar.failed > 0).collect();
        assert_eq!(failed.len(), 2);
        assert_eq!(
            (failed[0].run_id.as_str(), failed[0].status),
            ("100", RunStatus::Failed)
        );
        assert!(failed[0].contacts > 100, "the most of all that share it");
    }
}
