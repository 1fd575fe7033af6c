//! Listings of an agency whose people work while we read.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use nurturehub_port::{PageRecord, SyncStart};
use nurturehub_sandbox::{Change, Mutation};

use super::harness::Agency;

/// Lists everything and lets `meanwhile` happen after each page; the ids listed.
async fn full_with(agency: &Agency, mut meanwhile: impl FnMut(usize)) -> BTreeSet<String> {
    let adapter = agency.adapter();
    let mut stream = adapter.sync_contacts(SyncStart::Full);
    let mut ids = BTreeSet::new();
    let mut complete = false;
    for number in 1.. {
        let Some(page) = stream.next().await else {
            break;
        };
        let page = page.unwrap();
        complete = page.complete;
        ids.extend(page.records.iter().filter_map(|record| match record {
            PageRecord::Mapped(mapped) => Some(mapped.contact.provenance.external_id.to_string()),
            PageRecord::Rejected(_) => None,
        }));
        meanwhile(number);
    }
    assert!(complete, "it ended by itself");
    ids
}

#[tokio::test]
async fn nobody_slips_past_while_others_are_archived_or_erased() {
    for (change, count) in [
        (Change::Archive, 1),
        (Change::Archive, 35),
        (Change::Erase, 1),
        (Change::Erase, 130),
    ] {
        let agency = Agency::of(1_000).await.set("pageSize", "50");
        let everybody = agency.full().await.ids();
        let mut erased = BTreeSet::new();
        let ids = full_with(&agency, |number| {
            if number % 3 == 0 && number < 12 {
                let changed = agency.sandbox.reapit().mutate(&Mutation::of(change, count));
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
    let agency = Agency::of(1_000).await.set("pageSize", "50");
    let reapit = agency.sandbox.reapit();
    let archived = reapit.mutate(&Mutation::of(Change::Archive, 40));
    agency
        .sandbox
        .advance_time(std::time::Duration::from_secs(3600));
    let truth = reapit.truth();
    let active_pages = (truth.active + truth.unmappable).div_ceil(50);
    let ids = full_with(&agency, |number| {
        if number == active_pages {
            reapit.mutate(&Mutation::to(Change::Restore, archived.clone()));
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
    let reapit = agency.sandbox.reapit();
    let edited = reapit.mutate(&Mutation::of(Change::Edit, 300));
    agency
        .sandbox
        .advance_time(std::time::Duration::from_secs(60));
    agency.clock.advance(std::time::Duration::from_secs(60));

    let adapter = agency.adapter();
    let mut stream = adapter.sync_contacts(SyncStart::Incremental { since: end });
    let mut ids = BTreeSet::new();
    let mut last = None;
    let mut number = 0;
    while let Some(page) = stream.next().await {
        let page = page.unwrap();
        number += 1;
        for record in &page.records {
            if let PageRecord::Mapped(mapped) = record {
                ids.insert(mapped.contact.provenance.external_id.to_string());
            }
        }
        if number == 2 {
            agency
                .sandbox
                .advance_time(std::time::Duration::from_secs(60));
            reapit.mutate(&Mutation::to(Change::Edit, edited[..60].to_vec()));
        }
        last = Some(page.cursor);
    }
    let next = agency.since(&last.unwrap()).await.ids();
    let lost: Vec<_> = edited
        .iter()
        .filter(|id| !ids.contains(*id) && !next.contains(*id))
        .collect();
    assert!(lost.is_empty(), "{lost:?} are in neither listing");
    let untouched = edited[60..].iter().filter(|id| !ids.contains(*id)).count();
    assert_eq!(untouched, 0, "who was not edited again is in the first one");
}
