//! The sandbox's own time: the machine's or a fixed one, and in either case one that can be moved
//! on, so that token lives and rate windows can be tried without waiting.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Where the sandbox takes its time from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Time {
    /// The machine's clock.
    #[default]
    System,
    /// Stands still at this moment until it is moved on by hand.
    Fixed(Timestamp),
}

/// The running clock, shared by all simulators.
#[derive(Debug)]
pub(crate) struct Clock {
    source: Time,
    moved_ms: AtomicI64,
}

impl Clock {
    pub(crate) const fn new(source: Time) -> Self {
        Self {
            source,
            moved_ms: AtomicI64::new(0),
        }
    }

    /// Now, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        let base = match self.source {
            Time::System => machine_ms(),
            Time::Fixed(at) => at.as_millisecond(),
        };
        base.saturating_add(self.moved_ms.load(Ordering::Relaxed))
    }

    /// Moves the time on.
    pub(crate) fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.moved_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

/// The one place that reads the machine's clock; everything else is given the time.
#[allow(clippy::disallowed_methods)]
fn machine_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or_default()
}

/// Milliseconds since 1970 as RFC 3339 with milliseconds, in UTC.
pub(crate) fn rfc3339(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |at| format!("{at:.3}"))
}

/// Reads a moment from a query: RFC 3339, or a civil date or time, which is then in UTC.
pub(crate) fn parse_moment(text: &str) -> Option<i64> {
    // A `+` of an offset that was not escaped arrives as a blank.
    let text = text.trim().replace(' ', "+");
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_with_and_without_an_offset() {
        let at = parse_moment("2024-05-01T10:00:00Z");
        assert_eq!(
            at,
            parse_moment("2024-05-01T11:00:00 01:00"),
            "an unescaped plus"
        );
        assert_eq!(at, parse_moment("2024-05-01T10:00:00"), "no zone means UTC");
        assert_eq!(parse_moment("yesterday"), None);
        assert_eq!(
            at.map(rfc3339).as_deref(),
            Some("2024-05-01T10:00:00.000Z"),
            "written with milliseconds"
        );
    }

    #[test]
    fn a_fixed_clock_moves_only_by_hand() {
        let clock = Clock::new(Time::Fixed(Timestamp::UNIX_EPOCH));
        assert_eq!(clock.now_ms(), 0);
        clock.advance(Duration::from_secs(2));
        assert_eq!(clock.now_ms(), 2_000);
    }
}
