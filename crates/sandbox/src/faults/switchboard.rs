//! Which faults are on, and which of them a request meets.

use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::Serialize;

use super::{Fault, Faults, PathKind, Rule};
use crate::locks::{read, write};

/// A fault that is on, with its counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultStatus {
    /// The rule as it was written.
    pub rule: String,
    /// Requests in its scope so far.
    pub seen: u64,
    /// Requests that it hit.
    pub hit: u64,
}

#[derive(Debug)]
struct Armed {
    rule: Rule,
    seen: AtomicU64,
    hit: AtomicU64,
}

/// The faults that are on.
#[derive(Debug)]
pub(crate) struct Switchboard {
    /// Spares the lock where nothing is on.
    any: AtomicBool,
    armed: RwLock<Vec<Armed>>,
}

impl Switchboard {
    pub(crate) fn new(faults: Faults) -> Self {
        let board = Self {
            any: AtomicBool::new(false),
            armed: RwLock::default(),
        };
        board.add(faults);
        board
    }

    /// Switches more faults on.
    pub(crate) fn add(&self, faults: Faults) {
        let mut armed = write(&self.armed);
        armed.extend(faults.0.into_iter().map(|rule| Armed {
            rule,
            seen: AtomicU64::new(0),
            hit: AtomicU64::new(0),
        }));
        self.any.store(!armed.is_empty(), Ordering::Release);
    }

    /// Switches all faults off.
    pub(crate) fn clear(&self) {
        write(&self.armed).clear();
        self.any.store(false, Ordering::Release);
    }

    pub(crate) fn status(&self) -> Vec<FaultStatus> {
        read(&self.armed)
            .iter()
            .map(|armed| FaultStatus {
                rule: armed.rule.text.clone(),
                seen: armed.seen.load(Ordering::Relaxed),
                hit: armed.hit.load(Ordering::Relaxed),
            })
            .collect()
    }

    /// The faults that a request meets, in the order in which they were switched on.
    pub(crate) fn strike(&self, part: &str, kind: PathKind, path: &str) -> Vec<Fault> {
        if !self.any.load(Ordering::Acquire) {
            return Vec::new();
        }
        read(&self.armed)
            .iter()
            .filter(|armed| armed.strikes(part, kind, path))
            .map(|armed| armed.rule.fault.clone())
            .collect()
    }
}

impl Armed {
    fn strikes(&self, part: &str, kind: PathKind, path: &str) -> bool {
        let rule = &self.rule;
        let in_scope = rule.part.is_none_or(|scope| scope == part)
            && rule.kind.is_none_or(|scope| scope == kind)
            && rule.path.as_ref().is_none_or(|text| path.contains(text));
        if !in_scope {
            return false;
        }
        let seen = self.seen.fetch_add(1, Ordering::Relaxed);
        let Some(since) = seen.checked_sub(rule.after) else {
            return false;
        };
        if !since.is_multiple_of(rule.every) {
            return false;
        }
        // Two requests may come at once: the count is taken only where it stays within `times`.
        self.hit
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |hit| {
                rule.times.is_none_or(|times| hit < times).then(|| hit + 1)
            })
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(spec: &str, requests: usize) -> Vec<usize> {
        let board = Switchboard::new(Faults::parse(spec).unwrap());
        (1..=requests)
            .filter(|_| {
                !board
                    .strike("platform", PathKind::Batch, "/v1/x")
                    .is_empty()
            })
            .collect()
    }

    #[test]
    fn after_every_and_times_count_requests_in_scope() {
        assert_eq!(hits("platform:cut", 3), [1, 2, 3]);
        assert_eq!(hits("platform:cut,after=2", 4), [3, 4]);
        assert_eq!(hits("platform:cut,every=2,after=1", 6), [2, 4, 6]);
        assert_eq!(hits("platform:cut,times=2,every=3", 9), [1, 4]);
        assert_eq!(hits("platform.tenant:cut", 3), [] as [usize; 0]);
        assert_eq!(hits("*.batch:cut,path=/v2/", 3), [] as [usize; 0]);
    }
}
