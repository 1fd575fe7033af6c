//! A clock that tests turn by hand.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use nurturehub_port::Clock;

/// Time that passes only when somebody waits for it or says so.
///
/// A wait returns at once, moves the clock on by its length and is written down, so that a test can
/// say how long a client would have waited without waiting itself.
#[derive(Debug)]
pub struct ManualClock {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    start: Timestamp,
    elapsed: Duration,
    waits: Vec<Duration>,
}

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub const fn new(start: Timestamp) -> Self {
        Self {
            state: Mutex::new(State {
                start,
                elapsed: Duration::ZERO,
                waits: Vec::new(),
            }),
        }
    }

    /// Lets time pass.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.state();
        state.elapsed = state.elapsed.saturating_add(duration);
    }

    /// Sets the wall clock, as when a person corrects it; intervals do not notice.
    pub fn set_wall(&self, now: Timestamp) {
        let mut state = self.state();
        let elapsed = SignedDuration::try_from(state.elapsed).unwrap_or(SignedDuration::ZERO);
        state.start = now.saturating_sub(elapsed).unwrap_or(now);
    }

    /// How long each wait so far was to be, in order.
    #[must_use]
    pub fn waits(&self) -> Vec<Duration> {
        self.state().waits.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let state = self.state();
        SignedDuration::try_from(state.elapsed)
            .ok()
            .and_then(|elapsed| state.start.checked_add(elapsed).ok())
            .unwrap_or(Timestamp::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.state().elapsed
    }

    async fn sleep(&self, duration: Duration) {
        {
            let mut state = self.state();
            state.elapsed = state.elapsed.saturating_add(duration);
            state.waits.push(duration);
        }
        // Others may have something to do meanwhile, as in a real wait.
        tokio::task::yield_now().await;
    }
}
