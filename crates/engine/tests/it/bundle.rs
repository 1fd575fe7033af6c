//! A failure handed from one desk to another: what is in the file, and that it can be lived through
//! again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nurturehub_adapter_kit::SystemClock;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_engine::{
    Engine, EngineOptions, Home, MemoryVault, PushOptions, SyncOptions, open_bundle, replay_bundle,
};
use nurturehub_port::{Clock, ErrorKind, Secret};
use nurturehub_sandbox::{AccessChange, Faults, Sandbox, SandboxConfig};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use zip::write::SimpleFileOptions;

use crate::desk::Desk;

/// A desk whose waits take no time.
pub(crate) async fn desk(contacts: usize) -> Desk {
    desk_over(contacts, Arc::new(MemoryVault::new())).await
}

/// The same over this vault.
pub(crate) async fn desk_over(contacts: usize, vault: Arc<MemoryVault>) -> Desk {
    let config = SandboxConfig {
        contacts,
        limits: false,
        ..SandboxConfig::default()
    };
    let sandbox = Arc::new(Sandbox::start(config).await.unwrap());
    let home = tempfile::tempdir().unwrap();
    let mut options = EngineOptions::new(Home::at(home.path()), vault, "test");
    options.clock = Arc::new(ManualClock::new(SystemClock::new().now()));
    Desk {
        engine: Engine::open(options).await.unwrap(),
        home,
        sandbox,
    }
}

/// The settings that make pages small, and the sign-in that needs no browser.
pub(crate) fn settings(provider: &str) -> Vec<(&'static str, &'static str)> {
    match provider {
        "reapit" => vec![("pageSize", "10"), ("signIn", "client")],
        "loop" => vec![],
        _ => vec![("pageSize", "10")],
    }
}

pub(crate) async fn bundle(desk: &Desk, connection: &str, name: &str) -> PathBuf {
    let draft = desk.engine.prepare_bundle(connection, None).await.unwrap();
    let path = desk.home.path().join(name);
    let saved = desk.engine.save_bundle(&draft, &path).await.unwrap();
    assert!(saved.bytes > 0, "a file was written");
    path
}

/// Entries by name.
pub(crate) fn entries(path: &Path) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut entry = zip.by_index(at).unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            (entry.name().unwrap().into_owned(), text)
        })
        .collect()
}

/// What tells a person, of everybody whom the desk knows.
pub(crate) async fn people(desk: &Desk, connection: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for contact in desk.contacts(connection).await {
        let list = |key: &str| contact[key].as_array().cloned().unwrap_or_default();
        let mut texts = vec![
            contact["identity"]["fullName"].clone(),
            contact["provenance"]["externalId"].clone(),
        ];
        texts.extend(
            list("emails")
                .into_iter()
                .map(|email| email["address"].clone()),
        );
        texts.extend(
            list("phones")
                .into_iter()
                .flat_map(|phone| [phone["raw"].clone(), phone["e164"].clone()]),
        );
        for place in list("addresses") {
            texts.push(place["postcode"].clone());
            texts.extend(place["lines"].as_array().cloned().unwrap_or_default());
        }
        let told = texts
            .into_iter()
            .filter_map(|text| text.as_str().map(str::to_owned));
        // Shorter ones stand anywhere by chance.
        found.extend(told.filter(|text| text.chars().count() >= 7));
    }
    found
}

/// Fails in this way after the first pages, hands the bundle over, and lives through it again.
async fn fails_and_replays(
    desk: &Desk,
    connection: &str,
    provider: &str,
    fault: &str,
) -> ErrorKind {
    let faults = Faults::parse(&format!("{provider}.list:{fault}")).unwrap();
    desk.sandbox.add_faults(faults);
    let options = SyncOptions {
        full: true,
        ..SyncOptions::default()
    };
    let failed = desk.sync_with(connection, options).await;
    let Err(error) = failed else {
        panic!("{provider} {fault} should fail: {failed:?}");
    };
    desk.sandbox.clear_faults();
    let path = bundle(desk, connection, "handed.zip").await;
    desk.sandbox.clear_requests();
    let replay = replay_bundle(&path).await.unwrap();
    assert!(
        desk.sandbox.requests(|_| true).is_empty(),
        "{provider} {fault}: nobody is asked"
    );
    assert_eq!(
        replay.recorded_kind,
        Some(error.kind()),
        "{provider} {fault}"
    );
    assert_eq!(
        replay.replayed_kind,
        Some(error.kind()),
        "{provider} {fault}: {replay:#?}"
    );
    assert!(
        replay.same,
        "{provider} {fault}: at the same step: {replay:#?}"
    );
    assert_eq!(
        replay.unanswered, 0,
        "{provider} {fault}: every request is answered"
    );
    // To its end, so that the next failure is met on the way and not behind it.
    desk.full_sync(connection).await;
    error.kind()
}

