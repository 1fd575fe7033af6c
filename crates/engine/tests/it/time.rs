//! A clock that the test sets by hand, and whose waits end only when told.

use std::sync::atomic::{AtomicU64, Ordering};
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
    /// Milliseconds that go by, for intervals alone, whenever somebody looks.
    each_look: AtomicU64,
    elapsed: AtomicU64,
}

impl Time {
    pub(crate) fn at(now: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(now),
            wake: Notify::new(),
            each_look: AtomicU64::new(0),
            elapsed: AtomicU64::new(0),
        })
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        *self.now.lock().unwrap() += by;
    }

    /// Lets some milliseconds go by between any two looks at how much has elapsed.
    pub(crate) fn pass_at_each_look(&self, milliseconds: u64) {
        self.each_look.store(milliseconds, Ordering::Relaxed);
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
        let each = self.each_look.load(Ordering::Relaxed);
        Duration::from_millis(self.elapsed.fetch_add(each, Ordering::Relaxed))
    }

    async fn sleep(&self, _duration: Duration) {
        self.wake.notified().await;
    }
}
