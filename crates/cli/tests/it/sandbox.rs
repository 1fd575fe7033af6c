//! `sandbox` as a process of its own, and what is read of a CRM that it serves.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use crate::contract::{each_holds, holds};
use crate::program::{Desk, ask, interrupt};

/// Starts a sandbox; the answer is the process and what it printed once it was ready.
async fn start(desk: &Desk, more: &[&str]) -> (tokio::process::Child, Value) {
    let mut arguments = vec!["sandbox", "--port", "0", "--seed", "2", "--json"];
    arguments.extend(more);
    let mut child = desk
        .command(&arguments)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut printed = BufReader::new(child.stdout.take().unwrap());
    // One document, over as many lines as it likes.
    let mut text = String::new();
    let document = loop {
        let length = printed.read_line(&mut text).await.unwrap();
        assert!(length > 0, "it ended before it was ready: {text}");
        if let Ok(document) = serde_json::from_str(&text) {
            break document;
        }
    };
    child.stdout = Some(printed.into_inner());
    (child, document)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_sandbox_prints_is_all_that_connecting_needs() {
    let desk = Desk::new(0).await;
    let (mut child, told) = start(&desk, &["--contacts", "120", "--limits", "off"]).await;
    let ids = ["agentos", "alto", "loop", "reapit", "street"];
    let providers: Vec<&String> = told["providers"].as_object().unwrap().keys().collect();
    assert_eq!(providers, ids, "each CRM of the contract");
    for access in told["providers"].as_object().unwrap().values() {
        holds(access, &[("settings", "object"), ("secrets", "object")]);
    }
    holds(
        &told["platform"],
        &[("url", "text"), ("token", "text"), ("tenant", "text")],
    );

    let tenant = told["platform"]["tenant"].as_str().unwrap();
    let access = &told["providers"]["reapit"];
    let mut arguments: Vec<String> = ["connect", "reapit", "--tenant", tenant, "--json"]
        .map(str::to_owned)
        .into();
    for (key, value) in access["settings"].as_object().unwrap() {
        arguments.extend(["--set".into(), format!("{key}={}", value.as_str().unwrap())]);
    }
    let mut input = String::new();
    for (key, value) in access["secrets"].as_object().unwrap() {
        arguments.extend(["--secret".into(), format!("{key}=-")]);
        input.push_str(value.as_str().unwrap());
        input.push('\n');
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let connected = desk.run_with(&arguments, &input).await.done();
    let conn = connected["connection"]["id"].as_str().unwrap();
    let verified = desk.run(&["verify", conn, "--json"]).await.done();
    assert_eq!(verified["ok"], true, "{verified}");
    let synced = desk.run(&["sync", conn, "--json"]).await.done();
    assert_eq!(synced["created"], 120, "as many as were asked for");

    let url = told["platform"]["url"].as_str().unwrap().to_owned();
    let (status, _, served) = ask(&format!("{url}/openapi.json"), "GET", "", "").await;
    assert_eq!(status, 200, "it serves the platform's document");
    let served: Value = serde_json::from_str(&served).unwrap();
    assert_eq!(served["openapi"], "3.1.0");
    let set = [
        "platform", "set", "--url", &url, "--secret", "token=-", "--json",
    ];
    let token = told["platform"]["token"].as_str().unwrap();
    desk.run_with(&set, &format!("{token}\n")).await.done();
    let pushed = desk.run(&["push", conn, "--json"]).await.done();
    assert_eq!(pushed["accepted"], 120, "and takes what comes");

    interrupt(&child);
    let ended = child.wait().await.unwrap();
    assert_eq!(ended.code(), Some(0), "being stopped is its normal end");
    let mut rest = String::new();
    let mut printed = child.stdout.take().unwrap();
    printed.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest.trim(), "", "one document, and nothing after it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_people_and_a_fault_that_is_asked_for_strikes() {
    let desk = Desk::new(0).await;
    let spec = "reapit.list:status=503";
    let (_first, one) = start(&desk, &["--contacts", "5", "--faults", spec]).await;
    let (_second, two) = start(&desk, &["--contacts", "5"]).await;
    assert_eq!(
        one["providers"]["street"]["secrets"], two["providers"]["street"]["secrets"],
        "all follows from the seed"
    );
    assert_ne!(
        one["platform"]["url"], two["platform"]["url"],
        "each on a port of its own"
    );
    let nonsense = ["sandbox", "--faults", "reapit.list:nonsense", "--json"];
    desk.run(&nonsense).await.failed(2);
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|contact| contact["provenance"]["externalId"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_found_by_a_part_of_their_name_and_by_what_a_push_would_do() {
    let desk = Desk::new(60).await;
    desk.set_platform().await;
    let conn = &desk.connect("agentos", &[]).await;
    desk.run(&["sync", conn, "--json"]).await.done();
    let all = desk
        .run(&["contacts", conn, "--limit", "100", "--json"])
        .await
        .done();
    let contacts = all["contacts"].as_array().unwrap();
    let name = contacts
        .iter()
        .find_map(|contact| contact["identity"]["lastName"].as_str())
        .unwrap();
    let part = name.to_lowercase();
    let found = desk
        .run(&["contacts", conn, "--search", &part, "--json"])
        .await
        .done();
    let named: Vec<&Value> = contacts
        .iter()
        .filter(|contact| contact["identity"]["lastName"] == name)
        .collect();
    assert!(
        found["total"].as_u64().unwrap() < 60,
        "not everybody: {part}"
    );
    for contact in named {
        let id = contact["provenance"]["externalId"].as_str().unwrap();
        assert!(
            ids(&found["contacts"]).contains(&id),
            "{id} is called {part}"
        );
    }
    let nobody = desk
        .run(&["contacts", conn, "--search", "zzqqxx", "--json"])
        .await
        .done();
    assert_eq!(
        (&nobody["total"], ids(&nobody["contacts"]).len()),
        (&0.into(), 0)
    );

    let one = ids(&all["contacts"])[0];
    desk.run(&["push", conn, "--only", one, "--json"])
        .await
        .done();
    let with = async |change: &str| {
        desk.run(&[
            "contacts", conn, "--change", change, "--limit", "100", "--json",
        ])
        .await
        .done()
    };
    let unchanged = with("unchanged").await;
    assert_eq!(
        ids(&unchanged["contacts"]),
        [one],
        "the platform has this one"
    );
    let new = with("create").await;
    assert_eq!(new["total"], 59, "and none of the others");
    assert!(!ids(&new["contacts"]).contains(&one));
    for change in ["update", "archive", "blocked"] {
        assert_eq!(with(change).await["total"], 0, "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_read_page_by_page_and_a_bundle_is_saved() {
    let desk = Desk::new(30).await;
    let conn = &desk.connect("agentos", &[]).await;
    desk.run(&["sync", conn, "--json"]).await.done();
    let whole = desk
        .run(&["preview", conn, "--limit", "100", "--json"])
        .await
        .done();
    let whole: Vec<&Value> = whole["changes"].as_array().unwrap().iter().collect();
    assert_eq!(whole.len(), 30);
    let page = async |offset: &str| {
        desk.run(&[
            "preview", conn, "--limit", "12", "--offset", offset, "--json",
        ])
        .await
        .done()
    };
    let pages = [page("0").await, page("12").await, page("24").await];
    let joined: Vec<&Value> = pages
        .iter()
        .flat_map(|page| page["changes"].as_array().unwrap())
        .collect();
    assert_eq!(joined, whole, "page by page the same, and nothing twice");
    assert!(
        pages.iter().all(|page| page["summary"]["create"] == 30),
        "the summary is that of the whole"
    );
    let beyond = page("30").await;
    assert_eq!(beyond["changes"].as_array().unwrap().len(), 0);

    let out = desk.file("bundle.zip", "");
    std::fs::remove_file(&out).unwrap();
    let saved = desk
        .run(&["bundle", conn, "--out", &out, "--json"])
        .await
        .done();
    holds(&saved, &[("file", "text"), ("bytes", "number")]);
    let length = std::fs::metadata(&out).unwrap().len();
    assert_eq!(
        saved["bytes"], length,
        "it is there, and as large as was said"
    );
    let draft = desk
        .run(&["bundle", conn, "--dry-run", "--json"])
        .await
        .done();
    each_holds(
        &draft["manifest"]["contents"],
        &[("path", "text"), ("bytes", "number"), ("what", "text")],
    );
}
