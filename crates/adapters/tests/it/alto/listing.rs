//! Listings of an agency where nobody works meanwhile.

use std::collections::BTreeMap;

use nurturehub_port::{Lifecycle, SyncStart};
use nurturehub_sandbox::alto::DetailForm;
use nurturehub_sandbox::{Change, Mutation};

use super::harness::Agency;

#[tokio::test]
async fn a_full_listing_holds_what_the_crm_holds() {
    let agency = Agency::flawed(1_200).await;
    let truth = agency.sandbox.alto().truth();
    let listed = agency.full().await;
    assert_eq!(listed.ids().len(), truth.mappable);
    assert_eq!(
        listed.contacts().count(),
        truth.mappable,
        "nobody is listed twice"
    );
    assert!(truth.unmappable > 0, "there is something to refuse");
    assert_eq!(
        listed.rejected(),
        truth.unmappable,
        "bad records are kept as rejected"
    );
    let archived = listed
        .contacts()
        .filter(|mapped| mapped.contact.lifecycle == Lifecycle::Archived)
        .count();
    assert_eq!(archived, truth.archived, "both states are asked for");

    let mut categories: BTreeMap<String, usize> = BTreeMap::new();
    for mapped in listed.contacts() {
        for category in &mapped.contact.categories {
            *categories.entry(category.as_str().to_owned()).or_default() += 1;
        }
    }
    assert_eq!(categories, truth.categories);
    let with_address = listed
        .contacts()
        .filter(|mapped| !mapped.contact.addresses.is_empty());
    assert!(
        with_address.count() > truth.mappable / 2,
        "what only the detail holds is there"
    );
    assert!(listed.removals().is_empty());
}

#[tokio::test]
async fn a_full_sync_costs_its_pages_one_more_and_two_detail_calls_a_page() {
    let agency = Agency::of(1_000).await;
    let truth = agency.sandbox.alto().truth();
    let listed = agency.full().await;
    let (active, archived) = (truth.active, truth.archived);
    assert_eq!(
        agency.requests("/contacts/all"),
        active.div_ceil(100) + archived.div_ceil(100) + 1,
        "the last pass is one page"
    );
    assert_eq!(listed.pages.len(), agency.requests("/contacts/all"));
    let batches = |count: usize| count / 100 * 2 + (count % 100).div_ceil(50);
    assert_eq!(
        agency.requests("/contacts"),
        batches(active) + batches(archived)
    );
}

#[tokio::test]
async fn a_listing_goes_on_from_any_page_as_if_it_had_never_stopped() {
    let agency = Agency::of(450).await;
    let whole = agency.full().await;
    assert!(whole.pages.len() > 5, "there is something to stop within");
    for (index, page) in whole.pages.iter().enumerate().take(whole.pages.len() - 1) {
        let at = page.cursor.clone();
        let rest = agency.list(SyncStart::Resume { at }).await.whole();
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
async fn a_listing_resumed_after_its_token_died_begins_its_pass_again_and_loses_nobody() {
    let agency = Agency::of(450).await;
    let whole = agency.full().await;
    let at = whole.pages[1].cursor.clone();
    assert!(at.as_str().contains("token"), "it stands within a pass");
    agency.wait(3_600);
    agency.sandbox.clear_requests();
    let rest = agency.list(SyncStart::Resume { at }).await.whole();
    assert_eq!(rest.ids(), whole.ids(), "the pass came again, whole");
    let refused = agency.sandbox.requests(|request| request.status == 400);
    assert_eq!(refused.len(), 1, "the token was tried once");
}

#[tokio::test]
async fn an_incremental_listing_brings_what_changed_and_agrees_with_a_full_one() {
    let agency = Agency::of(600).await;
    let alto = agency.sandbox.alto();
    // The last change before the listing is within the overlap of the next.
    let mut changed = alto.mutate(&Mutation::of(Change::Edit, 1));
    agency.wait(3_600);
    let end = agency.full().await.end();
    changed.extend(alto.mutate(&Mutation::of(Change::Edit, 130)));
    changed.extend(alto.mutate(&Mutation::of(Change::Archive, 5)));
    changed.extend(alto.mutate(&Mutation::of(Change::Create, 20)));
    changed.extend(alto.mutate(&Mutation::of(Change::ChangeRole, 7)));
    agency.wait(60);
    let next = agency.since(&end).await;
    assert_eq!(next.ids(), changed.iter().cloned().collect());
    let full = agency.full().await.hashes();
    for (id, hash) in next.hashes() {
        assert_eq!(full.get(&id), Some(&hash), "{id} is the same either way");
    }

    agency.wait(3_600);
    let later = agency.since(&next.end()).await;
    assert!(
        later
            .hashes()
            .iter()
            .all(|(id, hash)| full.get(id) == Some(hash)),
        "the overlap brings the last changes again, and nothing new"
    );
    assert!(!later.ids().contains(&changed[0]), "and no older ones");
    assert_eq!(
        agency.since(&later.end()).await.end(),
        later.end(),
        "the watermark stays where nothing changes"
    );
}

#[tokio::test]
async fn a_change_that_was_written_down_late_is_within_the_overlap() {
    let agency = Agency::of(300).await;
    let alto = agency.sandbox.alto();
    alto.mutate(&Mutation::of(Change::Edit, 1));
    let end = agency.full().await.end();
    let late = alto.mutate(&Mutation::of(Change::Edit, 3).backdated(500));
    let next = agency.since(&end).await.ids();
    assert!(late.iter().all(|id| next.contains(id)), "{late:?}");
}

#[tokio::test]
async fn the_form_of_details_does_not_matter() {
    let agency = Agency::of(230).await;
    let alto = agency.sandbox.alto();
    let expected = agency.full().await.hashes();
    for (form, batches) in [(DetailForm::Array, 6), (DetailForm::Single, 2)] {
        alto.set_detail_form(form);
        agency.sandbox.clear_requests();
        assert_eq!(agency.full().await.hashes(), expected, "{form:?}");
        assert!(
            agency.requests("/contacts") <= batches,
            "{form:?}: batches that bring one contact are given up"
        );
    }
    alto.set_detail_form(DetailForm::Items);
    let agency = agency.set("detailBatch", "7").set("pageSize", "250");
    assert_eq!(agency.full().await.hashes(), expected, "other sizes");
}

#[tokio::test]
async fn who_is_erased_is_missing_from_the_next_full_listing() {
    let agency = Agency::of(300).await;
    let before = agency.full().await.ids();
    let erased = agency
        .sandbox
        .alto()
        .mutate(&Mutation::of(Change::Erase, 4));
    let after = agency.full().await.ids();
    let gone: Vec<_> = before.difference(&after).cloned().collect();
    assert_eq!(gone.len(), 4);
    assert!(erased.iter().all(|id| gone.contains(id)));
}
