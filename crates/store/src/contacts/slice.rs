//! A page out of the middle, from whichever end is nearer.
//!
//! SQLite finds the place of a page by walking there, at a million contacts for some hundredths of a
//! second. From the nearer end it is half the way at most.

use crate::listings::column;

/// Which rows to take, and from which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    /// Taken in the opposite order, from the end.
    pub(super) backwards: bool,
    /// How many rows to take.
    pub(super) take: i64,
    /// How many to pass over.
    pub(super) pass: i64,
}

impl Slice {
    /// A page of `limit` rows after `offset` others, of so many in all.
    pub(super) fn of(total: u64, limit: u32, offset: u64) -> Self {
        let offset = offset.min(total);
        let take = u64::from(limit).min(total - offset);
        let after = total - offset - take;
        let backwards = after < offset;
        Self {
            backwards,
            take: column(take),
            pass: column(if backwards { after } else { offset }),
        }
    }

    /// The word for the order in SQL.
    pub(super) const fn order(self) -> &'static str {
        if self.backwards { "DESC" } else { "ASC" }
    }

    /// Puts what was taken in the right order.
    pub(super) fn turned<T>(self, mut taken: Vec<T>) -> Vec<T> {
        if self.backwards {
            taken.reverse();
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_the_same_from_either_end() {
        let rows: Vec<u64> = (0..11).collect();
        for limit in 0..13_u32 {
            for offset in 0..13_u64 {
                let slice = Slice::of(11, limit, offset);
                let mut all = rows.clone();
                if slice.backwards {
                    all.reverse();
                }
                let (pass, take) = (slice.pass.unsigned_abs(), slice.take.unsigned_abs());
                let taken = all
                    .into_iter()
                    .skip(usize::try_from(pass).unwrap())
                    .take(usize::try_from(take).unwrap());
                let plainly = rows.iter().copied().skip(usize::try_from(offset).unwrap());
                let plainly = plainly.take(usize::try_from(limit).unwrap());
                assert_eq!(
                    slice.turned(taken.collect()),
                    plainly.collect::<Vec<_>>(),
                    "{limit} after {offset}"
                );
                assert!(pass <= 6, "never more than half the way: {slice:?}");
            }
        }
        assert_eq!(
            Slice::of(5, 10, u64::MAX).take,
            0,
            "past the end is nothing"
        );
    }
}
