//! Guards for listings by page: a listing must move on, and it must end.

use nurturehub_port::{AdapterError, ErrorKind};

/// Watches the pages of one listing.
#[derive(Debug, Clone)]
pub struct PageGuard {
    most: u32,
    seen: u32,
    last: Option<(String, String)>,
}

impl PageGuard {
    /// A guard that allows so many pages.
    #[must_use]
    pub const fn new(most: u32) -> Self {
        Self {
            most,
            seen: 0,
            last: None,
        }
    }

    /// Takes note of a page that was asked for as the one after the page before, by the ids of its
    /// first and last record, where they have any.
    ///
    /// # Errors
    /// `protocol`, where it is the page before over again, or one more than allowed.
    pub fn follow(&mut self, first: Option<&str>, last: Option<&str>) -> Result<(), AdapterError> {
        self.seen = self.seen.saturating_add(1);
        if self.seen > self.most {
            return Err(AdapterError::new(
                ErrorKind::Protocol,
                format!("The CRM's list did not end within {} pages.", self.most),
            ));
        }
        let (Some(first), Some(last)) = (first, last) else {
            self.last = None;
            return Ok(());
        };
        if self
            .last
            .as_ref()
            .is_some_and(|before| before.0 == first && before.1 == last)
        {
            return Err(AdapterError::new(
                ErrorKind::Protocol,
                "The CRM gave the same page of its list twice in a row, so the list cannot be \
                 followed.",
            ));
        }
        self.last = Some((first.to_owned(), last.to_owned()));
        Ok(())
    }

    /// Forgets the page before, as when a listing steps back on purpose.
    pub fn stepped_back(&mut self) {
        self.last = None;
    }
}

/// How many pages to step back when a list shrank from `before` to `now` records between two pages,
/// so that no record that moved towards the front slips past; zero where it did not shrink.
///
/// A record moves at most as many places as records were taken out before it.
#[must_use]
pub fn pages_to_step_back(before: u64, now: u64, page_size: u64) -> u64 {
    before.saturating_sub(now).div_ceil(page_size.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_comes_again_is_no_progress_and_an_endless_list_is_none_either() {
        let mut guard = PageGuard::new(5);
        assert!(guard.follow(Some("a"), Some("b")).is_ok());
        assert!(guard.follow(Some("c"), Some("d")).is_ok());
        let again = guard.follow(Some("c"), Some("d")).unwrap_err();
        assert_eq!(again.kind, ErrorKind::Protocol);
        guard.stepped_back();
        assert!(
            guard.follow(Some("c"), Some("d")).is_ok(),
            "after a step back the same page is expected"
        );
        assert!(
            guard.follow(None, None).is_ok(),
            "records without ids prove nothing"
        );
        assert!(
            guard.follow(Some("e"), Some("f")).is_err(),
            "the sixth of five"
        );
    }

    #[test]
    fn the_step_back_covers_every_place_a_record_can_have_moved() {
        for (before, now, pages) in [
            (1000, 1000, 0),
            (1000, 1001, 0),
            (1000, 999, 1),
            (1000, 900, 1),
            (1000, 899, 2),
        ] {
            assert_eq!(
                pages_to_step_back(before, now, 100),
                pages,
                "{before} -> {now}"
            );
        }
    }
}
