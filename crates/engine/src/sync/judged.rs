//! What a listing that came to its end is judged by: once when it is closed, and once more when its
//! recording is replayed.
//!
//! A recording holds the last few pages of a listing, and a judgement is about all of it. So the
//! numbers of the whole go with the recording, and a replay exchanges in them what its pages were
//! counted for then by what they are counted for now.

use std::collections::VecDeque;

use jiff::Timestamp;
use nurturehub_port::{AdapterError, ContactPage, Cursor, ErrorKind, PageRecord};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Drift;
use super::doubt::{self, Doubt, Facts};
use super::drift::{self, Before, Count, Filled};
use crate::health_facts::synced_in_part;

/// Pages whose numbers are remembered each for itself: no fewer than a recording holds.
const LATEST: usize = 8;

/// Records that must be rejected for a listing to be taken for one of another shape.
const FEW: u64 = 10;

/// How many records some pages listed, and which fields their contacts have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) records: u64,
    pub(crate) rejected: u64,
    filled: Filled,
}

impl Tally {
    /// Those of a page.
    pub(crate) fn of(page: &ContactPage) -> Self {
        let mut count = Count::default();
        let mut tally = Self::default();
        for record in &page.records {
            tally.records += 1;
            match record {
                PageRecord::Mapped(contact) => count.add(&contact.contact),
                PageRecord::Rejected(_) => tally.rejected += 1,
            }
        }
        tally.filled.count(&count);
        tally
    }

    /// Adds what more pages listed.
    pub(crate) fn add(&mut self, more: &Self) {
        self.records += more.records;
        self.rejected += more.rejected;
        self.filled.add(&more.filled);
    }
}

/// What a walk has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Which fields the contacts have of all pages.
    pub(super) filled: Filled,
    /// The last pages, each with the position from which it was asked for.
    latest: VecDeque<(Option<Cursor>, Tally)>,
    /// The first page with a record that no contact could be made from.
    first_rejected: Option<Tally>,
    /// Where the walk goes on.
    at: Option<Cursor>,
}

impl Seen {
    /// A page was stored, after which the walk goes on from here.
    pub(super) fn page(&mut self, tally: Tally, goes_on: Cursor) {
        self.filled.add(&tally.filled);
        if tally.rejected > 0 && self.first_rejected.is_none() {
            self.first_rejected = Some(tally.clone());
        }
        let from = self.at.replace(goes_on);
        self.latest.push_back((from, tally));
        if self.latest.len() > LATEST {
            self.latest.pop_front();
        }
    }

    /// The numbers of the pages from this position on; none where they are not remembered.
    fn since(&self, from: Option<&Cursor>) -> Option<Tally> {
        let is_first = |page: &(Option<Cursor>, Tally)| page.0.as_ref() == from;
        let first = self.latest.iter().rposition(is_first)?;
        let mut all = Tally::default();
        for (_, tally) in self.latest.iter().skip(first) {
            all.add(tally);
        }
        Some(all)
    }
}

/// What is wrong with a listing that came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Verdict {
    /// Most records could not be read: they have another shape than before.
    Unreadable,
    /// Its result is not to be believed.
    Doubt(super::DoubtReason),
    /// Contacts have lost a field.
    Drift,
    /// Some records could not be read.
    Rejected,
}

/// What a listing is judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Judged {
    pub(super) facts: Facts,
    pub(super) rejected: u64,
    /// Records that were listed a second time.
    pub(super) repeated: u64,
    pub(super) source_total: Option<u64>,
    pub(super) filled: Filled,
    pub(super) at: Timestamp,
    pub(super) before: Option<Before>,
    pub(super) known: Vec<Drift>,
    /// What was found.
    pub(super) verdict: Option<Verdict>,
    /// What the pages that were recorded were counted for.
    pub(super) recorded: Tally,
    /// How many pages were recorded, where they are not the last ones.
    pub(super) pages: Option<u64>,
}

/// Which pages of a listing show what was found of it.
pub(crate) enum Shown {
    /// The last ones.
    Latest,
    /// The one that was kept.
    Kept,
}

