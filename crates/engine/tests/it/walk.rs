//! The main job: connect, verify, sync, look, preview, push, and again.

use nurturehub_engine::{ContactQuery, PushOptions, SyncStatus};
use nurturehub_port::StepStatus;
use nurturehub_sandbox::{Change, Mutation};
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;

async fn push(desk: &Desk, connection: &str) -> nurturehub_engine::PushReport {
    let cancel = CancellationToken::new();
    desk.engine
        .push(connection, PushOptions::default(), &|_| {}, &cancel)
        .await
        .unwrap()
}

async fn walk(provider: &str, listed: usize) {
    let desk = Desk::new(listed).await;
    let connection = desk.connect(provider).await;

    let verified = desk.engine.verify(&connection, &|_| {}).await.unwrap();
    assert!(verified.ok, "{provider}: {verified:?}");
    assert_eq!(verified.steps.len(), 8, "every step is told");
    assert!(
        verified
            .steps
            .iter()
            .all(|step| step.status != StepStatus::Failed),
        "nothing failed: {verified:?}"
    );

    let synced = desk.sync(&connection).await;
    assert_eq!(
        synced.status,
        SyncStatus::Succeeded,
        "{provider}: {synced:?}"
    );
    assert_eq!(synced.created, listed as u64, "{provider}: all are new");
    assert!(synced.proof.adds_up, "{provider}: {:?}", synced.proof);

    let preview = desk.engine.preview(&connection, None, 10, 0).await.unwrap();
    assert_eq!(
        preview.summary.create, listed as u64,
        "all would be created"
    );
    assert_eq!(preview.changes.len(), 10, "a page has what was asked for");

    let pushed = push(&desk, &connection).await;
    assert_eq!(
        (pushed.sent, pushed.rejected),
        (listed as u64, 0),
        "{pushed:?}"
    );
    assert_eq!(
        desk.sandbox.platform().contact_count(),
        listed,
        "the platform has them all"
    );
    let after = desk.engine.preview(&connection, None, 10, 0).await.unwrap();
    assert_eq!(
        after.summary.unchanged, listed as u64,
        "nothing is left to push"
    );

    let again = desk.sync(&connection).await;
    assert_eq!(
        (again.created, again.updated, again.removed),
        (0, 0, 0),
        "{provider}: a second sync finds no change"
    );

    let wanted = desk.contacts(&connection).await;
    let id = wanted[0]["provenance"]["externalId"].as_str().unwrap();
    let detail = desk.engine.contact(&connection, id).await.unwrap();
    assert!(
        !detail.lineage.is_empty(),
        "each field says where it came from"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_job_with_oauth_and_a_change_filter() {
    walk("reapit", 730).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_job_with_an_api_key_and_full_sweeps() {
    walk("agentos", 730).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_shows_field_by_field_and_is_pushed_once() {
    let desk = Desk::new(120).await;
    let connection = desk.connect("reapit").await;
    desk.sync(&connection).await;
    push(&desk, &connection).await;
    let edited = desk.sandbox.reapit().mutate(&Mutation::of(Change::Edit, 3));
    let synced = desk.sync(&connection).await;
    assert_eq!(
        (synced.mode, synced.updated),
        ("incremental", 3),
        "{synced:?}"
    );
    assert!(synced.fetched < 120, "the change filter was used");

    let preview = desk.engine.preview(&connection, None, 50, 0).await.unwrap();
    assert_eq!(preview.summary.update, 3);
    let mut shown: Vec<String> = preview
        .changes
        .iter()
        .map(|change| change.external_id.clone())
        .collect();
    let mut expected = edited;
    shown.sort();
    expected.sort();
    assert_eq!(shown, expected, "just those are shown");
    for change in &preview.changes {
        assert!(
            !change.fields.is_empty(),
            "what differs is shown: {change:?}"
        );
        assert!(
            change
                .fields
                .iter()
                .all(|field| field.before != field.after)
        );
        assert!(change.fields.len() < 8, "and only that: {change:?}");
    }
    let pushed = push(&desk, &connection).await;
    assert_eq!((pushed.sent, pushed.accepted), (3, 3));
    assert_eq!(
        push(&desk, &connection).await.sent,
        0,
        "nothing is sent twice"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_finds_a_name_and_takes_wildcards_literally() {
    let desk = Desk::new(300).await;
    let connection = desk.connect("reapit").await;
    desk.sync(&connection).await;
    let contacts = desk.contacts(&connection).await;
    let name = contacts
        .iter()
        .filter_map(|contact| contact["identity"]["lastName"].as_str())
        .find(|name| name.chars().count() > 4)
        .unwrap();
    let search = |text: &str| ContactQuery {
        search: Some(text.to_owned()),
        limit: 500,
        ..ContactQuery::default()
    };
    let found = desk
        .engine
        .contacts(&connection, search(&name.to_uppercase()))
        .await
        .unwrap();
    assert!(found.total >= 1, "{name} is found in any case");
    assert!(found.total < 300, "and not everybody");
    let none = desk
        .engine
        .contacts(&connection, search("%_%"))
        .await
        .unwrap();
    assert_eq!(none.total, 0, "a wildcard is a character like any other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_leaves_no_contact_behind_and_a_disconnection_keeps_the_data() {
    let desk = Desk::new(60).await;
    let connection = desk.connect("agentos").await;
    desk.sync(&connection).await;
    desk.engine.disconnect(&connection, false).await.unwrap();
    let kept = desk.engine.contacts(
        &connection,
        ContactQuery {
            limit: 1,
            ..Default::default()
        },
    );
    assert_eq!(kept.await.unwrap().total, 60, "the data stay");
    let shown = async || {
        let rows = desk.engine.disconnected().await.unwrap();
        let kept =
            |row: &nurturehub_engine::ConnectionRow| (row.connection.id.to_string(), row.contacts);
        rows.iter().map(kept).collect::<Vec<_>>()
    };
    assert_eq!(shown().await, [(connection.clone(), 60)], "and are found");
    assert!(desk.engine.overview().await.unwrap().is_empty());
    let refused = desk
        .sync_with(&connection, Default::default())
        .await
        .unwrap_err();
    assert_eq!(
        refused.kind(),
        nurturehub_port::ErrorKind::Configuration,
        "nothing runs any more"
    );

    let again = desk.connect("agentos").await;
    assert_eq!(
        again, connection,
        "the same agency gets its connection back"
    );
    assert_eq!(
        desk.sync(&again).await.unchanged,
        60,
        "and its contacts keep their ids"
    );
    assert!(shown().await.is_empty(), "it is connected");

    desk.engine.disconnect(&connection, false).await.unwrap();
    desk.engine.disconnect(&connection, true).await.unwrap();
    assert!(shown().await.is_empty(), "also what had been ended goes");
    assert!(desk.engine.connections().await.unwrap().is_empty());
    let left: i64 = desk
        .engine
        .store()
        .read(|db| db.count_rows("block_content"))
        .await
        .unwrap();
    assert_eq!(left, 0, "no contact is left in the file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_counts_every_page_as_soon_as_it_is_written_down() {
    let desk = Desk::new(60).await;
    let connection = desk.connect("reapit").await;
    let told = std::sync::Mutex::new(Vec::new());
    let report = desk
        .engine
        .sync(
            &connection,
            Default::default(),
            &|progress| told.lock().unwrap().push((progress.pages, progress.listed)),
            &tokio_util::sync::CancellationToken::new(),
        )
        .await
        .unwrap();
    let told = told.into_inner().unwrap();
    let pages: Vec<u64> = told.iter().map(|(pages, _)| *pages).collect();
    let all: Vec<u64> = (1..=report.pages).collect();
    assert_eq!(
        pages, all,
        "each page is news, though several are merged at a time"
    );
    assert!(
        told.iter().all(|(_, listed)| *listed > 0),
        "the first page counts at once: {told:?}"
    );
    assert_eq!(
        told.last().unwrap().1,
        report.fetched,
        "all that was received"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_push_sent_is_known_however_it_ends() {
    let desk = Desk::new(1_100).await;
    let connection = desk.connect("agentos").await;
    desk.sync(&connection).await;
    let asked = async || {
        let count = |db: &nurturehub_store::Read<'_>| db.count_rows("request_trace");
        desk.engine.store().read(count).await.unwrap()
    };
    let before = asked().await;
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = std::sync::Mutex::new(Some(tell));
    let first = |_| {
        if let Some(tell) = tell.lock().unwrap().take() {
            tell.send(()).unwrap();
        }
    };
    let cancel = CancellationToken::new();
    let options = PushOptions::default();
    tokio::select! {
        // Whoever pushes is gone, as after a kill.
        _ = told => {}
        ended = desk.engine.push(&connection, options, &first, &cancel) => panic!("{ended:?}"),
    }
    assert!(
        asked().await > before,
        "what was sent first is in the trace"
    );
}
