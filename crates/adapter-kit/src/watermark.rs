//! The watermark of listings by time of change: where the next one has to begin.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What a listing by time of change knows of time. It is part of an adapter's cursor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Watermark {
    /// The CRM's time when the listing under way began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began: Option<Timestamp>,
    /// The latest change seen in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Timestamp>,
    /// What changed before it has been listed by complete listings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
}

impl Watermark {
    /// What changed before it has been listed; none before the first complete listing.
    #[must_use]
    pub const fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// When the listing under way began, by the CRM's clock; none before its first answer.
    #[must_use]
    pub const fn began(&self) -> Option<Timestamp> {
        self.began
    }

    /// Takes note of when an answer was given: `date` by the CRM's clock, `received` by ours, which
    /// counts only where the CRM does not say.
    pub fn answered(&mut self, date: Option<Timestamp>, received: Timestamp) {
        self.began.get_or_insert(date.unwrap_or(received));
    }

    /// Takes note of a record's last change.
    pub fn saw(&mut self, changed: Option<Timestamp>) {
        self.seen = self.seen.max(changed);
    }

    /// The listing is complete.
    ///
    /// The watermark moves to the last change seen, but never beyond the listing's beginning, lest a
    /// record with a date in the future or a change that was written down late hide what comes
    /// after; and it never goes back. Where nothing was seen, a first listing stands at its
    /// beginning, a later one stays.
    pub fn finish(&mut self) {
        let reached = match (self.seen, self.began) {
            (Some(seen), Some(began)) => Some(seen.min(began)),
            (None, began) => began.filter(|_| self.since.is_none()),
            (seen, None) => seen,
        };
        *self = Self {
            since: self.since.max(reached),
            ..Self::default()
        };
    }
}

/// So much earlier, to the whole second.
#[must_use]
pub fn back(at: Timestamp, by: SignedDuration) -> Timestamp {
    let at = at.saturating_sub(by).unwrap_or(Timestamp::MIN);
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn it_follows_what_was_seen_but_never_beyond_the_beginning_and_never_back() {
        let began = "2026-03-01T12:00:00Z";
        for (seen, since, expected) in [
            (Some("2026-03-01T09:00:00Z"), None, "2026-03-01T09:00:00Z"),
            (Some("2099-01-01T00:00:00Z"), None, began),
            (None, None, began),
            (None, Some("2026-02-01T00:00:00Z"), "2026-02-01T00:00:00Z"),
            (
                Some("2026-01-31T23:58:00Z"),
                Some("2026-02-01T00:00:00Z"),
                "2026-02-01T00:00:00Z",
            ),
        ] {
            let mut mark = Watermark {
                since: since.map(time),
                ..Watermark::default()
            };
            mark.answered(Some(time(began)), Timestamp::UNIX_EPOCH);
            mark.answered(Some(time("2026-03-01T13:00:00Z")), Timestamp::UNIX_EPOCH);
            mark.saw(seen.map(time));
            mark.saw(None);
            mark.finish();
            assert_eq!(mark.since(), Some(time(expected)), "{seen:?} {since:?}");
            assert_eq!(mark.began(), None, "the next listing begins anew");
        }
    }

    #[test]
    fn back_gives_whole_seconds_and_ends_at_the_beginning_of_time() {
        let at = time("2026-03-01T12:00:00.7Z");
        assert_eq!(
            back(at, SignedDuration::from_mins(10)),
            time("2026-03-01T11:50:00Z")
        );
        assert_eq!(
            back(Timestamp::MIN, SignedDuration::from_mins(10)),
            Timestamp::MIN
        );
    }
}
