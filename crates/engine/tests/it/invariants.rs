//! What must never break, one test for each invariant that can be shown at this level.

use std::collections::BTreeSet;
use std::time::Duration;

use nurturehub_engine::{DoubtReason, HealthActivity, PushOptions, State, SyncOptions, SyncStatus};
use nurturehub_port::ErrorKind;
use nurturehub_sandbox::{Change, Faults, Mutation, PathKind};
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;

const THREADED: &str = "the engine fetches and stores side by side";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_02_a_cursor_only_moves_past_what_is_stored() {
    let desk = Desk::new(450).await;
    let connection = desk.connect("reapit").await;
    desk.sync(&connection).await;
    // Transactions that the CRM commits late, with stamps from before the last sync's end; edits,
    // new records, and records set aside, between one sync and the next.
    for round in 0..4_u32 {
        let crm = desk.sandbox.reapit();
        crm.mutate(&Mutation::of(Change::Edit, 7).backdated(60 * round));
        crm.mutate(&Mutation::of(Change::Create, 3).backdated(45 * round));
        crm.mutate(&Mutation::of(Change::Archive, 2).backdated(30));
        let synced = desk.sync(&connection).await;
        assert_eq!(synced.mode, "incremental", "{THREADED}");
        assert_eq!(
            desk.snapshot(&connection).await,
            desk.fresh_snapshot("reapit").await,
            "round {round}: changes and all agree, record for record"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_02_a_cut_listing_goes_on_where_it_stopped() {
    let desk = Desk::new(900).await;
    let connection = desk.connect("reapit").await;
    let expected = desk.fresh_snapshot("reapit").await;
    // Each run gets some pages further and then dies of malformed pages.
    let mut failures = 0;
    loop {
        desk.sandbox.clear_faults();
        desk.sandbox.clear_requests();
        desk.sandbox
            .add_faults(Faults::parse("reapit.list:malformed,after=5").unwrap());
        match desk.sync_with(&connection, SyncOptions::default()).await {
            Ok(report) => {
                assert!(report.resumed, "the last run went on with the listing");
                assert!(
                    report.proof.adds_up,
                    "the proof spans all runs: {:?}",
                    report.proof
                );
                break;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
                failures += 1;
                assert!(failures < 20, "every run makes headway");
            }
        }
    }
    assert!(failures >= 1, "the fault did strike");
    assert_eq!(
        desk.snapshot(&connection).await,
        expected,
        "nothing lost, nothing doubled"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_03_a_full_sync_finds_what_has_gone() {
    let desk = Desk::new(300).await;
    let connection = desk.connect("reapit").await;
    desk.sync(&connection).await;
    let gone = desk
        .sandbox
        .reapit()
        .mutate(&Mutation::of(Change::Erase, 5));
    let synced = desk.full_sync(&connection).await;
    assert_eq!(
        (synced.removed, synced.status),
        (5, SyncStatus::Succeeded),
        "{synced:?}"
    );
    let deleted: BTreeSet<String> = desk
        .contacts(&connection)
        .await
        .into_iter()
        .filter(|contact| contact["lifecycle"] == "deleted")
        .map(|contact| {
            contact["provenance"]["externalId"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        deleted,
        gone.into_iter().collect(),
        "just those are deleted"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_03_a_listing_that_is_cut_short_removes_nothing() {
    for (provider, list) in [("reapit", "reapit.list"), ("agentos", "agentos.list")] {
        let desk = Desk::new(400).await;
        let connection = desk.connect(provider).await;
        desk.sync(&connection).await;
        let before = desk.snapshot(&connection).await;
        let fault = format!("{list}:shortListing=60");
        desk.sandbox.add_faults(Faults::parse(&fault).unwrap());
        let options = SyncOptions {
            full: true,
            ..SyncOptions::default()
        };
        match desk.sync_with(&connection, options).await {
            Ok(report) => {
                assert_eq!(report.status, SyncStatus::Partial, "{provider}: {report:?}");
                assert_eq!(report.removed, 0, "{provider}: nothing is removed");
                let doubt = report.in_doubt.unwrap();
                assert_eq!(doubt.reason, DoubtReason::IncompleteListing, "{provider}");
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::IncompleteListing, "{provider}"),
        }
        assert_eq!(
            desk.snapshot(&connection).await,
            before,
            "{provider}: all is as it was"
        );
        // Not even a person's word removes what a cut list does not show.
        let confirmed = SyncOptions {
            confirm_removals: true,
            ..SyncOptions::default()
        };
        if let Ok(report) = desk.sync_with(&connection, confirmed).await {
            assert_eq!(report.removed, 0, "{provider}: {report:?}");
        }
        assert_eq!(
            desk.snapshot(&connection).await,
            before,
            "{provider}: all is as it was"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_03_no_longer_shared_is_archived_after_two_sweeps_and_consent_goes_at_once() {
    let desk = Desk::new(200).await;
    let connection = desk.connect("agentos").await;
    desk.sync(&connection).await;
    let hidden = desk
        .sandbox
        .agentos()
        .mutate(&Mutation::of(Change::WithdrawConsent, 4))
        .len();
    let first = desk.sync(&connection).await;
    assert_eq!(
        (first.removed, first.missing),
        (0, hidden as u64),
        "{first:?}"
    );
    let second = desk.sync(&connection).await;
    assert_eq!(
        (second.removed, second.missing),
        (hidden as u64, 0),
        "{second:?}"
    );
    let contacts = desk.contacts(&connection).await;
    let archived: Vec<_> = contacts
        .iter()
        .filter(|contact| contact["lifecycle"] == "archived")
        .collect();
    assert!(archived.len() >= hidden, "archived, not deleted");
    for contact in archived {
        assert_eq!(
            contact["consent"]["email"], "unknown",
            "nothing more may be sent: {contact}"
        );
    }
    assert!(
        contacts
            .iter()
            .all(|contact| contact["lifecycle"] != "deleted")
    );
    let restored = desk
        .sandbox
        .agentos()
        .mutate(&Mutation::of(Change::Restore, 4))
        .len();
    let third = desk.sync(&connection).await;
    let back = third.updated + third.created;
    assert_eq!(back, restored as u64, "who shares again is back: {third:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_04_push_sends_what_the_preview_shows() {
    let desk = Desk::new(650).await;
    let connection = desk.connect("reapit").await;
    desk.sync(&connection).await;
    for round in 0..3 {
        let preview = desk
            .engine
            .preview(&connection, None, 1_000_000, 0)
            .await
            .unwrap();
        let shown: BTreeSet<String> = preview
            .changes
            .iter()
            .filter(|change| change.blocked_by.is_none())
            .map(|change| change.external_id.clone())
            .collect();
        let before = desk.sandbox.platform().batches().len();
        let cancel = CancellationToken::new();
        let report = desk
            .engine
            .push(&connection, PushOptions::default(), &|_| {}, &cancel)
            .await
            .unwrap();
        assert_eq!(
            report.sent,
            shown.len() as u64,
            "round {round}: as many as were shown"
        );
        let stored = desk.snapshot(&connection).await;
        for held in desk.sandbox.platform().contacts() {
            let hash = held.body["provenance"]["contentHash"].as_str().unwrap();
            assert_eq!(
                stored.get(&held.external_id).map(String::as_str),
                Some(hash),
                "round {round}: the platform has what is stored, to the letter"
            );
        }
        assert!(
            desk.sandbox.platform().batches().len() > before || shown.is_empty(),
            "round {round}: it was sent in batches"
        );
        let crm = desk.sandbox.reapit();
        crm.mutate(&Mutation::of(Change::Edit, 9));
        crm.mutate(&Mutation::of(Change::Archive, 3));
        desk.sync(&connection).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_04_held_removals_are_shown_as_blocked_and_not_sent() {
    let desk = Desk::new(400).await;
    let connection = desk.connect("reapit").await;
    desk.sync(&connection).await;
    let cancel = CancellationToken::new();
    let push = PushOptions::default();
    desk.engine
        .push(&connection, push.clone(), &|_| {}, &cancel)
        .await
        .unwrap();
    desk.sandbox
        .reapit()
        .mutate(&Mutation::of(Change::Erase, 70));
    let held = desk.full_sync(&connection).await;
    let doubt = held.in_doubt.unwrap();
    assert_eq!((doubt.reason, doubt.held), (DoubtReason::ManyRemovals, 70));
    assert_eq!((held.removed, held.status), (0, SyncStatus::Partial));
    let preview = desk
        .engine
        .preview(&connection, None, 100, 0)
        .await
        .unwrap();
    assert_eq!(preview.summary.blocked, 70, "they are shown");
    assert!(preview.changes.iter().all(|change| {
        change
            .blocked_by
            .as_ref()
            .is_some_and(|blocked| blocked.code == "removalHeld")
    }));
    let sent = desk
        .engine
        .push(&connection, push.clone(), &|_| {}, &cancel)
        .await
        .unwrap();
    assert_eq!(sent.sent, 0, "and not sent");

    let options = SyncOptions {
        confirm_removals: true,
        ..SyncOptions::default()
    };
    let confirmed = desk.sync_with(&connection, options).await.unwrap();
    assert_eq!(
        (confirmed.removed, confirmed.status),
        (70, SyncStatus::Succeeded)
    );
    let preview = desk
        .engine
        .preview(&connection, None, 100, 0)
        .await
        .unwrap();
    assert_eq!((preview.summary.archive, preview.summary.blocked), (70, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_07_one_run_at_a_time() {
    let desk = Desk::new(500).await;
    let connection = desk.connect("reapit").await;
    desk.sandbox.set_latency(Some(Duration::from_millis(20)));
    let runs = (0..6).map(|_| desk.sync_with(&connection, SyncOptions::default()));
    let results = futures(runs).await;
    let succeeded = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(succeeded, 1, "one of them runs");
    for error in results.into_iter().filter_map(Result::err) {
        assert_eq!(
            error.kind(),
            ErrorKind::AlreadyRunning,
            "the others are told: {error}"
        );
    }
    // Another process holds the lease by the same lock on the same file.
    let path = desk
        .home
        .path()
        .join("locks")
        .join(format!("{connection}.run"));
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.lock().unwrap();
    let refused = desk
        .sync_with(&connection, SyncOptions::default())
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyRunning);
    let health = desk.engine.health(&connection).await.unwrap();
    assert_eq!(
        health.activity,
        HealthActivity::Running,
        "and health shows that it runs"
    );
    drop(file);
    desk.sync(&connection).await;
}

async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    futures_util::future::join_all(all).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_08_every_request_is_throttled() {
    let desk = Desk::new(3_000).await;
    // 20 a second and 5 at once are what the simulator allows; half of it is the adapter's own
    // limit, and 8 a second is asked for here: fewer than even a busy machine would send.
    desk.sandbox.enforce_limits(true);
    let connection = desk
        .connect_with("reapit", &[("requestsPerSecond", "8")])
        .await
        .unwrap();
    desk.sandbox.clear_requests();
    let report = desk.sync(&connection).await;
    assert_eq!(report.created, 3_000);
    let sent = desk
        .sandbox
        .requests(|request| request.kind != PathKind::Token);
    assert!(
        sent.len() > 30,
        "enough requests to show it: {}",
        sent.len()
    );
    assert!(
        sent.iter().all(|request| request.status != 429),
        "the CRM never had to say no"
    );
    for (index, first) in sent.iter().enumerate() {
        // 5 ms for the way between the client's clock and the server's.
        let window = sent
            .iter()
            .skip(index)
            .take_while(|later| later.at_ms < first.at_ms + 995);
        assert!(
            window.count() <= 9,
            "a window with too many from {} ms",
            first.at_ms
        );
    }
    assert!(
        report.spent.throttled_ms > 0,
        "the report says where the time went"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_08_a_hanging_request_is_cancelled_at_once() {
    let desk = Desk::new(300).await;
    let connection = desk.connect("reapit").await;
    desk.sandbox
        .add_faults(Faults::parse("reapit.list:hang,after=1").unwrap());
    let cancel = CancellationToken::new();
    let options = SyncOptions::default();
    let mut sync = Box::pin(desk.engine.sync(&connection, options, &|_| {}, &cancel));
    let mut look = tokio::time::interval(Duration::from_millis(2));
    while desk.sandbox.faults().iter().all(|fault| fault.hit == 0) {
        tokio::select! {
            ended = &mut sync => panic!("it ended before a request hung: {ended:?}"),
            _ = look.tick() => {}
        }
    }
    cancel.cancel();
    let error = tokio::time::timeout(Duration::from_secs(1), sync)
        .await
        .expect("a request that hangs holds nobody up")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    desk.sandbox.clear_faults();
    let report = desk.sync(&connection).await;
    assert!(report.resumed, "and what was stored is kept");
    assert_eq!(desk.snapshot(&connection).await.len(), 300);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_11_a_green_light_never_lies() {
    let desk = Desk::new(300).await;
    let connection = desk.connect("reapit").await;
    let state = async || desk.engine.health(&connection).await.unwrap().state;
    assert_eq!(state().await, State::New, "never synced");
    desk.sync(&connection).await;
    assert_eq!(state().await, State::Healthy);

    // Zero records where there were many is no success.
    desk.sandbox
        .add_faults(Faults::parse("reapit.list:empty").unwrap());
    let empty = desk.full_sync(&connection).await;
    assert_eq!(empty.in_doubt.unwrap().reason, DoubtReason::ZeroRecords);
    assert_eq!((empty.status, empty.removed), (SyncStatus::Partial, 0));
    assert_eq!(state().await, State::Degraded, "a doubt is not green");
    assert_eq!(
        desk.snapshot(&connection).await.len(),
        300,
        "and nothing was removed"
    );
    desk.sandbox.clear_faults();

    // Rejected records are not green either.
    desk.sandbox
        .add_faults(Faults::parse("reapit.list:unmappable=2,times=1").unwrap());
    let rejected = desk.full_sync(&connection).await;
    assert_eq!(
        (rejected.status, rejected.rejected),
        (SyncStatus::Partial, 2),
        "{rejected:?}"
    );
    assert_eq!(state().await, State::Degraded);
    desk.sandbox.clear_faults();

    // A retry under way does not hide that the last run failed.
    desk.sandbox
        .add_faults(Faults::parse("reapit.list:status=403").unwrap());
    desk.sync_with(&connection, SyncOptions::default())
        .await
        .unwrap_err();
    let path = desk
        .home
        .path()
        .join("locks")
        .join(format!("{connection}.run"));
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.lock().unwrap();
    let health = desk.engine.health(&connection).await.unwrap();
    assert_eq!(health.activity, HealthActivity::Running);
    assert_eq!(health.state, State::ActionNeeded, "{health:?}");
    let issues: Vec<ErrorKind> = health.issues.iter().map(|issue| issue.kind).collect();
    assert_eq!(
        issues,
        [ErrorKind::ScopeMissing, ErrorKind::Mapping],
        "with what to do about it, and about the records that were refused before"
    );
    drop(file);
    desk.sandbox.clear_faults();
    let recovered = desk.full_sync(&connection).await;
    assert!(
        recovered.proof.adds_up,
        "each run proves its counts: {:?}",
        recovered.proof
    );
    let health = desk.engine.health(&connection).await.unwrap();
    assert_eq!(
        (health.state, health.issues.len()),
        (State::Healthy, 0),
        "it heals by itself"
    );
    assert!(health.last_error_at.is_some(), "and remembers");
}
