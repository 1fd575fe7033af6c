//! Tells of requests that are held back for long, so that a run that seems to stand still says why.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{Clock, RateWindow};

/// Nobody is told of a wait that is no longer than this.
const SHORT: Duration = Duration::from_secs(1);

/// A request is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub reason: PauseReason,
}

/// Why a request is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseReason {
    /// The service asked for it: by `Retry-After`, or by a 429 that names no time.
    Asked,
    /// The last attempt failed in a way that may pass.
    Backoff,
    /// As many requests as we send within this window have been sent.
    Limit(RateWindow),
}

/// Who is told: of the pause that ends next, or that there is none any more.
type Listener = dyn Fn(Option<Pause>) + Send + Sync;

/// The pauses of one client.
#[derive(Default)]
pub(super) struct Pauses {
    listener: OnceLock<Box<Listener>>,
    held: Mutex<Held>,
}

/// The requests that are held back now.
#[derive(Default)]
struct Held {
    begun: u64,
    pauses: BTreeMap<u64, Pause>,
}

impl fmt::Debug for Pauses {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pauses").finish_non_exhaustive()
    }
}

impl Pauses {
    /// Tells this listener from now on; the first that is named stays the only one.
    pub(super) fn tell(&self, listener: impl Fn(Option<Pause>) + Send + Sync + 'static) {
        self.listener.get_or_init(|| Box::new(listener));
    }

    /// Waits, and tells of it where it takes long. Dropping the future ends the wait and tells of
    /// that, too.
    pub(super) async fn wait(&self, clock: &dyn Clock, length: Duration, reason: PauseReason) {
        let _pause = self.begin(clock.now(), length, reason);
        clock.sleep(length).await;
    }

    fn begin(&self, now: Timestamp, length: Duration, reason: PauseReason) -> Option<Ending<'_>> {
        let listener = self.listener.get().filter(|_| length > SHORT)?;
        let until = now.checked_add(SignedDuration::try_from(length).ok()?);
        let until = until.unwrap_or(Timestamp::MAX);
        let mut held = self.held();
        let pause = held.begun;
        held.begun += 1;
        held.pauses.insert(pause, Pause { until, reason });
        // While it is locked, so that two threads' news come in the order of what they tell.
        listener(held.next_to_end());
        Some(Ending {
            pauses: self,
            pause,
        })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn next_to_end(&self) -> Option<Pause> {
        self.pauses
            .values()
            .min_by_key(|pause| pause.until)
            .copied()
    }
}

/// Ends a pause when it is dropped.
struct Ending<'a> {
    pauses: &'a Pauses,
    pause: u64,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let mut held = self.pauses.held();
        held.pauses.remove(&self.pause);
        if let Some(listener) = self.pauses.listener.get() {
            listener(held.next_to_end());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::ManualClock;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn told() -> (Pauses, Arc<Mutex<Vec<Option<i64>>>>) {
        let (pauses, told) = (Pauses::default(), Arc::<Mutex<Vec<_>>>::default());
        let heard = Arc::clone(&told);
        pauses.tell(move |pause| {
            let until = pause.map(|pause| pause.until.duration_since(at(0)).as_secs());
            heard.lock().unwrap().push(until);
        });
        (pauses, told)
    }

    #[tokio::test]
    async fn a_long_wait_is_told_of_and_a_short_one_is_not() {
        let (pauses, told) = told();
        let clock = ManualClock::new(at(0));
        pauses.wait(&clock, SHORT, PauseReason::Backoff).await;
        assert!(told.lock().unwrap().is_empty(), "a second is short");
        pauses
            .wait(&clock, Duration::from_secs(30), PauseReason::Asked)
            .await;
        assert_eq!(*told.lock().unwrap(), [Some(31), None]);
    }

    #[test]
    fn of_several_the_one_that_ends_next_is_told_and_a_wait_given_up_is_over() {
        let (pauses, told) = told();
        let begin =
            |seconds| pauses.begin(at(0), Duration::from_secs(seconds), PauseReason::Backoff);
        let (long, short) = (begin(60), begin(5));
        drop(short);
        drop(long);
        let all = [Some(60), Some(5), Some(60), None];
        assert_eq!(*told.lock().unwrap(), all);
    }
}
