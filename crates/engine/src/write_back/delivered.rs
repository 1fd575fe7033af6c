//! What became of activities, as whoever asked for them is told.

use nurturehub_port::WriteBackStatus;
use nurturehub_store::write_back::{WriteBackRecord, WriteBackState};

use super::outbox::Outbox;
use super::{WriteBackResult, verdict};
use crate::ErrorReport;

/// What became of an activity, and whether there is nothing left to do about it.
pub(super) struct Delivered {
    pub(super) result: WriteBackResult,
    pub(super) settled: bool,
}

impl Outbox<'_> {
    /// What became of one, by what is known of it; `now`: this run has written it.
    pub(super) fn delivered(
        &self,
        id: &str,
        known: Option<&WriteBackRecord>,
        now: bool,
    ) -> Delivered {
        let state = known.map(|record| record.state);
        let error = known
            .and_then(|record| record.error.as_deref())
            .and_then(|text| serde_json::from_str::<ErrorReport>(text).ok());
        let (status, error) = match state {
            Some(WriteBackState::Written) if now => (WriteBackStatus::Written, None),
            Some(WriteBackState::Written) => (WriteBackStatus::Duplicate, None),
            Some(WriteBackState::Unsupported) => (WriteBackStatus::Unsupported, error),
            _ => {
                let stopped = self.stopped.as_ref().map(verdict::not_sent);
                (WriteBackStatus::Rejected, error.or(stopped))
            }
        };
        Delivered {
            result: WriteBackResult {
                id: id.to_owned(),
                status,
                reference: known.and_then(|record| record.reference.clone()),
                error,
            },
            settled: state.is_some_and(WriteBackState::is_final),
        }
    }

    /// Puts what became of some into the run's report.
    pub(super) fn reported(&mut self, delivered: Vec<Delivered>) -> Vec<Delivered> {
        self.results
            .extend(delivered.iter().map(|one| one.result.clone()));
        delivered
    }
}
