//! Run history and recordings keep within what they may take.

use nurturehub_port::RunId;
use nurturehub_store::recordings::{self, KEPT, LARGEST, RecordingRow};
use nurturehub_store::runs::{self, RunEnd};
use serde_json::json;

use crate::desk::{Desk, at};

async fn many(desk: &Desk, kind: &'static str, count: usize, bytes: usize) {
    let connection = desk.connection;
    desk.store
        .write(move |tx| {
            for number in 0..count {
                let id = RunId::parse(format!("{kind}-{number}")).unwrap();
                let row = runs::begin(tx, &id, connection, kind, at(1))?;
                let end = RunEnd {
                    status: "succeeded",
                    at: at(2),
                    contacts: 0,
                    error_kind: None,
                    report: json!({ "pad": "x".repeat(bytes) }),
                };
                runs::end(tx, row, &end)?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

/// Bytes of reports that a connection's history may take.
const BUDGET: i64 = 16 * 1024 * 1024;

async fn bytes(desk: &Desk) -> i64 {
    let connection = desk.connection;
    let all = desk
        .store
        .read(move |db| runs::newest(db, connection, None, 10_000))
        .await
        .unwrap();
    let lengths = all.iter().map(|run| run.report.to_string().len());
    i64::try_from(lengths.sum::<usize>()).unwrap()
}

async fn kept(desk: &Desk, kind: &'static str) -> Vec<String> {
    let connection = desk.connection;
    let found = desk
        .store
        .read(move |db| runs::newest(db, connection, Some(kind), 10_000))
        .await
        .unwrap();
    found.into_iter().map(|run| run.id).collect()
}

#[tokio::test]
async fn the_oldest_runs_of_a_kind_go_and_no_kind_crowds_out_another() {
    let desk = Desk::new().await;
    many(&desk, "sync", 130, 10).await;
    many(&desk, "verify", 1_600, 10).await;
    many(&desk, "webhook", 1_600, 10).await;
    let webhooks = kept(&desk, "webhook").await.len();
    assert!(
        (1_400..=1_450).contains(&webhooks),
        "deliveries are looked at now and then: {webhooks}"
    );
    let verifications = kept(&desk, "verify").await;
    assert_eq!(verifications.len(), 1_400);
    assert_eq!(
        (
            verifications.first().unwrap().as_str(),
            verifications.last().unwrap().as_str()
        ),
        ("verify-1599", "verify-200"),
        "the oldest went"
    );
    let syncs = kept(&desk, "sync").await;
    assert!(
        syncs.iter().any(|id| id == "sync-0"),
        "no sync went for them"
    );
}

#[tokio::test]
async fn reports_keep_within_their_budget_but_what_health_needs_stays() {
    let desk = Desk::new().await;
    many(&desk, "push", 300, 100_000).await;
    assert!(bytes(&desk).await <= BUDGET);
    let pushes = kept(&desk, "push").await;
    assert_eq!(pushes.len(), 167, "16 MiB of them, oldest first");
    assert_eq!(pushes.first().unwrap(), "push-299");
    many(&desk, "verify", 150, 200_000).await;
    for kind in ["verify", "push"] {
        let kept = kept(&desk, kind).await.len();
        assert!(kept >= 120, "so many stay whatever their size: {kept}");
    }
    assert!(
        bytes(&desk).await <= BUDGET,
        "though 240 of such a size are far more: the older ones have lost their lists"
    );
    let connection = desk.connection;
    let newest = desk
        .store
        .read(move |db| runs::newest(db, connection, Some("verify"), 1));
    let newest = newest.await.unwrap().remove(0);
    assert_eq!(
        newest.report["pad"].as_str().map(str::len),
        Some(200_000),
        "the newest is whole"
    );
}

#[tokio::test]
async fn only_the_newest_recordings_stay_and_none_that_is_too_large() {
    let desk = Desk::new().await;
    let connection = desk.connection;
    let recording = |bytes: usize| RecordingRow {
        key: [7; 32],
        content: vec![1; bytes],
    };
    let rows: Vec<i64> = desk
        .store
        .write(move |tx| {
            let mut rows = Vec::new();
            for number in 0..8 {
                let id = RunId::parse(format!("r-{number}")).unwrap();
                let row = runs::begin(tx, &id, connection, "sync", at(number))?;
                let bytes = if number == 7 { LARGEST + 1 } else { 10 };
                recordings::keep(tx, connection, row, &recording(bytes))?;
                rows.push(row);
            }
            Ok(rows)
        })
        .await
        .unwrap();
    let mut kept = Vec::new();
    for row in rows {
        let found = desk.store.read(move |db| recordings::of_run(db, row)).await;
        kept.push(found.unwrap().is_some());
    }
    let newest: usize = KEPT.try_into().unwrap();
    assert_eq!(kept.iter().filter(|kept| **kept).count(), newest);
    assert_eq!(kept, [false, false, true, true, true, true, true, false]);
}
