//! How far a listing has come, and what to ask for next.
//!
//! Street gives pages by number, takes no order to sort by and promises none. Whatever the order is
//! (and it is taken to be one order, not another with each request), records that nobody touches keep
//! their places among each other, and their numbers move only when others come into the set that is
//! listed or leave it. So the sets are chosen such that what comes and goes can be seen:
//!
//! 1. **People** (full): those last changed before a moment that lies the overlap before the
//!    beginning. Nobody comes into this set any more: whoever is made or edited from now on is changed
//!    later. Whoever leaves it (edited or deleted) makes the total drop, and then the listing steps
//!    back by as many places as records can have moved.
//! 2. **Trashed**: the deleted people, after the living, so that who is deleted meanwhile is on one of
//!    the two lists.
//! 3. **Count** (full): how many people there are, without any filter, so that the proof of the
//!    listing does not rest on the filters that it was made with. It brings a total and no records.
//! 4. **Changed**: those changed since the moment of the first pass, or since the last listing. Where
//!    one page holds them all, that page is a picture of one moment, and the pass is done. Where it
//!    does not, the set is closed at that moment and read to its end, and the pass is repeated for
//!    what changed since: who was edited a second time before their page came would be missed
//!    otherwise. Each round covers no more than the time that the round before took.
//! 5. **Applicants** (incremental), of both kinds, since the last listing: what somebody looks for
//!    changes on the applicant and not on the person. The people of each are read again. Who is edited
//!    a second time meanwhile comes with the next listing.
//!
//! Street does not say whether its bounds belong to the set; windows overlap by a second for that.
//! What remains is a change that is written down later than the overlap, or a deleted person restored
//! without a new time of change: these may be missed by one listing, and come with the next full one.
//!
//! Street does not say either whether deleting somebody counts as a change: an incremental listing asks
//! for those deleted since the last one, and once in so many hours for all of them.

use jiff::{SignedDuration, Timestamp};
use nurturehub_adapter_kit::watermark::{Watermark, back};
use nurturehub_port::{AdapterError, Cursor, ErrorKind};
use serde::{Deserialize, Serialize};

/// The version of the cursor's form.
const VERSION: u8 = 1;

/// By how much two windows that follow one another overlap.
const MARGIN: SignedDuration = SignedDuration::from_secs(1);

/// How far our clock may be ahead of the CRM's before the first pass is begun anew.
const AHEAD: SignedDuration = SignedDuration::from_mins(1);

/// What the settings say about passes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Records on a page.
    pub(super) page_size: u64,
    /// How far a window reaches back, and how long changes are let settle.
    pub(super) overlap: SignedDuration,
    /// How often the whole list of deleted people is read.
    pub(super) deleted_every: SignedDuration,
}

/// A pass of a listing, or its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Pass {
    /// People last changed before the listing began (full).
    People,
    /// Deleted people.
    Trashed,
    /// One person, for the total of all (full).
    Count,
    /// People who changed in the window.
    Changed,
    /// People of the sales applicants that changed in the window (incremental).
    SalesApplicants,
    /// People of the lettings applicants that changed in the window (incremental).
    LettingsApplicants,
    /// The listing is complete.
    Done,
}

/// The cursor: what was listed up to here, and the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Position {
    v: u8,
    full: bool,
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
    /// Where the windows of the listing begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<Timestamp>,
    /// Where that of the pass begins: a later round begins where the one before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
    /// Where it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<Timestamp>,
    /// How many people there are, deleted ones apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    living: Option<u64>,
    /// How many deleted ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted: Option<u64>,
    /// When the last listing of all deleted people began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Timestamp>,
    /// The time of this listing and of those before.
    #[serde(default)]
    pub(super) mark: Watermark,
}

impl Position {
    /// The beginning of a full listing, at `now` by our clock.
    pub(super) fn full(now: Timestamp, rules: Rules) -> Self {
        Self {
            v: VERSION,
            full: true,
            pass: Pass::People,
            page: 1,
            size: rules.page_size,
            total: None,
            base: None,
            from: None,
            to: Some(back(now, rules.overlap)),
            living: None,
            deleted: None,
            deleted_at: None,
            mark: Watermark::default(),
        }
    }