async fn every_failure(provider: &str) {
    let desk = desk(60).await;
    let connection = desk
        .connect_with(provider, &settings(provider))
        .await
        .unwrap();
    desk.sync(&connection).await;
    let people = people(&desk, &connection).await;
    assert!(
        people.len() > 60,
        "there is somebody to look for: {}",
        people.len()
    );
    let mut kinds = BTreeSet::new();
    for fault in [
        "malformed,after=2",
        "truncate,after=1",
        "wrongType,after=2",
        "renamedKeys",
        "html,after=1",
        "html",
        "status=429,retryAfter=60,after=1",
        "status=503,after=2",
        "status=400,after=1",
        "cut,after=1",
        "missingScope,after=1",
        "redirect=http://127.0.0.1:1/elsewhere,after=1",
        "oversized=20,after=1",
    ] {
        let kind = fails_and_replays(&desk, &connection, provider, fault).await;
        kinds.insert(kind.as_str());
        let path = desk.home.path().join("handed.zip");
        for (name, text) in entries(&path) {
            for person in &people {
                assert!(
                    !text.contains(person.as_str()),
                    "{provider} {fault}: {person:?} survives in {name}"
                );
            }
        }
    }
    for kind in [
        "protocol",
        "schemaChanged",
        "rateLimited",
        "providerDown",
        "network.interrupted",
    ] {
        assert!(
            kinds.contains(kind),
            "{provider}: {kind} is among {kinds:?}"
        );
    }
    desk.sandbox.change_access(provider, &AccessChange::Revoke);
    let error = desk
        .sync_with(&connection, SyncOptions::default())
        .await
        .unwrap_err();
    let path = bundle(&desk, &connection, "revoked.zip").await;
    let replay = replay_bundle(&path).await.unwrap();
    assert!(
        replay.same,
        "{provider}, thrown out ({:?}): {replay:#?}",
        error.kind()
    );
    desk.engine.verify(&connection, &|_| {}).await.unwrap();
    let path = bundle(&desk, &connection, "doctor.zip").await;
    let replay = replay_bundle(&path).await.unwrap();
    assert!(
        replay.same,
        "{provider}, as the doctor found it: {replay:#?}"
    );
    let step = replay.recorded_at.unwrap().step;
    assert!(
        ["authenticate", "permissions", "readContact"].contains(&step.as_str()),
        "{provider}: the step of the verification: {step}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reapits_failures_replay() {
    every_failure("reapit").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agentoss_failures_replay() {
    every_failure("agentos").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn altos_failures_replay() {
    every_failure("alto").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streets_failures_replay() {
    every_failure("street").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loops_failures_replay() {
    every_failure("loop").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bundle_reads_as_if_the_connection_were_here() {
    let desk = desk(30).await;
    let connection = desk
        .connect_with("street", &settings("street"))
        .await
        .unwrap();
    desk.sync(&connection).await;
    desk.sandbox
        .add_faults(Faults::parse("street.list:malformed").unwrap());
    let options = SyncOptions {
        full: true,
        ..SyncOptions::default()
    };
    desk.sync_with(&connection, options).await.unwrap_err();
    let draft = desk.engine.prepare_bundle(&connection, None).await.unwrap();
    let listed: Vec<&str> = draft
        .manifest
        .contents
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    let path = desk.home.path().join("b.zip");
    desk.engine.save_bundle(&draft, &path).await.unwrap();
    let held = entries(&path);
    assert_eq!(
        held.keys().filter(|name| *name != "manifest.json").count(),
        listed.len(),
        "what is shown before saving is what is saved"
    );
    let settings: Value = serde_json::from_str(&held["settings.json"]).unwrap();
    assert!(
        settings["settings"]["baseUrl"].is_string(),
        "addresses stay: {settings}"
    );
    let view = open_bundle(&path).await.unwrap();
    assert_eq!(view.connection, connection);
    assert_eq!(view.health, desk.engine.health(&connection).await.unwrap());
    assert_eq!(view.runs, desk.engine.runs(&connection, 50).await.unwrap());
    let run = view.run.expect("it is about a run");
    assert_eq!(run.summary.error_kind.as_deref(), Some("protocol"));
    assert!(!run.requests.is_empty(), "with its requests");
    assert!(view.exchanges > 0, "and what was said");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_succeeds_leaves_no_recording_and_only_the_last_five_failures_do() {
    let desk = desk(30).await;
    let connection = desk
        .connect_with("agentos", &settings("agentos"))
        .await
        .unwrap();
    desk.sync(&connection).await;
    let recordings = || async {
        let counted = |db: &nurturehub_store::Read<'_>| db.count_rows("run_recording");
        desk.engine.store().read(counted).await.unwrap()
    };
    assert_eq!(recordings().await, 0, "nothing is kept of what went well");
    desk.sandbox
        .add_faults(Faults::parse("agentos.list:malformed").unwrap());
    for failures in 1..=7_i64 {
        let failed = desk.sync_with(&connection, SyncOptions::default()).await;
        assert!(failed.is_err(), "the fault stands");
        assert_eq!(
            recordings().await,
            failures.min(5),
            "after {failures} failures"
        );
    }
    desk.engine.disconnect(&connection, true).await.unwrap();
    assert_eq!(recordings().await, 0, "a purge takes them, too");
}

/// These entries, with a manifest that names those of them that are to be named, and their sizes.
pub(crate) fn relisted(
    entries: &BTreeMap<String, String>,
    named: impl Fn(&str) -> bool,
) -> Vec<(String, Vec<u8>)> {
    let mut manifest: Value = serde_json::from_str(&entries["manifest.json"]).unwrap();
    let listed = manifest["contents"].as_array_mut().unwrap();
    listed.retain(|entry| named(entry["path"].as_str().unwrap()));
    for entry in listed {
        let path = entry["path"].as_str().unwrap();
        entry["bytes"] = entries[path].len().into();
    }
    let mut all = entries.clone();
    all.insert("manifest.json".into(), manifest.to_string());
    let owned = all.into_iter();
    owned
        .map(|(name, text)| (name, text.into_bytes()))
        .collect()
}

/// A zip with these entries.
pub(crate) fn zip_of<N: AsRef<str>, C: AsRef<[u8]>>(path: &Path, entries: &[(N, C)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, content) in entries {
        let options = SimpleFileOptions::default();
        zip.start_file(name.as_ref(), options).unwrap();
        zip.write_all(content.as_ref()).unwrap();
    }
    zip.finish().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_bundle_is_refused_and_nothing_is_unpacked() {
    let desk = desk(20).await;
    let connection = desk.connect("agentos").await;
    desk.sandbox
        .add_faults(Faults::parse("agentos.list:malformed").unwrap());
    desk.sync_with(&connection, SyncOptions::default())
        .await
        .unwrap_err();
    let good = bundle(&desk, &connection, "good.zip").await;
    let bytes = std::fs::read(&good).unwrap();
    let held = entries(&good);
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("cut.zip"), &bytes[..bytes.len() / 2]).unwrap();
    std::fs::write(at("empty.zip"), b"").unwrap();
    std::fs::write(at("text.zip"), b"Dear support, it does not work.").unwrap();
    let mut bent = bytes.clone();
    let middle = bent.len() / 3;
    bent[middle..middle + 64].fill(0);
    std::fs::write(at("bent.zip"), bent).unwrap();
    zip_of(&at("outside.zip"), &[("../../outside.txt", b"x")]);
    zip_of(&at("absolute.zip"), &[("/tmp/outside.txt", b"x")]);
    zip_of(
        &at("bomb.zip"),
        &[("manifest.json", vec![b' '; 80 * 1024 * 1024])],
    );
    zip_of(&at("newer.zip"), &[("manifest.json", br#"{"format":99}"#)]);
    zip_of(&at("nothing.zip"), &[("manifest.json", b"{}")]);
    let without: Vec<(&str, &[u8])> = held
        .iter()
        .filter(|(name, _)| *name != "health.json")
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    zip_of(&at("without.zip"), &without);
    // Small in the file, large as text, and enormous once it is read as JSON.
    let mut many = held.clone();
    many.insert(
        "traces.json".into(),
        format!("[0{}]", ",0".repeat(2_000_000)),
    );
    zip_of(&at("many.zip"), &relisted(&many, |_| true));
    zip_of(
        &at("unlisted.zip"),
        &relisted(&held, |name| name != "exchange.json"),
    );
    let names = [
        "cut", "empty", "text", "bent", "outside", "absolute", "bomb", "newer", "nothing",
        "without", "many", "unlisted", "absent",
    ];
    for name in names {
        let path = at(&format!("{name}.zip"));
        let opened = open_bundle(&path).await.map(|_| ());
        for refused in [opened, replay_bundle(&path).await.map(|_| ())] {
            let report = refused.expect_err(name).report();
            assert_eq!(
                report.kind,
                ErrorKind::Configuration,
                "{name}: {}",
                report.message
            );
            assert!(!report.remedy.is_empty(), "{name}: a remedy");
        }
    }
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, names.len() - 1, "nothing was unpacked");
    assert!(
        open_bundle(&good).await.is_ok(),
        "the good one can be opened"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_without_a_recording_says_that_there_is_nothing_to_replay() {
    let desk = desk(20).await;
    let connection = desk.connect("agentos").await;
    desk.sync(&connection).await;
    let path = bundle(&desk, &connection, "well.zip").await;
    let error = replay_bundle(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(open_bundle(&path).await.unwrap().exchanges, 0);
}

/// The id of the newest run of a connection.
async fn newest(desk: &Desk, connection: &str) -> String {
    let runs = desk.engine.runs(connection, 1).await.unwrap();
    runs[0].run_id.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_is_about_the_last_failure_and_not_about_one_that_is_long_over() {
    let desk = desk(20).await;
    let connection = desk.connect("agentos").await;
    let about = || async {
        let draft = desk.engine.prepare_bundle(&connection, None).await.unwrap();
        (draft.manifest.run_id.unwrap(), draft.replayable)
    };
    let fails = || async {
        desk.sandbox
            .add_faults(Faults::parse("agentos.list:malformed").unwrap());
        desk.sync_with(&connection, SyncOptions::default())
            .await
            .unwrap_err();
        desk.sandbox.clear_faults();
        newest(&desk, &connection).await
    };
    let first = fails().await;
    for _ in 0..60 {
        desk.sync(&connection).await;
    }
    assert_eq!(
        about().await,
        (first, true),
        "however much went well since, it is the last that failed"
    );
    let platform = desk.sandbox.describe().platform;
    let token = Secret::new(platform.token);
    desk.engine
        .set_platform(&platform.url, token)
        .await
        .unwrap();
    let push_fails = || async {
        desk.sandbox
            .add_faults(Faults::parse("platform:status=503").unwrap());
        let (cancel, options) = (CancellationToken::new(), PushOptions::default());
        let pushed = desk
            .engine
            .push(&connection, options, &|_| {}, &cancel)
            .await;
        pushed.unwrap_err();
        desk.sandbox.clear_faults();
    };
    // Nothing that the CRM said has to do with it.
    push_fails().await;
    let pushed = newest(&desk, &connection).await;
    assert_eq!(about().await, (pushed.clone(), false), "the other is over");
    let second = fails().await;
    push_fails().await;
    assert_eq!(
        about().await,
        (second, true),
        "while the CRM fails, what it said is worth more"
    );
    let other = desk.connect("loop").await;
    let foreign = desk.engine.prepare_bundle(&other, Some(&pushed)).await;
    assert_eq!(
        foreign.unwrap_err().kind(),
        ErrorKind::Configuration,
        "another connection's run is none of this one's"
    );
}
