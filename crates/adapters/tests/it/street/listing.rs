//! Listings of an agency where nobody works meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use nurturehub_port::{Cursor, ErrorKind, Lifecycle, PageRecord, SyncStart};
use nurturehub_sandbox::{Change, Mutation};

use super::harness::{Agency, query};

#[tokio::test]
async fn a_full_listing_holds_what_the_crm_holds() {
    let agency = Agency::flawed(700).await;
    let truth = agency.street().truth();
    let listed = agency.full().await;
    assert!(truth.unmappable > 0 && truth.archived > 0, "{truth:?}");
    assert_eq!(listed.ids().len(), truth.mappable);
    assert_eq!(
        listed.rejected(),
        truth.unmappable,
        "bad records are kept as rejected"
    );
    assert_eq!(
        listed.pages.last().unwrap().source_total,
        u64::try_from(truth.listed).ok(),
        "the living and the deleted"
    );
    let by_id = listed.by_id();
    let archived = by_id
        .values()
        .filter(|mapped| mapped.contact.lifecycle == Lifecycle::Archived)
        .count();
    assert_eq!(archived, truth.archived);
    let mut categories: BTreeMap<String, usize> = BTreeMap::new();
    for mapped in by_id.values() {
        for category in &mapped.contact.categories {
            *categories.entry(category.as_str().to_owned()).or_default() += 1;
        }
    }
    assert_eq!(categories, truth.categories);
    assert_eq!(
        listed.contacts().count(),
        truth.mappable,
        "nobody comes twice"
    );
}

#[tokio::test]
async fn each_request_is_a_page_and_applicants_cost_none() {
    let agency = Agency::of(500).await;
    let listed = agency.full().await;
    let requests = agency.requests();
    assert_eq!(requests.len(), listed.pages.len());
    let truth = agency.street().truth();
    let least = truth.active.div_ceil(100) + truth.archived.div_ceil(100);
    assert_eq!(
        requests.len(),
        least + 2,
        "one to count, one for what changed meanwhile"
    );
    assert!(requests.iter().all(|request| request.path() == "/people"));
    let first = query(&requests[0]);
    assert_eq!(first["include"], "applicants");
    assert_eq!(
        first["filter[updated_to]"], "2025-07-10T11:50:00Z",
        "changes are let settle for ten minutes"
    );
}

#[tokio::test]
async fn a_listing_goes_on_from_any_page_as_if_it_had_never_stopped() {
    let agency = Agency::of(450).await.set("pageSize", "60");
    let whole = agency.full().await;
    assert!(whole.pages.len() > 8, "there is something to stop within");
    for (index, page) in whole.pages.iter().enumerate() {
        let at = page.cursor.clone();
        let rest = agency.list(SyncStart::Resume { at }).await;
        assert_eq!(rest.error, None);
        assert_eq!(
            rest.end(),
            whole.end(),
            "the end is the same after page {index}"
        );
        let expected = whole
            .pages
            .iter()
            .skip(index + 1)
            .map(|page| page.records.len());
        let resumed = rest.pages.iter().map(|page| page.records.len());
        assert!(
            resumed.eq(expected) || page.complete,
            "the same pages after page {index}"
        );
    }
    let agency = agency.set("pageSize", "33");
    let at = whole.pages[1].cursor.clone();
    let rest = agency.list(SyncStart::Resume { at }).await.whole();
    let two = whole.pages.iter().take(2).flat_map(|page| &page.records);
    assert_eq!(
        two.count() + rest.contacts().count(),
        whole.contacts().count(),
        "another page size does not disturb a listing under way"
    );
}

#[tokio::test]
async fn a_page_is_as_large_as_street_makes_it() {
    let agency = Agency::of(450).await.set("pageSize", "250");
    let listed = agency.full().await;
    assert_eq!(listed.ids().len(), agency.street().truth().mappable);
    assert!(
        listed.pages.iter().all(|page| page.records.len() <= 100),
        "the guide's cap is smaller than the schema's"
    );
}

