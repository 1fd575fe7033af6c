//! A CRM that says of contacts that they have gone: a few go at once, many wait for a person.

use nurturehub_engine::{DoubtReason, State, SyncOptions, SyncStatus};
use nurturehub_sandbox::{Change, Faults, Mutation};

use crate::desk::Desk;

/// Contacts that the next incremental sync asks about.
const CHANGED: usize = 90;
/// The request for several contacts at once that fails first, so that each is asked for by itself.
const BATCH: usize = 1;

/// A synced Alto with changed contacts, so many of which it will deny when it is asked for them.
async fn desk(denied: usize) -> (Desk, String) {
    let desk = Desk::new(400).await;
    let connection = desk.connect("alto").await;
    desk.sync(&connection).await;
    desk.sandbox
        .mutate("alto", &Mutation::of(Change::Edit, CHANGED));
    let times = BATCH + denied;
    let fault = format!("alto.record:status=404,times={times}");
    desk.sandbox.add_faults(Faults::parse(&fault).unwrap());
    (desk, connection)
}

async fn blocked(desk: &Desk, connection: &str) -> u64 {
    let preview = desk.engine.preview(connection, None, 100, 0).await.unwrap();
    preview.summary.blocked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_as_go_in_a_normal_run_go_at_once() {
    let (desk, connection) = desk(50).await;
    let synced = desk.sync(&connection).await;
    assert_eq!((synced.mode, synced.in_doubt), ("incremental", None));
    assert_eq!(synced.removed, 50, "fifty may go");
    assert_eq!(blocked(&desk, &connection).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_that_wait_for_a_person() {
    let (desk, connection) = desk(60).await;
    let synced = desk.sync(&connection).await;
    assert_eq!(
        (synced.mode, synced.status),
        ("incremental", SyncStatus::Partial),
        "{synced:?}"
    );
    let doubt = synced.in_doubt.unwrap();
    assert_eq!(
        (doubt.reason, doubt.held, synced.removed),
        (DoubtReason::ManyRemovals, 59, 1),
        "the page before had one, when nothing was strange yet"
    );
    assert_eq!(blocked(&desk, &connection).await, 59, "they are shown");
    let health = desk.engine.health(&connection).await.unwrap();
    assert_eq!(health.state, State::Degraded, "a doubt is not green");
    assert_eq!(
        desk.contacts(&connection)
            .await
            .iter()
            .filter(|contact| contact["lifecycle"] == "deleted")
            .count(),
        1,
        "nobody else is taken for gone"
    );

    // A person looks, and a full listing shows that all of them are there.
    desk.sandbox.clear_faults();
    let confirmed = SyncOptions {
        confirm_removals: true,
        ..SyncOptions::default()
    };
    let confirmed = desk.sync_with(&connection, confirmed).await.unwrap();
    assert_eq!(
        (confirmed.status, confirmed.removed),
        (SyncStatus::Succeeded, 0),
        "{confirmed:?}"
    );
    assert_eq!(blocked(&desk, &connection).await, 0, "none waits any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_have_really_gone_go_once_a_person_confirms_it() {
    let (desk, connection) = desk(60).await;
    desk.sync(&connection).await;
    desk.sandbox.clear_faults();
    desk.sandbox
        .mutate("alto", &Mutation::of(Change::Erase, 60));
    let confirmed = SyncOptions {
        confirm_removals: true,
        ..SyncOptions::default()
    };
    let confirmed = desk.sync_with(&connection, confirmed).await.unwrap();
    assert_eq!(
        (confirmed.status, confirmed.removed),
        (SyncStatus::Succeeded, 60),
        "{confirmed:?}"
    );
    assert_eq!(blocked(&desk, &connection).await, 0);
    assert_eq!(
        desk.snapshot(&connection).await.len(),
        400,
        "each is kept, with what became of it"
    );
}
