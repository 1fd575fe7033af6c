//! Listings by page number, which must move on, lose nobody when the list shrinks, and end only at
//! the end.

use nurturehub_port::{AdapterError, ErrorKind};

use crate::paging::{PageGuard, pages_to_step_back};

/// Pages that a pass may have: ten million records, a hundred on a page.
const MAX_PAGES: u32 = 100_000;

/// Times that a pass may step back without coming any further; more often means that the CRM does
/// not know its own total.
const MAX_STEPS_BACK: u32 = 50;

/// Watches one pass over numbered pages.
#[derive(Debug, Clone)]
pub struct NumberedPages {
    guard: PageGuard,
    /// Steps back since the pass last came further.
    steps_back: u32,
    furthest: u32,
}

/// What a page says of its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageExtent {
    /// The page's number, from 1.
    pub page: u32,
    /// Records that were asked for.
    pub size: u64,
    /// Records that came.
    pub count: u64,
    /// Records of the whole list, where the CRM says so.
    pub total: Option<u64>,
    /// Whether a page follows, where the CRM says so.
    pub more: Option<bool>,
}

impl Default for NumberedPages {
    fn default() -> Self {
        Self {
            guard: PageGuard::new(MAX_PAGES),
            steps_back: 0,
            furthest: 0,
        }
    }
}

impl NumberedPages {
    /// The page to read again instead of going on, where the list shrank from the total `before`:
    /// then records moved towards the front, past where the pass was.
    ///
    /// # Errors
    /// `incompleteListing`, where it shrinks again and again and the pass comes no further.
    pub fn step_back(
        &mut self,
        extent: PageExtent,
        before: Option<u64>,
    ) -> Result<Option<u32>, AdapterError> {
        let (Some(before), Some(now)) = (before, extent.total) else {
            return Ok(None);
        };
        if before != now {
            // The page before may come again, and rightly so.
            self.guard.stepped_back();
        }
        let pages = pages_to_step_back(before, now, extent.size);
        if pages == 0 || extent.page == 1 {
            return Ok(None);
        }
        self.steps_back = self.steps_back.saturating_add(1);
        if self.steps_back > MAX_STEPS_BACK {
            return Err(incomplete(
                "The CRM's list kept shrinking while it was read, so it cannot be known to be \
                 whole."
                    .to_owned(),
            ));
        }
        let pages = u32::try_from(pages).unwrap_or(u32::MAX);
        Ok(Some(extent.page.saturating_sub(pages).max(1)))
    }

    /// Takes note of a page by the ids of its first and last record, where they have any.
    ///
    /// # Errors
    /// `protocol`, where it is the page before over again, or one more than a pass may have.
    pub fn follow(&mut self, first: Option<&str>, last: Option<&str>) -> Result<(), AdapterError> {
        self.guard.follow(first, last)
    }

    /// Whether a page is the last one. Where the CRM gives a total, it is once as many records were
    /// passed as there are, and not before; a short page that others follow says nothing.
    ///
    /// # Errors
    /// `incompleteListing`, where the list ends and its total says that there is more.
    pub fn is_last(&mut self, extent: PageExtent) -> Result<bool, AdapterError> {
        let PageExtent {
            page, size, count, ..
        } = extent;
        if page > self.furthest {
            self.furthest = page;
            self.steps_back = 0;
        }
        let before = u64::from(page.saturating_sub(1)).saturating_mul(size);
        // What is too much on a page says nothing about those after it.
        let reached = before.saturating_add(count.min(size));
        let Some(total) = extent.total else {
            return Ok(count < size || extent.more == Some(false));
        };
        // An empty page says nothing of those before it, and is never asked for once all was passed.
        let empty = count == 0 && page > 1;
        if reached >= total && !empty {
            return Ok(true);
        }
        if count == 0 || before.saturating_add(size) >= total {
            return Err(incomplete(format!(
                "The CRM says that its list has {total} records, but it ended after {reached}."
            )));
        }
        Ok(false)
    }
}

fn incomplete(message: String) -> AdapterError {
    AdapterError::new(ErrorKind::IncompleteListing, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(page: u32, count: u64, total: u64) -> PageExtent {
        PageExtent {
            page,
            size: 100,
            count,
            total: Some(total),
            more: None,
        }
    }

    #[test]
    fn a_pass_ends_where_its_total_is_reached_and_nowhere_else() {
        let last = |extent| NumberedPages::default().is_last(extent).ok();
        assert_eq!(last(page(3, 50, 250)), Some(true));
        assert_eq!(last(page(2, 100, 250)), Some(false));
        assert_eq!(last(page(2, 80, 250)), Some(false), "others follow");
        assert_eq!(last(page(3, 30, 250)), None, "a short last page");
        assert_eq!(last(page(4, 0, 250)), None, "an empty one after it");
        assert_eq!(last(page(2, 0, 250)), None, "an empty one in between");
        assert_eq!(last(page(1, 0, 0)), Some(true), "nobody is there");
        let unsaid = |count, more| PageExtent {
            total: None,
            more,
            ..page(1, count, 0)
        };
        assert_eq!(last(unsaid(100, None)), Some(false));
        assert_eq!(last(unsaid(99, None)), Some(true));
        assert_eq!(last(unsaid(100, Some(false))), Some(true));
    }

    #[test]
    fn a_list_that_shrinks_is_read_again_and_one_that_only_shrinks_is_given_up() {
        let mut pages = NumberedPages::default();
        assert_eq!(pages.step_back(page(1, 100, 900), Some(1000)), Ok(None));
        assert_eq!(pages.step_back(page(5, 100, 999), Some(1000)), Ok(Some(4)));
        assert_eq!(pages.step_back(page(2, 100, 500), Some(999)), Ok(Some(1)));
        for further in 6..100 {
            assert!(pages.is_last(page(further, 100, 1_000_000)).is_ok());
            let back = pages.step_back(page(further, 100, 999_999), Some(1_000_000));
            assert_eq!(back, Ok(Some(further - 1)), "it comes further each time");
        }
        let mut given_up = (0..60).map(|_| pages.step_back(page(7, 100, 998), Some(999)));
        assert!(given_up.any(|step| step.is_err()), "it comes no further");
    }
}
