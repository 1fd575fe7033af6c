//! Rate limits: 20 requests a second, 5 at once, 250,000 a day. A breach is a 429 that says
//! nothing about when to come back.

use std::collections::VecDeque;

const PER_SECOND: usize = 20;
const AT_ONCE: usize = 5;
const PER_DAY: u32 = 250_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What was used of the limits.
#[derive(Debug, Default)]
pub(super) struct Limits {
    last_second: VecDeque<i64>,
    at_once: usize,
    day: i64,
    today: u32,
}

/// Which limit is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breach {
    Second,
    AtOnce,
    Day,
}

impl Limits {
    /// Counts a request in. One that is refused does not count.
    pub(super) fn enter(&mut self, now: i64, enforce: bool) -> Result<(), Breach> {
        if !enforce {
            self.at_once += 1;
            return Ok(());
        }
        while self.last_second.front().is_some_and(|at| now - at >= 1_000) {
            self.last_second.pop_front();
        }
        if self.day != now / DAY_MS {
            self.day = now / DAY_MS;
            self.today = 0;
        }
        if self.at_once >= AT_ONCE {
            return Err(Breach::AtOnce);
        }
        if self.last_second.len() >= PER_SECOND {
            return Err(Breach::Second);
        }
        if self.today >= PER_DAY {
            return Err(Breach::Day);
        }
        self.last_second.push_back(now);
        self.today += 1;
        self.at_once += 1;
        Ok(())
    }

    pub(super) const fn leave(&mut self) {
        self.at_once = self.at_once.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_holds_by_itself() {
        let mut limits = Limits::default();
        for _ in 0..PER_SECOND {
            assert_eq!(limits.enter(0, true), Ok(()));
            limits.leave();
        }
        assert_eq!(limits.enter(999, true), Err(Breach::Second));
        assert_eq!(limits.enter(1_000, true), Ok(()), "the second is over");

        let mut limits = Limits::default();
        for _ in 0..AT_ONCE {
            assert_eq!(limits.enter(0, true), Ok(()));
        }
        assert_eq!(limits.enter(0, true), Err(Breach::AtOnce));
        limits.leave();
        assert_eq!(limits.enter(0, true), Ok(()));

        let mut limits = Limits {
            today: PER_DAY,
            ..Limits::default()
        };
        assert_eq!(limits.enter(5_000, true), Err(Breach::Day));
        assert_eq!(limits.enter(DAY_MS, true), Ok(()), "the next day");
    }
}
