//! One time for both sides.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_port::Clock;

use crate::crm::SimulatedCrm;

/// The adapter's clock: a wait returns at once and lets the same time pass in the CRM. Its wall
/// clock may differ from the CRM's.
pub(crate) struct SharedClock {
    ours: ManualClock,
    crm: Arc<dyn SimulatedCrm>,
}

impl std::fmt::Debug for SharedClock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.ours.fmt(formatter)
    }
}

impl SharedClock {
    pub(crate) const fn new(now: Timestamp, crm: Arc<dyn SimulatedCrm>) -> Self {
        Self {
            ours: ManualClock::new(now),
            crm,
        }
    }

    /// Lets time pass on both sides.
    pub(crate) fn pass(&self, time: Duration) {
        self.ours.advance(time);
        self.crm.advance(time);
    }

    /// How long all waits so far were, together.
    pub(crate) fn waited(&self) -> Duration {
        self.ours.waits().iter().sum()
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
        self.crm.advance(duration);
        self.ours.sleep(duration).await;
    }
}