impl Judged {
    /// Where most records could not be read, that.
    pub(super) fn unreadable(&self) -> Option<AdapterError> {
        let (rejected, listed) = (self.rejected, self.facts.listed);
        (rejected >= FEW && rejected * 2 > listed).then(|| {
            AdapterError::new(
                ErrorKind::SchemaChanged,
                format!(
                    "{rejected} of the {listed} records that the CRM listed could not be read."
                ),
            )
        })
    }

    pub(super) fn doubt(&self) -> Option<Doubt> {
        doubt::judge(&self.facts)
    }

    pub(super) fn drift(&self) -> Vec<Drift> {
        drift::judge(&self.filled, self.at, self.before.as_ref(), &self.known)
    }

    /// What is wrong with the listing, first things first.
    pub(super) fn judge(&self) -> Option<Verdict> {
        if self.unreadable().is_some() {
            return Some(Verdict::Unreadable);
        }
        if let Some(doubt) = self.doubt() {
            return Some(Verdict::Doubt(doubt.reason));
        }
        if !self.drift().is_empty() {
            return Some(Verdict::Drift);
        }
        (self.rejected > 0).then_some(Verdict::Rejected)
    }

    /// What was found when it was recorded.
    pub(crate) const fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    /// How many pages are to be listed again; all that follow where none is named.
    pub(crate) const fn pages(&self) -> Option<u64> {
        self.pages
    }

    /// Takes note of which pages are recorded: those from this position on, or the one that was kept
    /// where only that shows a record that could not be read. None where neither shows what was found.
    pub(crate) fn shown_by(&mut self, seen: &Seen, from: Option<&Cursor>) -> Option<Shown> {
        let latest = seen.since(from).filter(|tally| self.shows(tally));
        if let Some(tally) = latest {
            self.recorded = tally;
            return Some(Shown::Latest);
        }
        let kept = seen.first_rejected.clone();
        self.recorded = kept.filter(|tally| self.shows(tally))?;
        self.pages = Some(1);
        Some(Shown::Kept)
    }

    /// Whether what was found can be seen in pages with these numbers.
    fn shows(&self, tally: &Tally) -> bool {
        match self.verdict {
            None => false,
            Some(Verdict::Unreadable | Verdict::Rejected) => tally.rejected > 0,
            Some(Verdict::Drift) => tally.records > tally.rejected,
            // How long a list is shows at its end.
            Some(Verdict::Doubt(_)) => true,
        }
    }

    /// The same listing, with the recorded pages as they are listed now.
    pub(crate) fn replayed(&self, now: &Tally, source_total: Option<u64>) -> Self {
        let exchanged = |all: u64, then: u64, now: u64| (all + now).saturating_sub(then);
        let then = &self.recorded;
        let listed = exchanged(self.facts.listed, then.records, now.records);
        let source_total = source_total.or(self.source_total);
        let seen = listed.saturating_add(self.repeated);
        Self {
            facts: Facts {
                listed,
                short_by: source_total
                    .and_then(|total| total.checked_sub(seen))
                    .filter(|short| *short > 0),
                // Whom more records show is not missing.
                absent: exchanged(self.facts.absent, now.records, then.records),
                ..self.facts
            },
            rejected: exchanged(self.rejected, then.rejected, now.rejected),
            source_total,
            filled: self.filled.exchanged(&then.filled, &now.filled),
            ..self.clone()
        }
    }