#[tokio::test]
async fn an_incremental_listing_brings_what_changed_and_agrees_with_a_full_one() {
    let agency = Agency::of(600).await;
    let before = agency.full().await;
    agency.wait(3_600);
    let street = agency.street();
    let mut changed: BTreeSet<String> = BTreeSet::new();
    for (change, count) in [
        (Change::Edit, 40),
        (Change::Create, 20),
        (Change::ChangeRole, 7),
        (Change::WithdrawConsent, 3),
        (Change::Restore, 2),
    ] {
        changed.extend(street.mutate(&Mutation::of(change, count)));
    }
    let deleted = street.mutate(&Mutation::of(Change::Archive, 5));
    agency.wait(60);
    let since = agency.since(&before.end()).await;
    let full = agency.full().await;
    let (since, full) = (since.by_id(), full.by_id());
    for id in changed.iter().filter(|id| !deleted.contains(id)) {
        assert_eq!(
            since[id].contact.provenance.content_hash, full[id].contact.provenance.content_hash,
            "{id}"
        );
        assert_eq!(since[id].raw, full[id].raw, "{id} is kept in one form");
    }
    let known = before.by_id();
    for (id, mapped) in since.iter().filter(|(id, _)| !changed.contains(*id)) {
        let (was, is) = (&known[id].contact, &mapped.contact);
        assert!(
            was.categories != is.categories
                || was.provenance.content_hash == is.provenance.content_hash,
            "{id} shares an applicant with somebody, or comes with the overlap as it was"
        );
    }
    assert!(
        deleted.iter().all(|id| !since.contains_key(id)),
        "deleting is no change here, and the whole list of deleted people is not due yet"
    );
}

#[tokio::test]
async fn all_deleted_people_are_listed_once_a_day() {
    let agency = Agency::of(300).await;
    let mut end = agency.full().await.end();
    let deleted = agency.street().mutate(&Mutation::of(Change::Archive, 4));
    for (hours, expected) in [(1, false), (22, false), (2, true), (1, false)] {
        agency.wait(hours * 3_600);
        let listed = agency.since(&end).await;
        let found = listed.by_id();
        let archived = deleted.iter().all(|id| {
            found
                .get(id)
                .is_some_and(|mapped| mapped.contact.lifecycle == Lifecycle::Archived)
        });
        assert_eq!(archived, expected, "{hours} hours later");
        end = listed.end();
    }
    let agency = agency.set("deletedEveryHours", "0");
    let more = agency.street().mutate(&Mutation::of(Change::Archive, 1));
    assert!(
        agency.since(&end).await.ids().contains(&more[0]),
        "every time, where the setting says so"
    );
}

#[tokio::test]
async fn where_nothing_changed_nothing_is_new() {
    let agency = Agency::of(300).await;
    let full = agency.full().await;
    agency.wait(3_600);
    let asked = agency.requests().len();
    let quiet = agency.since(&full.end()).await;
    let known = full.by_id();
    assert!(
        quiet.contacts().count() < 10,
        "the overlap is of ten minutes"
    );
    for (id, mapped) in quiet.by_id() {
        assert_eq!(
            mapped.contact.provenance.content_hash,
            known[&id].contact.provenance.content_hash
        );
    }
    assert_eq!(
        agency.requests().len() - asked,
        4,
        "people, two kinds of applicants, the deleted"
    );
    assert_eq!(
        agency.since(&quiet.end()).await.end(),
        quiet.end(),
        "the watermark stays where it is"
    );
}

#[tokio::test]
async fn a_change_that_was_written_down_late_is_found() {
    let agency = Agency::of(200).await;
    agency.street().mutate(&Mutation::of(Change::Edit, 1));
    let end = agency.full().await.end();
    agency.wait(240);
    let late = agency
        .street()
        .mutate(&Mutation::of(Change::Edit, 3).backdated(500));
    let ids = agency.since(&end).await.ids();
    assert!(
        late.iter().all(|id| ids.contains(id)),
        "stamped before the last listing"
    );
}

