//! Listings of an agency whose people work while we read.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use nurturehub_port::{Cursor, PageRecord, SyncStart};
use nurturehub_sandbox::{Change, Mutation};

use super::harness::Agency;

/// Lists and lets `meanwhile` happen after each page; the ids listed, and the end.
async fn list_with(
    agency: &Agency,
    start: SyncStart,
    mut meanwhile: impl FnMut(usize),
) -> (BTreeSet<String>, Cursor) {
    let adapter = agency.adapter();
    let mut stream = adapter.sync_contacts(start);
    let mut ids = BTreeSet::new();
    let mut end = None;
    for number in 1.. {
        let Some(page) = stream.next().await else {
            break;
        };
        let page = page.unwrap();
        ids.extend(page.records.iter().filter_map(|record| match record {
            PageRecord::Mapped(mapped) => Some(mapped.contact.provenance.external_id.to_string()),
            PageRecord::Rejected(_) => None,
        }));
        end = page.complete.then_some(page.cursor);
        meanwhile(number);
    }
    (ids, end.unwrap())
}

#[tokio::test]
async fn nobody_slips_past_while_others_are_edited_archived_or_erased() {
    for (change, count) in [
        (Change::Edit, 50),
        (Change::Archive, 35),
        (Change::Erase, 1),
        (Change::Erase, 70),
    ] {
        let agency = Agency::of(500).await.set("pageSize", "30");
        let everybody = agency.full().await.ids();
        let mut erased = BTreeSet::new();
        let (ids, _) = list_with(&agency, SyncStart::Full, |number| {
            if number % 3 == 0 && number < 12 {
                let changed = agency.sandbox.alto().mutate(&Mutation::of(change, count));
                if change == Change::Erase {
                    erased.extend(changed);
                }
            }
        })
        .await;
        let held: BTreeSet<_> = everybody.difference(&erased).cloned().collect();
        let lost: Vec<_> = held.difference(&ids).collect();
        assert!(
            lost.is_empty(),
            "{change:?} of {count}: {lost:?} slipped past"
        );
    }
}

#[tokio::test]
async fn who_comes_out_of_the_archive_between_the_passes_is_listed() {
    let agency = Agency::of(800).await;
    let alto = agency.sandbox.alto();
    let archived = alto.mutate(&Mutation::of(Change::Archive, 40));
    agency.wait(3_600);
    let active_pages = alto.truth().active.div_ceil(100);
    let (ids, _) = list_with(&agency, SyncStart::Full, |number| {
        if number == active_pages {
            alto.mutate(&Mutation::to(Change::Restore, archived.clone()));
        }
    })
    .await;
    let lost: Vec<_> = archived.iter().filter(|id| !ids.contains(*id)).collect();
    assert!(
        lost.is_empty(),
        "{lost:?} were on neither list when it was read"
    );
}

#[tokio::test]
async fn edits_during_an_incremental_listing_hide_nobody() {
    let agency = Agency::of(800).await.set("pageSize", "50");
    let end = agency.full().await.end();
    let alto = agency.sandbox.alto();
    let edited = alto.mutate(&Mutation::of(Change::Edit, 300));
    agency.wait(60);
    let since = SyncStart::Incremental { since: end };
    let (ids, end) = list_with(&agency, since, |number| {
        if number == 2 {
            agency.wait(60);
            alto.mutate(&Mutation::to(Change::Edit, edited[..60].to_vec()));
        }
    })
    .await;
    let next = agency.since(&end).await.ids();
    let lost: Vec<_> = edited
        .iter()
        .filter(|id| !ids.contains(*id) && !next.contains(*id))
        .collect();
    assert!(lost.is_empty(), "{lost:?} are in neither listing");
    assert!(
        edited[..60].iter().all(|id| next.contains(id)),
        "what changed meanwhile comes with the next listing"
    );
}

#[tokio::test]
async fn months_of_changes_are_caught_up_window_by_window() {
    let agency = Agency::of(400).await;
    let alto = agency.sandbox.alto();
    // The last change before the listing is within the overlap of the next.
    let mut changed: BTreeSet<String> = alto
        .mutate(&Mutation::of(Change::Edit, 1))
        .into_iter()
        .collect();
    let end = agency.full().await.end();
    for _ in 0..5 {
        agency.wait(9 * 86_400);
        changed.extend(alto.mutate(&Mutation::of(Change::Edit, 10)));
        changed.extend(alto.mutate(&Mutation::of(Change::Create, 2)));
    }
    let next = agency.since(&end).await;
    assert_eq!(next.ids(), changed);
    for index in [1, 9, 17] {
        let at = next.pages[index].cursor.clone();
        let rest = agency.list(SyncStart::Resume { at }).await.whole();
        assert_eq!(rest.end(), next.end(), "resumed after page {index}");
        let mut ids = rest.ids();
        for page in &next.pages[..=index] {
            ids.extend(page.records.iter().filter_map(|record| match record {
                PageRecord::Mapped(mapped) => {
                    Some(mapped.contact.provenance.external_id.to_string())
                }
                PageRecord::Rejected(_) => None,
            }));
        }
        assert_eq!(
            ids, changed,
            "nobody is lost between page {index} and the next"
        );
    }
}
