//! Time, as a parameter.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

/// Where time comes from, so that tests need no sleep and no luck.
#[async_trait]
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The wall clock, in UTC.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment of this process; never goes backwards. For intervals.
    fn elapsed(&self) -> Duration;

    /// Waits. Dropping the future ends the wait at once.
    async fn sleep(&self, duration: Duration);
}
