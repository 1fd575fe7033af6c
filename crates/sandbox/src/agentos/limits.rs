//! The rate limit: 50 requests in any 60 seconds for one key. Whoever goes on asking while blocked
//! is shut out for longer.

use std::collections::VecDeque;

const WINDOW_MS: i64 = 60_000;
const PER_WINDOW: usize = 50;
/// This many refusals are put up with; the next one begins the block.
const PATIENCE: u32 = 5;
/// How long the block lasts. The vendor says only that it is temporary.
const BLOCK_MS: i64 = 5 * 60_000;

/// What was used of the limit.
#[derive(Debug, Default)]
pub(super) struct Limits {
    window: VecDeque<i64>,
    refused: u32,
    blocked_until: i64,
}

/// How a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breach {
    /// 429.
    TooMany,
    /// 403.
    Blocked,
}

impl Limits {
    pub(super) fn enter(&mut self, now: i64) -> Result<(), Breach> {
        if now < self.blocked_until {
            return Err(Breach::Blocked);
        }
        while self.window.front().is_some_and(|at| now - at >= WINDOW_MS) {
            self.window.pop_front();
        }
        if self.window.len() < PER_WINDOW {
            self.window.push_back(now);
            self.refused = 0;
            return Ok(());
        }
        self.refused += 1;
        if self.refused > PATIENCE {
            self.refused = 0;
            self.blocked_until = now + BLOCK_MS;
            return Err(Breach::Blocked);
        }
        Err(Breach::TooMany)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_rolls_and_insistence_is_punished() {
        let mut limits = Limits::default();
        for second in 0..50 {
            assert_eq!(limits.enter(second * 100), Ok(()));
        }
        for _ in 0..5 {
            assert_eq!(limits.enter(5_000), Err(Breach::TooMany));
        }
        assert_eq!(limits.enter(5_000), Err(Breach::Blocked), "once too often");
        assert_eq!(limits.enter(70_000), Err(Breach::Blocked), "for a while");
        assert_eq!(limits.enter(5_000 + BLOCK_MS), Ok(()));
    }

    #[test]
    fn waiting_a_minute_is_enough() {
        let mut limits = Limits::default();
        for _ in 0..50 {
            assert_eq!(limits.enter(0), Ok(()));
        }
        assert_eq!(limits.enter(59_999), Err(Breach::TooMany));
        assert_eq!(limits.enter(60_000), Ok(()));
    }
}
