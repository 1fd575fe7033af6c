//! Notices a listing that goes round in circles.

use nurturehub_port::{AdapterError, ErrorKind};

/// Watches the pages of one listing for a page that comes again, however long the circle.
///
/// One page is remembered, and exchanged for the present one after 1, 2, 4, 8, ... pages (Brent's
/// method), so that memory is flat and a circle is noticed within three of its rounds.
#[derive(Debug, Clone, Default)]
pub(super) struct CycleWatch {
    kept: Option<String>,
    since: u32,
    room: u32,
}

impl CycleWatch {
    /// Takes note of a page by what it can be known by.
    ///
    /// # Errors
    /// `protocol`, where it came before.
    pub(super) fn follow(&mut self, page: &str) -> Result<(), AdapterError> {
        if self.kept.as_deref() == Some(page) {
            return Err(AdapterError::new(
                ErrorKind::Protocol,
                "The CRM's list comes back to a page that it gave before, so it cannot be followed.",
            ));
        }
        self.since = self.since.saturating_add(1);
        if self.since > self.room {
            self.kept = Some(page.to_owned());
            self.room = self.room.saturating_mul(2).max(1);
            self.since = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_of_any_length_is_noticed_soon() {
        for length in 1..40 {
            let mut watch = CycleWatch::default();
            let noticed = (0..1_000)
                .position(|turn| watch.follow(&format!("page {}", turn % length)).is_err())
                .expect("a circle is noticed");
            assert!(
                noticed <= 4 * length + 2,
                "{length}: only after {noticed} pages"
            );
        }
    }

    #[test]
    fn a_straight_line_is_none() {
        let mut watch = CycleWatch::default();
        assert!((0..10_000).all(|page| watch.follow(&page.to_string()).is_ok()));
    }
}
