//! How far a listing has come, and what to ask for next.
//!
//! Alto may or may not list archived contacts where it is not told, so it is always told: what is
//! asked for once with `active=true` is asked for again with `active=false`.
//!
//! A full listing is three passes: the contacts in use, the archived ones, and those in use that
//! changed since the listing began. The third one catches who was taken out of the archive between
//! the first two and would be on neither.
//!
//! An incremental listing goes through windows of time, a week each, up to the present. In each it
//! asks for what was modified and for what was created, both of them in use and archived. The last
//! window has no end: a bound would hide nothing but what changes meanwhile.
//!
//! Within a pass Alto's own token leads from page to page. How long it is good for is not
//! documented; where it is refused, its pass begins again, and what was listed is listed twice.

use jiff::{SignedDuration, Timestamp};
use nurturehub_adapter_kit::watermark::{Watermark, back};
use nurturehub_port::{AdapterError, Cursor, ErrorKind};
use serde::{Deserialize, Serialize};

/// The version of the cursor's form.
const VERSION: u8 = 1;

/// Windows overlap by this much, as it is not documented whether bounds include themselves.
const SEAM: SignedDuration = SignedDuration::from_secs(1);

/// What the settings say about passes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Records on a page.
    pub(super) page_size: u64,
    /// How far a listing reaches back before the watermark.
    pub(super) overlap: SignedDuration,
    /// How long a window is.
    pub(super) window: SignedDuration,
}

/// A pass of a listing, or its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Pass {
    /// Contacts in use (full).
    Active,
    /// Archived contacts (full).
    Archived,
    /// Contacts in use that changed since the listing began (full).
    CatchUp,
    /// In use, modified in the window (incremental).
    ModifiedActive,
    /// Archived, modified in the window (incremental).
    ModifiedArchived,
    /// In use, created in the window (incremental).
    CreatedActive,
    /// Archived, created in the window (incremental).
    CreatedArchived,
    /// The listing is complete.
    Done,
}

/// The cursor: what was listed up to here, and the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Position {
    v: u8,
    /// The pass that the next page belongs to.
    pub(super) pass: Pass,
    /// Alto's token for the next page; none for a pass's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
    /// Records on a page; a listing keeps to the size that it began with.
    size: u64,
    /// Where the window begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
    /// Where it ends; the last one has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<Timestamp>,
    /// What the listing knows of time.
    #[serde(default)]
    pub(super) mark: Watermark,
}

impl Position {
    /// The beginning of a full listing.
    pub(super) fn full(rules: Rules) -> Self {
        Self {
            v: VERSION,
            pass: Pass::Active,
            token: None,
            size: rules.page_size,
            from: None,
            to: None,
            mark: Watermark::default(),
        }
    }

    /// The beginning of an incremental listing after a complete one.
    ///
    /// # Errors
    /// `protocol`, where the cursor is not the end of a complete listing.
    pub(super) fn incremental(
        after: &Cursor,
        rules: Rules,
        now: Timestamp,
    ) -> Result<Self, AdapterError> {
        let before = Self::decode(after)?;
        let since = before
            .mark
            .since()
            .filter(|_| before.pass == Pass::Done)
            .ok_or_else(not_an_end)?;
        let mut position = Self {
            mark: before.mark,
            ..Self::full(rules)
        };
        position.open_window(back(since, rules.overlap), rules, now);
        Ok(position)
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// `protocol`, where it is none of ours.
    pub(super) fn decode(cursor: &Cursor) -> Result<Self, AdapterError> {
        let position: Self = cursor.decode()?;
        if position.v != VERSION || position.size == 0 {
            return Err(not_an_end());
        }
        Ok(position)
    }

    /// The query of the next page.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let archived = matches!(
            self.pass,
            Pass::Archived | Pass::ModifiedArchived | Pass::CreatedArchived
        );
        let mut query = vec![
            ("active", (!archived).to_string()),
            ("max-results", self.size.to_string()),
        ];
        let bounds = match self.pass {
            Pass::Active | Pass::Archived | Pass::Done => None,
            Pass::CatchUp | Pass::ModifiedActive | Pass::ModifiedArchived => {
                Some(("modified-from", "modified-to"))
            }
            Pass::CreatedActive | Pass::CreatedArchived => Some(("created-from", "created-to")),
        };
        if let Some((from, to)) = bounds {
            query.extend(self.from.map(|at| (from, at.to_string())));
            query.extend(self.to.map(|at| (to, at.to_string())));
        }
        query.extend(self.token.clone().map(|token| ("next-token", token)));
        query
    }

    /// Whether the listing is one of changes, where nothing but Alto's word tells what has gone.
    pub(super) const fn is_incremental(&self) -> bool {
        matches!(
            self.pass,
            Pass::ModifiedActive
                | Pass::ModifiedArchived
                | Pass::CreatedActive
                | Pass::CreatedArchived
        )
    }

    /// Goes on to the next pass, or to the next window, or ends the listing.
    pub(super) fn next_pass(&mut self, rules: Rules, now: Timestamp) {
        self.token = None;
        match self.pass {
            Pass::Active => self.pass = Pass::Archived,
            Pass::Archived => {
                self.pass = Pass::CatchUp;
                self.from = self.mark.began().map(|began| back(began, rules.overlap));
            }
            Pass::ModifiedActive => self.pass = Pass::ModifiedArchived,
            Pass::ModifiedArchived => self.pass = Pass::CreatedActive,
            Pass::CreatedActive => self.pass = Pass::CreatedArchived,
            Pass::CreatedArchived => match self.to {
                // The first answer of this listing said what time it is in Alto.
                Some(to) => {
                    let now = self.mark.began().unwrap_or(now);
                    self.open_window(back(to, SEAM), rules, now);
                }
                None => self.finish(),
            },
            Pass::CatchUp | Pass::Done => self.finish(),
        }
    }

    /// A window that begins at `from`; without an end where the present would be in it.
    fn open_window(&mut self, from: Timestamp, rules: Rules, now: Timestamp) {
        let to = from.saturating_add(rules.window).unwrap_or(Timestamp::MAX);
        self.pass = Pass::ModifiedActive;
        self.from = Some(from);
        self.to = (to < now).then_some(to);
    }

    fn finish(&mut self) {
        self.pass = Pass::Done;
        (self.from, self.to) = (None, None);
        self.mark.finish();
    }
}

