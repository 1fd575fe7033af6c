//! What support works with: bundle and replay, the audit log, the log in the data folder, and
//! traces for a collector.

use nurturehub_sandbox::Faults;
use serde_json::Value;

use crate::program::{Desk, files, has};
use crate::taker::Taker;

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_one_desk_is_lived_through_on_another() {
    let desk = Desk::new(60).await;
    let conn = desk.connect("agentos", &["pageSize=20"]).await;
    desk.sandbox
        .add_faults(Faults::parse("agentos.list:wrongType,after=1").unwrap());
    let failed = desk.run(&["sync", &conn, "--json"]).await.failed(1);
    assert_eq!(failed["kind"], "schemaChanged");
    let shown = desk
        .run(&["bundle", &conn, "--dry-run", "--json"])
        .await
        .done();
    has(&shown, &["manifest", "replayable"]);
    let file = desk.file("b.zip", "");
    let saved = desk
        .run(&["bundle", &conn, "--out", &file, "--quiet"])
        .await;
    assert_eq!(saved.code, Some(0), "{saved:?}");
    assert!(
        saved.stderr.contains("exchange.json"),
        "the contents are shown first: {saved:?}"
    );

    let other = Desk::new(0).await;
    let replay = other.run(&["replay", &file, "--json"]).await.done();
    has(
        &replay,
        &[
            "same",
            "recordedKind",
            "replayedKind",
            "recordedAt",
            "replayedAt",
            "error",
            "requests",
        ],
    );
    assert_eq!(replay["same"], true, "{replay}");
    assert_eq!(replay["replayedKind"], "schemaChanged");
    assert_eq!(replay["error"]["kind"], "schemaChanged");
    assert!(!other.home().exists(), "a replay needs no data folder");

    // A run that asked the CRM nothing says so before it is saved, and when it is to be replayed.
    desk.sandbox.clear_faults();
    desk.run(&["sync", &conn, "--json"]).await.done();
    desk.set_platform().await;
    desk.sandbox
        .add_faults(Faults::parse("platform.batch:status=503").unwrap());
    desk.run(&["push", &conn, "--json"]).await.failed(1);
    let pushed = desk.file("pushed.zip", "");
    let saved = desk.run(&["bundle", &conn, "--out", &pushed]).await;
    assert!(
        saved
            .stderr
            .contains("There is nothing to replay. The run sent contacts to NurtureHub"),
        "{saved:?}"
    );
    let error = other.run(&["replay", &pushed, "--json"]).await.failed(1);
    assert_eq!(error["kind"], "unsupported");

    let broken = other.file("broken.zip", "this is no zip file");
    let error = other.run(&["replay", &broken, "--json"]).await.failed(2);
    assert_eq!(error["kind"], "configuration");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_did_what_can_be_taken_out_whole() {
    let desk = Desk::new(0).await;
    let conn = desk.connect("street", &[]).await;
    desk.run(&["pause", &conn, "--json"]).await.done();
    desk.run(&["resume", &conn, "--json"]).await.done();
    desk.set_platform().await;
    let all = desk.run(&["audit", "--json"]).await.done();
    let actions = |log: &Value| -> Vec<String> {
        let entries = log["entries"].as_array().unwrap().iter();
        entries
            .map(|entry| entry["action"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        actions(&all),
        ["connected", "paused", "resumed", "platformSet"],
        "oldest first"
    );
    let own = desk
        .run(&["audit", "--connection", &conn, "--json"])
        .await
        .done();
    assert_eq!(actions(&own), ["connected", "paused", "resumed"]);
    let from = all["entries"][1]["at"].as_str().unwrap();
    let late = desk.run(&["audit", "--since", from, "--json"]).await.done();
    assert_eq!(
        actions(&late),
        ["paused", "resumed", "platformSet"],
        "that moment included"
    );
    let lines = desk.run(&["audit", "--format", "jsonl"]).await.stdout;
    assert_eq!(lines.lines().count(), 4);
    assert!(
        lines
            .lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok())
    );
    let csv = desk.run(&["audit", "--format", "csv"]).await.stdout;
    assert!(
        csv.starts_with("at,actor,action,connection,detail\r\n"),
        "{csv}"
    );
    assert_eq!(csv.lines().count(), 5, "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_found_in_the_log_and_at_the_collector_by_its_ids() {
    let desk = Desk::new(20).await;
    let conn = desk.connect("agentos", &[]).await;
    let taker = Taker::start().await;
    let mut command = desk.command(&["sync", &conn, "--json"]);
    command.env("NURTUREHUB_OTLP_ENDPOINT", &taker.address);
    let report = desk.finish(command, "").await.done();
    let run = report["runId"].as_str().unwrap();

    let lines = log_lines(&desk);
    let of_run: Vec<&Value> = lines
        .iter()
        .filter(|line| line["span"]["run"] == run)
        .collect();
    assert_eq!(of_run.len(), 2, "its beginning and its end: {lines:?}");
    assert!(
        of_run
            .iter()
            .all(|line| line["span"]["connection"] == conn.as_str())
    );

    let taken = taker.taken();
    assert_eq!(taken.len(), 1, "one run, one trace");
    assert_eq!(taken[0].0, "POST /v1/traces HTTP/1.1");
    let spans = taken[0].1["resourceSpans"][0]["scopeSpans"][0]["spans"]
        .as_array()
        .unwrap();
    let requests = report["requests"].as_u64().unwrap();
    assert_eq!(spans.len() as u64, requests + 1, "the run and each request");
    let trace = run.replace('-', "");
    assert!(
        spans.iter().all(|span| span["traceId"] == trace.as_str()),
        "{spans:?}"
    );
    assert_eq!(spans[1]["parentSpanId"], spans[0]["spanId"]);
    let about = spans[0]["attributes"].as_array().unwrap();
    assert!(
        about.iter().any(|one| one["key"] == "nurturehub.connection"
            && one["value"]["stringValue"] == conn.as_str()),
        "{about:?}"
    );

    assert_eq!(of_kind(&taken, "sync"), 1);

    // A verification and a push are found alike.
    desk.set_platform().await;
    desk.sandbox
        .add_faults(Faults::parse("platform.batch:status=503,times=1").unwrap());
    for arguments in [["verify", &conn, "--json"], ["push", &conn, "--json"]] {
        let mut command = desk.command(&arguments);
        command.env("NURTUREHUB_OTLP_ENDPOINT", &taker.address);
        desk.finish(command, "").await.done();
    }
    let taken = taker.taken();
    assert_eq!(taken.len(), 3, "one trace for each run");
    assert_eq!((of_kind(&taken, "verify"), of_kind(&taken, "push")), (1, 1));
    let again: Vec<Value> = log_lines(&desk)
        .into_iter()
        .filter(|line| line["fields"]["message"] == "A request is tried again.")
        .collect();
    assert_eq!(again.len(), 1, "the platform was away once: {again:?}");
    assert_eq!(again[0]["level"], "INFO");
    assert_eq!(again[0]["fields"]["attempt"], 1);
    assert_eq!(again[0]["span"]["kind"], "push", "it is the push's");
    assert_eq!(again[0]["span"]["connection"], conn.as_str());
    let pushes = log_lines(&desk);
    let begun = pushes
        .iter()
        .find(|line| line["span"]["kind"] == "push" && line["fields"]["message"] == "Run begins.");
    assert_eq!(again[0]["span"]["run"], begun.unwrap()["span"]["run"]);

    // Nobody listens at this port: the sync is as good.
    let mut command = desk.command(&["sync", &conn, "--json"]);
    command.env("NURTUREHUB_OTLP_ENDPOINT", "http://127.0.0.1:9");
    desk.finish(command, "").await.done();
}

/// All lines of the command line's log.
fn log_lines(desk: &Desk) -> Vec<Value> {
    let names = files(&desk.home());
    let logs = names
        .iter()
        .filter(|name| name.starts_with("logs/nurturehub."));
    let texts = logs.map(|name| std::fs::read_to_string(desk.home().join(name)).unwrap());
    let texts: Vec<String> = texts.collect();
    texts
        .iter()
        .flat_map(|text| text.lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// How many of these traces are of runs of a kind.
fn of_kind(taken: &[(String, Value)], kind: &str) -> usize {
    let is_of = |document: &Value| {
        let spans = &document["resourceSpans"][0]["scopeSpans"][0]["spans"];
        let about = spans[0]["attributes"].as_array().unwrap();
        about
            .iter()
            .any(|one| one["key"] == "nurturehub.run.kind" && one["value"]["stringValue"] == kind)
    };
    taken.iter().filter(|(_, document)| is_of(document)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crm_cannot_do_is_no_failure_in_the_log() {
    let desk = Desk::new(3).await;
    let conn = desk.connect("agentos", &[]).await;
    let activity = serde_json::json!([{
        "id": "a-1", "kind": "note", "occurredAt": "2026-01-01T09:00:00Z",
        "source": { "system": "nurturehub" }, "contact": { "externalId": "C1" },
        "subject": "Spring market", "attributes": {},
    }]);
    let file = desk.file("activities.json", &activity.to_string());
    let answer = desk
        .run(&["activities", "push", &conn, "--file", &file, "--json"])
        .await;
    assert!(answer.stdout.contains("unsupported"), "{answer:?}");
    let lines = log_lines(&desk);
    let warned: Vec<&Value> = lines
        .iter()
        .filter(|line| line["level"] == "WARN")
        .collect();
    assert!(warned.is_empty(), "{warned:?}");
    let ended = lines
        .iter()
        .find(|line| line["fields"]["message"] == "Run ended.");
    assert_eq!(ended.expect("the run's end")["span"]["kind"], "writeBack");
}