    /// The beginning of an incremental listing after a complete one.
    ///
    /// # Errors
    /// `protocol`, where the cursor is not the end of a complete listing.
    pub(super) fn incremental(
        after: &Cursor,
        now: Timestamp,
        rules: Rules,
    ) -> Result<Self, AdapterError> {
        let before = Self::decode(after)?;
        let since = before
            .mark
            .since()
            .filter(|_| before.pass == Pass::Done)
            .ok_or_else(not_an_end)?;
        let base = Some(back(since, rules.overlap));
        Ok(Self {
            full: false,
            pass: Pass::Changed,
            base,
            from: base,
            to: None,
            deleted_at: before.deleted_at,
            mark: before.mark,
            ..Self::full(now, rules)
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

    /// The list that the next page is of.
    pub(super) const fn path(&self) -> &'static str {
        match self.pass {
            Pass::SalesApplicants => "/sales-applicants",
            Pass::LettingsApplicants => "/lettings-applicants",
            _ => "/people",
        }
    }

    /// Whether the next page is of applicants.
    pub(super) const fn is_of_applicants(&self) -> bool {
        matches!(self.pass, Pass::SalesApplicants | Pass::LettingsApplicants)
    }

    /// The query of the next page.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let size = if self.pass == Pass::Count {
            1
        } else {
            self.size
        };
        let mut query = vec![
            ("page[size]", size.to_string()),
            ("page[number]", self.page.to_string()),
        ];
        let mut add = |name, value: &str| query.push((name, value.to_owned()));
        match self.pass {
            // An applicant that is deleted ends a role, too.
            Pass::SalesApplicants | Pass::LettingsApplicants => {
                add("include", "people");
                add("filter[trashed]", "with");
            }
            Pass::Trashed => {
                add("include", "applicants");
                add("filter[trashed]", "only");
            }
            Pass::People | Pass::Count | Pass::Changed | Pass::Done => {
                add("include", "applicants");
            }
        }
        query.extend(self.from.map(|at| ("filter[updated_from]", at.to_string())));
        query.extend(self.to.map(|at| ("filter[updated_to]", at.to_string())));
        query
    }

    /// Takes note of when an answer was given. False where the first pass has to be begun anew, as
    /// our clock is so far ahead of the CRM's that its set would not have been closed.
    pub(super) fn answered(
        &mut self,
        date: Option<Timestamp>,
        received: Timestamp,
        rules: Rules,
    ) -> bool {
        let first = self.mark.began().is_none();
        self.mark.answered(date, received);
        let (Some(date), Some(to)) = (date, self.to) else {
            return true;
        };
        let settled = back(date, rules.overlap);
        if first && self.pass == Pass::People && to.duration_since(settled) > AHEAD {
            self.to = Some(settled);
            return false;
        }
        true
    }

    /// Goes on to the next page of the pass. An open window is closed as it was when its first page
    /// was given: at `now` by the CRM's clock, but not before the last change seen.
    pub(super) fn next_page(&mut self, now: Timestamp, seen: Option<Timestamp>) {
        if self.from.is_some() && self.to.is_none() {
            let end = now.max(seen.unwrap_or(now));
            let end = end.saturating_add(MARGIN + MARGIN).unwrap_or(end);
            self.to = Some(back(end, SignedDuration::ZERO));
        }
        self.page = self.page.saturating_add(1);
    }

    /// Goes on from the end of a pass: to another round of it, to the next pass, or to the end of the
    /// listing.
    pub(super) fn end_pass(&mut self, rules: Rules) {
        let total = self.total.take();
        let closed_at = self.to.take();
        let whole = self.from.take().is_none();
        self.page = 1;
        match self.pass {
            Pass::People => {
                self.base = closed_at.map(|at| back(at, MARGIN));
                self.pass = Pass::Trashed;
            }
            Pass::Trashed => {
                self.deleted = total;
                if whole {
                    self.deleted_at = self.mark.began();
                }
                if self.full {
                    self.pass = Pass::Count;
                } else {
                    self.finish();
                }
            }
            Pass::Count => {
                self.living = total;
                self.pass = Pass::Changed;
                self.from = self.base;
            }
            Pass::Changed => match closed_at {
                Some(at) => self.from = Some(back(at, MARGIN)),
                None if self.full => self.finish(),
                None => {
                    self.pass = Pass::SalesApplicants;
                    self.from = self.base;
                }
            },
            Pass::SalesApplicants => {
                self.pass = Pass::LettingsApplicants;
                self.from = self.base;
            }
            Pass::LettingsApplicants => {
                self.pass = Pass::Trashed;
                let due =
                    |at: Timestamp, now: Timestamp| now.duration_since(at) >= rules.deleted_every;
                let recent = self.deleted_at.zip(self.mark.began());
                if recent.is_some_and(|(at, now)| !due(at, now)) {
                    self.from = self.base;
                }
            }
            Pass::Done => {}
        }
    }

    /// How many records the whole listing has, once Street has said all of it. Of an incremental one
    /// nothing: a person may be in several passes.
    pub(super) fn source_total(&self) -> Option<u64> {
        Some(self.living?.saturating_add(self.deleted?))
    }