#[tokio::test]
async fn clocks_may_differ() {
    for ours in [
        "2025-07-10T09:00:00Z",
        "2025-07-10T12:10:00Z",
        "2025-07-11T12:00:00Z",
    ] {
        let agency = Agency::of(400).await;
        agency.clock.set_wall(ours.parse().unwrap());
        let mut end = agency.full().await.end();
        for round in 0..2 {
            agency.wait(600);
            let edited = agency.street().mutate(&Mutation::of(Change::Edit, 130));
            let next = agency.since(&end).await;
            let ids = next.ids();
            let lost = edited.iter().filter(|id| !ids.contains(*id)).count();
            assert_eq!(lost, 0, "our clock at {ours}, round {round}");
            end = next.end();
        }
        let full = agency.full().await.ids();
        assert_eq!(
            full.len(),
            agency.street().truth().mappable,
            "our clock at {ours}"
        );
    }
}

#[tokio::test]
async fn an_agency_without_people_is_complete_and_empty() {
    let agency = Agency::of(0).await;
    let listed = agency.full().await;
    assert_eq!(listed.contacts().count(), 0);
    assert_eq!(listed.pages.last().unwrap().source_total, Some(0));
    let created = agency.street().mutate(&Mutation::of(Change::Create, 3));
    assert_eq!(agency.since(&listed.end()).await.ids().len(), created.len());
    let full = agency.full().await;
    assert_eq!(
        full.ids().len(),
        3,
        "all of them were made within the overlap"
    );
    assert_eq!(full.pages.last().unwrap().source_total, Some(3));
}

#[tokio::test]
async fn a_list_that_ends_short_of_its_total_is_never_whole() {
    for at in [Some(0), Some(100), Some(130), None] {
        let agency = Agency::of(250).await;
        let at = at.unwrap_or(agency.street().truth().active - 1);
        agency.faults(&format!("street.list:shortListing={at}"));
        let listed = agency.list(SyncStart::Full).await;
        let error = listed.error.expect("the total says that there is more");
        assert_eq!(error.kind, ErrorKind::IncompleteListing, "cut at {at}");
        assert!(listed.pages.iter().all(|page| !page.complete));
    }
}

#[tokio::test]
async fn a_page_that_comes_again_ends_the_listing() {
    let agency = Agency::of(450).await;
    agency.faults("street.list:repeatPage,after=2");
    let error = agency.list(SyncStart::Full).await.error.unwrap();
    assert_eq!(error.kind, ErrorKind::Protocol, "{error}");
}

#[tokio::test]
async fn one_bad_record_does_not_spoil_its_page() {
    let agency = Agency::of(120).await;
    agency.faults("street.list:recordWrongType,times=1");
    let listed = agency.full().await;
    let bad = listed.pages[0]
        .records
        .iter()
        .find_map(|record| match record {
            PageRecord::Rejected(rejected) => Some(rejected),
            PageRecord::Mapped(_) => None,
        });
    let bad = bad.expect("one of them was of a wrong type");
    assert!(bad.external_id.is_some(), "its id can still be read");
    assert!(bad.issue.message.contains("type"), "{}", bad.issue.message);
}

#[tokio::test]
async fn too_much_on_a_page_does_not_hide_the_next() {
    let agency = Agency::of(100).await;
    let active = agency.street().truth().active;
    // With three records too many, two pages have as many as the total says.
    let agency = agency.set("pageSize", &((active - 2) / 2).to_string());
    agency.faults("street.list:unmappable=3");
    assert_eq!(
        agency.full().await.ids().len(),
        agency.street().truth().mappable
    );
}

#[tokio::test]
async fn a_cursor_that_is_none_is_refused() {
    let agency = Agency::of(10).await;
    for text in [
        "",
        "{}",
        r#"{"v":9}"#,
        r#"{"v":1,"full":true,"pass":"people","page":0,"size":1}"#,
    ] {
        let at = Cursor::from_stored(text.to_owned());
        let error = agency.list(SyncStart::Resume { at }).await.error.unwrap();
        assert_eq!(error.kind, ErrorKind::Protocol, "{text}");
        assert!(error.remedy.contains("full sync"), "{}", error.remedy);
    }
}
