//! Counting requests against a rate: so many in any span of time, and so many at once.

use std::collections::VecDeque;

/// What a service puts up with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    /// Requests in any span of `window_ms`.
    pub(crate) per_window: usize,
    /// The span, in milliseconds.
    pub(crate) window_ms: i64,
    /// Requests under way at once.
    pub(crate) at_once: usize,
}

/// What was used of an allowance.
#[derive(Debug)]
pub(crate) struct Rate {
    allowance: Allowance,
    window: VecDeque<i64>,
    at_once: usize,
}

impl Rate {
    pub(crate) const fn new(allowance: Allowance) -> Self {
        Self {
            allowance,
            window: VecDeque::new(),
            at_once: 0,
        }
    }

    /// Counts a request in, and says whether it is allowed; one that is not does not count. Where
    /// nothing is enforced, only what is under way is counted.
    pub(crate) fn enter(&mut self, now: i64, enforce: bool) -> bool {
        if enforce {
            let span = self.allowance.window_ms;
            while self.window.front().is_some_and(|at| now - at >= span) {
                self.window.pop_front();
            }
            if self.at_once >= self.allowance.at_once
                || self.window.len() >= self.allowance.per_window
            {
                return false;
            }
            self.window.push_back(now);
        }
        self.at_once += 1;
        true
    }

    /// A request that was allowed is answered.
    pub(crate) const fn leave(&mut self) {
        self.at_once = self.at_once.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_rolls_and_what_is_under_way_counts_by_itself() {
        let mut rate = Rate::new(Allowance {
            per_window: 3,
            window_ms: 1_000,
            at_once: 2,
        });
        assert!(rate.enter(0, true) && rate.enter(0, true));
        assert!(!rate.enter(0, true), "two are under way");
        rate.leave();
        assert!(rate.enter(500, true), "one was answered");
        rate.leave();
        rate.leave();
        assert!(!rate.enter(999, true), "three in the last second");
        assert!(rate.enter(1_000, true), "the first two are a second old");
        assert!(
            rate.enter(1_000, false) && rate.enter(1_000, false),
            "anything goes where nothing is enforced"
        );
    }
}
