//! Request traces and the count of requests by day.

use jiff::ToSpan;
use nurturehub_store::traces::{self, TraceRow};

use crate::desk::{Desk, at, connect};

fn rows(times: impl IntoIterator<Item = i64>) -> Vec<TraceRow> {
    times
        .into_iter()
        .map(|second| TraceRow {
            at: at(second),
            entry: second.to_string(),
        })
        .collect()
}

#[tokio::test]
async fn the_oldest_go_first_and_only_beyond_what_is_kept() {
    let desk = Desk::new().await;
    let (other, other_run) = connect(&desk.store, "two").await;
    let (connection, run) = (desk.connection, desk.run);
    desk.store
        .write(move |tx| {
            traces::append(tx, other, other_run, &rows(0..5))?;
            traces::append(tx, connection, run, &rows(0..20_000))?;
            traces::trim(tx, connection)
        })
        .await
        .unwrap();
    let kept = desk
        .store
        .read(move |db| traces::of_run(db, run))
        .await
        .unwrap();
    assert_eq!(kept.len(), 20_000, "as many as are kept stay");

    desk.store
        .write(move |tx| {
            traces::append(tx, connection, run, &rows(20_000..20_003))?;
            traces::trim(tx, connection)
        })
        .await
        .unwrap();
    let kept = desk
        .store
        .read(move |db| traces::of_run(db, run))
        .await
        .unwrap();
    assert_eq!(kept.len(), 20_000);
    assert_eq!(
        (kept.first().unwrap(), kept.last().unwrap()),
        (&3.into(), &20_002.into()),
        "three came, and the three oldest went"
    );
    let others = desk
        .store
        .read(move |db| traces::of_run(db, other_run))
        .await
        .unwrap();
    assert_eq!(others.len(), 5, "another connection's traces are its own");
}

#[tokio::test]
async fn what_a_limit_still_counts_is_told_by_time_and_by_day() {
    let desk = Desk::new().await;
    let (connection, run) = (desk.connection, desk.run);
    let (other, other_run) = connect(&desk.store, "two").await;
    let midnight: jiff::Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    let before = midnight - 1.millisecond();
    desk.store
        .write(move |tx| {
            let trace = |at| TraceRow {
                at,
                entry: "{}".into(),
            };
            // Out of order, as when two requests were under way at once.
            traces::append(tx, connection, run, &[trace(midnight), trace(before)])?;
            traces::append(tx, connection, run, &[trace(midnight)])?;
            traces::append(tx, other, other_run, &[trace(midnight)])
        })
        .await
        .unwrap();
    let (since, all, first_day, second_day) = desk
        .store
        .read(move |db| {
            Ok((
                traces::sent_since(db, connection, midnight)?,
                traces::sent_since(db, connection, before)?,
                traces::sent_on(db, connection, before)?,
                traces::sent_on(db, connection, midnight)?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(
        since,
        [midnight, midnight],
        "from that moment on, itself included"
    );
    assert_eq!(all, [before, midnight, midnight], "oldest first");
    assert_eq!(
        (first_day, second_day),
        (1, 2),
        "a day ends at midnight in UTC"
    );

    desk.store
        .write(move |tx| traces::trim(tx, connection))
        .await
        .unwrap();
    let later = desk
        .store
        .read(move |db| traces::sent_on(db, connection, midnight + 48.hours()))
        .await
        .unwrap();
    assert_eq!(later, 0);
}

#[tokio::test]
async fn however_long_they_are_they_keep_within_their_budget() {
    let desk = Desk::new().await;
    let (connection, run) = (desk.connection, desk.run);
    let long = |number: i64| TraceRow {
        at: at(number),
        entry: format!("{{\"n\":{number},\"pad\":\"{}\"}}", "x".repeat(10_000)),
    };
    desk.store
        .write(move |tx| {
            let rows: Vec<TraceRow> = (0..1000).map(long).collect();
            traces::append(tx, connection, run, &rows)?;
            traces::trim(tx, connection)
        })
        .await
        .unwrap();
    let kept = desk
        .store
        .read(move |db| traces::of_run(db, run))
        .await
        .unwrap();
    let bytes: usize = kept.iter().map(|entry| entry.to_string().len()).sum();
    assert!(
        (7 * 1024 * 1024..=8 * 1024 * 1024).contains(&bytes),
        "as much as the budget allows and no more: {bytes}"
    );
    assert_eq!(kept.last().unwrap()["n"], 999, "the newest stay");
    let first = kept.first().unwrap()["n"].as_i64().unwrap();
    assert_eq!(
        first,
        1000 - i64::try_from(kept.len()).unwrap(),
        "the oldest went"
    );
}
