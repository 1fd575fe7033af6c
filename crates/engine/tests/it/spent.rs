//! Every run says where its time went: waiting, held back, mapping, storing.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use nurturehub_adapter_kit::SystemClock;
use nurturehub_engine::{PushOptions, RunKind, SpentReport};
use nurturehub_port::{Clock, WebhookDelivery};
use nurturehub_sandbox::{Change, Faults, Mutation, Notice, Sandbox, SandboxConfig};
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;

const EACH_ANSWER: Duration = Duration::from_millis(25);

/// The newest run, which must be of this kind, says the same.
async fn is_kept(desk: &Desk, connection: &str, kind: RunKind, spent: SpentReport) {
    let newest = desk.engine.runs(connection, 1).await.unwrap();
    assert_eq!(newest[0].kind, kind);
    let kept = desk.engine.run(&newest[0].run_id).await.unwrap();
    assert_eq!(
        kept.report["spent"],
        serde_json::to_value(spent).unwrap(),
        "the run's record says the same"
    );
    let parts = ["waitingMs", "throttledMs", "mappingMs", "storingMs"];
    for part in parts {
        assert!(
            kept.report["spent"][part].is_u64(),
            "{part}: {}",
            kept.report
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_counts_the_wait_for_its_token() {
    let desk = Desk::new(5).await;
    let connection = desk.connect("reapit").await;
    desk.sandbox
        .add_faults(Faults::parse("reapit.token:slow=200").unwrap());
    let report = desk.sync(&connection).await;
    assert!(
        report.spent.waiting_ms >= 200,
        "signing in is waiting, too: {:?}",
        report.spent
    );
    is_kept(&desk, &connection, RunKind::Sync, report.spent).await;
}

/// To the thread that writes, each look at the clock is ten seconds after the one before.
#[derive(Debug)]
struct SlowToWrite(SystemClock);

const SLOW: Duration = Duration::from_secs(10);

thread_local! {
    static LOOKS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

#[async_trait]
impl Clock for SlowToWrite {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn elapsed(&self) -> Duration {
        if std::thread::current().name() != Some("store-writer") {
            return self.0.elapsed();
        }
        let looks = LOOKS.get();
        LOOKS.set(looks + 1);
        SLOW * looks
    }

    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_counts_also_the_merging_that_nobody_waits_for() {
    let config = SandboxConfig {
        contacts: 800,
        ..SandboxConfig::default()
    };
    let sandbox = Arc::new(Sandbox::start(config).await.unwrap());
    let desk = Desk::with_clock(sandbox, Arc::new(SlowToWrite(SystemClock::new()))).await;
    let connection = desk.connect("reapit").await;
    let report = desk.sync(&connection).await;
    assert!(
        Duration::from_micros(report.spent.storing_us) >= SLOW,
        "five hundred were merged while others were fetched: {:?}",
        report.spent
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verification_counts_its_answers_and_the_way_to_them() {
    let desk = Desk::new(5).await;
    let connection = desk.connect("reapit").await;
    desk.sandbox.set_latency(Some(EACH_ANSWER));
    let report = desk.engine.verify(&connection, &|_| {}).await.unwrap();
    assert!(report.ok, "{report:?}");
    assert!(
        report.spent.waiting_ms >= 50 && report.spent.storing_us > 0,
        "a token and a contact at least: {:?}",
        report.spent
    );
    is_kept(&desk, &connection, RunKind::Verify, report.spent).await;

    let before = report.spent;
    desk.sandbox
        .add_faults(Faults::parse("reapit.list:status=403").unwrap());
    let report = desk.engine.verify(&connection, &|_| {}).await.unwrap();
    assert!(!report.ok, "{report:?}");
    assert_ne!(report.spent, before, "taken anew");
    is_kept(&desk, &connection, RunKind::Verify, report.spent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_counts_the_reading_of_what_it_is_about() {
    let desk = Desk::new(5).await;
    let connection = desk.connect("reapit").await;
    desk.sync(&connection).await;
    desk.sandbox.set_latency(Some(EACH_ANSWER));
    let changed = desk
        .sandbox
        .mutate("reapit", &Mutation::of(Change::Edit, 1));
    let notice = Notice::about(changed[0].as_str());
    let sent = desk.sandbox.notice("reapit", &notice).unwrap();
    let delivery = WebhookDelivery {
        headers: sent.headers,
        body: sent.body.into_bytes(),
        received_at: SystemClock::new().now(),
        check_signature: true,
    };
    let ingest = async |delivery| desk.engine.ingest_webhook(&connection, delivery).await;
    let report = ingest(delivery.clone()).await.unwrap();
    assert!(
        report.spent.waiting_ms >= 25,
        "the contact was read again: {:?}",
        report.spent
    );
    assert!(report.spent.storing_us > 0, "and stored");
    is_kept(&desk, &connection, RunKind::Webhook, report.spent).await;

    desk.sandbox
        .add_faults(Faults::parse("reapit.record:status=403").unwrap());
    let another = desk.sandbox.notice("reapit", &notice).unwrap();
    let refused = WebhookDelivery {
        headers: another.headers,
        body: another.body.into_bytes(),
        ..delivery
    };
    ingest(refused)
        .await
        .expect_err("the contact may not be read");
    let newest = desk.engine.runs(&connection, 1).await.unwrap();
    let kept = desk.engine.run(&newest[0].run_id).await.unwrap();
    assert!(
        kept.report["spent"]["waitingMs"].as_u64() >= Some(25),
        "one that failed says so as well: {}",
        kept.report
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_waits_for_nobody_and_reads_from_the_store() {
    let desk = Desk::new(30).await;
    let connection = desk.connect("agentos").await;
    desk.sync(&connection).await;
    let options = PushOptions {
        dry_run: true,
        ..PushOptions::default()
    };
    let cancel = CancellationToken::new();
    let push = desk.engine.push(&connection, options, &|_| {}, &cancel);
    let report = push.await.unwrap();
    assert_eq!(
        (report.spent.waiting_ms, report.spent.throttled_ms),
        (0, 0),
        "nobody was asked"
    );
    assert!(report.spent.storing_us > 0, "{:?}", report.spent);
    is_kept(&desk, &connection, RunKind::Push, report.spent).await;
}
