//! Operations side by side on one connection keep to its CRM's limit together.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_engine::SyncOptions;
use nurturehub_port::Clock;
use nurturehub_sandbox::{Sandbox, SandboxConfig, Time};
use tokio_util::sync::CancellationToken;

use crate::desk::{Desk, no_prompt, request};

/// A wait ends at once, and as much time passes for the CRM.
#[derive(Debug)]
struct OneTime {
    ours: ManualClock,
    sandbox: Arc<Sandbox>,
}

#[async_trait]
impl Clock for OneTime {
    fn now(&self) -> Timestamp {
        self.ours.now()
    }

    fn elapsed(&self) -> Duration {
        self.ours.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        self.sandbox.advance_time(duration);
        self.ours.sleep(duration).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verification_beside_a_sync_waits_for_its_turn() {
    const PROVIDER: &str = "loop";
    let begin: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    let config = SandboxConfig {
        contacts: 600,
        limits: true,
        time: Time::Fixed(begin),
        ..SandboxConfig::default()
    };
    let sandbox = Arc::new(Sandbox::start(config).await.unwrap());
    let clock = Arc::new(OneTime {
        ours: ManualClock::new(begin),
        sandbox: Arc::clone(&sandbox),
    });
    let Desk {
        engine,
        home: _home,
        ..
    } = Desk::with_clock(Arc::clone(&sandbox), clock).await;
    let request = request(&sandbox, PROVIDER, &[]);
    let connection = engine.connect(request, &no_prompt()).await.unwrap().id;
    sandbox.clear_requests();

    let never = CancellationToken::new();
    let (id, options) = (connection.as_str(), SyncOptions::default());
    let (synced, verified) = tokio::join!(
        engine.sync(id, options, &|_| {}, &never),
        engine.verify(id, &|_| {}),
    );
    let (synced, verified) = (synced.unwrap(), verified.unwrap());
    assert!(verified.ok, "{verified:?}");

    let mut times: Vec<u32> = sandbox
        .requests(|one| one.part == PROVIDER)
        .iter()
        .map(|one| one.at_ms)
        .collect();
    times.sort_unstable();
    assert!(
        times.len() as u64 > synced.requests,
        "both asked: {times:?}"
    );
    let closest = times.windows(2).map(|pair| pair[1] - pair[0]).min();
    assert!(
        closest.unwrap() >= 1000,
        "one request a second is what there is for all: {times:?}"
    );
}
