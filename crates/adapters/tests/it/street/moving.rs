//! Listings of an agency whose people work while we read, in whatever order Street lists.

use std::collections::BTreeSet;

use nurturehub_port::{Lifecycle, SyncStart};
use nurturehub_sandbox::street::ListOrder;
use nurturehub_sandbox::{Change, Mutation};

use super::harness::Agency;

const ORDERS: [ListOrder; 3] = [
    ListOrder::Newest,
    ListOrder::LastChanged,
    ListOrder::FirstChanged,
];

#[tokio::test]
async fn nobody_slips_past_whatever_happens_and_in_whatever_order() {
    for order in ORDERS {
        for (change, count) in [
            (Change::Edit, 1),
            (Change::Edit, 40),
            (Change::Archive, 1),
            (Change::Archive, 20),
            (Change::Erase, 35),
            (Change::Create, 33),
            (Change::Restore, 3),
        ] {
            let agency = Agency::of(330).await.set("pageSize", "30");
            let street = agency.street();
            street.set_order(order);
            let held = agency.full().await.ids();
            agency.wait(3_600);
            let mut erased = BTreeSet::new();
            let listed = agency
                .list_while(SyncStart::Full, |number| {
                    agency.wait(1);
                    if number % 3 == 1 && number < 12 {
                        let changed = street.mutate(&Mutation::of(change, count));
                        if change == Change::Erase {
                            erased.extend(changed);
                        }
                    }
                })
                .await
                .whole();
            let ids = listed.ids();
            let lost: Vec<_> = held
                .iter()
                .filter(|id| !erased.contains(*id) && !ids.contains(*id))
                .collect();
            assert!(
                lost.is_empty(),
                "{order:?}, {change:?} of {count}: {lost:?} slipped past"
            );
        }
    }
}

#[tokio::test]
async fn who_is_edited_again_and_again_is_listed_all_the_same() {
    for order in ORDERS {
        let agency = Agency::of(300).await.set("pageSize", "25");
        let street = agency.street();
        street.set_order(order);
        let busy = street.mutate(&Mutation::of(Change::Edit, 120));
        agency.wait(2);
        let held = agency.full().await.ids();
        let listed = agency
            .list_while(SyncStart::Full, |number| {
                // Those who are edited change with each page, and each of them more than once.
                agency.wait(1);
                let some = busy
                    .iter()
                    .skip(number * 17 % 100)
                    .take(20)
                    .cloned()
                    .collect();
                if number < 40 {
                    street.mutate(&Mutation::to(Change::Edit, some));
                }
            })
            .await
            .whole();
        let ids = listed.ids();
        let lost = held.iter().filter(|id| !ids.contains(*id)).count();
        assert_eq!(lost, 0, "{order:?}");
        let now = listed.by_id();
        assert_eq!(now.len(), held.len(), "{order:?}");
    }
}

#[tokio::test]
async fn who_is_deleted_or_restored_between_the_passes_is_listed() {
    let agency = Agency::of(300).await.set("pageSize", "50");
    let street = agency.street();
    let gone = street.mutate(&Mutation::of(Change::Archive, 20));
    agency.wait(3_600);
    let pages = street.truth().active.div_ceil(50);
    let mut deleted = Vec::new();
    let listed = agency
        .list_while(SyncStart::Full, |number| {
            if number == pages {
                street.mutate(&Mutation::to(Change::Restore, gone.clone()));
                deleted = street.mutate(&Mutation::of(Change::Archive, 10));
            }
        })
        .await
        .whole();
    let by_id = listed.by_id();
    for id in gone.iter().filter(|id| !deleted.contains(id)) {
        assert_eq!(by_id[id].contact.lifecycle, Lifecycle::Active, "restored");
    }
    for id in &deleted {
        assert_eq!(by_id[id].contact.lifecycle, Lifecycle::Archived, "deleted");
    }
}

#[tokio::test]
async fn edits_during_an_incremental_listing_hide_nobody() {
    for order in ORDERS {
        let agency = Agency::of(400).await.set("pageSize", "25");
        let street = agency.street();
        street.set_order(order);
        let end = agency.full().await.end();
        agency.wait(3_600);
        let edited = street.mutate(&Mutation::of(Change::Edit, 150));
        agency.wait(60);
        let listed = agency
            .list_while(SyncStart::Incremental { since: end }, |number| {
                agency.wait(20);
                if number == 2 || number == 4 {
                    street.mutate(&Mutation::to(Change::Edit, edited[..40].to_vec()));
                }
            })
            .await
            .whole();
        let ids = listed.ids();
        let lost = edited.iter().filter(|id| !ids.contains(*id)).count();
        assert_eq!(lost, 0, "{order:?}");
    }
}

#[tokio::test]
async fn applicants_that_change_by_the_page_bring_their_people() {
    let agency = Agency::of(400).await.set("pageSize", "20");
    let street = agency.street();
    let end = agency.full().await.end();
    agency.wait(3_600);
    let changed = street.mutate(&Mutation::of(Change::ChangeRole, 70));
    let ids = agency.since(&end).await.ids();
    let lost = changed.iter().filter(|id| !ids.contains(*id)).count();
    assert_eq!(lost, 0, "over several pages of applicants");
}
