//! A run that fails is looked into at once, as it is in the app.

use nurturehub_sandbox::{AccessChange, Faults};
use serde_json::{Value, json};

use crate::program::{Desk, Outcome, has};

/// Kinds of a connection's runs, newest first.
async fn kinds(desk: &Desk, conn: &str) -> Vec<String> {
    let runs = desk.run(&["runs", conn, "--json"]).await.done();
    let runs = runs["runs"].as_array().unwrap().iter();
    runs.map(|run| run["kind"].as_str().unwrap().to_owned())
        .collect()
}

/// What was found of a run that failed with this code; the error beside it is whole.
fn found(failed: &Outcome, code: i32) -> Value {
    failed.failed(code);
    let found = failed.json()["diagnosis"].take();
    has(&found, &["run", "error", "cause"]);
    found
}

fn step_of(found: &Value) -> &str {
    let steps = found["verification"]["steps"].as_array().unwrap();
    let failed = steps.iter().find(|step| step["status"] == "failed");
    failed.map_or("none", |step| step["step"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_says_at_which_step_the_way_to_the_crm_ends() {
    let desk = Desk::new(5).await;
    let conn = &desk.connect("agentos", &[]).await;
    desk.sandbox.change_access("agentos", &AccessChange::Revoke);

    let declined = desk.run(&["sync", conn, "--no-diagnose", "--json"]).await;
    declined.failed(3);
    assert!(declined.json().get("diagnosis").is_none(), "{declined:?}");
    assert_eq!(kinds(&desk, conn).await, ["sync"], "nothing was asked");

    let found = found(&desk.run(&["sync", conn, "--json"]).await, 3);
    assert_eq!(step_of(&found), "authenticate", "{found}");
    assert_eq!(found["cause"]["kind"], "authInvalid");
    assert_eq!(found["error"]["kind"], "authInvalid", "that of the run");
    assert_eq!(kinds(&desk, conn).await[..2], ["verify", "sync"]);

    let people = desk.run(&["sync", conn, "--diagnose"]).await;
    assert_eq!((people.code, &*people.stdout), (Some(3), ""), "{people:?}");
    for words in ["error: ", "authenticate", "what to do", "who"] {
        assert!(people.stderr.contains(words), "no `{words}`: {people:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_write_back_is_looked_into_as_well() {
    let desk = Desk::new(5).await;
    desk.set_platform().await;
    let conn = &desk.connect("reapit", &[]).await;
    desk.run(&["sync", conn, "--json"]).await.done();
    let list = desk.run(&["contacts", conn, "--json"]).await.done();
    let contact = &list["contacts"][0]["provenance"]["externalId"];
    let note = |id: &str| {
        json!({
            "id": id, "kind": "note", "occurredAt": "2026-01-01T09:00:00Z",
            "source": { "system": "nurturehub" }, "contact": { "externalId": contact },
            "subject": "Spring market", "attributes": {},
        })
    };
    let platform = desk.sandbox.platform();
    platform.add_activities(conn, vec![note("a-1")]);
    let file = desk.file("activities.json", &json!([note("a-2")]).to_string());
    desk.sandbox
        .add_faults("reapit.journal:missingScope".parse().unwrap());
    let push = ["activities", "push", conn, "--file", &file, "--json"];
    for line in [&["activities", "pull", conn, "--json"][..], &push[..]] {
        let found = found(&desk.run(line).await, 1);
        assert_eq!(found["run"]["kind"], "writeBack", "{line:?}: {found}");
        assert_eq!(found["error"]["kind"], "scopeMissing", "{line:?}: {found}");
        assert!(found["verification"]["steps"].is_array(), "{found}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_push_says_at_which_step_the_way_to_nurturehub_ends() {
    let desk = Desk::new(5).await;
    let conn = &desk.connect("agentos", &[]).await;
    desk.run(&["sync", conn, "--json"]).await.done();
    let url = desk.sandbox.describe().platform.url;
    let set = ["platform", "set", "--url", &url, "--secret", "token=-"];
    desk.run_with(&set, "another\n").await;
    let failed = desk.run(&["push", conn, "--json"]).await;
    let found = found(&failed, 3);
    assert_eq!(step_of(&found), "authenticate", "{found}");
    assert_eq!(found["verification"]["ofPlatform"], true, "{found}");
    assert!(
        failed.stderr.contains("token"),
        "people are told: {failed:?}"
    );

    let run = found["run"]["runId"].as_str().unwrap();
    let shown = desk.run(&["run", run]).await.stdout;
    assert!(shown.contains("what was found afterwards"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_that_wants_fewer_requests_is_left_alone() {
    let desk = Desk::new(5).await;
    let conn = &desk.connect("agentos", &[]).await;
    let fault = "agentos.list:status=429,retryAfter=86400";
    desk.sandbox.add_faults(Faults::parse(fault).unwrap());
    let found = found(&desk.run(&["sync", conn, "--json"]).await, 1);
    assert_eq!(found["error"]["kind"], "quotaExhausted");
    assert!(found["notAsked"].is_string(), "it says why: {found}");
    assert!(found.get("verification").is_none(), "{found}");
    assert_eq!(kinds(&desk, conn).await, ["sync"], "nothing was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_before_it_begins_is_not_explained_by_an_older_failure() {
    let desk = Desk::new(5).await;
    let conn = &desk.connect("agentos", &[]).await;
    desk.sandbox.change_access("agentos", &AccessChange::Revoke);
    let declined = ["sync", conn, "--no-diagnose", "--json"];
    desk.run(&declined).await.failed(3);
    desk.run(&["pause", conn, "--json"]).await.done();
    let refused = desk.run(&["sync", conn, "--json"]).await;
    let error = refused.failed(2);
    assert_eq!(error["kind"], "configuration", "it is paused: {error}");
    assert!(refused.json().get("diagnosis").is_none(), "{refused:?}");
    assert_eq!(kinds(&desk, conn).await, ["sync"], "nothing was asked");
}
