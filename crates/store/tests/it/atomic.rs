//! A page and its cursor: both, or neither.

use nurturehub_port::Cursor;
use nurturehub_store::traces::TraceRow;
use nurturehub_store::{StoreError, contacts, listings};

use crate::desk::{Desk, at, version};

/// Contacts stored, and the cursor of the listing in progress.
async fn state(desk: &Desk) -> (i64, Option<Cursor>) {
    let connection = desk.connection;
    desk.store
        .read(move |db| {
            let listing = listings::find(db, connection)?;
            Ok((
                db.count_rows("contact")?,
                listing.and_then(|listing| listing.cursor),
            ))
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn the_last_statement_of_a_page_failing_undoes_all_of_it() {
    let desk = Desk::new().await;
    let listing = desk.begin(true).await;
    let mut page = desk.page(listing.number, vec![version("a", "1"), version("b", "1")]);
    // The traces are stored last, and there is no such run.
    page.run = 999;
    page.traces = vec![TraceRow {
        at: at(0),
        entry: "{}".into(),
    }];
    desk.stage(page).await.unwrap_err();
    assert_eq!(
        state(&desk).await,
        (0, None),
        "neither contacts nor the cursor may stay"
    );

    let counts = desk
        .stage(desk.page(listing.number, vec![version("a", "1")]))
        .await
        .unwrap();
    assert_eq!(counts.created, 1, "the page goes in when it comes again");
    assert_eq!(
        desk.detail("a").await.raw,
        r#"{"version":"1"}"#,
        "a body stored after the rollback must not be sought in the block that was undone"
    );
}

#[tokio::test]
async fn work_that_fails_after_a_first_page_undoes_its_block_too() {
    let mut desk = Desk::new().await;
    let listing = desk.begin(true).await;
    let page = desk.page(listing.number, vec![version("a", "1")]);
    let failed = desk
        .store
        .write(move |tx| {
            contacts::stage(tx, &page)?;
            Err::<(), _>(StoreError::Full)
        })
        .await;
    assert!(matches!(failed, Err(StoreError::Full)));
    assert_eq!(state(&desk).await, (0, None));
    let blocks = desk.store.read(|db| db.count_rows("block")).await.unwrap();
    assert_eq!(blocks, 0);

    desk.stage(desk.page(listing.number, vec![version("b", "2")]))
        .await
        .unwrap();
    desk.reopen().await;
    assert_eq!(
        desk.detail("b").await.raw,
        r#"{"version":"2"}"#,
        "a later program, which has only the file, must find it"
    );
}

#[tokio::test]
async fn a_page_of_a_listing_that_was_given_up_is_not_stored() {
    let desk = Desk::new().await;
    let old = desk.begin(true).await;
    let new = desk.begin(true).await;
    let late = desk
        .stage(desk.page(old.number, vec![version("a", "1")]))
        .await;
    assert!(
        matches!(late, Err(StoreError::NotFound { .. })),
        "a page of the old listing must not move the cursor of the new one: {late:?}"
    );
    assert_eq!(state(&desk).await, (0, None));

    desk.stage(desk.page(new.number, vec![version("a", "1")]))
        .await
        .unwrap();
    desk.close(true).await;
    let after = desk
        .stage(desk.page(new.number, vec![version("b", "1")]))
        .await;
    assert!(
        matches!(after, Err(StoreError::NotFound { .. })),
        "contacts without a cursor to go with them must not be stored: {after:?}"
    );
    assert_eq!(state(&desk).await.0, 1);
}

#[tokio::test]
async fn only_the_listing_in_progress_can_be_closed() {
    let desk = Desk::new().await;
    let connection = desk.connection;
    let old = desk.begin(true).await;
    desk.begin(true).await;
    let cursor = Cursor::from_stored("\"old\"".into());
    let closed = desk
        .store
        .write(move |tx| listings::close(tx, connection, &old, Some(&cursor)))
        .await;
    assert!(matches!(closed, Err(StoreError::NotFound { .. })));
    let (record, open) = desk
        .store
        .read(move |db| {
            Ok((
                nurturehub_store::connections::get(db, "one")?,
                listings::find(db, connection)?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(
        record.cursor, None,
        "the cursor of a listing given up is void"
    );
    assert!(open.is_some(), "the listing in progress goes on");
}

#[tokio::test]
async fn work_goes_on_to_its_end_though_nobody_waits_for_it() {
    let desk = Desk::new().await;
    let listing = desk.begin(true).await;
    let page = desk.page(listing.number, vec![version("a", "1")]);
    let answer = desk
        .store
        .enqueue(move |tx| contacts::stage(tx, &page))
        .unwrap();
    drop(answer);
    // The writer takes its work in order, so this comes after.
    desk.store.write(|_| Ok(())).await.unwrap();
    assert_eq!(state(&desk).await.0, 1);
}

#[test]
fn a_full_queue_of_writes_holds_up_no_other_task() {
    let (done, finished) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let desk = Desk::new().await;
            let (release, held) = std::sync::mpsc::channel::<()>();
            let first = desk.store.write(move |_| {
                held.recv().unwrap_err();
                Ok(())
            });
            let others: Vec<_> = (0..20)
                .map(|_| {
                    let store = desk.store.clone();
                    tokio::spawn(async move { store.write(|_| Ok(())).await })
                })
                .collect();
            let release = async {
                // Everything else has been polled once by now.
                for _ in 0..50 {
                    tokio::task::yield_now().await;
                }
                drop(release);
            };
            let (first, ()) = tokio::join!(first, release);
            first.unwrap();
            for other in others {
                other.await.unwrap().unwrap();
            }
        });
        done.send(()).unwrap();
    });
    assert!(
        finished
            .recv_timeout(std::time::Duration::from_secs(60))
            .is_ok(),
        "waiting for room in the queue must not block the thread that all tasks share"
    );
}
