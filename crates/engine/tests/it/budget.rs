//! What a connection's history may take holds whatever kind of run comes last, and with no sync at all.

use nurturehub_engine::{PushOptions, RunKind};
use nurturehub_port::RunId;
use nurturehub_store::connections;
use nurturehub_store::runs::{self, RunEnd};
use nurturehub_store::traces::{self, TraceRow};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;

/// Runs of one kind that are kept.
const KEPT: usize = 1_400;

/// Requests that are kept.
const KEPT_REQUESTS: usize = 20_000;

/// Fills the history to the brim with runs of a kind, of which the newest made more requests than are
/// kept.
async fn fill(desk: &Desk, connection: &str, kind: &'static str) {
    let (wanted, now) = (connection.to_owned(), desk.engine.now());
    let end = RunEnd {
        status: "succeeded",
        at: now,
        contacts: 0,
        error_kind: None,
        report: json!({}),
    };
    let request = TraceRow {
        at: now,
        entry: "{}".into(),
    };
    desk.engine
        .store()
        .write(move |tx| {
            let row = connections::find(tx, &wanted)?.unwrap().row;
            let mut newest = 0;
            for number in 1..=KEPT {
                let id = RunId::parse(format!("{kind}-{number}")).unwrap();
                newest = runs::begin(tx, &id, row, kind, now)?;
                runs::end(tx, newest, &end)?;
            }
            traces::append(tx, row, newest, &vec![request; KEPT_REQUESTS + 100])
        })
        .await
        .unwrap();
}

/// One run of a kind has come after those that filled the history: what it held before is within the
/// budget.
async fn holds(desk: &Desk, connection: &str, kind: RunKind) {
    let all = desk.engine.run_page(connection, 10_000, 0).await.unwrap();
    let kept = all.runs.iter().filter(|run| run.kind == kind).count();
    assert_eq!(kept, KEPT, "{kind:?}");
    let word = kind.as_str();
    let oldest = desk.engine.run(&format!("{word}-1")).await;
    assert!(oldest.is_err(), "the oldest went");
    let newest = desk.engine.run(&format!("{word}-{KEPT}")).await.unwrap();
    let requests = newest.requests.len();
    assert!(
        requests > KEPT_REQUESTS / 2 && requests <= KEPT_REQUESTS,
        "requests keep within theirs: {requests}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_verifications_and_no_sync_keep_within_the_budget() {
    let desk = Desk::new(3).await;
    let conn = desk.connect("street").await;
    fill(&desk, &conn, "verify").await;
    assert!(desk.engine.verify(&conn, &|_| {}).await.unwrap().ok);
    holds(&desk, &conn, RunKind::Verify).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_pushes_and_no_sync_keep_within_the_budget() {
    let desk = Desk::new(3).await;
    let conn = desk.connect("street").await;
    desk.sync(&conn).await;
    fill(&desk, &conn, "push").await;
    let (options, none) = (PushOptions::default(), CancellationToken::new());
    let pushed = desk.engine.push(&conn, options, &|_| {}, &none).await;
    assert!(pushed.unwrap().sent > 0);
    holds(&desk, &conn, RunKind::Push).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_write_backs_and_no_sync_keep_within_the_budget() {
    let desk = Desk::new(3).await;
    let conn = desk.connect("street").await;
    fill(&desk, &conn, "writeBack").await;
    let note = json!({
        "id": "a-1", "kind": "note", "occurredAt": "2026-01-01T09:00:00Z",
        "source": { "system": "nurturehub" }, "contact": { "externalId": "NOBODY" },
        "subject": "Spring market", "attributes": {},
    });
    let note = serde_json::from_value(note).unwrap();
    let none = CancellationToken::new();
    let pushed = desk.engine.push_activities(&conn, vec![note], &none).await;
    assert_eq!(pushed.unwrap().results.len(), 1);
    holds(&desk, &conn, RunKind::WriteBack).await;
}
