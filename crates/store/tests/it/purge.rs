//! A purge leaves nothing behind.

use nurturehub_port::{ConnectionId, Lifecycle};
use nurturehub_store::audit::{self, AuditEntry};
use nurturehub_store::recordings::{self, RecordingRow};
use nurturehub_store::traces::TraceRow;
use nurturehub_store::webhooks::{self, DeliveryRecord};
use nurturehub_store::write_back::{self, WriteBackRecord, WriteBackState};
use nurturehub_store::{alerts, connections, contacts};
use serde_json::json;

use crate::desk::{
    Desk, ONCE, at, connect, contact, look_inside, packed, prepared, rejected, removal, version,
};

/// Puts something into every table that a connection has rows in.
async fn fill(desk: &Desk) {
    let (connection, run) = (desk.connection, desk.run);
    desk.sync(
        vec![version("a", "1"), version("b", "1"), version("c", "1")],
        ONCE,
    )
    .await;
    desk.accept_all().await;
    desk.sync(
        vec![version("a", "2"), version("b", "2"), version("c", "1")],
        ONCE,
    )
    .await;
    let refused = desk.waiting().await.remove(0);
    desk.reject(refused).await;
    let again = desk.waiting().await.remove(0);
    desk.accept(again).await;
    let listing = desk.begin(true).await;
    let mut page = desk.page(listing.number, vec![version("a", "3")]);
    page.rejected = vec![rejected(Some("x"), "{}")];
    page.removals = vec![removal("c", Lifecycle::Archived)];
    page.traces = vec![TraceRow {
        at: at(0),
        entry: "{}".into(),
    }];
    desk.stage(page).await.unwrap();
    desk.store
        .write(move |tx| {
            audit::append(
                tx,
                &AuditEntry {
                    at: at(0),
                    actor: "ada".into(),
                    action: "purged",
                    connection: Some(ConnectionId::parse("one").unwrap()),
                    detail: json!({}),
                },
            )?;
            write_back::put(
                tx,
                connection,
                &WriteBackRecord {
                    activity: "act".into(),
                    state: WriteBackState::Written,
                    reference: None,
                    error: None,
                    attempts: 1,
                    acknowledged: false,
                    at: at(0),
                    content: None,
                },
            )?;
            webhooks::record(
                tx,
                connection,
                &DeliveryRecord {
                    event: "event".into(),
                    topic: "topic".into(),
                    occurred_at: None,
                    received_at: at(0),
                    failed: false,
                    body: b"{}".to_vec(),
                    result: json!({}),
                },
            )?;
            alerts::open(tx, connection, "script", "failing", None, at(0))?;
            let recording = RecordingRow {
                key: [1; 32],
                content: vec![2],
            };
            recordings::keep(tx, connection, run, &recording)?;
            assert!(run > 0);
            Ok(())
        })
        .await
        .unwrap();
}

fn rows_by_table(desk: &Desk) -> Vec<(String, i64)> {
    let inside = look_inside(&desk.path());
    let mut statement = inside
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let names: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    names
        .into_iter()
        .map(|name| {
            let sql = format!("SELECT count(*) FROM {name}");
            let count = inside.query_row(&sql, [], |row| row.get(0)).unwrap();
            (name, count)
        })
        .collect()
}

#[tokio::test]
async fn no_row_of_the_connection_is_left_but_the_audit() {
    let desk = Desk::new().await;
    fill(&desk).await;
    // These two belong to no connection.
    let shared = ["provider", "platform"];
    for (table, count) in rows_by_table(&desk) {
        assert!(
            count > 0 || shared.contains(&table.as_str()),
            "the test must put something into `{table}` to see it go"
        );
    }
    let connection = desk.connection;
    desk.store
        .write(move |tx| connections::purge(tx, connection))
        .await
        .unwrap();
    desk.store.checkpoint().await.unwrap();
    for (table, count) in rows_by_table(&desk) {
        // One line each: of the purge, and of how often contacts have changed.
        let is_of_all = matches!(table.as_str(), "audit" | "contact_changes");
        assert_eq!(count, i64::from(is_of_all), "rows left in `{table}`");
    }
    let log = desk.folder().join("store.db-wal");
    let left = std::fs::metadata(&log).map_or(0, |file| file.len());
    assert_eq!(left, 0, "the log is emptied");
}

#[tokio::test]
async fn another_connection_keeps_all_it_has() {
    let mut desk = Desk::new().await;
    desk.sync(vec![version("a", "1")], ONCE).await;
    let purged = desk.connection;
    (desk.connection, desk.run) = connect(&desk.store, "two").await;
    fill(&desk).await;
    let before = rows_by_table(&desk);
    desk.store
        .write(move |tx| connections::purge(tx, purged))
        .await
        .unwrap();
    let after = rows_by_table(&desk);
    let lost: Vec<(&str, i64)> = before
        .iter()
        .zip(&after)
        .map(|((name, before), (_, after))| (name.as_str(), before - after))
        .filter(|(_, lost)| *lost != 0)
        .collect();
    assert_eq!(
        lost,
        [
            ("connection", 1),
            ("contact", 1),
            ("block", 1),
            ("block_content", 1),
            ("run", 1),
            ("contact_count", 1),
        ],
        "only what the purged one had"
    );
    assert_eq!(desk.detail("a").await.raw, r#"{"version":"3"}"#);
}

/// Blocks are remembered by their number, also by readers and by other programs.
#[tokio::test]
async fn a_connection_made_after_a_purge_is_not_read_from_the_old_ones_blocks() {
    let mut desk = Desk::new().await;
    let second_program = nurturehub_store::Store::open(&desk.path(), crate::desk::key(7))
        .await
        .unwrap();
    let old = r#"{"alpha":"1","beta":"2","gamma":"3","delta":["4","5"],"version":"x"}"#;
    desk.sync(vec![prepared(contact("a"), old)], ONCE).await;
    desk.detail("a").await;
    let connection = desk.connection;
    second_program
        .write(move |tx| {
            contacts::stage_records(
                tx,
                connection,
                0,
                &packed(vec![prepared(contact("b"), old)]),
                &[],
                at(0),
            )
        })
        .await
        .unwrap();
    desk.store
        .write(move |tx| connections::purge(tx, connection))
        .await
        .unwrap();

    (desk.connection, desk.run) = connect(&desk.store, "two").await;
    let new = r#"{"one":{"two":"1","three":null},"four":["f","g"],"five":false,"version":"y"}"#;
    desk.sync(vec![prepared(contact("c"), new)], ONCE).await;
    assert_eq!(
        desk.detail("c").await.raw,
        new,
        "read where the old one was read"
    );

    let connection = desk.connection;
    second_program
        .write(move |tx| {
            contacts::stage_records(
                tx,
                connection,
                0,
                &packed(vec![prepared(contact("d"), new)]),
                &[],
                at(0),
            )
        })
        .await
        .unwrap();
    desk.reopen().await;
    assert_eq!(
        desk.detail("d").await.raw,
        new,
        "written by a program that knew the old one"
    );
}
