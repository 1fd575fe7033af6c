//! Pages, webhooks and rejected records, where they meet.

use nurturehub_port::Lifecycle;
use nurturehub_store::StoreError;
use nurturehub_store::contacts::{self, Blocked, ChangeKind};

use crate::desk::{Desk, ONCE, at, packed, rejected, removal, version};

async fn rejected_ids(desk: &Desk) -> Vec<Option<String>> {
    let connection = desk.connection;
    desk.store
        .read(move |db| contacts::rejected(db, connection, 100))
        .await
        .unwrap()
        .into_iter()
        .map(|entry| entry.external_id)
        .collect()
}

#[tokio::test]
async fn a_webhook_read_before_a_listing_began_does_not_make_its_contact_look_gone() {
    let desk = Desk::new().await;
    desk.sync(vec![version("known", "1")], ONCE).await;
    // The webhook's number is the one that stood when it arrived; the listing begins meanwhile.
    let (listing, _) = desk.list(vec![version("known", "1")]).await;
    desk.webhook(
        listing.number - 1,
        vec![version("known", "2"), version("new", "1")],
    )
    .await;
    assert_eq!(
        desk.settle(listing.number, ONCE).await,
        (0, 0),
        "one was listed and the other came since: neither has gone"
    );
    assert_eq!(desk.stored("new").await.lifecycle, Lifecycle::Active);
}

#[tokio::test]
async fn a_webhook_for_a_connection_that_was_purged_is_an_error_with_a_name() {
    let desk = Desk::new().await;
    let connection = desk.connection;
    let stored = desk
        .store
        .write(move |tx| {
            nurturehub_store::connections::purge(tx, connection)?;
            contacts::stage_records(
                tx,
                connection,
                0,
                &packed(vec![version("a", "1")]),
                &[],
                at(0),
            )
        })
        .await;
    assert!(
        matches!(stored, Err(StoreError::NotFound { .. })),
        "{stored:?}"
    );
}

#[tokio::test]
async fn a_rejected_record_goes_once_it_is_listed_whole_or_removed() {
    let desk = Desk::new().await;
    let listing = desk.begin(false).await;
    let mut page = desk.page(listing.number, Vec::new());
    page.rejected = vec![
        rejected(Some("mended"), "1"),
        rejected(Some("removed"), "2"),
        rejected(Some("still"), "3"),
    ];
    assert_eq!(desk.stage(page).await.unwrap().rejected, 3);
    desk.close(true).await;

    // An incremental listing shows only what changed.
    let listing = desk.begin(false).await;
    let mut page = desk.page(listing.number, vec![version("mended", "1")]);
    page.removals = vec![removal("removed", Lifecycle::Deleted)];
    desk.stage(page).await.unwrap();
    desk.close(true).await;
    assert_eq!(
        rejected_ids(&desk).await,
        [Some("still".to_owned())],
        "what is whole again or gone is no longer amiss"
    );
}

#[tokio::test]
async fn rejected_records_are_forgotten_only_by_a_listing_that_is_believed() {
    let desk = Desk::new().await;
    let listing = desk.begin(true).await;
    let mut page = desk.page(listing.number, Vec::new());
    page.rejected = vec![rejected(None, "anonymous")];
    desk.stage(page).await.unwrap();
    desk.close(true).await;

    desk.list(Vec::new()).await;
    desk.close(false).await;
    assert_eq!(
        rejected_ids(&desk).await.len(),
        1,
        "a listing in doubt says nothing about what it does not show"
    );
    desk.list(Vec::new()).await;
    desk.close(true).await;
    assert_eq!(rejected_ids(&desk).await.len(), 0);
}

#[tokio::test]
async fn a_contact_whose_record_is_rejected_later_stays_as_it_was() {
    let desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    desk.accept_all().await;
    let listing = desk.begin(true).await;
    let mut page = desk.page(listing.number, Vec::new());
    page.rejected = vec![rejected(Some("a"), "broken")];
    let counts = desk.stage(page).await.unwrap();
    assert_eq!(
        (counts.listed, counts.rejected, counts.unchanged),
        (1, 1, 0)
    );
    assert_eq!(
        desk.settle(listing.number, ONCE).await,
        (0, 0),
        "the CRM still lists it"
    );
    let detail = desk.detail("a").await;
    assert_eq!(detail.change, ChangeKind::Unchanged);
    assert_eq!(detail.raw, r#"{"version":"1"}"#);
}

#[tokio::test]
async fn a_held_contact_is_free_again_when_its_record_is_listed_though_rejected() {
    let desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    let (listing, _) = desk.list(Vec::new()).await;
    assert_eq!(desk.hold(listing.number, ONCE).await, 1);
    desk.close(true).await;
    assert_eq!(
        desk.detail("a").await.blocked,
        Some(Blocked::RemovalHeld),
        "first it is held"
    );

    let listing = desk.begin(true).await;
    let mut page = desk.page(listing.number, Vec::new());
    page.rejected = vec![rejected(Some("a"), "broken")];
    desk.stage(page).await.unwrap();
    let detail = desk.detail("a").await;
    assert_eq!(
        (detail.change, detail.blocked),
        (ChangeKind::Create, None),
        "it is on the CRM's list, so there is no removal left to confirm"
    );
}

#[tokio::test]
async fn two_records_alike_and_without_an_id_both_count() {
    let desk = Desk::new().await;
    let listing = desk.begin(true).await;
    let mut page = desk.page(listing.number, Vec::new());
    page.rejected = vec![
        rejected(None, "same"),
        rejected(None, "same"),
        rejected(Some("x"), "same"),
        rejected(Some("x"), "other"),
    ];
    let counts = desk.stage(page).await.unwrap();
    assert_eq!(
        (counts.rejected, counts.repeated, counts.listed),
        (3, 1, 3),
        "only a record with an id can be known to come twice"
    );
}

#[tokio::test]
async fn a_resumed_listing_counts_no_record_twice() {
    let mut desk = Desk::new().await;
    let listing = desk.begin(true).await;
    let mut page = desk.page(listing.number, vec![version("a", "1"), version("b", "1")]);
    page.complete = false;
    desk.stage(page).await.unwrap();

    desk.reopen().await;
    let connection = desk.connection;
    let resumed = desk
        .store
        .read(move |db| nurturehub_store::listings::find(db, connection))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(resumed.number, listing.number);
    assert!(!resumed.complete);
    let page = desk.page(resumed.number, vec![version("b", "1"), version("c", "1")]);
    let counts = desk.stage(page).await.unwrap();
    assert_eq!((counts.created, counts.repeated, counts.listed), (1, 1, 1));
    let whole = desk
        .store
        .read(move |db| nurturehub_store::listings::find(db, connection))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((whole.counts.listed, whole.counts.pages), (3, 2));
    assert!(whole.complete);
}
