//! Secrets and people's data, looked for wherever they must not be: the whole job for each CRM, with
//! the program's log at its most talkative, and then every byte that it left behind.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use nurturehub_sandbox::{AccessChange, Change, Faults, Mutation, Notice};
use serde_json::{Value, json};

use crate::program::{Desk, Outcome, files, until};

/// What a person writes into an activity.
const NOTE: &str = "marked note about a divorce";

/// Shorter texts could stand anywhere by chance.
const TELLING: usize = 8;

/// What stands first in every token that the sandbox signs.
const TOKEN: &str = "eyJhbGciOi";

/// The desk, and all that was said where nobody's data may be.
struct Watch {
    desk: Desk,
    secrets: BTreeSet<String>,
    people: BTreeSet<String>,
    said: Vec<(String, String)>,
}

impl Watch {
    async fn new() -> Self {
        let desk = Desk::new(40).await;
        let description = desk.sandbox.describe();
        let all = description.providers.values();
        let mut secrets: BTreeSet<String> = all.flat_map(|p| p.secrets.values().cloned()).collect();
        secrets.insert(description.platform.token);
        Self {
            desk,
            secrets,
            people: BTreeSet::from([NOTE.to_owned()]),
            said: Vec::new(),
        }
    }

    /// Runs a command. Its log, and its answer too where that is about no person, are kept to be
    /// looked through; so is the command line, as every account of the computer can see it.
    async fn run(&mut self, arguments: &[&str], input: &str) -> Outcome {
        let mut all = arguments.to_vec();
        all.extend(["--json", "-vvv"]);
        let mut child = self.desk.command(&all).spawn().unwrap();
        let seen = command_line(child.id().unwrap()).await;
        let mut stdin = child.stdin.take().unwrap();
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stdin, input.as_bytes()).await;
        drop(stdin);
        let outcome = self.desk.wait(child).await;
        let line = arguments.join(" ");
        let about_people = matches!(arguments[0], "contacts" | "contact" | "preview");
        if !about_people {
            self.said
                .push((format!("the answer of {line}"), outcome.stdout.clone()));
        }
        self.said
            .push((format!("the log of {line}"), outcome.stderr.clone()));
        self.said
            .push((format!("the command line of {line}"), seen));
        outcome
    }

    /// Makes a bundle about the newest run, which was of this kind, and keeps all that is in it to be
    /// looked through.
    async fn bundle(&mut self, conn: &str, kind: &str) {
        let runs = self.run(&["runs", conn], "").await.done();
        let path = self.desk.file("marked.zip", "");
        let made = self.run(&["bundle", conn, "--out", &path], "").await.done();
        assert_eq!(made["replayable"], true, "a failure was recorded: {made}");
        // Of what looked into it there is no bundle.
        let runs = runs["runs"].as_array().unwrap();
        let wrong = runs.iter().find(|run| run["kind"] == kind).unwrap();
        assert_eq!(
            made["manifest"]["runId"], wrong["runId"],
            "it is about the run that has just gone wrong: {made}"
        );
        let mut zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
        for at in 0..zip.len() {
            let mut entry = zip.by_index(at).unwrap();
            let name = entry.name().unwrap().into_owned();
            let mut text = String::new();
            std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
            self.said
                .push((format!("{name} of a bundle of {conn}"), text));
        }
        let replay = self.run(&["replay", &path], "").await;
        assert_eq!(
            replay.code,
            Some(0),
            "it is lived through again: {replay:?}"
        );
    }

    /// Learns what people are called, and where they are reached.
    fn remember(&mut self, contacts: &Value) {
        for contact in contacts["contacts"].as_array().unwrap() {
            let list = |key: &str| contact[key].as_array().cloned().unwrap_or_default();
            let emails = list("emails").into_iter().map(|e| e["address"].clone());
            let phones = list("phones")
                .into_iter()
                .flat_map(|phone| [phone["raw"].clone(), phone["e164"].clone()]);
            let places = list("addresses").into_iter().flat_map(|place| {
                let mut lines = place["lines"].as_array().cloned().unwrap_or_default();
                lines.push(place["postcode"].clone());
                lines
            });
            let name = contact["identity"]["fullName"].clone();
            self.people.extend(
                emails
                    .chain(phones)
                    .chain(places)
                    .chain([name])
                    .filter_map(|text| text.as_str().map(str::to_owned))
                    .filter(|text| text.len() >= TELLING),
            );
        }
    }

    /// All that is looked for.
    fn needles(&self) -> Needles<'_> {
        let all = self.secrets.iter().chain(&self.people).map(String::as_str);
        let mut by_start = HashMap::<_, Vec<_>>::new();
        for needle in all.chain([TOKEN]) {
            let start = needle.as_bytes().first_chunk::<TELLING>();
            by_start
                .entry(*start.expect("short ones were left out"))
                .or_default()
                .push(needle);
        }
        Needles(by_start)
    }
}

