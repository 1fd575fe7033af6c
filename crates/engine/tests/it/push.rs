//! What a push says of itself, and what is kept of one that sends nothing.

use std::time::Duration;

use nurturehub_engine::{EngineError, PushOptions, PushReport, RunKind, RunStatus, State};
use nurturehub_port::Activity;
use nurturehub_sandbox::Faults;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;

const DRY: bool = true;

async fn push(desk: &Desk, connection: &str, dry_run: bool) -> Result<PushReport, EngineError> {
    let options = PushOptions {
        dry_run,
        ..PushOptions::default()
    };
    let cancel = CancellationToken::new();
    desk.engine
        .push(connection, options, &|_| {}, &cancel)
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_is_found_by_its_id_and_is_marked() {
    let desk = Desk::new(30).await;
    let connection = desk.connect("agentos").await;
    desk.sync(&connection).await;
    let report = push(&desk, &connection, DRY).await.unwrap();
    assert_eq!(
        (report.would_send, report.sent),
        (30, 0),
        "it counts and sends nothing: {report:?}"
    );
    let run = desk.engine.run(report.run_id.as_str()).await.unwrap();
    assert_eq!(
        (run.summary.kind, run.summary.status),
        (RunKind::Push, RunStatus::Succeeded)
    );
    assert_eq!(run.report["dryRun"], true, "said to be one: {}", run.report);
    assert_eq!(run.report, serde_json::to_value(&report).unwrap());
    assert_eq!(run.summary.contacts, 0, "no contact was sent");
    assert!(run.requests.is_empty(), "and nobody was asked");
    assert!(desk.sandbox.platform().contacts().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_does_not_hide_that_the_last_push_failed() {
    let desk = Desk::new(30).await;
    let connection = desk.connect("agentos").await;
    desk.sync(&connection).await;
    desk.sandbox
        .add_faults(Faults::parse("platform.batch:status=403").unwrap());
    let failed = push(&desk, &connection, !DRY).await.unwrap_err();
    let before = desk.engine.health(&connection).await.unwrap();
    assert_ne!(before.state, State::Healthy, "{before:?}");
    assert_eq!(before.issues[0].kind, failed.kind());
    push(&desk, &connection, DRY).await.unwrap();
    let after = desk.engine.health(&connection).await.unwrap();
    assert_eq!(after.state, before.state, "it has shown nothing");
    assert_eq!(after.issues, before.issues);
    let finding = desk.engine.finding(&connection).await.unwrap().unwrap();
    assert_eq!(
        finding.run.error_kind.as_deref(),
        Some(failed.kind().as_str()),
        "and the failed push is still what there is to look into"
    );
    desk.sandbox.clear_faults();
    push(&desk, &connection, !DRY).await.unwrap();
    let mended = desk.engine.health(&connection).await.unwrap();
    assert_eq!(mended.state, State::Healthy, "a real one has: {mended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_that_a_report_does_not_list_are_counted() {
    let desk = Desk::new(1_200).await;
    let connection = desk.connect("agentos").await;
    desk.sync(&connection).await;
    desk.sandbox
        .add_faults(Faults::parse("platform.batch:refuseRows=500").unwrap());
    let report = push(&desk, &connection, !DRY).await.unwrap();
    assert_eq!(
        (report.sent, report.rejected),
        (1_200, 1_200),
        "{} accepted",
        report.accepted
    );
    assert_eq!(
        (report.rejections.len(), report.rejections_left_out),
        (1_000, 200),
        "the rest is said to be left out"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_and_a_write_back_say_where_their_time_went() {
    let desk = Desk::new(20).await;
    let connection = desk.connect("reapit").await;
    desk.sync(&connection).await;
    // Each request takes as long, so that the least that was waited is known.
    desk.sandbox.set_latency(Some(Duration::from_millis(25)));
    desk.sandbox
        .add_faults(Faults::parse("platform.batch:status=503,times=1,retryAfter=1").unwrap());
    let pushed = push(&desk, &connection, !DRY).await.unwrap();
    assert!(
        pushed.spent.waiting_ms >= 50,
        "two answers: {:?}",
        pushed.spent
    );
    assert!(
        pushed.spent.throttled_ms >= 900,
        "and as long between them as the platform asked for: {:?}",
        pushed.spent
    );
    assert!(
        pushed.spent.mapping_us > 0 && pushed.spent.storing_us > 0,
        "batches were put together, and answers stored: {:?}",
        pushed.spent
    );
    let kept = desk.engine.run(pushed.run_id.as_str()).await.unwrap();
    assert_eq!(
        kept.report["spent"],
        serde_json::to_value(pushed.spent).unwrap(),
        "the run's record says the same"
    );

    let contact = &desk.contacts(&connection).await[0]["provenance"]["externalId"];
    let note = json!({
        "id": "a-1", "kind": "note", "occurredAt": "2026-01-01T09:00:00Z",
        "source": { "system": "nurturehub" }, "contact": { "externalId": contact },
        "subject": "Spring market", "attributes": {},
    });
    let note: Activity = serde_json::from_value(note).unwrap();
    let cancel = CancellationToken::new();
    let written = desk
        .engine
        .push_activities(&connection, vec![note], &cancel)
        .await
        .unwrap();
    assert_eq!(written.results.len(), 1);
    assert!(
        written.spent.waiting_ms >= 25 && written.spent.storing_us > 0,
        "{:?}",
        written.spent
    );
    let newest = desk.engine.runs(&connection, 1).await.unwrap();
    assert_eq!(newest[0].kind, RunKind::WriteBack);
    let kept = desk.engine.run(&newest[0].run_id).await.unwrap();
    assert_eq!(
        kept.report["spent"],
        serde_json::to_value(written.spent).unwrap()
    );
}
