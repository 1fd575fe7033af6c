//! Where the time of a run went that asks and stores little.

use nurturehub_adapter_kit::Spent;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Where the time of a run's requests went, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SpentAsking {
    /// Waiting for answers.
    pub waiting_ms: u64,
    /// Waiting for limits, and between attempts.
    pub throttled_ms: u64,
}

impl SpentAsking {
    /// The sum over what clients spent.
    pub(crate) fn of(all: &[Spent]) -> Self {
        let sum = |part: fn(&Spent) -> std::time::Duration| {
            let sum: std::time::Duration = all.iter().map(part).sum();
            u64::try_from(sum.as_millis()).unwrap_or(u64::MAX)
        };
        Self {
            waiting_ms: sum(|spent| spent.waiting),
            throttled_ms: sum(|spent| spent.throttled),
        }
    }
}
