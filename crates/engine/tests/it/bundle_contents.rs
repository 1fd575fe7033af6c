//! What else a bundle says of a run: what was found right after it had failed, and why it cannot be
//! lived through again.

use std::sync::Arc;

use nurturehub_engine::{PushOptions, SyncOptions, open_bundle, replay_bundle};
use nurturehub_port::{ConnectionId, ErrorKind, Secret};
use nurturehub_sandbox::Faults;
use nurturehub_vault::{AccountKey, MemoryVault, Vault};
use tokio_util::sync::CancellationToken;

use crate::bundle::{bundle, desk, desk_over, entries, people, relisted, settings, zip_of};
use crate::desk::Desk;

async fn fails(desk: &Desk, connection: &str, fault: &str) {
    desk.sandbox.add_faults(Faults::parse(fault).unwrap());
    desk.sync_with(connection, SyncOptions::default())
        .await
        .unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_found_after_a_failure_is_in_its_bundle() {
    for provider in ["reapit", "agentos", "alto", "street", "loop"] {
        let desk = desk(30).await;
        let connection = desk
            .connect_with(provider, &settings(provider))
            .await
            .unwrap();
        desk.sync(&connection).await;
        let people = people(&desk, &connection).await;
        // The CRM repeats what it was sent, people's data among it.
        fails(&desk, &connection, &format!("{provider}:echo=400")).await;
        assert!(desk.engine.look_into_failure(&connection).await.unwrap());
        let path = bundle(&desk, &connection, "found.zip").await;
        let view = open_bundle(&path).await.unwrap();
        let found = view.finding.expect("it was looked into");
        let run = view.run.expect("it is about a run").summary;
        assert_eq!(found.run, run, "{provider}: of the run in question");
        let here = desk.engine.finding(&connection).await.unwrap().unwrap();
        assert_eq!(found.at, here.at, "{provider}");
        let steps = |finding: &nurturehub_engine::Finding| -> Vec<_> {
            let report = finding.verification.as_ref().unwrap();
            let steps = report.steps.iter();
            steps
                .map(|step| {
                    let kind = step.error.as_ref().map(|error| error.kind);
                    (step.step, step.status, step.duration_ms, kind)
                })
                .collect()
        };
        assert_eq!(
            steps(&found).len(),
            8,
            "{provider}: every step, with its time"
        );
        assert_eq!(steps(&found), steps(&here), "{provider}: as it is here");
        let text = &entries(&path)["finding.json"];
        for person in &people {
            assert!(!text.contains(person.as_str()), "{provider}: {person}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_run_keeps_its_finding_and_a_bundle_without_one_opens() {
    let desk = desk(20).await;
    let connection = desk.connect("agentos").await;
    fails(&desk, &connection, "agentos.list:html").await;
    let before = bundle(&desk, &connection, "before.zip").await;
    let opened = open_bundle(&before).await.unwrap();
    assert_eq!(opened.finding, None, "nobody has looked yet");
    assert!(desk.engine.look_into_failure(&connection).await.unwrap());
    let older = desk.engine.finding(&connection).await.unwrap().unwrap();
    desk.sandbox.clear_faults();
    desk.sync(&connection).await;
    fails(&desk, &connection, "agentos.list:status=429,retryAfter=60").await;
    let path = bundle(&desk, &connection, "left-alone.zip").await;
    let left_alone = open_bundle(&path).await.unwrap().finding.unwrap();
    assert_eq!(
        left_alone.verification, None,
        "the CRM wants fewer requests"
    );
    assert!(left_alone.not_asked.is_some(), "and that is said");

    let id = Some(older.run.run_id.as_str());
    let draft = desk.engine.prepare_bundle(&connection, id).await.unwrap();
    let path = desk.home.path().join("older.zip");
    desk.engine.save_bundle(&draft, &path).await.unwrap();
    let view = open_bundle(&path).await.unwrap();
    assert_eq!(
        view.finding.unwrap().at,
        older.at,
        "its own, and no other's"
    );

    let old = desk.home.path().join("old.zip");
    let held = entries(&path);
    let without = relisted(&held, |name| name != "finding.json");
    let without: Vec<_> = without
        .into_iter()
        .filter(|(name, _)| name != "finding.json")
        .collect();
    zip_of(&old, &without);
    let view = open_bundle(&old).await.unwrap();
    assert_eq!(view.finding, None, "one from before findings were in it");
    assert!(replay_bundle(&old).await.unwrap().same, "and it replays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_cannot_be_replayed_says_why() {
    let desk = desk(20).await;
    let connection = desk.connect("agentos").await;
    desk.sync(&connection).await;
    let why = || async {
        let path = bundle(&desk, &connection, "why.zip").await;
        let manifest = open_bundle(&path).await.unwrap().manifest;
        let why = manifest.not_replayable.expect("there is nothing to replay");
        let error = replay_bundle(&path).await.unwrap_err().report();
        assert_eq!(error.kind, ErrorKind::Unsupported);
        assert_eq!(error.remedy, why, "a replay says the same");
        why
    };
    assert!(why().await.contains("No run"), "nothing has gone wrong");
    let platform = desk.sandbox.describe().platform;
    let token = Secret::new(platform.token);
    desk.engine
        .set_platform(&platform.url, token)
        .await
        .unwrap();
    desk.sandbox
        .add_faults(Faults::parse("platform.batch:refuseRows=3").unwrap());
    let (cancel, options) = (CancellationToken::new(), PushOptions::default());
    desk.engine
        .push(&connection, options, &|_| {}, &cancel)
        .await
        .unwrap();
    let runs = desk.engine.runs(&connection, 1).await.unwrap();
    assert_eq!(runs[0].status.as_str(), "partial", "some were refused");
    let why = why().await;
    assert!(why.contains("sent contacts to NurtureHub"), "{why}");
    let draft = desk.engine.prepare_bundle(&connection, None).await.unwrap();
    assert_eq!(
        draft.manifest.run_id.as_ref(),
        Some(&runs[0].run_id),
        "it is about the push"
    );
    fails(&desk, &connection, "agentos.list:html").await;
    let draft = desk.engine.prepare_bundle(&connection, None).await.unwrap();
    assert_eq!(draft.manifest.not_replayable, None, "this one replays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stood_in_the_way_before_any_request_is_said_to_be_only_recorded() {
    let vault = Arc::new(MemoryVault::new());
    let desk = desk_over(20, Arc::clone(&vault)).await;
    let connection = desk.connect("agentos").await;
    desk.sync(&connection).await;
    fails(&desk, &connection, "agentos.list:html").await;
    let path = bundle(&desk, &connection, "lived.zip").await;
    let replay = replay_bundle(&path).await.unwrap();
    assert_eq!(replay.only_recorded, None, "it was lived through again");
    desk.sandbox.clear_faults();
    let id = ConnectionId::parse(connection.clone()).unwrap();
    let account = AccountKey::connection(&id);
    vault.delete(&account).await.unwrap();
    desk.sync_with(&connection, SyncOptions::default())
        .await
        .unwrap_err();
    let path = bundle(&desk, &connection, "recorded.zip").await;
    let replay = replay_bundle(&path).await.unwrap();
    assert!(replay.requests.is_empty(), "nothing was asked");
    assert!(
        replay.only_recorded.is_some(),
        "and that is said: {replay:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_agency_only_the_connections_id_tells() {
    for provider in ["reapit", "agentos", "alto", "street", "loop"] {
        let desk = desk(20).await;
        let connection = desk
            .connect_with(provider, &settings(provider))
            .await
            .unwrap();
        fails(&desk, &connection, &format!("{provider}.list:html")).await;
        assert!(desk.engine.look_into_failure(&connection).await.unwrap());
        let tenant = desk.sandbox.describe().platform.tenant;
        assert!(
            connection.contains(&tenant),
            "{connection}: it is made of it"
        );
        let views = desk.engine.connections().await.unwrap();
        let path = bundle(&desk, &connection, "whose.zip").await;
        let view = open_bundle(&path).await.unwrap();
        assert_eq!(
            view.connection, connection,
            "support finds the agency by it"
        );
        let masked = view.manifest.masked;
        assert!(
            masked.contains("the agency's id at NurtureHub"),
            "whoever sends it is told: {masked}"
        );
        for (entry, text) in entries(&path) {
            let rest = text.replace(&connection, "");
            assert!(
                !rest.contains(&tenant),
                "{provider}: {entry} has the tenant"
            );
            assert!(
                !rest.contains(&views[0].name),
                "{provider}: {entry}, its name"
            );
            // Shorter ones stand anywhere by chance.
            let reference = views[0].reference.clone().filter(|one| one.len() >= 5);
            if let Some(reference) = reference {
                let found = rest.to_lowercase().contains(&reference);
                assert!(!found, "{provider}: {entry} has the reference {reference}");
            }
        }
    }
}
