//! Listings of an agency where nobody works meanwhile.

use std::collections::BTreeMap;

use nurturehub_port::{Category, ErrorKind, Lifecycle, SyncStart};
use nurturehub_sandbox::{Change, Mutation};

use super::harness::{Agency, query};

#[tokio::test]
async fn a_full_listing_holds_what_the_crm_holds() {
    let agency = Agency::of(1_500).await;
    let truth = agency.sandbox.reapit().truth();
    let listed = agency.full().await;
    assert_eq!(listed.ids().len(), truth.mappable);
    assert_eq!(
        listed.contacts().count(),
        truth.mappable,
        "nobody is listed twice"
    );
    assert_eq!(
        listed.rejected(),
        truth.unmappable,
        "bad records are kept as rejected"
    );
    assert_eq!(
        listed.pages.last().unwrap().source_total,
        u64::try_from(truth.listed).ok(),
        "the total is that of both lists"
    );
    let archived = listed
        .contacts()
        .filter(|mapped| mapped.contact.lifecycle == Lifecycle::Archived)
        .count();
    assert_eq!(archived, truth.archived);

    let mut categories: BTreeMap<String, usize> = BTreeMap::new();
    for mapped in listed.contacts() {
        for category in &mapped.contact.categories {
            *categories.entry(category.as_str().to_owned()).or_default() += 1;
        }
    }
    for (category, count) in &truth.categories {
        assert_eq!(categories.get(category), Some(count), "{category}");
    }
    let raw_is_whole = listed
        .contacts()
        .all(|mapped| serde_json::from_str::<serde_json::Value>(&mapped.raw).is_ok());
    assert!(raw_is_whole, "the record is kept as it came");
}

#[tokio::test]
async fn a_listing_goes_on_from_any_page_as_if_it_had_never_stopped() {
    let agency = Agency::of(450).await;
    let whole = agency.full().await;
    assert!(whole.pages.len() > 5, "there is something to stop within");
    for (index, page) in whole.pages.iter().enumerate().take(whole.pages.len() - 1) {
        let at = page.cursor.clone();
        let rest = agency.list(SyncStart::Resume { at }).await;
        assert_eq!(rest.error, None);
        assert_eq!(
            rest.end(),
            whole.end(),
            "the end is the same after page {index}"
        );
        let expected = whole.pages.iter().skip(index + 1);
        let sizes: Vec<usize> = expected.map(|page| page.records.len()).collect();
        let resumed: Vec<usize> = rest.pages.iter().map(|page| page.records.len()).collect();
        assert_eq!(resumed, sizes, "the same pages after page {index}");
    }
}

#[tokio::test]
async fn another_page_size_does_not_disturb_a_listing_under_way() {
    let agency = Agency::of(450).await;
    let whole = agency.full().await;
    let mut ids = whole.ids();
    for record in whole.pages.iter().take(2) {
        for mapped in record.records.iter() {
            if let nurturehub_port::PageRecord::Mapped(mapped) = mapped {
                ids.remove(mapped.contact.provenance.external_id.as_str());
            }
        }
    }
    let agency = agency.set("pageSize", "70");
    let at = whole.pages[1].cursor.clone();
    let rest = agency.list(SyncStart::Resume { at }).await;
    assert_eq!(rest.ids(), ids, "all that was left, and no more");
}

#[tokio::test]
async fn an_incremental_listing_brings_what_changed_and_no_more() {
    let agency = Agency::of(600).await;
    let end = agency.full().await.end();
    let reapit = agency.sandbox.reapit();
    let mut changed = reapit.mutate(&Mutation::of(Change::Edit, 40));
    changed.extend(reapit.mutate(&Mutation::of(Change::Archive, 5)));
    changed.extend(reapit.mutate(&Mutation::of(Change::Create, 20)));
    changed.extend(reapit.mutate(&Mutation::of(Change::ChangeRole, 7)));
    agency.sandbox.clear_requests();
    let next = agency.since(&end).await;
    let ids = next.ids();
    for id in &changed {
        assert!(ids.contains(id), "{id} was changed");
    }
    assert!(
        next.contacts().count() < changed.len() + 40,
        "{} were listed for {} changes",
        next.contacts().count(),
        changed.len()
    );

    // Once more, with nothing new: the overlap alone comes again.
    let again = agency.since(&next.end()).await;
    assert_eq!(again.pages.len(), 3, "one page for each pass");
    assert_eq!(again.end(), next.end(), "the watermark stands where it was");
}

