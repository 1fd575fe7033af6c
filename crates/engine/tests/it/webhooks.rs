//! Webhooks: taken in once, kept where they cannot be dealt with, never believed without proof.

use nurturehub_adapter_kit::SystemClock;
use nurturehub_engine::EngineError;
use nurturehub_port::{Clock as _, ErrorKind, WebhookDelivery};
use nurturehub_sandbox::{Change, Faults, Mutation, Notice};

use crate::desk::Desk;

/// A delivery about a record, as a CRM of the sandbox sends it now.
fn delivery(desk: &Desk, provider: &str, notice: &Notice) -> WebhookDelivery {
    let sent = desk.sandbox.notice(provider, notice).unwrap();
    WebhookDelivery {
        headers: sent.headers,
        body: sent.body.into_bytes(),
        received_at: SystemClock::new().now(),
        check_signature: true,
    }
}

async fn kinds_of_runs(desk: &Desk, connection: &str) -> Vec<(String, String)> {
    let runs = desk.engine.runs(connection, 10).await.unwrap();
    runs.into_iter()
        .filter(|run| run.kind.as_str() == "webhook")
        .map(|run| (run.status.to_string(), run.error_kind.unwrap_or_default()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_heard_of_once_and_leaves_a_run_with_its_requests() {
    for provider in ["reapit", "alto", "street"] {
        let desk = Desk::new(30).await;
        let connection = &desk.connect(provider).await;
        desk.sync(connection).await;
        let before = desk.snapshot(connection).await;
        let changed = desk
            .sandbox
            .mutate(provider, &Mutation::of(Change::Edit, 1));
        let notice = Notice::about(changed[0].as_str());
        let sent = delivery(&desk, provider, &notice);
        let report = desk
            .engine
            .ingest_webhook(connection, sent.clone())
            .await
            .unwrap();
        assert_eq!(
            (report.contacts, report.duplicate),
            (1, false),
            "{report:?}"
        );
        let after = desk.snapshot(connection).await;
        let differing = after
            .iter()
            .filter(|(id, hash)| before.get(*id) != Some(hash))
            .count();
        assert_eq!(differing, 1, "{provider}: the one that was edited");

        let again = desk.engine.ingest_webhook(connection, sent).await.unwrap();
        assert!(again.duplicate && again.contacts == 0, "{again:?}");
        assert_eq!(desk.snapshot(connection).await, after);

        let runs = desk.engine.runs(connection, 10).await.unwrap();
        let run = runs
            .iter()
            .find(|run| run.kind.as_str() == "webhook")
            .unwrap();
        let detail = desk.engine.run(&run.run_id).await.unwrap();
        assert!(
            !detail.requests.is_empty(),
            "{provider}: the record was read again"
        );
        assert_eq!(
            desk.sync(connection).await.updated,
            0,
            "{provider}: the listing has nothing to add"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_dealt_with_is_kept_and_replayed() {
    let desk = Desk::new(20).await;
    let connection = &desk.connect("reapit").await;
    desk.sync(connection).await;
    let changed = desk
        .sandbox
        .mutate("reapit", &Mutation::of(Change::Edit, 1));
    let before = desk.snapshot(connection).await;
    let sent = delivery(&desk, "reapit", &Notice::about(changed[0].as_str()));
    desk.sandbox
        .add_faults(Faults::parse("reapit.record: status=403").unwrap());
    let refused = |error: EngineError| error.kind();
    let kind = desk.engine.ingest_webhook(connection, sent.clone()).await;
    assert_eq!(kind.map_err(refused).unwrap_err(), ErrorKind::ScopeMissing);
    let forged = Notice {
        forged: true,
        ..Notice::about(changed[0].as_str())
    };
    let kind = desk
        .engine
        .ingest_webhook(connection, delivery(&desk, "reapit", &forged))
        .await;
    assert_eq!(kind.map_err(refused).unwrap_err(), ErrorKind::AuthInvalid);

    let still = desk.engine.replay_webhooks(connection, None).await.unwrap();
    let [still] = still.results.as_slice() else {
        panic!("the proven one alone is kept: {still:?}");
    };
    assert_eq!(
        still.error.as_ref().map(|error| error.kind),
        Some(ErrorKind::ScopeMissing)
    );

    desk.sandbox.clear_faults();
    let replayed = desk.engine.replay_webhooks(connection, None).await.unwrap();
    assert_eq!(
        replayed.results[0]
            .report
            .as_ref()
            .map(|report| report.contacts),
        Some(1),
        "{replayed:?}"
    );
    assert_ne!(desk.snapshot(connection).await, before);
    let rest = desk.engine.replay_webhooks(connection, None).await.unwrap();
    assert!(rest.results.is_empty(), "nothing waits any more: {rest:?}");
    let log = desk
        .engine
        .audit_page(Some(connection), 100, 0)
        .await
        .unwrap();
    let replays = log
        .entries
        .iter()
        .filter(|entry| entry.action == "webhooksReplayed");
    assert_eq!(
        replays.count(),
        2,
        "a person's wish, each that did something: {log:?}"
    );
    let again = desk.engine.ingest_webhook(connection, sent).await.unwrap();
    assert!(
        again.duplicate,
        "the sender's own repeat is known by its event"
    );
    assert_eq!(
        kinds_of_runs(&desk, connection).await.len(),
        3,
        "each attempt is in the history; a forgery and a repeat are none"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_webhook_says_nothing_of_the_connections_health() {
    let desk = Desk::new(10).await;
    let connection = &desk.connect("reapit").await;
    desk.sync(connection).await;
    let before = desk.engine.health(connection).await.unwrap();
    let forged = Notice {
        forged: true,
        ..Notice::about("anybody")
    };
    for _ in 0..3 {
        let refused = desk
            .engine
            .ingest_webhook(connection, delivery(&desk, "reapit", &forged))
            .await;
        assert!(refused.is_err());
    }
    let after = desk.engine.health(connection).await.unwrap();
    assert_eq!(
        (before.state, before.failure_streak),
        (after.state, after.failure_streak),
        "anybody can send us nonsense"
    );
}