    fn finish(&mut self) {
        self.pass = Pass::Done;
        self.base = None;
        if !self.full {
            self.deleted = None;
        }
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
        deleted_every: SignedDuration::from_hours(24),
    };

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn asked(position: &Position, name: &str) -> Option<String> {
        let query = position.query();
        let found = query.into_iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| value)
    }

    /// A full listing whose passes have one page each, up to the pass.
    fn full_at(pass: Pass) -> Position {
        let now = time("2026-03-01T12:00:00Z");
        let mut position = Position::full(now, RULES);
        assert!(position.answered(Some(now), now, RULES));
        while position.pass != pass {
            position.total = Some(7);
            position.end_pass(RULES);
        }
        position
    }

    #[test]
    fn the_passes_of_a_full_listing_leave_no_gap_in_time() {
        let people = full_at(Pass::People);
        assert_eq!(
            asked(&people, "filter[updated_to]").as_deref(),
            Some("2026-03-01T11:50:00Z")
        );
        let trashed = full_at(Pass::Trashed);
        assert_eq!(asked(&trashed, "filter[trashed]").as_deref(), Some("only"));
        assert_eq!(asked(&trashed, "filter[updated_to]"), None);
        assert_eq!(
            asked(&full_at(Pass::Count), "page[size]").as_deref(),
            Some("1")
        );
        let changed = full_at(Pass::Changed);
        assert_eq!(
            asked(&changed, "filter[updated_from]").as_deref(),
            Some("2026-03-01T11:49:59Z"),
            "whether bounds belong to the set is not known"
        );
        assert_eq!(
            asked(&changed, "filter[updated_to]"),
            None,
            "open until it is read"
        );
        assert_eq!(
            changed.source_total(),
            Some(14),
            "the living and the deleted"
        );
        assert_eq!(
            full_at(Pass::Done).mark.since(),
            Some(time("2026-03-01T12:00:00Z"))
        );
    }

    #[test]
    fn changes_on_more_than_one_page_are_followed_by_another_round() {
        let mut changed = full_at(Pass::Changed);
        let now = time("2026-03-01T12:05:00.4Z");
        changed.next_page(now, None);
        let closed = Some("2026-03-01T12:05:02Z".to_owned());
        assert_eq!(asked(&changed, "filter[updated_to]"), closed);
        changed.next_page(time("2026-03-01T13:00:00Z"), None);
        assert_eq!(asked(&changed, "filter[updated_to]"), closed, "closed once");
        changed.end_pass(RULES);
        assert_eq!((changed.pass, changed.page), (Pass::Changed, 1));
        assert_eq!(
            asked(&changed, "filter[updated_from]").as_deref(),
            Some("2026-03-01T12:05:01Z")
        );
        changed.end_pass(RULES);
        assert_eq!(
            changed.pass,
            Pass::Done,
            "one page is a picture of one moment"
        );
    }

    #[test]
    fn a_clock_that_is_ahead_begins_the_first_pass_anew_and_only_once() {
        let date = Some(time("2026-03-01T12:00:00Z"));
        let ours = time("2026-03-01T14:00:00Z");
        let mut position = Position::full(ours, RULES);
        assert!(!position.answered(date, ours, RULES), "not closed yet");
        assert_eq!(
            asked(&position, "filter[updated_to]").as_deref(),
            Some("2026-03-01T11:50:00Z")
        );
        assert!(position.answered(date, ours, RULES));
    }

    #[test]
    fn an_incremental_listing_reads_all_deleted_people_once_a_day() {
        let end = Cursor::encode(&full_at(Pass::Done)).unwrap();
        for (now, bound) in [
            ("2026-03-01T13:00:00Z", Some("2026-03-01T11:50:00Z")),
            ("2026-03-02T12:00:00Z", None),
        ] {
            let now = time(now);
            let mut position = Position::incremental(&end, now, RULES).unwrap();
            position.answered(Some(now), now, RULES);
            for pass in [
                Pass::SalesApplicants,
                Pass::LettingsApplicants,
                Pass::Trashed,
            ] {
                assert_eq!(
                    asked(&position, "filter[updated_from]").as_deref(),
                    Some("2026-03-01T11:50:00Z")
                );
                position.end_pass(RULES);
                assert_eq!(position.pass, pass);
            }
            assert_eq!(
                asked(&position, "filter[updated_from]").as_deref(),
                bound,
                "{now}"
            );
            assert!(
                Position::incremental(&Cursor::encode(&position).unwrap(), now, RULES).is_err(),
                "a listing under way is no end to go on from"
            );
            position.total = Some(3);
            position.end_pass(RULES);
            assert_eq!((position.pass, position.source_total()), (Pass::Done, None));
        }
    }
}