#[tokio::test]
async fn many_changes_in_the_same_second_are_all_found_across_pages() {
    let agency = Agency::of(900).await.set("pageSize", "50");
    let end = agency.full().await.end();
    let edited = agency
        .sandbox
        .reapit()
        .mutate(&Mutation::of(Change::Edit, 260));
    let next = agency.since(&end).await;
    let ids = next.ids();
    let lost = edited.iter().filter(|id| !ids.contains(*id)).count();
    assert_eq!(
        (edited.len(), lost),
        (260, 0),
        "equal times on a page boundary lose nothing"
    );
}

#[tokio::test]
async fn a_change_that_was_committed_late_is_found_by_the_overlap() {
    let agency = Agency::of(300).await;
    let reapit = agency.sandbox.reapit();
    reapit.mutate(&Mutation::of(Change::Edit, 1));
    let end = agency.full().await.end();
    let late = reapit.mutate(&Mutation::of(Change::Edit, 3).backdated(200));
    let ids = agency.since(&end).await.ids();
    assert!(
        late.iter().all(|id| ids.contains(id)),
        "200 s are within five minutes"
    );
}

#[tokio::test]
async fn clocks_that_differ_by_hours_lose_nothing() {
    for ours in ["2025-07-10T09:00:00Z", "2025-07-10T15:00:00Z"] {
        let agency = Agency::of(300).await;
        agency.clock.set_wall(ours.parse().unwrap());
        agency
            .sandbox
            .reapit()
            .mutate(&Mutation::of(Change::Edit, 2));
        let mut end = agency.full().await.end();
        for round in 0..3 {
            agency
                .sandbox
                .advance_time(std::time::Duration::from_secs(600));
            agency.clock.advance(std::time::Duration::from_secs(600));
            let edited = agency
                .sandbox
                .reapit()
                .mutate(&Mutation::of(Change::Edit, 130));
            let next = agency.since(&end).await;
            let ids = next.ids();
            let lost = edited.iter().filter(|id| !ids.contains(*id)).count();
            assert_eq!(lost, 0, "our clock at {ours}, round {round}");
            end = next.end();
        }
    }
}

#[tokio::test]
async fn a_page_costs_a_request_and_one_for_its_applicants() {
    let agency = Agency::of(300).await;
    let listed = agency.full().await;
    let applicants = agency
        .sandbox
        .requests(|request| request.path() == "/applicants/")
        .len();
    assert_eq!(agency.contact_requests().len(), listed.pages.len());
    assert!(
        applicants > 0 && applicants <= listed.pages.len(),
        "{applicants}"
    );
    let first = query(&agency.contact_requests()[0]);
    assert_eq!(
        (first["sortBy"].as_str(), first["fromArchive"].as_str()),
        ("created", "false")
    );

    let agency = Agency::of(300).await.set("applicantLookup", "false");
    let listed = agency.full().await;
    let asked = agency
        .sandbox
        .requests(|request| request.path() == "/applicants/");
    assert!(asked.is_empty(), "switched off, nobody asks");
    assert!(
        listed
            .contacts()
            .any(|mapped| mapped.contact.category == Category::Lead),
        "an applicant of whom no more is known is a lead"
    );
}

#[tokio::test]
async fn an_agency_without_contacts_is_complete_and_empty() {
    let agency = Agency::of(0).await;
    let listed = agency.full().await;
    assert_eq!(listed.contacts().count(), 0);
    assert_eq!(listed.pages.last().unwrap().source_total, Some(0));
    let created = agency
        .sandbox
        .reapit()
        .mutate(&Mutation::of(Change::Create, 3));
    assert_eq!(agency.since(&listed.end()).await.ids().len(), created.len());
}

#[tokio::test]
async fn a_cursor_that_is_none_is_refused() {
    let agency = Agency::of(10).await;
    for text in [
        "",
        "{}",
        r#"{"v":9,"pass":"done","page":1}"#,
        r#"{"v":1,"pass":"active","page":0}"#,
    ] {
        let at = nurturehub_port::Cursor::from_stored(text.to_owned());
        let error = agency.list(SyncStart::Resume { at }).await.error.unwrap();
        assert_eq!(error.kind, ErrorKind::Protocol, "{text}");
        assert!(error.remedy.contains("full sync"), "{}", error.remedy);
    }
}
