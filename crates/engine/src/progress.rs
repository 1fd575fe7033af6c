//! How far a run has come, as a person sees it.

use jiff::Timestamp;
use nurturehub_port::ConnectionId;
use serde::Serialize;
use specta::Type;

use crate::{RunKind, SyncProgress};

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RunPhase {
    /// It is under way.
    Running,
    /// It is told to stop.
    Cancelling,
    /// It is over.
    Ended,
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunProgress {
    /// Whose.
    pub connection: ConnectionId,
    /// What it does.
    pub kind: RunKind,
    /// What it is doing.
    pub phase: RunPhase,
    /// When it began.
    pub started_at: Timestamp,
    /// Pages stored, or batches sent.
    pub pages: u64,
    /// Contacts so far.
    pub done: u64,
    /// Contacts in all, where that is known.
    pub total: Option<u64>,
    /// Contacts a second, once there is something to reckon from.
    pub per_second: Option<u64>,
    /// Seconds that are left at this pace, where the total is known.
    pub seconds_left: Option<u64>,
}

impl RunProgress {
    /// A run that has just begun.
    #[must_use]
    pub const fn begun(connection: ConnectionId, kind: RunKind, at: Timestamp) -> Self {
        Self {
            connection,
            kind,
            phase: RunPhase::Running,
            started_at: at,
            pages: 0,
            done: 0,
            total: None,
            per_second: None,
            seconds_left: None,
        }
    }

    /// After another page of a sync.
    #[must_use]
    pub fn after_page(self, progress: SyncProgress, now: Timestamp) -> Self {
        Self {
            pages: progress.pages,
            done: progress.listed,
            total: progress.source_total,
            ..self
        }
        .at_pace(now)
    }

    /// After another batch of a push.
    #[must_use]
    pub fn after_batch(self, sent: u64, total: Option<u64>, now: Timestamp) -> Self {
        Self {
            pages: self.pages + 1,
            done: sent,
            total,
            ..self
        }
        .at_pace(now)
    }

    fn at_pace(mut self, now: Timestamp) -> Self {
        let took = now.duration_since(self.started_at).as_millis();
        let took = u64::try_from(took).unwrap_or(0);
        self.per_second =
            (took > 0 && self.done > 0).then(|| self.done.saturating_mul(1000) / took);
        self.seconds_left = self
            .total
            .zip(self.per_second.filter(|pace| *pace > 0))
            .map(|(total, pace)| total.saturating_sub(self.done).div_ceil(pace));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pace_and_what_is_left_follow_from_what_was_done() {
        let begun = RunProgress::begun(
            ConnectionId::parse("one").unwrap(),
            RunKind::Sync,
            Timestamp::UNIX_EPOCH,
        );
        let page = |listed, source_total| SyncProgress {
            pages: 2,
            listed,
            source_total,
        };
        let after = Timestamp::from_second(2).unwrap();
        let known = begun.clone().after_page(page(200, Some(1000)), after);
        assert_eq!(known.per_second, Some(100));
        assert_eq!(known.seconds_left, Some(8));
        let unknown = begun.clone().after_page(page(200, None), after);
        assert_eq!(unknown.seconds_left, None, "without a total nobody knows");
        let at_once = begun.after_page(page(200, Some(100)), Timestamp::UNIX_EPOCH);
        assert_eq!(
            at_once.per_second, None,
            "no time has passed to reckon with"
        );
    }
}
