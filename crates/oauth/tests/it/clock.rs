//! A clock that stands still until told otherwise, and whose waits end only when told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use nurturehub_port::Clock;
use tokio::sync::Notify;

#[derive(Debug)]
pub(crate) struct TestClock {
    now: Mutex<Timestamp>,
    wake: Notify,
}

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new("2026-03-01T12:00:00Z".parse().unwrap()),
            wake: Notify::new(),
        })
    }

    pub(crate) fn advance(&self, seconds: i64) {
        *self.now.lock().unwrap() += SignedDuration::from_secs(seconds);
    }

    /// Ends one wait: that under way, else the next.
    pub(crate) fn end_wait(&self) {
        self.wake.notify_one();
    }
}

#[async_trait]
impl Clock for TestClock {
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