fn not_an_end() -> AdapterError {
    AdapterError::new(
        ErrorKind::Protocol,
        "The stored position of the last sync cannot be used.",
    )
    .remedy("Run a full sync; it starts from the beginning and repairs the position.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules {
        page_size: 100,
        overlap: SignedDuration::from_mins(10),
        window: SignedDuration::from_hours(7 * 24),
    };

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The end of a complete listing that began at this moment.
    fn end_of(began: &str) -> Cursor {
        let mut position = Position::full(RULES);
        position.mark.answered(Some(time(began)), time(began));
        for _ in 0..3 {
            position.next_pass(RULES, time(began));
        }
        assert_eq!(position.pass, Pass::Done);
        Cursor::encode(&position).unwrap()
    }

    /// The windows of an incremental listing: how each pass asks.
    fn windows(since: &str, now: &str, by_the_crm: &str) -> Vec<String> {
        let mut position = Position::incremental(&end_of(since), RULES, time(now)).unwrap();
        let mut asked = Vec::new();
        while position.pass != Pass::Done {
            asked.push(
                position
                    .query()
                    .into_iter()
                    .filter(|(name, _)| *name != "max-results")
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect::<Vec<_>>()
                    .join("&"),
            );
            position
                .mark
                .answered(Some(time(by_the_crm)), time(by_the_crm));
            position.next_pass(RULES, time(now));
        }
        asked
    }

    #[test]
    fn an_incremental_listing_asks_for_changes_and_creations_in_both_states() {
        let now = "2026-03-01T13:00:00Z";
        assert_eq!(
            windows("2026-03-01T12:00:00Z", now, now),
            [
                "active=true&modified-from=2026-03-01T11:50:00Z",
                "active=false&modified-from=2026-03-01T11:50:00Z",
                "active=true&created-from=2026-03-01T11:50:00Z",
                "active=false&created-from=2026-03-01T11:50:00Z",
            ]
        );
    }

    #[test]
    fn a_long_absence_is_caught_up_week_by_week_without_a_gap() {
        let now = "2026-03-20T00:00:00Z";
        let asked = windows("2026-03-01T00:10:00Z", now, now);
        let modified: Vec<&str> = asked
            .iter()
            .filter_map(|query| query.strip_prefix("active=true&modified-"))
            .collect();
        assert_eq!(
            modified,
            [
                "from=2026-03-01T00:00:00Z&modified-to=2026-03-08T00:00:00Z",
                "from=2026-03-07T23:59:59Z&modified-to=2026-03-14T23:59:59Z",
                "from=2026-03-14T23:59:58Z",
            ]
        );
        assert_eq!(asked.len(), 12, "four passes in each of three windows");
    }

    #[test]
    fn a_wrong_clock_of_ours_costs_a_window_at_most_and_hides_nothing() {
        let truth = "2026-03-02T00:00:00Z";
        for ours in ["1999-01-01T00:00:00Z", "2099-01-01T00:00:00Z"] {
            let asked = windows("2026-03-01T12:00:00Z", ours, truth);
            assert!(asked.len() <= 8, "{ours}: {asked:?}");
            let last = asked.last().unwrap();
            assert!(!last.contains("created-to"), "{ours}: {last}");
        }
    }

    #[test]
    fn a_listing_under_way_is_no_end_to_go_on_from() {
        let mut position = Position::full(RULES);
        position.token = Some("t".into());
        let cursor = Cursor::encode(&position).unwrap();
        let now = time("2026-03-01T12:00:00Z");
        assert!(Position::incremental(&cursor, RULES, now).is_err());
        assert_eq!(
            Position::decode(&cursor).unwrap(),
            position,
            "but one to resume at"
        );
    }
}
