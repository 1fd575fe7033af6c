//! Guards for listings that are followed by a token from page to page: tokens must not go in a
//! circle.

use nurturehub_port::{AdapterError, ErrorKind};

/// The longest token that is taken, in bytes: it goes into an address and into the cursor.
const LONGEST: usize = 4096;

/// Watches the tokens of one listing, by Brent's method: one token is remembered, a later one each
/// time that the way since has doubled, so that a circle of any length is found and memory stays
/// flat.
#[derive(Debug, Clone, Default)]
pub struct TokenGuard {
    mark: Option<String>,
    steps: u64,
    reach: u64,
}

impl TokenGuard {
    /// Takes note of the token `next`, which came with the page that was asked for by `asked`.
    ///
    /// # Errors
    /// `protocol`, where it leads to a page that was there before, or is too long to be one.
    pub fn follow(&mut self, asked: Option<&str>, next: &str) -> Result<(), AdapterError> {
        if next.len() > LONGEST {
            return Err(AdapterError::new(
                ErrorKind::Protocol,
                "The CRM's list names its next page with a token that is too long.",
            ));
        }
        if asked == Some(next) || self.mark.as_deref() == Some(next) {
            return Err(AdapterError::new(
                ErrorKind::Protocol,
                "The CRM's list leads back to a page that was there before, so the list cannot be \
                 followed.",
            ));
        }
        if self.steps >= self.reach {
            self.mark = Some(next.to_owned());
            self.reach = self.reach.saturating_mul(2).max(1);
            self.steps = 0;
        }
        self.steps = self.steps.saturating_add(1);
        Ok(())
    }

    /// Forgets what was seen, as when a listing is begun anew.
    pub fn restarted(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many tokens are followed before a circle is noticed: `tail` tokens, then a circle of
    /// `length`.
    fn noticed_after(tail: usize, length: usize) -> Option<usize> {
        let mut guard = TokenGuard::default();
        let token = |at: usize| {
            if at < tail {
                format!("t{at}")
            } else {
                format!("c{}", (at - tail) % length)
            }
        };
        (0..10_000_usize).find(|at| {
            let asked = at.checked_sub(1).map(token);
            guard.follow(asked.as_deref(), &token(*at)).is_err()
        })
    }

    #[test]
    fn a_circle_of_any_length_is_noticed() {
        for (tail, length) in [(0, 1), (1, 1), (5, 1), (0, 2), (7, 3), (100, 64)] {
            let noticed = noticed_after(tail, length);
            assert!(
                noticed.is_some_and(|at| at <= 4 * (tail + length)),
                "{tail} + {length}: {noticed:?}"
            );
        }
        assert_eq!(noticed_after(20_000, 1), None, "a long way is no circle");
    }

    #[test]
    fn a_list_begun_anew_may_give_the_same_tokens() {
        let mut guard = TokenGuard::default();
        assert!(guard.follow(None, "a").is_ok());
        guard.restarted();
        assert!(guard.follow(None, "a").is_ok());
        assert!(guard.follow(Some("a"), "a").is_err(), "to itself");
        assert!(
            guard.follow(None, &"x".repeat(5000)).is_err(),
            "no token is that long"
        );
    }
}
