//! One time for both sides.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_port::Clock;
use nurturehub_sandbox::Sandbox;

/// The engine's clock: a wait ends at once, and the same time passes in the sandbox.
pub(crate) struct SharedClock {
    ours: ManualClock,
    sandbox: Arc<Sandbox>,
    held: AtomicBool,
}

impl std::fmt::Debug for SharedClock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.ours.fmt(formatter)
    }
}

impl SharedClock {
    pub(crate) const fn new(now: Timestamp, sandbox: Arc<Sandbox>) -> Self {
        Self {
            ours: ManualClock::new(now),
            sandbox,
            held: AtomicBool::new(false),
        }
    }

    /// Whether waits never end: while somebody is at the browser, nobody's patience does.
    pub(crate) fn hold(&self, held: bool) {
        self.held.store(held, Ordering::Relaxed);
    }

    /// Lets time pass on both sides.
    pub(crate) fn pass(&self, time: Duration) {
        self.ours.advance(time);
        self.sandbox.advance_time(time);
    }

    /// Sets our wall clock alone, as a person does who gets it wrong.
    pub(crate) fn set_wall(&self, now: Timestamp) {
        self.ours.set_wall(now);
    }
}

#[async_trait]
impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        self.ours.now()
    }

    fn elapsed(&self) -> Duration {
        self.ours.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        if self.held.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.sandbox.advance_time(duration);
        self.ours.sleep(duration).await;
    }
}