/// What is looked for, by how it begins, so that one pass finds all of it.
struct Needles<'a>(HashMap<[u8; TELLING], Vec<&'a str>>);

impl Needles<'_> {
    /// Whatever of a secret or of a person is in these bytes.
    fn found_in(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for (at, start) in bytes.windows(TELLING).enumerate() {
            let Some(candidates) = self.0.get(start) else {
                continue;
            };
            let here = |needle: &&&str| bytes[at..].starts_with(needle.as_bytes());
            found.extend(candidates.iter().filter(here));
        }
        found
    }
}

/// A process's command line as every account of the computer can see it; nothing on systems that
/// do not show it, or where the process was quicker than we.
async fn command_line(process: u32) -> String {
    let path = format!("/proc/{process}/cmdline");
    // Empty for the instant in which it becomes the program, and once it has ended.
    for _ in 0..1_000 {
        match std::fs::read(&path) {
            Ok(line) if line.is_empty() => tokio::task::yield_now().await,
            Ok(line) => return String::from_utf8_lossy(&line).replace('\0', " "),
            Err(_) => break,
        }
    }
    String::new()
}

/// Connects, verifies, syncs, pushes, writes back, takes in webhooks, and fails in several ways.
async fn whole_job(watch: &mut Watch, provider: &str) {
    let (arguments, input) = watch.desk.connecting(provider, &[]);
    let arguments: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|word| *word != "--json")
        .collect();
    let connected = watch.run(&arguments, &input).await.done();
    let conn = connected["connection"]["id"].as_str().unwrap().to_owned();
    let conn = conn.as_str();

    watch.run(&["verify", conn], "").await;
    watch.run(&["sync", conn], "").await;
    let contacts = watch
        .run(&["contacts", conn, "--limit", "1000"], "")
        .await
        .done();
    watch.remember(&contacts);
    let id = contacts["contacts"][0]["provenance"]["externalId"].clone();
    let id = id.as_str().unwrap();
    watch.run(&["contact", conn, id], "").await;
    watch.run(&["preview", conn], "").await;
    watch.run(&["push", conn], "").await;

    let note = json!([{
        "id": format!("note-{provider}"), "kind": "note", "occurredAt": "2026-01-02T03:04:05Z",
        "source": { "system": "nurturehub" }, "contact": { "externalId": id },
        "subject": NOTE, "body": NOTE, "attributes": {},
    }]);
    let file = watch.desk.file("activities.json", &note.to_string());
    watch
        .run(&["activities", "push", conn, "--file", &file], "")
        .await;

    for forged in [false, true] {
        let notice = Notice {
            forged,
            ..Notice::about(id)
        };
        let Some(delivery) = watch.desk.sandbox.notice(provider, &notice) else {
            continue;
        };
        let file = watch.desk.file("delivery.json", &delivery.body);
        let mut arguments = vec!["webhook", "ingest", conn, "--file", &file];
        // Some CRMs send their secret as it is, so no value goes through the command line.
        let names = delivery
            .headers
            .iter()
            .map(|(name, _)| format!("{name}: -"));
        let names: Vec<String> = names.collect();
        for name in &names {
            arguments.extend(["--header", name]);
        }
        let values = delivery
            .headers
            .iter()
            .map(|(_, value)| format!("{value}\n"));
        let taken = watch.run(&arguments, &values.collect::<String>()).await;
        assert_eq!(
            taken.code,
            Some(if forged { 3 } else { 0 }),
            "{provider}: {taken:?}"
        );
    }

    for fault in ["html", "unmappable=2"] {
        let faults = Faults::parse(&format!("{provider}.list:{fault},times=1")).unwrap();
        watch.desk.sandbox.add_faults(faults);
        watch.run(&["sync", conn, "--full"], "").await;
        watch.desk.sandbox.clear_faults();
        watch.bundle(conn, "sync").await;
    }
    watch
        .desk
        .sandbox
        .mutate(provider, &Mutation::of(Change::Edit, 3));
    watch.run(&["sync", conn], "").await;
    let contacts = watch
        .run(&["contacts", conn, "--limit", "1000"], "")
        .await
        .done();
    watch.remember(&contacts);
    watch
        .desk
        .sandbox
        .change_access(provider, &AccessChange::Revoke);
    let refused = watch.run(&["sync", conn], "").await;
    assert_eq!(
        refused.code,
        Some(3),
        "{provider} has thrown us out: {refused:?}"
    );
    watch.bundle(conn, "sync").await;
    // The CRM repeats to us what we sent it, key and all.
    let faults = Faults::parse(&format!("{provider}:echo=400")).unwrap();
    watch.desk.sandbox.add_faults(faults);
    watch.run(&["verify", conn], "").await;
    watch.desk.sandbox.clear_faults();
    watch.bundle(conn, "verify").await;
    watch
        .desk
        .sandbox
        .change_access(provider, &AccessChange::Reinstate);

    let runs = watch.run(&["runs", conn], "").await.done();
    // One of each kind and end is enough.
    let mut seen = BTreeSet::new();
    for run in runs["runs"].as_array().unwrap() {
        let kind = format!("{} {} {}", run["kind"], run["status"], run["errorKind"]);
        if seen.insert(kind) {
            watch
                .run(&["run", run["runId"].as_str().unwrap()], "")
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_09_personal_data_is_masked() {
    let mut watch = Watch::new().await;
    watch.desk.set_platform().await;
    let providers: Vec<String> = watch
        .desk
        .sandbox
        .describe()
        .providers
        .into_keys()
        .collect();
    for provider in &providers {
        whole_job(&mut watch, provider).await;
    }
    for command in ["connections", "health", "keep-alive", "rotate-key"] {
        watch.run(&[command], "").await;
    }

    // Killed in the middle of a sync, the program leaves its write-ahead log behind.
    let conn = watch.desk.run(&["connections", "--json"]).await.done();
    let conn = conn["connections"][0]["id"].as_str().unwrap().to_owned();
    watch
        .desk
        .sandbox
        .set_latency(Some(Duration::from_millis(20)));
    watch.desk.sandbox.clear_requests();
    let mut child = watch
        .desk
        .command(&["sync", &conn, "--full"])
        .spawn()
        .unwrap();
    let asked = || watch.desk.sandbox.requests(|_| true).len();
    until(|| asked() > 2).await;
    child.kill().await.unwrap();

    assert!(
        watch.people.len() > 200 && watch.secrets.len() > 4,
        "there is something to look for: {} of people, {} secrets",
        watch.people.len(),
        watch.secrets.len()
    );
    let needles = watch.needles();
    for (what, text) in &watch.said {
        let found = needles.found_in(text.as_bytes());
        assert!(found.is_empty(), "{found:?} in {what}: {text}");
    }
    let logged: usize = watch
        .said
        .iter()
        .filter(|(what, _)| what.starts_with("the log"))
        .map(|(_, text)| text.len())
        .sum();
    assert!(logged > 0, "the log does say something");
    let lines = watch
        .said
        .iter()
        .filter(|(what, _)| what.starts_with("the command line"));
    assert!(
        !cfg!(target_os = "linux")
            || lines.filter(|(_, line)| line.contains("--json")).count() > 50,
        "command lines were seen"
    );
    let names = files(&watch.desk.home());
    for needed in ["connect.db", "connect.db-wal", "vault.bin"] {
        assert!(
            names.iter().any(|name| name == needed),
            "there must be a `{needed}` to look into: {names:?}"
        );
    }
    for name in names {
        let bytes = std::fs::read(watch.desk.home().join(&name)).unwrap();
        let found = needles.found_in(&bytes);
        assert!(found.is_empty(), "{found:?} in the file {name}");
    }
}
