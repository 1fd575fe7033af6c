//! The page log: a page is written down, merged later with the cursor behind it, lost never.

use std::path::PathBuf;

use nurturehub_port::{Cursor, DataIssue, ExternalId, Lifecycle, RejectedRecord, Removal, Secret};
use nurturehub_store::contacts::{self, LoggedPages, PageLog, PageLogKey, PageToStage};
use nurturehub_store::listings::ListingCounts;
use nurturehub_store::traces::TraceRow;
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
    page.traces = vec![TraceRow {
        at: at(0),
        entry: "{}".into(),
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

/// The log of a run that begins.
async fn log(desk: &Desk, key: u8) -> PageLog {
    let connection = desk.connection;
    let sealed_with = PageLogKey::new(Secret::new([key; 32]));
    let begun = sealed_with.clone();
    let merged = desk
        .store
        .write(move |tx| {
            contacts::seal_log(tx, connection, &begun)?;
            Ok(listings::find(tx, connection)?.map(|listing| listing.counts.pages))
        })
        .await
        .unwrap();
    PageLog::begin(&desk.path(), connection, &sealed_with, merged.unwrap())
}

async fn merge(desk: &Desk, pages: LoggedPages) -> Result<ListingCounts, StoreError> {
    desk.store
        .write(move |tx| contacts::merge_logged(tx, pages))
        .await
}

/// What the next run does first.
async fn merge_left_over(desk: &Desk) {
    let connection = desk.connection;
    desk.store
        .write(move |tx| contacts::merge_left_over(tx, connection))
        .await
        .unwrap();
}

/// What is seen of the contacts and of the listing in progress.
async fn state(desk: &Desk) -> String {
    let connection = desk.connection;
    let changes = desk.store.count_contacts(connection).await.unwrap();
    desk.store
        .read(move |db| {
            let rows: Vec<i64> = ["contact", "rejected_record", "request_trace", "block"]
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
async fn a_page_that_a_killed_run_left_comes_out_as_if_it_had_been_merged_at_once() {
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
    let mut log = log(&killed, 1).await;
    log.append(page(&killed, listing)).unwrap();
    drop(log);
    killed.reopen().await;
    for _ in 0..2 {
        // A second time there is nothing left to merge.
        merge_left_over(&killed).await;
    }
    assert_eq!(state(&killed).await, state(&at_once).await);
    killed.verify().await;
}

/// One page after another with ever newer versions of the same contact.
fn versions(desk: &Desk, listing: i64, versions: &[&str]) -> Vec<PageToStage> {
    let page = |it: &&str| {
        let mut page = desk.page(listing, vec![version("a", it)]);
        page.complete = false;
        page.cursor = Cursor::from_stored(format!("\"after {it}\""));
        page
    };
    versions.iter().map(page).collect()
}

async fn reached(desk: &Desk) -> (u64, String, String) {
    let connection = desk.connection;
    let found = desk.store.read(move |db| listings::find(db, connection));
    let listing = found.await.unwrap().unwrap();
    let cursor = listing.cursor.unwrap();
    (
        listing.counts.pages,
        cursor.as_str().to_owned(),
        desk.detail("a").await.raw,
    )
}

#[tokio::test]
async fn what_both_files_have_is_merged_in_the_order_of_the_listing() {
    let (mut desk, listing) = prepared().await;
    let mut log = log(&desk, 1).await;
    let mut pages = versions(&desk, listing, &["2", "3", "4", "5", "6"]).into_iter();
    log.append(pages.next().unwrap()).unwrap();
    log.append(pages.next().unwrap()).unwrap();
    let first = log.hand_out();
    assert_eq!((first.contacts(), log.waiting()), (2, 0));
    merge(&desk, first).await.unwrap();
    // The second batch is handed out and not merged; the third is on its way to the file of the first.
    log.append(pages.next().unwrap()).unwrap();
    drop(log.hand_out());
    log.append(pages.next().unwrap()).unwrap();
    log.append(pages.next().unwrap()).unwrap();
    desk.reopen().await;
    merge_left_over(&desk).await;
    let expected = (5, "\"after 6\"".to_owned(), r#"{"version":"6"}"#.to_owned());
    assert_eq!(reached(&desk).await, expected);
    desk.verify().await;
}

#[tokio::test]
async fn pages_merged_together_count_as_they_would_one_by_one() {
    let (desk, listing) = prepared().await;
    let mut log = log(&desk, 1).await;
    log.append(page(&desk, listing)).unwrap();
    let mut second = desk.page(listing, vec![version("b", "1"), version("c", "1")]);
    second.complete = false;
    log.append(second).unwrap();
    let counts = merge(&desk, log.hand_out()).await.unwrap();
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
async fn a_log_that_was_cut_off_or_changed_anywhere_gives_the_pages_before_and_no_more() {
    let whole = {
        let (desk, listing) = prepared().await;
        let mut log = log(&desk, 1).await;
        for page in versions(&desk, listing, &["2", "3"]) {
            log.append(page).unwrap();
        }
        std::fs::read(log_file(&desk)).unwrap()
    };
    let first = usize::try_from(u32::from_le_bytes(*whole.first_chunk().unwrap())).unwrap() + 12;
    let mut damaged: Vec<(usize, Vec<u8>)> = Vec::new();
    for at in (0..whole.len()).step_by(7) {
        damaged.push((at, whole[..at].to_vec()));
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        damaged.push((at, changed));
    }
    let (desk, _) = prepared().await;
    let connection = desk.connection;
    for (at, bytes) in damaged {
        drop(log(&desk, 1).await);
        std::fs::write(log_file(&desk), &bytes).unwrap();
        let undone = desk.store.write(move |tx| {
            contacts::merge_left_over(tx, connection)?;
            let listing = listings::find(tx, connection)?;
            let raw = contacts::detail(tx, connection, "a")?.raw;
            let pages = listing.map(|listing| listing.counts.pages);
            // The next one begins from the same state.
            Err::<(), _>(StoreError::Damaged(format!("{pages:?} {raw}")))
        });
        let told = undone.await.unwrap_err().to_string();
        let expected = if at < first {
            r#"Some(0) {"version":"1"}"#
        } else {
            r#"Some(1) {"version":"2"}"#
        };
        assert!(told.ends_with(expected), "at {at}: {told}");
    }
}

fn log_file(desk: &Desk) -> PathBuf {
    let mut name = desk.path().into_os_string();
    name.push(format!("-pages-{}-a", desk.connection));
    name.into()
}

#[tokio::test]
async fn the_log_shows_nobody_in_clear_and_opens_with_the_key_of_its_run_alone() {
    let (desk, listing) = prepared().await;
    let mut first = log(&desk, 1).await;
    first.append(page(&desk, listing)).unwrap();
    let bytes = std::fs::read(log_file(&desk)).unwrap();
    for known in [
        "recordUnreadable",
        "provenance",
        "erased",
        "after 2",
        "noId",
    ] {
        let found = bytes
            .windows(known.len())
            .any(|part| part == known.as_bytes());
        assert!(!found, "{known}");
    }
    let before = state(&desk).await;
    // A run has begun since, and what the one before it left was not there to be merged.
    drop(log(&desk, 2).await);
    std::fs::write(log_file(&desk), &bytes).unwrap();
    merge_left_over(&desk).await;
    assert_eq!(state(&desk).await, before, "another run's log says nothing");
}

#[tokio::test]
async fn pages_are_never_merged_past_one_that_is_missing() {
    let (desk, listing) = prepared().await;
    let mut log = log(&desk, 1).await;
    let mut pages = versions(&desk, listing, &["2", "3", "4"]).into_iter();
    log.append(pages.next().unwrap()).unwrap();
    let lost = log.hand_out();
    log.append(pages.next().unwrap()).unwrap();
    let refused = merge(&desk, log.hand_out()).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound { .. })),
        "{refused:?}"
    );
    merge(&desk, lost).await.unwrap();
    merge_left_over(&desk).await;
    let expected = (2, "\"after 3\"".to_owned(), r#"{"version":"3"}"#.to_owned());
    assert_eq!(reached(&desk).await, expected, "both are in the log");
}

/// Its cursor has to be moved past it all the same.
#[tokio::test]
async fn a_page_without_contacts_waits_as_any_other() {
    let (mut desk, listing) = prepared().await;
    let mut log = log(&desk, 1).await;
    let mut empty = desk.page(listing, Vec::new());
    empty.complete = false;
    log.append(empty).unwrap();
    assert_eq!((log.waiting(), log.is_empty()), (1, false));
    let mut bad = page(&desk, listing);
    bad.records = packed(Vec::new());
    log.append(bad).unwrap();
    assert_eq!(
        log.waiting(),
        3,
        "a rejected record and a removal count, too"
    );
    desk.reopen().await;
    merge_left_over(&desk).await;
    let (pages, _, _) = reached(&desk).await;
    assert_eq!(pages, 2);
    desk.verify().await;
}

#[tokio::test]
async fn a_log_that_cannot_be_read_holds_up_nothing() {
    let (desk, _) = prepared().await;
    drop(log(&desk, 1).await);
    std::fs::create_dir(log_file(&desk)).unwrap();
    let before = state(&desk).await;
    merge_left_over(&desk).await;
    assert_eq!(state(&desk).await, before, "its pages are fetched again");
    drop(log(&desk, 2).await);
}

#[tokio::test]
async fn a_page_of_a_listing_that_was_given_up_is_not_merged() {
    let (desk, listing) = prepared().await;
    let mut log = log(&desk, 1).await;
    log.append(page(&desk, listing)).unwrap();
    desk.begin(true).await;
    let refused = merge(&desk, log.hand_out()).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound { .. })),
        "{refused:?}"
    );
    let before = state(&desk).await;
    merge_left_over(&desk).await;
    assert_eq!(state(&desk).await, before, "nor when it is found later");
}

#[tokio::test]
async fn a_log_that_cannot_be_written_is_told_with_its_place() {
    let (desk, listing) = prepared().await;
    let mut log = log(&desk, 1).await;
    std::fs::create_dir(log_file(&desk)).unwrap();
    let refused = log.append(page(&desk, listing));
    let told = refused.unwrap_err();
    assert!(
        matches!(&told, StoreError::Folder { path, .. } if *path == log_file(&desk)),
        "{told:?}"
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
    let mut log = log(&desk, 1).await;
    log.append(page).unwrap();
    let waiting = log.hand_out();
    let connection = desk.connection;
    desk.store
        .write(move |tx| {
            let news = packed(vec![
                fetched("a", "new", 12, 9),
                fetched("d", "wrong clock", 99, 4),
            ]);
            contacts::stage_records(tx, connection, listing, &news, &[], at(13))?;
            let removed = [removal("gone", Lifecycle::Deleted)];
            contacts::remove(tx, connection, &removed, at(13))?;
            contacts::merge_logged(tx, waiting)
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
