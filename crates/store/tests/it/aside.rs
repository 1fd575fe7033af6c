//! A page set aside: written down with the cursor, merged later, lost never.

use nurturehub_port::{DataIssue, ExternalId, Lifecycle, RejectedRecord, Removal};
use nurturehub_store::contacts::{self, PageToStage};
use nurturehub_store::{StoreError, listings};

use crate::desk::{self, Desk, at, contact, packed, removal, version};

/// A page with one of everything that a page can have.
fn page(desk: &Desk, listing: i64) -> PageToStage {
    let mut page = desk.page(listing, vec![version("a", "2"), version("b", "1")]);
    page.complete = false;
    page.rejected = vec![RejectedRecord {
        external_id: None,
        raw: "null".into(),
        issue: DataIssue {
            code: "noId".into(),
            field: "provenance.externalId".into(),
            message: "It has no id.".into(),
        },
    }];
    page.removals = vec![Removal {
        external_id: ExternalId::parse("gone").unwrap(),
        lifecycle: Lifecycle::Deleted,
        reason: "erased".into(),
    }];
    page
}

/// A store that knows two contacts, with a listing in progress.
async fn prepared() -> (Desk, i64) {
    let desk = Desk::new().await;
    let first = desk.begin(true).await;
    let known = vec![version("a", "1"), version("gone", "1")];
    desk.stage(desk.page(first.number, known)).await.unwrap();
    let listing = desk.begin(true).await;
    (desk, listing.number)
}

async fn aside(desk: &Desk, page: PageToStage) -> Result<(), StoreError> {
    desk.store
        .write(move |tx| contacts::set_aside(tx, page))
        .await
        .map(drop)
}

/// What is seen of the contacts and of the listing in progress.
async fn state(desk: &Desk) -> String {
    let connection = desk.connection;
    let changes = desk.store.count_contacts(connection).await.unwrap();
    desk.store
        .read(move |db| {
            let rows: Vec<i64> = ["contact", "rejected_record", "page_aside"]
                .iter()
                .map(|table| db.count_rows(table))
                .collect::<Result<_, _>>()?;
            let listing = listings::find(db, connection)?;
            let detail = contacts::detail(db, connection, "a")?.raw;
            Ok(format!("{rows:?} {listing:?} {changes:?} {detail}"))
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn a_page_left_aside_by_a_killed_run_comes_out_as_if_it_had_been_merged_at_once() {
    let (at_once, listing) = prepared().await;
    let counts = at_once.stage(page(&at_once, listing)).await.unwrap();
    assert_eq!(
        (
            counts.created,
            counts.updated,
            counts.rejected,
            counts.removed
        ),
        (1, 1, 1, 1),
        "the page has one of everything"
    );

    let (mut killed, listing) = prepared().await;
    aside(&killed, page(&killed, listing)).await.unwrap();
    let connection = killed.connection;
    let open = killed
        .store
        .read(move |db| listings::find(db, connection))
        .await
        .unwrap();
    assert_eq!(
        open.unwrap().cursor,
        Some(page(&killed, listing).cursor),
        "the cursor is behind it"
    );
    killed.reopen().await;
    for _ in 0..2 {
        // A second time there is nothing left to merge.
        killed
            .store
            .write(move |tx| contacts::merge_left_over(tx, connection))
            .await
            .unwrap();
    }
    assert_eq!(state(&killed).await, state(&at_once).await);
    killed.verify().await;
}

#[tokio::test]
async fn pages_left_aside_are_merged_in_their_order() {
    let (mut desk, listing) = prepared().await;
    for version_of_a in ["2", "3", "4"] {
        let mut next = desk.page(listing, vec![version("a", version_of_a)]);
        next.complete = false;
        aside(&desk, next).await.unwrap();
    }
    desk.verify().await;
    desk.reopen().await;
    let connection = desk.connection;
    desk.store
        .write(move |tx| contacts::merge_left_over(tx, connection))
        .await
        .unwrap();
    assert_eq!(
        desk.detail("a").await.raw,
        r#"{"version":"4"}"#,
        "what was listed last"
    );
    desk.verify().await;
}

#[tokio::test]
async fn pages_merged_together_count_as_they_would_one_by_one() {
    let (desk, listing) = prepared().await;
    let first = page(&desk, listing);
    let mut second = desk.page(listing, vec![version("b", "1"), version("c", "1")]);
    second.complete = false;
    let counts = desk
        .store
        .write(move |tx| {
            let asides = [
                contacts::set_aside(tx, first)?,
                contacts::set_aside(tx, second)?,
            ];
            contacts::merge_aside(tx, &asides)
        })
        .await
        .unwrap();
    assert_eq!(
        (
            counts.pages,
            counts.created,
            counts.updated,
            counts.repeated
        ),
        (2, 2, 1, 1),
        "{counts:?}"
    );
    desk.verify().await;
}

#[tokio::test]
async fn a_page_of_a_listing_that_was_given_up_is_not_set_aside() {
    let (desk, listing) = prepared().await;
    desk.begin(true).await;
    let refused = aside(&desk, page(&desk, listing)).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_page_that_waited_does_not_undo_what_a_webhook_brought_meanwhile() {
    let fetched = |id: &str, tag: &str, fetched: i64, updated: i64| {
        let mut contact = contact(id);
        contact.tags.push(tag.to_owned());
        contact.provenance.fetched_at = at(fetched);
        contact.provenance.updated_at = Some(at(updated));
        desk::prepared(contact, &format!("{{\"version\":\"{tag}\"}}"))
    };
    let (desk, listing) = prepared().await;
    let everyone = vec![
        fetched("a", "old", 10, 5),
        fetched("gone", "old", 10, 5),
        fetched("c", "old", 10, 5),
        fetched("d", "listed", 10, 5),
    ];
    let mut page = desk.page(listing, everyone);
    page.at = at(11);
    let connection = desk.connection;
    desk.store
        .write(move |tx| {
            let mut waiting = contacts::set_aside(tx, page)?;
            let news = packed(vec![
                fetched("a", "new", 12, 9),
                fetched("d", "wrong clock", 99, 4),
            ]);
            contacts::stage_records(tx, connection, listing, &news, &[], at(13))?;
            let removed = [removal("gone", Lifecycle::Deleted)];
            contacts::remove(tx, connection, &removed, at(13))?;
            contacts::merge_aside(tx, std::slice::from_mut(&mut waiting))
        })
        .await
        .unwrap();
    assert_eq!(desk.stored("a").await.tags, ["new"], "asked for later");
    assert_eq!(
        desk.stored("gone").await.lifecycle,
        Lifecycle::Deleted,
        "seen to be gone after the page was fetched"
    );
    assert_eq!(
        desk.stored("c").await.tags,
        ["old"],
        "nothing newer is known"
    );
    assert_eq!(
        desk.stored("d").await.tags,
        ["listed"],
        "the CRM says that it is newer, and this computer's clock has no say in that"
    );
    desk.verify().await;
}
