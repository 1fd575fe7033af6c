//! What goes on with a connection, as another process sees it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_engine::{
    Engine, EngineOptions, GoingOn, Health, HealthActivity, Home, MemoryVault, State, SyncOptions,
};
use nurturehub_port::{Clock, ErrorKind};
use nurturehub_sandbox::{Faults, Sandbox, SandboxConfig};
use nurturehub_vault::Vault;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::desk::{no_prompt, request};

/// Time that the test sets; a wait of more than a second begins with a word to the test, and ends when
/// the test says so.
#[derive(Debug)]
struct Held {
    ours: ManualClock,
    begun: Semaphore,
    over: Semaphore,
}

impl Held {
    /// Until a long wait has begun.
    async fn waits(&self) {
        self.begun.acquire().await.unwrap().forget();
    }
}

#[async_trait]
impl Clock for Held {
    fn now(&self) -> Timestamp {
        self.ours.now()
    }

    fn elapsed(&self) -> Duration {
        self.ours.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        if duration > Duration::from_secs(1) {
            self.begun.add_permits(1);
            self.over.acquire().await.unwrap().forget();
        }
        self.ours.sleep(duration).await;
    }
}

/// Two engines over one data folder, as two processes have them, and a connection.
struct Two {
    clock: Arc<Held>,
    sandbox: Arc<Sandbox>,
    worker: Engine,
    onlooker: Engine,
    connection: String,
    home: tempfile::TempDir,
}

impl Two {
    async fn new() -> Self {
        let config = SandboxConfig {
            contacts: 300,
            limits: false,
            ..SandboxConfig::default()
        };
        let sandbox = Arc::new(Sandbox::start(config).await.unwrap());
        let clock = Arc::new(Held {
            ours: ManualClock::new("2026-03-02T14:00:00Z".parse().unwrap()),
            begun: Semaphore::new(0),
            over: Semaphore::new(0),
        });
        let home = tempfile::tempdir().unwrap();
        let vault: Arc<dyn Vault> = Arc::new(MemoryVault::new());
        let open = async || {
            let options = EngineOptions {
                clock: clock.clone(),
                ..EngineOptions::new(Home::at(home.path()), Arc::clone(&vault), "test")
            };
            Engine::open(options).await.unwrap()
        };
        let (worker, onlooker) = (open().await, open().await);
        let request = request(&sandbox, "street", &[("requestsPerSecond", "100000")]);
        let connection = worker.connect(request, &no_prompt()).await.unwrap().id;
        Self {
            connection: connection.to_string(),
            clock,
            sandbox,
            worker,
            onlooker,
            home,
        }
    }

    async fn seen(&self) -> Health {
        self.onlooker.health(&self.connection).await.unwrap()
    }

    fn fault(&self, rule: &str) {
        self.sandbox.add_faults(Faults::parse(rule).unwrap());
    }

    fn note(&self) -> std::path::PathBuf {
        let locks = self.home.path().join("locks");
        locks.join(format!("{}.now", self.connection))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_told_to_wait_says_until_when_and_why_and_goes_on() {
    let two = Two::new().await;
    two.fault("street.list:status=429,retryAfter=30,times=1,after=1");
    let before = two.seen().await;
    assert_eq!(before.activity, HealthActivity::Idle);
    let never = CancellationToken::new();
    // The page after the wait looks at health, too: by then it runs again.
    let (told, pages) = tokio::sync::watch::channel(0);
    let stored = move |progress: nurturehub_engine::SyncProgress| {
        told.send_replace(progress.pages);
    };
    let options = SyncOptions::default();
    let sync = two.worker.sync(&two.connection, options, &stored, &never);
    let look = async {
        two.clock.waits().await;
        let health = two.seen().await;
        assert_eq!(health.activity, HealthActivity::Waiting);
        let until: Timestamp = "2026-03-02T14:00:30Z".parse().unwrap();
        assert_eq!(health.activity_until, Some(until));
        let why = "The CRM asked to wait before the next request.";
        assert_eq!(health.activity_why.as_deref(), Some(why));
        assert_eq!(health.state, before.state, "it hides no state");
        let all = two.onlooker.at_work().await.unwrap();
        assert!(
            matches!(all.as_slice(), [(_, GoingOn::Waiting { .. })]),
            "{all:?}"
        );
        // The next request hangs until somebody has looked.
        two.fault("street.list:hang,times=1");
        two.clock.over.add_permits(1);
        while two.note().exists() {
            tokio::task::yield_now().await;
        }
        let health = two.seen().await;
        assert_eq!(health.activity, HealthActivity::Running, "it goes on");
        assert_eq!(health.activity_until, None);
        two.sandbox.clear_faults();
        never.cancel();
    };
    let (outcome, ()) = tokio::join!(sync, look);
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(*pages.borrow() > 0, "a page had come in before");
    let after = two.seen().await;
    assert_eq!(after.activity, HealthActivity::Idle, "and then it is over");
    assert!(two.onlooker.at_work().await.unwrap().is_empty());
    assert!(!two.note().exists(), "and nothing is left behind");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_that_may_pass_makes_a_run_wait_and_a_cancel_ends_the_wait() {
    let two = Two::new().await;
    two.fault("street.list:status=503,retryAfter=90");
    let cancel = CancellationToken::new();
    let sync = two
        .worker
        .sync(&two.connection, SyncOptions::default(), &|_| {}, &cancel);
    let look = async {
        two.clock.waits().await;
        let health = two.seen().await;
        assert_eq!(health.activity, HealthActivity::Waiting);
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(sync, look);
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(two.seen().await.activity, HealthActivity::Idle);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_cancelled_says_so_until_it_has_ended() {
    let two = Two::new().await;
    // The end of a run is handed to a collector; one that does not answer holds it there.
    let collector = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", collector.local_addr().unwrap());
    let worker = two.worker.clone().collected_at(&address);
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let stored = move |_| stop.cancel();
    let options = SyncOptions::default();
    two.fault("street.list:hang,after=1");
    let sync = worker.sync(&two.connection, options, &stored, &cancel);
    let look = async {
        let (_held, _) = collector.accept().await.unwrap();
        let health = two.seen().await;
        assert_eq!(health.activity, HealthActivity::Cancelling);
        assert_eq!(health.activity_until, None);
        assert_eq!(health.state, State::New, "a cancel changes nothing");
    };
    let (outcome, ()) = tokio::join!(sync, look);
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(two.seen().await.activity, HealthActivity::Idle);
    assert!(!two.note().exists(), "nothing is left behind");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_holder_left_behind_is_not_believed() {
    let two = Two::new().await;
    let left = r#"{"activity":"waiting","until":"2030-01-01T00:00:00Z","why":"It was so."}"#;
    std::fs::create_dir_all(two.home.path().join("locks")).unwrap();
    std::fs::write(two.note(), left).unwrap();
    let health = two.seen().await;
    assert_eq!(health.activity, HealthActivity::Idle, "nobody runs");
    assert_eq!(health.activity_why, None);
    two.fault("street.list:status=503,retryAfter=30,times=1");
    let never = CancellationToken::new();
    let sync = two
        .worker
        .sync(&two.connection, SyncOptions::default(), &|_| {}, &never);
    let look = async {
        two.clock.waits().await;
        let why = two.seen().await.activity_why.unwrap();
        assert!(!why.contains("It was so"), "the next run's own: {why}");
        two.clock.over.add_permits(1);
    };
    let (outcome, ()) = tokio::join!(sync, look);
    outcome.unwrap();
    assert!(!two.note().exists());
}
