//! A sync that came to its end in part only, or that was given up once it was there: handed over and
//! lived through again like any failure.

use nurturehub_engine::{SyncOptions, SyncStatus, open_bundle, replay_bundle};
use nurturehub_port::ErrorKind;
use nurturehub_sandbox::{Change, Faults, Mutation};

use crate::bundle::{bundle, desk, settings};
use crate::desk::Desk;

const PROVIDERS: [&str; 5] = ["reapit", "agentos", "alto", "street", "loop"];

const FULL: SyncOptions = SyncOptions {
    scheduled: false,
    full: true,
    confirm_removals: false,
};

/// A desk with a connection whose first listing went well.
async fn connected(provider: &str, contacts: usize) -> (Desk, String) {
    let desk = desk(contacts).await;
    let connection = desk
        .connect_with(provider, &settings(provider))
        .await
        .unwrap();
    desk.sync(&connection).await;
    (desk, connection)
}

fn spoil(desk: &Desk, provider: &str, fault: &str) {
    let faults = fault.split(';').map(|fault| format!("{provider}{fault}"));
    let faults = faults.collect::<Vec<_>>().join(";");
    desk.sandbox.add_faults(Faults::parse(&faults).unwrap());
}

/// Syncs in part, hands the bundle over, and lives through it again to this kind.
async fn in_part(desk: &Desk, connection: &str, what: &str, kind: ErrorKind) {
    let report = desk.sync_with(connection, FULL).await.unwrap();
    assert_eq!(report.status, SyncStatus::Partial, "{what}: {report:?}");
    desk.sandbox.clear_faults();
    let health = desk.engine.health(connection).await.unwrap();
    assert_eq!(health.issues[0].kind, kind, "{what}: health says so");
    let path = bundle(desk, connection, "in-part.zip").await;
    let view = open_bundle(&path).await.unwrap();
    assert_eq!(
        view.manifest.run_id.as_deref(),
        Some(report.run_id.as_str()),
        "{what}: it is about the run that ended in part"
    );
    desk.sandbox.clear_requests();
    let replay = replay_bundle(&path).await.unwrap();
    assert!(
        desk.sandbox.requests(|_| true).is_empty(),
        "nobody is asked"
    );
    assert_eq!(replay.recorded_kind, Some(kind), "{what}");
    assert_eq!(replay.replayed_kind, Some(kind), "{what}: {replay:#?}");
    assert!(replay.same, "{what}: {replay:#?}");
    assert_eq!(replay.recorded_at.unwrap().step, "closing", "{what}");
    assert_eq!(replay.unanswered, 0, "{what}: every request is answered");
    assert!(!replay.requests.is_empty(), "{what}: it was listed again");
    assert_eq!(
        replay.error.unwrap().remedy,
        health.issues[0].remedy,
        "{what}: with the same thing to do"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_records_replay_though_their_page_is_long_past() {
    for provider in PROVIDERS {
        let (desk, connection) = connected(provider, 100).await;
        spoil(&desk, provider, ".list:unmappable=2,times=1");
        in_part(&desk, &connection, provider, ErrorKind::Mapping).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_list_replays() {
    for provider in PROVIDERS {
        let (desk, connection) = connected(provider, 60).await;
        spoil(&desk, provider, ".list:empty");
        in_part(&desk, &connection, provider, ErrorKind::IncompleteListing).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_which_half_is_gone_replays() {
    for provider in PROVIDERS {
        let (desk, connection) = connected(provider, 60).await;
        let gone = desk
            .sandbox
            .mutate(provider, &Mutation::of(Change::Erase, 30));
        assert!(!gone.is_empty(), "{provider}: somebody is gone");
        in_part(&desk, &connection, provider, ErrorKind::IncompleteListing).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_shorter_than_it_says_replays() {
    // The others' adapters hold their lists against the totals themselves.
    let (desk, connection) = connected("alto", 60).await;
    spoil(&desk, "alto", ".list:shortListing=3");
    in_part(
        &desk,
        &connection,
        "cut short",
        ErrorKind::IncompleteListing,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_is_gone_replays() {
    let (desk, connection) = connected("reapit", 300).await;
    spoil(&desk, "reapit", ":renamedField=email");
    in_part(&desk, &connection, "a lost field", ErrorKind::SchemaChanged).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_of_another_shape_replay_and_an_older_failure_is_not_taken_for_them() {
    for provider in PROVIDERS {
        let (desk, connection) = connected(provider, 60).await;
        spoil(&desk, provider, ".list:html");
        desk.sync_with(&connection, FULL).await.unwrap_err();
        desk.sandbox.clear_faults();
        desk.full_sync(&connection).await;
        spoil(&desk, provider, ".list:renamedKeys");
        let error = desk.sync_with(&connection, FULL).await.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::SchemaChanged,
            "{provider}: {error}"
        );
        let newest = desk.engine.runs(&connection, 1).await.unwrap();
        let path = bundle(&desk, &connection, "renamed.zip").await;
        let view = open_bundle(&path).await.unwrap();
        assert_eq!(
            view.manifest.run_id.as_ref(),
            Some(&newest[0].run_id),
            "{provider}: it is about this run"
        );
        let replay = replay_bundle(&path).await.unwrap();
        assert!(replay.same, "{provider}: {replay:#?}");
        assert_eq!(replay.replayed_kind, Some(ErrorKind::SchemaChanged));
        assert_eq!(
            replay.unanswered, 0,
            "{provider}: every request is answered"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_that_comes_back_with_each_sync_leaves_room_for_what_failed_otherwise() {
    let (desk, connection) = connected("agentos", 30).await;
    spoil(&desk, "agentos", ".list:html");
    desk.sync_with(&connection, FULL).await.unwrap_err();
    desk.sandbox.clear_faults();
    let failed = desk.engine.runs(&connection, 1).await.unwrap();
    spoil(&desk, "agentos", ".list:unmappable=2");
    for _ in 0..7 {
        let report = desk.sync_with(&connection, FULL).await.unwrap();
        assert_eq!(report.status, SyncStatus::Partial, "the fault stands");
    }
    let counted = |db: &nurturehub_store::Read<'_>| db.count_rows("run_recording");
    let recordings = desk.engine.store().read(counted).await.unwrap();
    assert_eq!(recordings, 2, "the failed run's, and the last one's");
    let of_failed = desk
        .engine
        .prepare_bundle(&connection, Some(&failed[0].run_id))
        .await
        .unwrap();
    assert!(of_failed.replayable, "what failed otherwise is still there");
    let newest = desk.engine.prepare_bundle(&connection, None).await.unwrap();
    assert!(newest.replayable, "and so is what was met last");
}
