//! How far a listing has come, and what to ask for next.
//!
//! A full listing is three passes: the contacts in use, the archived ones, and what changed since the
//! listing began. The first two are sorted by creation, which no edit moves. The third one catches
//! who was taken out of the archive between the two and would be on neither.
//!
//! An incremental listing is up to three passes over one window of time: contacts by `modified`,
//! contacts by `created` for those whose `modified` is still null, and, where applicants are looked
//! up, applicants by `modified`, as what they look for can change without a change to the contact.
//! The window's end is fixed by the CRM's clock at the first answer, so that a record edited
//! meanwhile leaves the window instead of moving within it, and the pass notices by its total.

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{AdapterError, Cursor, ErrorKind};
use serde::{Deserialize, Serialize};

/// The version of the cursor's form.
const VERSION: u8 = 1;

/// What the settings say about passes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Records on a page.
    pub(super) page_size: u64,
    /// How far a window reaches back before the watermark.
    pub(super) overlap: SignedDuration,
    /// Whether what applicants look for is followed.
    pub(super) applicants: bool,
}

/// A pass of a listing, or its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Pass {
    /// Contacts in use (full).
    Active,
    /// Archived contacts (full).
    Archived,
    /// What changed since the listing began (full).
    CatchUp,
    /// What was modified in the window (incremental).
    Modified,
    /// What was created in the window (incremental).
    Created,
    /// Contacts of the applicants that were modified in the window (incremental).
    Applicants,
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
    /// The next page, from 1.
    pub(super) page: u32,
    /// Records on a page; a listing keeps to the size that it began with, as page numbers mean
    /// nothing without it.
    pub(super) size: u64,
    /// The total that the pass's last page gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u64>,
    /// The totals of the passes of a full listing that are done.
    #[serde(default)]
    pub(super) known: u64,
    /// Where the window of the pass begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Timestamp>,
    /// Where it ends; not known before the first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<Timestamp>,
    /// The CRM's time when the listing began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) began: Option<Timestamp>,
    /// The latest change or creation seen in this listing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seen: Option<Timestamp>,
    /// The watermark: what changed before it has been listed. Of this listing once it is done, and
    /// until then of the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<Timestamp>,
}

impl Position {
    /// The beginning of a full listing.
    pub(super) const fn full(rules: Rules) -> Self {
        Self {
            v: VERSION,
            pass: Pass::Active,
            page: 1,
            size: rules.page_size,
            total: None,
            known: 0,
            from: None,
            to: None,
            began: None,
            seen: None,
            since: None,
        }
    }

    /// The beginning of an incremental listing after a complete one.
    ///
    /// # Errors
    /// `protocol`, where the cursor is not the end of a complete listing.
    pub(super) fn incremental(after: &Cursor, rules: Rules) -> Result<Self, AdapterError> {
        let before = Self::decode(after)?;
        let since = before
            .since
            .filter(|_| before.pass == Pass::Done)
            .ok_or_else(not_an_end)?;
        Ok(Self {
            pass: Pass::Modified,
            from: Some(back(since, rules.overlap)),
            since: Some(since),
            ..Self::full(rules)
        })
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// `protocol`, where it is none of ours.
    pub(super) fn decode(cursor: &Cursor) -> Result<Self, AdapterError> {
        let position: Self = cursor.decode()?;
        if position.v != VERSION || position.page == 0 || position.size == 0 {
            return Err(not_an_end());
        }
        Ok(position)
    }

    /// The query of the next page, but for embeds.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![
            ("pageSize", self.size.to_string()),
            ("pageNumber", self.page.to_string()),
        ];
        let (from, to, sort) = match self.pass {
            Pass::Active | Pass::Archived | Pass::Done => {
                query.push(("fromArchive", (self.pass == Pass::Archived).to_string()));
                query.push(("sortBy", "created".to_owned()));
                return query;
            }
            Pass::CatchUp | Pass::Modified | Pass::Applicants => {
                ("modifiedFrom", "modifiedTo", "modified")
            }
            Pass::Created => ("createdFrom", "createdTo", "created"),
        };
        query.push(("sortBy", sort.to_owned()));
        query.extend(self.from.map(|at| (from, at.to_string())));
        query.extend(self.to.map(|at| (to, at.to_string())));
        query
    }

    /// Takes note of when an answer was given, which fixes when the listing began and where its
    /// window ends: `date` by the CRM's clock, to the second, and `received` by ours.
    ///
    /// The beginning must not be later than the CRM's time, the window's end not earlier, so a date
    /// stands for the second that it begins. Where our clock agrees with the CRM's, it is the finer.
    pub(super) fn at(&mut self, date: Option<Timestamp>, received: Timestamp) {
        const SECOND: SignedDuration = SignedDuration::from_secs(1);
        self.began.get_or_insert(date.unwrap_or(received));
        if matches!(self.pass, Pass::Active | Pass::Archived | Pass::Done) {
            return;
        }
        let end = match date {
            None => received,
            Some(date) => {
                let ahead = received.duration_since(date);
                if ahead >= SignedDuration::ZERO && ahead <= SECOND {
                    received
                } else {
                    date.saturating_add(SECOND).unwrap_or(date)
                }
            }
        };
        self.to.get_or_insert(end);
    }

    /// Takes note of a record's last change.
    pub(super) fn saw(&mut self, changed: Option<Timestamp>) {
        self.seen = self.seen.max(changed);
    }

    /// How many records the whole listing has, as far as the CRM has said.
    ///
    /// Of a full listing the sum over both lists, from the moment the second one's is known. Of an
    /// incremental one nothing: a record may be in both passes.
    pub(super) fn source_total(&self) -> Option<u64> {
        match self.pass {
            Pass::Archived => Some(self.known.saturating_add(self.total?)),
            Pass::CatchUp => Some(self.known),
            _ => None,
        }
    }

    /// Goes on to the next page of the pass.
    pub(super) const fn next_page(&mut self) {
        self.page = self.page.saturating_add(1);
    }

    /// Goes on to the next pass, or ends the listing.
    pub(super) fn next_pass(&mut self, rules: Rules) {
        let total = self.total.take().unwrap_or(0);
        self.page = 1;
        match self.pass {
            Pass::Active | Pass::Archived => {
                self.known = self.known.saturating_add(total);
                if self.pass == Pass::Active {
                    self.pass = Pass::Archived;
                } else {
                    self.pass = Pass::CatchUp;
                    self.from = self.began.map(|began| back(began, rules.overlap));
                }
            }
            // The same window again, by another field and of another list.
            Pass::Modified => self.pass = Pass::Created,
            Pass::Created if rules.applicants => self.pass = Pass::Applicants,
            Pass::CatchUp | Pass::Created | Pass::Applicants | Pass::Done => self.finish(),
        }
    }

    /// The listing is complete. Its watermark is the last change seen, but never later than its
    /// beginning by the CRM's clock, lest a record with a date in the future or a CRM that writes
    /// its changes late hide what comes after; and it never goes back.
    fn finish(&mut self) {
        let reached = match (self.seen, self.began) {
            (Some(seen), Some(began)) => Some(seen.min(began)),
            // Nothing was seen: a full listing stands at its beginning, an incremental one stays.
            (None, began) => began.filter(|_| self.since.is_none()),
            (seen, None) => seen,
        };
        let since = self.since.max(reached);
        self.pass = Pass::Done;
        (self.from, self.to, self.began, self.seen) = (None, None, None, None);
        self.since = since;
    }
}

