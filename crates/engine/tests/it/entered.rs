//! A key that is refused, and another that is entered in its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use nurturehub_adapter_kit::SystemClock;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_engine::{State, SyncOptions};
use nurturehub_port::{Clock, Secret};
use nurturehub_sandbox::{AccessChange, Sandbox, SandboxConfig};

use crate::desk::{Desk, no_prompt};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_sets_the_schedule_going_again() {
    let config = SandboxConfig {
        contacts: 5,
        ..SandboxConfig::default()
    };
    let sandbox = Arc::new(Sandbox::start(config).await.unwrap());
    let clock = Arc::new(ManualClock::new(SystemClock::new().now()));
    let desk = Desk::with_clock(sandbox, Arc::clone(&clock) as _).await;
    let connection = desk.connect("agentos").await;
    desk.engine
        .set_schedule(&connection, Some(15))
        .await
        .unwrap();
    desk.sync(&connection).await;
    let due_in = async || {
        let row = desk.engine.connection_row(&connection).await.unwrap();
        let next = row
            .schedule
            .next_at
            .map(|at| at.duration_since(clock.now()));
        (row.health.state, next.unwrap())
    };
    desk.sandbox.change_access("agentos", &AccessChange::Revoke);
    clock.advance(std::time::Duration::from_secs(60));
    desk.sync_with(&connection, SyncOptions::default())
        .await
        .unwrap_err();
    let (state, wait) = due_in().await;
    assert_eq!(state, State::NeedsReauth);
    assert!(
        wait >= SignedDuration::from_hours(24),
        "a refused key is tried once a day: {wait:?}"
    );
    clock.advance(std::time::Duration::from_secs(60));
    let key = desk.sandbox.describe().providers["agentos"].secrets["apiKey"].clone();
    let secrets = BTreeMap::from([("apiKey".to_owned(), Secret::new(key))]);
    desk.engine
        .reauthorize(&connection, BTreeMap::new(), secrets, &no_prompt())
        .await
        .unwrap();
    let (state, wait) = due_in().await;
    assert_eq!(state, State::Healthy, "the old key's refusal is over");
    assert!(wait <= SignedDuration::from_mins(17), "{wait:?}");
}
