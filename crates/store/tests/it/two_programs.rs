//! Two programs on one file: the desktop app and the command line.

use std::sync::{Arc, Barrier};

use nurturehub_port::ConnectionId;
use nurturehub_store::audit::{self, AuditEntry};
use nurturehub_store::contacts::{self, ContactFilter};
use nurturehub_store::{Store, StoreError, others};
use serde_json::json;

use crate::desk::{Desk, ONCE, at, key, packed, version};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Each opener has a thread of its own, and all begin at once.
fn race<T: Send + 'static>(
    openers: usize,
    work: impl Fn(usize) -> T + Send + Sync + Clone + 'static,
) -> Vec<T> {
    let start = Arc::new(Barrier::new(openers));
    let threads: Vec<_> = (0..openers)
        .map(|number| {
            let (start, work) = (Arc::clone(&start), work.clone());
            std::thread::spawn(move || {
                start.wait();
                work(number)
            })
        })
        .collect();
    threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect()
}

/// In the environment of a program that the test below started.
const OPENER: &str = "STORE_TEST_OPENER";

/// The library under the store sets itself up once in a program's life, so that each round needs a
/// program of its own: this test, started again. With far more threads than processors, some round
/// has one of them put aside in the middle of that.
#[test]
fn threads_that_open_first_in_a_program_at_the_same_time_all_open() {
    if let Some(folder) = std::env::var_os(OPENER) {
        let folder = std::path::PathBuf::from(folder);
        let opened = race(24, move |number| {
            let path = folder.join(format!("{number}.db"));
            runtime().block_on(Store::open(&path, key(7))).map(drop)
        });
        for opened in opened {
            opened.unwrap();
        }
        return;
    }
    let this = std::env::current_exe().unwrap();
    let name = "two_programs::threads_that_open_first_in_a_program_at_the_same_time_all_open";
    for round in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let opener = std::process::Command::new(&this)
            .args(["--exact", name])
            .env(OPENER, folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&opener.stdout);
        assert!(
            opener.status.success() && said.contains("1 passed"),
            "round {round}: {said}"
        );
    }
}

#[test]
fn programs_that_make_the_file_at_the_same_time_all_open_it() {
    for round in 0..12 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let opened = race(4, move |number| {
            runtime().block_on(async {
                let store = Store::open(&path, key(7)).await?;
                let entry = AuditEntry {
                    at: at(0),
                    actor: number.to_string(),
                    action: "opened",
                    connection: None,
                    detail: json!({}),
                };
                store.write(move |tx| audit::append(tx, &entry)).await?;
                Ok::<_, StoreError>(store)
            })
        });
        let stores: Vec<Store> = opened
            .into_iter()
            .map(|store| store.unwrap_or_else(|error| panic!("round {round}: {error:?}")))
            .collect();
        let entries = runtime()
            .block_on(stores[0].read(|db| audit::newest(db, 100)))
            .unwrap();
        assert_eq!(entries.len(), 4, "what each of them wrote is there");
    }
}

#[test]
fn writing_at_the_same_time_loses_nothing_and_is_never_busy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let worked = race(2, move |number| {
        runtime().block_on(async {
            let store = Store::open(&path, key(7)).await?;
            let name = format!("connection-{number}");
            let (connection, _) = crate::desk::connect(&store, &name).await;
            for step in 0..150 {
                let record = version(&format!("{number}-{step}"), "1");
                store
                    .write(move |tx| {
                        contacts::stage_records(
                            tx,
                            connection,
                            0,
                            &packed(vec![record]),
                            &[],
                            at(0),
                        )
                    })
                    .await?;
            }
            let page = store
                .find(connection, ContactFilter::default(), 1000, 0)
                .await?;
            Ok::<_, StoreError>(page.contacts.len())
        })
    });
    for result in worked {
        assert_eq!(
            result.unwrap(),
            150,
            "every contact is there and can be read"
        );
    }
}

#[tokio::test]
async fn a_reader_keeps_its_view_while_another_program_writes() {
    let desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    let other = Store::open(&desk.path(), key(7)).await.unwrap();
    let (begun, wait) = std::sync::mpsc::channel::<()>();
    let (written, go_on) = std::sync::mpsc::channel::<()>();
    let reading = other.read(move |db| {
        let before = db.count_rows("contact")?;
        drop(begun);
        go_on.recv().unwrap_err();
        Ok((before, db.count_rows("contact")?))
    });
    let writing = async {
        tokio::task::spawn_blocking(move || wait.recv().unwrap_err())
            .await
            .unwrap();
        desk.sync(vec![version("a", "1"), version("b", "1")], ONCE)
            .await;
        drop(written);
    };
    let (seen, ()) = tokio::join!(reading, writing);
    assert_eq!(seen.unwrap(), (1, 1), "one piece of work sees one state");
    let after = other.read(|db| db.count_rows("contact")).await.unwrap();
    assert_eq!(after, 2, "the next piece of work sees the new one");
}

#[tokio::test]
async fn what_one_program_wrote_last_is_read_by_one_that_opens_later() {
    let mut desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    let elsewhere = desk.folder().join("another.db");
    // The first program ends here, with its log not yet copied into the file.
    desk.store = Store::open(&elsewhere, key(7)).await.unwrap();
    desk.reopen().await;
    assert_eq!(desk.detail("a").await.raw, r#"{"version":"1"}"#);
    let found = desk
        .store
        .read(|db| nurturehub_store::connections::find(db, "one"))
        .await
        .unwrap();
    assert_eq!(
        found.map(|record| record.id),
        ConnectionId::parse("one").ok()
    );
}

#[test]
fn each_program_notices_what_the_other_writes_and_not_what_it_writes_itself() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let one = Store::open(&path, key(7)).await.unwrap();
        let other = Store::open(&path, key(7)).await.unwrap();
        let seen = async |store: &Store| store.write(others::changes).await.unwrap();
        let writes = async |store: &Store| {
            let entry = AuditEntry {
                at: at(0),
                actor: "somebody".into(),
                action: "wrote",
                connection: None,
                detail: json!({}),
            };
            let written = store.write(move |tx| audit::append(tx, &entry)).await;
            written.unwrap();
        };
        let (before, beside) = (seen(&one).await, seen(&other).await);
        writes(&one).await;
        assert_eq!(seen(&one).await, before, "its own writing is no news");
        assert_ne!(seen(&other).await, beside, "to the other it is");
        let known = seen(&one).await;
        assert_eq!(known, before, "looking is no writing");
        writes(&other).await;
        assert_ne!(seen(&one).await, known);
    });
}
