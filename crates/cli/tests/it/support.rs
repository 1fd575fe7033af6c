//! What support works with: bundle and replay, alerts, the audit log, the log in the data folder, and
//! traces for a collector.

use std::sync::{Arc, Mutex};

use nurturehub_sandbox::{AccessChange, Faults};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::program::{Desk, files, has};

/// Takes whatever is posted to it, and says that all is well.
struct Taker {
    address: String,
    taken: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Taker {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&taken);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                let mut chunk = [0; 4096];
                let (head, body) = loop {
                    let read = stream.read(&mut chunk).await.unwrap();
                    bytes.extend_from_slice(&chunk[..read]);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    if let Some((head, body)) = text.split_once("\r\n\r\n") {
                        let length = head
                            .lines()
                            .filter_map(|line| line.split_once(": "))
                            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                            .map_or(0, |(_, length)| length.parse().unwrap());
                        if body.len() >= length {
                            break (head.to_owned(), body.to_owned());
                        }
                    }
                    assert!(read > 0, "a whole request");
                };
                let line = head.lines().next().unwrap_or_default().to_owned();
                kept.lock()
                    .unwrap()
                    .push((line, serde_json::from_str(&body).unwrap()));
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                stream.write_all(answer).await.unwrap();
            }
        });
        Self { address, taken }
    }

    fn taken(&self) -> Vec<(String, Value)> {
        self.taken.lock().unwrap().clone()
    }
}

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
async fn people_are_told_once_when_it_begins_and_once_when_it_is_over() {
    let desk = Desk::new(10).await;
    let conn = desk.connect("street", &[]).await;
    desk.run(&["sync", &conn, "--json"]).await.done();
    assert_eq!(
        desk.run(&["alerts"]).await.stdout,
        "",
        "there is nothing to tell"
    );
    desk.sandbox.change_access("street", &AccessChange::Revoke);
    desk.run(&["sync", &conn, "--json"]).await.failed(3);
    let taker = Taker::start().await;
    let told = desk.run(&["alerts", "--webhook", &taker.address]).await;
    let lines: Vec<Value> = told
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1, "{told:?}");
    has(
        &lines[0],
        &[
            "event",
            "connection",
            "state",
            "kind",
            "since",
            "subject",
            "body",
            "remedy",
            "owner",
        ],
    );
    assert_eq!(
        (&lines[0]["event"], &lines[0]["state"]),
        (&"opened".into(), &"needsReauth".into())
    );
    let posted = taker.taken();
    assert_eq!(posted.len(), 1, "posted once");
    assert_eq!(posted[0].1, lines[0], "and as it was shown");
    desk.run(&["sync", &conn, "--json"]).await.failed(3);
    let again = desk.run(&["alerts", "--json"]).await.done();
    assert_eq!(
        again["alerts"].as_array().unwrap().len(),
        0,
        "an episode is told of once"
    );
    desk.sandbox
        .change_access("street", &AccessChange::Reinstate);
    desk.run(&["sync", &conn, "--json"]).await.done();
    let over = desk.run(&["alerts", "--json"]).await.done();
    assert_eq!(over["alerts"][0]["event"], "recovered");
    let nothing = desk.run(&["alerts", "--json"]).await.done();
    assert_eq!(
        nothing["alerts"].as_array().unwrap().len(),
        0,
        "and its end once"
    );
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

    let names = files(&desk.home());
    let log = names
        .iter()
        .find(|name| name.starts_with("logs/nurturehub."))
        .expect("a log");
    let log = std::fs::read_to_string(desk.home().join(log)).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of_run: Vec<&Value> = lines
        .iter()
        .filter(|line| line["span"]["run"] == run)
        .collect();
    assert_eq!(of_run.len(), 2, "its beginning and its end: {log}");
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

    // Nobody listens at this port: the sync is as good.
    let mut command = desk.command(&["sync", &conn, "--json"]);
    command.env("NURTUREHUB_OTLP_ENDPOINT", "http://127.0.0.1:9");
    desk.finish(command, "").await.done();
}