    /// What is found by these numbers, as an error; none where all is well.
    pub(crate) fn found(&self) -> Option<(Verdict, AdapterError)> {
        let verdict = self.judge()?;
        let error = self.unreadable().unwrap_or_else(|| {
            let trouble = synced_in_part(&json!({
                "rejected": self.rejected,
                "inDoubt": self.doubt(),
                "drift": self.drift(),
            }));
            AdapterError {
                owner: trouble.owner,
                ..AdapterError::new(trouble.kind, trouble.message).remedy(trouble.remedy)
            }
        });
        Some((verdict, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DoubtReason;

    /// A full listing of a hundred records over several pages, the last thirty of which were recorded.
    fn listing(rejected: u64, recorded_rejected: u64) -> Judged {
        Judged {
            facts: Facts {
                full: true,
                listed: 100,
                short_by: None,
                listed_before: Some(100),
                ten_before_had_some: true,
                living: 100,
                absent: 0,
                confirmed: false,
            },
            rejected,
            repeated: 2,
            source_total: Some(102),
            filled: Filled::default(),
            at: Timestamp::UNIX_EPOCH,
            before: None,
            known: Vec::new(),
            verdict: None,
            recorded: Tally {
                records: 32,
                rejected: recorded_rejected,
                ..Tally::default()
            },
            pages: None,
        }
    }

    fn again(records: u64, rejected: u64) -> Tally {
        Tally {
            records,
            rejected,
            ..Tally::default()
        }
    }

    fn verdict(judged: &Judged) -> Option<Verdict> {
        judged.found().map(|(verdict, _)| verdict)
    }

    #[test]
    fn the_same_pages_lead_to_the_same_verdict_and_mended_ones_to_another() {
        let judged = listing(3, 3);
        let same = judged.replayed(&again(32, 3), Some(102));
        assert_eq!(verdict(&same), Some(Verdict::Rejected));
        assert_eq!(
            verdict(&judged.replayed(&again(32, 0), Some(102))),
            None,
            "an adapter that reads them now"
        );
        let rest = listing(3, 1).replayed(&again(32, 0), Some(102));
        assert_eq!(
            (verdict(&rest), rest.rejected),
            (Some(Verdict::Rejected), 2),
            "what other pages had stays"
        );
        let worse = judged.replayed(&again(32, 32), Some(102));
        assert_eq!(
            verdict(&worse),
            Some(Verdict::Rejected),
            "a third of them is no other shape"
        );
    }

    #[test]
    fn a_list_that_is_listed_shorter_now_is_found_short() {
        let judged = listing(0, 0);
        assert_eq!(verdict(&judged.replayed(&again(32, 0), Some(102))), None);
        let short = judged.replayed(&again(30, 0), Some(102));
        assert_eq!(
            verdict(&short),
            Some(Verdict::Doubt(DoubtReason::IncompleteListing))
        );
        assert_eq!(short.facts.short_by, Some(2));
    }

    #[test]
    fn whoever_is_listed_now_and_was_not_then_is_not_missing() {
        let mut judged = listing(0, 0);
        judged.facts.absent = 60;
        judged.facts.listed_before = None;
        judged.source_total = None;
        let same = judged.replayed(&again(32, 0), None);
        assert_eq!(
            verdict(&same),
            Some(Verdict::Doubt(DoubtReason::ManyRemovals))
        );
        assert_eq!(verdict(&judged.replayed(&again(92, 0), None)), None);
    }

    #[test]
    fn a_page_that_shows_nothing_of_it_is_not_taken_for_it() {
        let cursor = |at: u64| Cursor::from_stored(at.to_string());
        let mut seen = Seen::default();
        seen.page(again(10, 2), cursor(1));
        for at in 2..20 {
            seen.page(again(10, 0), cursor(at));
        }
        let mut judged = listing(2, 0);
        judged.verdict = Some(Verdict::Rejected);
        let shown = judged.shown_by(&seen, Some(&cursor(16)));
        assert!(matches!(shown, Some(Shown::Kept)), "the page that was kept");
        assert_eq!((judged.recorded.rejected, judged.pages), (2, Some(1)));
        judged.verdict = Some(Verdict::Doubt(DoubtReason::TotalDropped));
        judged.pages = None;
        let shown = judged.shown_by(&seen, Some(&cursor(16)));
        assert!(matches!(shown, Some(Shown::Latest)), "the end of the list");
        assert_eq!(judged.recorded.records, 30, "three pages");
        assert!(
            listing(0, 0).shown_by(&seen, None).is_none(),
            "nothing was found, so that nothing shows it"
        );
    }
}
