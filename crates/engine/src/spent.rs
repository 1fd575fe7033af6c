//! Where the time of a run went.

use std::sync::Arc;
use std::time::Duration;

use nurturehub_adapter_kit::Spent;
use nurturehub_port::Clock;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Where a run's time went, in milliseconds. In a sync, fetching, mapping and storing go on side by
/// side, so the parts may add up to more than the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SpentReport {
    /// Waiting for answers: the CRM's, the platform's, or both.
    pub waiting_ms: u64,
    /// Waiting for limits, and between attempts.
    pub throttled_ms: u64,
    /// Parsing and mapping what came, or putting together what goes.
    #[serde(rename = "mappingMs", with = "in_milliseconds")]
    #[specta(type = u64)]
    pub mapping_us: u64,
    /// Storing, and reading from the store what goes.
    #[serde(rename = "storingMs", with = "in_milliseconds")]
    #[specta(type = u64)]
    pub storing_us: u64,
}

/// Pages take less than a millisecond each: microseconds are summed, milliseconds shown.
mod in_milliseconds {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        microseconds: &u64,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(microseconds / 1000)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        Ok(u64::deserialize(deserializer)?.saturating_mul(1000))
    }
}

impl SpentReport {
    /// Adds what parsing and mapping took.
    pub(crate) fn add_mapping(&mut self, time: Duration) {
        self.mapping_us = self.mapping_us.saturating_add(microseconds(time));
    }

    /// Adds what storing took.
    pub(crate) fn add_storing(&mut self, time: Duration) {
        self.storing_us = self.storing_us.saturating_add(microseconds(time));
    }

    /// Adds what clients have waited.
    pub(crate) fn add_http(&mut self, spent: Spent) {
        self.waiting_ms = self.waiting_ms.saturating_add(milliseconds(spent.waiting));
        self.throttled_ms = self
            .throttled_ms
            .saturating_add(milliseconds(spent.throttled));
    }
}

/// Takes the times of a run that does one thing after the other.
pub(crate) struct Split {
    clock: Arc<dyn Clock>,
    asking: Duration,
    waiting: Duration,
    storing: Duration,
}

impl Split {
    /// Nothing was spent yet.
    pub(crate) fn new(clock: &Arc<dyn Clock>) -> Self {
        Self {
            clock: Arc::clone(clock),
            asking: Duration::ZERO,
            waiting: Duration::ZERO,
            storing: Duration::ZERO,
        }
    }

    /// The moment at which something begins, of which it is said later what it was.
    pub(crate) fn mark(&self) -> Duration {
        self.clock.elapsed()
    }

    /// What has begun then was asking: an adapter's or a client's time, waiting and all.
    pub(crate) fn asked(&mut self, since: Duration) {
        self.asking += self.since(since);
    }

    /// What has begun then was waiting for an answer that no client counts.
    pub(crate) fn waited(&mut self, since: Duration) {
        self.add_waiting(self.since(since));
    }

    /// So long was waited for answers that no client counts.
    pub(crate) fn add_waiting(&mut self, time: Duration) {
        self.waiting += time;
    }

    /// What has begun then was storing, or reading from the store.
    pub(crate) fn stored(&mut self, since: Duration) {
        self.storing += self.since(since);
    }

    /// How it was spent, with what clients have waited. What is left of asking was mapping.
    pub(crate) fn report(&self, clients: &[Spent]) -> SpentReport {
        let sum = |part: fn(&Spent) -> Duration| clients.iter().map(part).sum::<Duration>();
        let waiting = sum(|spent| spent.waiting) + self.waiting;
        let throttled = sum(|spent| spent.throttled);
        let mapping = self.asking.saturating_sub(waiting + throttled);
        SpentReport {
            waiting_ms: milliseconds(waiting),
            throttled_ms: milliseconds(throttled),
            mapping_us: microseconds(mapping),
            storing_us: microseconds(self.storing),
        }
    }

    fn since(&self, mark: Duration) -> Duration {
        self.clock.elapsed().saturating_sub(mark)
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
