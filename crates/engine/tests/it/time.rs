//! A clock that the test sets by hand, and whose waits end only when told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use nurturehub_port::Clock;
use tokio::sync::Notify;

#[derive(Debug)]
pub(crate) struct Time {
    now: Mutex<Timestamp>,
    wake: Notify,
}

impl Time {
    pub(crate) fn at(now: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(now),
            wake: Notify::new(),
        })
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        *self.now.lock().unwrap() += by;
    }

    /// Ends one wait: that under way, else the next.
    pub(crate) fn end_wait(&self) {
        self.wake.notify_one();
    }
}

#[async_trait]
impl Clock for Time {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _duration: Duration) {
        self.wake.notified().await;
    }
}
