//! The people whom the simulated agencies know: made from a seed, one by one and in any order, and
//! as untidy as real agencies' data.

mod dice;
mod names;
mod person;
mod places;
mod reach;

use std::ops::Range;

pub(crate) use dice::Dice;
pub(crate) use person::{Oddity, Person, Said};
pub(crate) use places::Place;
pub(crate) use reach::drama_mobile;

/// The last moment of the made data, in milliseconds since 1970: 2025-06-30T17:00:00Z. Whatever
/// changes afterwards is stamped by the sandbox's clock, and so comes later.
pub(crate) const DATA_END_MS: i64 = 1_751_302_800_000;

/// One in so many records cannot become a contact.
const UNMAPPABLE_EVERY: usize = 2_000;

/// From so many records on there is one that cannot become a contact.
const UNMAPPABLE_FROM: usize = 100;

/// The people of one agency.
#[derive(Debug, Clone)]
pub(crate) struct People {
    dice: Dice,
    /// How many records there are at the start; made-up rules of thumb about runs depend on it.
    count: usize,
    unmappable_at: usize,
    /// Whether there are records that cannot become a contact at all.
    flawed: bool,
}

impl People {
    /// The people of an agency named by `salt`.
    pub(crate) fn new(seed: u64, salt: &str, count: usize) -> Self {
        let dice = Dice::new(seed, salt);
        let unmappable_at = usize::try_from(seed)
            .unwrap_or_default()
            .wrapping_mul(97)
            .wrapping_add(61)
            % count.clamp(1, UNMAPPABLE_EVERY);
        Self {
            dice,
            count,
            unmappable_at,
            flawed: false,
        }
    }

    /// The same people, with or without records that cannot become a contact.
    pub(crate) const fn with_flaws(mut self, flawed: bool) -> Self {
        self.flawed = flawed;
        self
    }

    /// How many records there are at the start.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// Dice for one purpose about one record; the same dice each time.
    pub(crate) fn dice(&self, purpose: Purpose, index: usize) -> Dice {
        self.dice.turned_to(purpose as u64, index as u64)
    }

    /// The person behind a record.
    pub(crate) fn person(&self, index: usize) -> Person {
        Person::make(self, index)
    }

    /// Whether a record is one of those that cannot become a contact. Records that are entered
    /// later always can.
    pub(crate) fn is_unmappable(&self, index: usize) -> bool {
        self.flawed
            && self.count >= UNMAPPABLE_FROM
            && index < self.count
            && index % UNMAPPABLE_EVERY == self.unmappable_at
    }

    /// Whether a record came with the bulk import: a run of records, from 400 on longer than a
    /// page of 100, that were all made at the same moment.
    pub(crate) fn is_imported(&self, index: usize) -> bool {
        self.run(3).contains(&index)
    }

    /// Whether a record was touched by the mass update: all at the same moment, too.
    pub(crate) fn is_mass_updated(&self, index: usize) -> bool {
        self.run(2).contains(&index)
    }

    /// A run that begins at a `1/nth` of the records.
    fn run(&self, nth: usize) -> Range<usize> {
        let start = self.count / nth;
        let length = if self.count >= 400 {
            (self.count / 40).max(130)
        } else {
            self.count / 10
        };
        start..start + length
    }
}

/// What dice are thrown for. Each purpose has dice of its own, so that a rule added for one does
/// not change what the others give.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// The person.
    Person = 0,
    /// The household that a person may share name, address and e-mail with.
    Household = 1,
    /// When a record was made and modified, and by whom.
    Record = 2,
    /// What the person is to the agency.
    Roles = 3,
    /// Which records a mutation touches.
    Mutation = 4,
}

/// Works over `0..count` in chunks, on as many threads as there are cores, and gives the results
/// in order.
pub(crate) fn in_chunks<T: Send>(
    count: usize,
    chunk: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
) -> Vec<T> {
    let ranges: Vec<Range<usize>> = (0..count)
        .step_by(chunk)
        .map(|start| start..count.min(start + chunk))
        .collect();
    let threads = std::thread::available_parallelism()
        .map_or(1, std::num::NonZero::get)
        .min(ranges.len().max(1));
    if threads == 1 {
        return ranges.into_iter().map(work).collect();
    }
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let turn = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(range) = ranges.get(turn) else {
                            return mine;
                        };
                        mine.push((turn, work(range.clone())));
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .flatten()
            .collect()
    });
    done.sort_unstable_by_key(|(turn, _)| *turn);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_come_back_in_order_and_complete() {
        let chunks = in_chunks(1_003, 10, Iterator::collect::<Vec<_>>);
        let all: Vec<usize> = chunks.into_iter().flatten().collect();
        assert_eq!(all, (0..1_003).collect::<Vec<_>>());
    }

    #[test]
    fn one_record_in_two_thousand_cannot_become_a_contact() {
        let bad = |count| {
            let people = People::new(7, "a", count).with_flaws(true);
            (0..count).filter(|i| people.is_unmappable(*i)).count()
        };
        assert_eq!(bad(99), 0, "small sandboxes are clean");
        assert_eq!(bad(100), 1);
        assert_eq!(bad(20_000), 10);
    }

    #[test]
    fn runs_are_longer_than_a_page() {
        let people = People::new(1, "a", 400);
        let imported = (0..400).filter(|i| people.is_imported(*i)).count();
        let updated = (0..400).filter(|i| people.is_mass_updated(*i)).count();
        assert!(imported > 100 && updated > 100, "{imported} {updated}");
    }
}
