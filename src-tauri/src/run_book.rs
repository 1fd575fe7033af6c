//! The runs that this app has under way, and how far they have come.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nurturehub_engine::{RunPhase, RunProgress};
use tokio_util::sync::CancellationToken;

struct UnderWay {
    progress: RunProgress,
    cancel: CancellationToken,
}

/// The runs that this app has under way: one at most for each connection.
#[derive(Default)]
pub(crate) struct RunBook {
    runs: Mutex<BTreeMap<String, UnderWay>>,
}

impl RunBook {
    /// Writes a run down and gives what cancels it; none where one is under way.
    pub(crate) fn begin(&self, progress: RunProgress) -> Option<CancellationToken> {
        let mut runs = self.lock();
        let connection = progress.connection.to_string();
        if runs.contains_key(&connection) {
            return None;
        }
        let cancel = CancellationToken::new();
        let run = UnderWay {
            progress,
            cancel: cancel.clone(),
        };
        runs.insert(connection, run);
        Some(cancel)
    }

    /// Changes how far a run has come, and says it as it is shown: a run that is being cancelled
    /// stays so.
    pub(crate) fn advance(
        &self,
        connection: &str,
        change: impl FnOnce(RunProgress) -> RunProgress,
    ) -> Option<RunProgress> {
        let mut runs = self.lock();
        let run = runs.get_mut(connection)?;
        let phase = run.progress.phase;
        run.progress = change(run.progress.clone());
        run.progress.phase = phase;
        Some(run.progress.clone())
    }

    /// Tells a run to stop.
    pub(crate) fn cancel(&self, connection: &str) -> Option<RunProgress> {
        let mut runs = self.lock();
        let run = runs.get_mut(connection)?;
        run.cancel.cancel();
        run.progress.phase = RunPhase::Cancelling;
        Some(run.progress.clone())
    }

    /// Tells every run to stop.
    pub(crate) fn cancel_all(&self) {
        for run in self.lock().values() {
            run.cancel.cancel();
        }
    }

    /// Strikes a run out.
    pub(crate) fn end(&self, connection: &str) -> Option<RunProgress> {
        let run = self.lock().remove(connection)?;
        Some(RunProgress {
            phase: RunPhase::Ended,
            ..run.progress
        })
    }

    /// Whether a connection has a run under way.
    pub(crate) fn has(&self, connection: &str) -> bool {
        self.lock().contains_key(connection)
    }

    /// All runs under way.
    pub(crate) fn all(&self) -> Vec<RunProgress> {
        self.lock()
            .values()
            .map(|run| run.progress.clone())
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, UnderWay>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use nurturehub_engine::RunKind;
    use nurturehub_port::ConnectionId;

    use super::*;

    fn run() -> RunProgress {
        RunProgress::begun(
            ConnectionId::parse("one").unwrap(),
            RunKind::Sync,
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn a_cancelled_run_says_so_until_it_ends() {
        let book = RunBook::default();
        let cancel = book.begin(run()).unwrap();
        assert!(book.begin(run()).is_none(), "one at a time");
        assert!(book.has("one"));
        book.cancel("one").unwrap();
        assert!(cancel.is_cancelled());
        let page = book.advance("one", |run| RunProgress { pages: 2, ..run });
        let page = page.unwrap();
        assert_eq!((page.pages, page.phase), (2, RunPhase::Cancelling));
        assert_eq!(book.end("one").unwrap().phase, RunPhase::Ended);
        assert!(book.all().is_empty() && book.cancel("one").is_none());
    }
}
