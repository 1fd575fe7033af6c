//! What the sandbox was asked for, page by page, over all runs of a journey.

use std::collections::BTreeMap;

use nurturehub_sandbox::LoggedRequest;

use super::{CONTACTS, PAGE};
use crate::program::Desk;

/// A CRM and how it is synced, in few words.
pub(super) struct Crm {
    pub(super) provider: &'static str,
    pub(super) settings: &'static [&'static str],
}

/// Those that are killed: one list by page number, with and without a second request for a page, and
/// five lists one after the other by offset.
pub(super) const CRMS: [Crm; 3] = [
    Crm {
        provider: "reapit",
        settings: &["pageSize=40", "applicantLookup=false"],
    },
    Crm {
        provider: "reapit",
        settings: &["pageSize=40"],
    },
    Crm {
        provider: "agentos",
        settings: &["pageSize=40"],
    },
];

impl Crm {
    /// Whether a request asks for a page of the listing, and not for what goes with one.
    fn is_page(&self, request: &LoggedRequest) -> bool {
        match self.provider {
            "reapit" => request.path() == "/contacts/",
            _ => request.path().contains("/contacts/"),
        }
    }

    /// How many contacts stand before a page, by what its request says.
    pub(super) fn before(&self, desk: &Desk, target: &str) -> usize {
        let truth = desk.sandbox.truth_of(self.provider).unwrap();
        if self.provider == "reapit" {
            return before_by_number(target, truth.active);
        }
        let lists = [
            "tenants",
            "landlords",
            "applicants/lettings",
            "applicants/sales",
            "vendors",
        ];
        let place = lists.iter().position(|list| target.contains(list)).unwrap();
        let offset: usize = target.rsplit('/').nth(1).unwrap().parse().unwrap();
        let earlier = lists.iter().take(place).map(|list| truth.lists[*list]);
        earlier.sum::<usize>() + offset
    }
}

fn before_by_number(target: &str, active: usize) -> usize {
    let value = |name: &str| {
        let query = target.split(['?', '&']);
        query
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, v)| v)
    };
    let number: usize = value("pageNumber").unwrap().parse().unwrap();
    match value("fromArchive") {
        Some("false") => (number - 1) * PAGE,
        Some(_) => active + (number - 1) * PAGE,
        // The last look at what changed meanwhile, which is nothing.
        None => CONTACTS,
    }
}

/// The pages that were asked for, in the order in which they were.
pub(super) fn asked(desk: &Desk, crm: &Crm) -> Vec<LoggedRequest> {
    let mut pages = desk.sandbox.requests(|request| crm.is_page(request));
    pages.sort_by_key(|request| request.at_ms);
    pages
}

/// The place of each page in its listing, from 1, as they were asked for; none for those of a listing
/// that came after one with so many pages.
pub(super) fn places(pages: &[LoggedRequest], whole: usize) -> Vec<Option<usize>> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut last = 0;
    let mut over = false;
    pages
        .iter()
        .map(|page| {
            let next = known.len() + 1;
            let place = *known.entry(&page.target).or_insert(next);
            // A listing that cannot ask for changes alone begins again at its first page.
            over |= place > whole || (last == whole && place == 1);
            last = place;
            (!over).then_some(place)
        })
        .collect()
}

/// How many pages each new run asked for that had been asked for before.
pub(super) fn steps_back(places: &[Option<usize>]) -> Vec<usize> {
    let mut last = 0;
    let mut steps = Vec::new();
    for place in places.iter().flatten().copied() {
        if place <= last {
            steps.push(last - place + 1);
        }
        last = place;
    }
    steps
}

fn page(target: &str) -> LoggedRequest {
    LoggedRequest {
        part: "crm",
        kind: nurturehub_sandbox::PathKind::List,
        method: "GET".into(),
        target: target.into(),
        at_ms: 0,
        status: 200,
    }
}

#[test]
fn steps_back_are_counted_by_the_run_that_takes_them() {
    let pages = ["a", "b", "c", "b", "c", "d", "d", "e"].map(page);
    assert_eq!(
        steps_back(&places(&pages, 5)),
        [2, 1],
        "two pages at the first kill, one at the second"
    );
}

#[test]
fn a_listing_after_the_one_at_hand_is_no_step_back() {
    let sweeps = ["a", "b", "b", "c", "a", "b"].map(page);
    assert_eq!(
        places(&sweeps, 3),
        [Some(1), Some(2), Some(2), Some(3), None, None]
    );
    let changes = ["a", "b", "c", "since"].map(page);
    assert_eq!(places(&changes, 3), [Some(1), Some(2), Some(3), None]);
    let lost = ["a", "b", "a", "b", "c"].map(page);
    assert_eq!(
        steps_back(&places(&lost, 3)),
        [2],
        "one that begins again before its end has lost what it had"
    );
}