/// So much earlier, to the whole second.
fn back(at: Timestamp, overlap: SignedDuration) -> Timestamp {
    let at = at.saturating_sub(overlap).unwrap_or(Timestamp::MIN);
    Timestamp::from_second(at.as_second()).unwrap_or(at)
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
        overlap: SignedDuration::from_mins(5),
        applicants: true,
    };

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn finished(seen: Option<&str>, began: &str, since: Option<&str>) -> Option<Timestamp> {
        let mut position = Position {
            pass: Pass::Applicants,
            seen: seen.map(time),
            began: Some(time(began)),
            since: since.map(time),
            ..Position::full(RULES)
        };
        position.next_pass(RULES);
        assert_eq!(position.pass, Pass::Done);
        position.since
    }

    #[test]
    fn the_watermark_is_what_was_seen_but_never_later_than_the_beginning_and_never_goes_back() {
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
            assert_eq!(
                finished(seen, began, since),
                Some(time(expected)),
                "{seen:?} {since:?}"
            );
        }
    }

    #[test]
    fn the_window_ends_no_earlier_and_the_listing_begins_no_later_than_the_crm_says() {
        let date = "2026-03-01T12:00:00Z";
        for (received, end) in [
            ("2026-03-01T12:00:00.7Z", "2026-03-01T12:00:00.7Z"),
            ("2026-03-01T10:00:00Z", "2026-03-01T12:00:01Z"),
            ("2026-03-01T14:00:00Z", "2026-03-01T12:00:01Z"),
        ] {
            let mut position = Position {
                pass: Pass::Modified,
                ..Position::full(RULES)
            };
            position.at(Some(time(date)), time(received));
            assert_eq!(position.to, Some(time(end)), "our clock says {received}");
            assert_eq!(
                position.began,
                Some(time(date)),
                "the CRM's clock alone counts"
            );
        }
    }

    #[test]
    fn a_full_listing_and_an_incremental_one_take_three_passes_each() {
        let mut position = Position::full(RULES);
        position.at(None, time("2026-03-01T12:00:00Z"));
        position.total = Some(70);
        assert_eq!(
            position.source_total(),
            None,
            "the archive's size is not known yet"
        );
        position.next_pass(RULES);
        position.total = Some(5);
        assert_eq!(
            (position.pass, position.source_total()),
            (Pass::Archived, Some(75))
        );
        position.next_pass(RULES);
        assert_eq!(
            position.source_total(),
            Some(75),
            "the last pass adds nobody"
        );
        assert!(
            position
                .query()
                .contains(&("modifiedFrom", "2026-03-01T11:55:00Z".to_owned())),
            "the last pass reaches back to before the beginning: {:?}",
            position.query()
        );
        position.next_pass(RULES);
        assert_eq!(position.pass, Pass::Done);

        let end = Cursor::encode(&position).unwrap();
        let mut next = Position::incremental(&end, RULES).unwrap();
        assert_eq!(
            next.query().len(),
            4,
            "the first page has no end to its window"
        );
        next.at(None, time("2026-03-02T12:00:00Z"));
        next.at(None, time("2026-03-02T12:10:00Z"));
        let to = |name| (name, "2026-03-02T12:00:00Z".to_owned());
        assert!(
            next.query().contains(&to("modifiedTo")),
            "the first answer fixes the end"
        );
        next.next_pass(RULES);
        assert!(
            next.query().contains(&to("createdTo")),
            "the second pass has the same window"
        );
        let mut without = next.clone();
        next.next_pass(RULES);
        assert_eq!(next.pass, Pass::Applicants);
        assert!(
            next.query().contains(&to("modifiedTo")),
            "and so has the third"
        );
        without.next_pass(Rules {
            applicants: false,
            ..RULES
        });
        assert_eq!(
            without.pass,
            Pass::Done,
            "where applicants are not looked up, there is none"
        );
        assert!(
            Position::incremental(&Cursor::encode(&next).unwrap(), RULES).is_err(),
            "a listing under way is no end to go on from"
        );
    }
}
