//! Rate limits: 600 reads and 100 writes in any minute. A breach is a 429 that says nothing about
//! when to come back; the vendor's schema does not even know it.

use crate::rate::{Allowance, Rate};

const MINUTE_MS: i64 = 60_000;

/// What was used of the limits.
#[derive(Debug)]
pub(super) struct Limits {
    reads: Rate,
    writes: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        let rate = |per_window| {
            Rate::new(Allowance {
                per_window,
                window_ms: MINUTE_MS,
                // None is documented.
                at_once: usize::MAX,
            })
        };
        Self {
            reads: rate(600),
            writes: rate(100),
        }
    }
}

impl Limits {
    /// Counts a request in, and tells whether it is within the limits.
    pub(super) fn enter(&mut self, now: i64, writes: bool, enforce: bool) -> bool {
        self.of(writes).enter(now, enforce)
    }

    /// A request that was within the limits is answered.
    pub(super) const fn leave(&mut self, writes: bool) {
        self.of(writes).leave();
    }

    const fn of(&mut self, writes: bool) -> &mut Rate {
        if writes {
            &mut self.writes
        } else {
            &mut self.reads
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_have_windows_of_their_own() {
        let mut limits = Limits::default();
        for _ in 0..100 {
            assert!(limits.enter(0, true, true));
        }
        assert!(!limits.enter(59_999, true, true), "the minute is not over");
        assert!(limits.enter(59_999, false, true), "a read is no write");
        assert!(limits.enter(60_000, true, true), "the window rolls");
    }
}
