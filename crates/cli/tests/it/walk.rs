//! The walk of the README, by hand, for each CRM: every command with the contract's keys.

use nurturehub_sandbox::{Change, Mutation, SandboxConfig};
use serde_json::json;

use crate::program::{Desk, files, has};

/// The contract's steps of a verification.
const STEPS: [&str; 8] = [
    "configuration",
    "credentials",
    "dns",
    "connect",
    "tls",
    "authenticate",
    "permissions",
    "readContact",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_job_for_each_crm() {
    let desk = Desk::with(SandboxConfig {
        contacts: 250,
        limits: false,
        flawed: true,
        ..SandboxConfig::default()
    })
    .await;
    let platform = desk.set_platform().await;
    assert_eq!(
        platform["tokenStored"], true,
        "the token is said to be there, and not shown"
    );
    assert_eq!(
        desk.run(&["platform", "show", "--json"]).await.done(),
        platform
    );

    let providers = desk.run(&["providers", "--json"]).await.done();
    for provider in providers.as_array().unwrap() {
        has(
            provider,
            &[
                "id",
                "name",
                "auth",
                "fields",
                "capabilities",
                "documentation",
            ],
        );
        has(
            &provider["fields"][0],
            &["key", "label", "help", "secret", "required"],
        );
        let id = provider["id"].as_str().unwrap();
        // Any other CRM by a profile has no simulator of its own.
        if desk.sandbox.truth_of(id).is_some() {
            walk(&desk, id).await;
        }
    }

    let all = desk.run(&["connections", "--json"]).await.done();
    assert_eq!(
        all["connections"].as_array().unwrap().len(),
        5,
        "one for each CRM"
    );
    let health = desk.run(&["health", "--json"]).await.done();
    has(&health["connections"][0], &["id", "health"]);
    assert_eq!(
        files(&desk.home())
            .iter()
            .filter(|name| name.ends_with(".db"))
            .count(),
        1
    );
}

async fn walk(desk: &Desk, provider: &str) {
    let conn = &desk.connect(provider, &[]).await;
    let truth = desk.sandbox.truth_of(provider).unwrap();

    let verified = desk.run(&["verify", conn, "--json"]).await.done();
    let steps = verified["steps"].as_array().unwrap();
    let names: Vec<&str> = steps
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    assert_eq!(names, STEPS, "every step once and in order");
    has(&steps[0], &["step", "status", "detail", "durationMs"]);

    let synced = desk.run(&["sync", conn, "--json"]).await;
    assert_eq!(
        synced.code,
        Some(4),
        "a record that cannot become a contact is a part undone"
    );
    let synced = synced.json();
    has(
        &synced,
        &[
            "runId",
            "mode",
            "status",
            "resumed",
            "pages",
            "requests",
            "fetched",
            "created",
            "updated",
            "unchanged",
            "removed",
            "rejected",
            "proof",
            "cursorBefore",
            "cursorAfter",
            "durationMs",
            "spent",
        ],
    );
    has(
        &synced["spent"],
        &["waitingMs", "throttledMs", "mappingMs", "storingMs"],
    );
    assert_eq!(
        synced["created"], truth.mappable,
        "every contact of the CRM"
    );
    assert_eq!(synced["rejected"], truth.unmappable);
    assert_eq!(synced["proof"]["addsUp"], true);

    let list = desk
        .run(&["contacts", conn, "--limit", "3", "--offset", "1", "--json"])
        .await
        .done();
    assert_eq!(list["total"], truth.mappable);
    assert_eq!(
        list["contacts"].as_array().unwrap().len(),
        3,
        "a page of the list"
    );
    // Not one that the platform refuses for its name.
    let names = list["contacts"].as_array().unwrap();
    let contact = names
        .iter()
        .find(|contact| contact["identity"]["fullName"].as_str().unwrap().len() <= 200)
        .unwrap();
    has(
        contact,
        &[
            "id",
            "identity",
            "emails",
            "consent",
            "assignment",
            "lifecycle",
            "provenance",
        ],
    );
    let id = contact["provenance"]["externalId"].as_str().unwrap();
    let category = contact["category"].as_str().unwrap();
    let some = desk
        .run(&["contacts", conn, "--category", category, "--json"])
        .await
        .done();
    let categories = some["contacts"].as_array().unwrap();
    assert!(
        categories.iter().all(|found| found["category"] == category),
        "only that category"
    );
    let detail = desk.run(&["contact", conn, id, "--json"]).await.done();
    has(&detail, &["contact", "raw", "lineage", "issues"]);
    assert_eq!(&detail["contact"], contact, "the list and the detail agree");
    has(&detail["lineage"][0], &["field", "from"]);

    push(desk, conn, id, truth.mappable, truth.long_names).await;
    back(desk, conn, provider, id).await;
    look_back(desk, conn).await;
    live_on(desk, conn, provider).await;
}

/// Preview and push: what is shown is sent, once.
async fn push(desk: &Desk, conn: &str, id: &str, mappable: usize, refused: usize) {
    let preview = desk
        .run(&["preview", conn, "--limit", "2", "--json"])
        .await
        .done();
    assert_eq!(preview["summary"]["create"], mappable);
    has(
        &preview["summary"],
        &["create", "update", "archive", "unchanged", "blocked"],
    );
    assert_eq!(
        preview["changes"].as_array().unwrap().len(),
        2,
        "a page of the preview"
    );
    has(&preview["changes"][0], &["externalId", "kind", "fields"]);
    has(
        &preview["changes"][0]["fields"][0],
        &["field", "before", "after"],
    );

    let held = desk.sandbox.platform().contact_count();
    desk.run(&["push", conn, "--dry-run", "--json"])
        .await
        .done();
    assert_eq!(
        desk.sandbox.platform().contact_count(),
        held,
        "a dry run sends nothing"
    );
    let one = desk
        .run(&["push", conn, "--only", id, "--json"])
        .await
        .done();
    assert_eq!(one["sent"], 1, "just the one that was named");

    let pushed = desk.run(&["push", conn, "--json"]).await;
    let expected = if refused > 0 { 4 } else { 0 };
    assert_eq!(
        pushed.code,
        Some(expected),
        "refused contacts are a part undone: {pushed:?}"
    );
    let pushed = pushed.json();
    has(
        &pushed,
        &[
            "runId",
            "status",
            "sent",
            "accepted",
            "rejected",
            "unchanged",
            "rejections",
        ],
    );
    assert_eq!(pushed["accepted"], mappable - refused - 1);
    assert_eq!(pushed["rejected"], refused);
    assert_eq!(
        desk.sandbox.platform().contact_count(),
        held + mappable - refused
    );
    let after = desk.run(&["preview", conn, "--json"]).await.done();
    assert_eq!(after["summary"]["create"], 0, "nothing is left");
    assert_eq!(
        after["summary"]["blocked"], refused,
        "what was refused is not tried again"
    );
}

/// Engagement goes back to the CRM, once, or is said to be impossible.
async fn back(desk: &Desk, conn: &str, provider: &str, id: &str) {
    let activity = |key: &str| {
        json!({
            "id": key, "kind": "note", "occurredAt": "2026-01-02T03:04:05Z",
            "source": { "system": "nurturehub" }, "contact": { "externalId": id },
            "subject": "A note", "attributes": {},
        })
    };
    let file = desk.file("activities.json", &json!([activity("a-1")]).to_string());
    let arguments = ["activities", "push", conn, "--file", &file, "--json"];
    let first = desk.run(&arguments).await;
    has(&first.json()["results"][0], &["id", "status"]);
    if desk.sandbox.written(provider).is_none() {
        assert_eq!(
            first.code,
            Some(4),
            "what cannot be written is a part undone"
        );
        assert_eq!(first.json()["results"][0]["status"], "unsupported");
        let failed = desk
            .run(&["webhook", "listen", conn, "--json"])
            .await
            .failed(1);
        assert_eq!(
            failed["kind"], "unsupported",
            "said before anybody waits for a webhook"
        );
        return;
    }
    assert_eq!(first.done()["results"][0]["status"], "written");
    let again = desk.run(&arguments).await.done();
    assert_eq!(again["results"][0]["status"], "duplicate", "written once");
    desk.sandbox
        .platform()
        .add_activities(conn, vec![activity("a-2")]);
    let pulled = desk
        .run(&["activities", "pull", conn, "--json"])
        .await
        .done();
    assert_eq!(pulled["results"][0]["id"], "a-2");
    assert_eq!(
        desk.sandbox.platform().waiting_activities(),
        0,
        "settled on the platform, too"
    );
    assert_eq!(
        desk.sandbox.written(provider).unwrap().len(),
        2,
        "one entry for each activity"
    );
}

/// History and health.
async fn look_back(desk: &Desk, conn: &str) {
    let history = desk.run(&["runs", conn, "--json"]).await.done();
    let runs = history["runs"].as_array().unwrap();
    has(&runs[0], &["runId", "kind", "status", "startedAt"]);
    let sync = runs.iter().find(|run| run["kind"] == "sync").unwrap();
    let run = desk
        .run(&["run", sync["runId"].as_str().unwrap(), "--json"])
        .await
        .done();
    has(&run, &["runId", "report", "requests"]);
    assert!(
        !run["requests"].as_array().unwrap().is_empty(),
        "a sync leaves a trace"
    );
    let health = desk.run(&["health", conn, "--json"]).await.done();
    has(
        &health,
        &[
            "connection",
            "state",
            "activity",
            "since",
            "failureStreak",
            "issues",
        ],
    );
    assert_eq!(
        health["state"], "degraded",
        "a partial sync is not all well"
    );
    for command in [
        vec!["health", conn],
        vec!["runs", conn],
        vec!["contacts", conn],
    ] {
        let shown = desk.run(&command).await;
        assert_eq!(shown.code, Some(0), "{shown:?}");
        assert!(
            !shown.stdout.starts_with('{'),
            "people are shown words: {shown:?}"
        );
    }
}

/// Change, pause, sign in again, disconnect.
async fn live_on(desk: &Desk, conn: &str, provider: &str) {
    let edit = Mutation::of(Change::Edit, 3);
    let changed = desk.sandbox.mutate(provider, &edit);
    let synced = desk.run(&["sync", conn, "--json"]).await.json();
    assert_eq!(
        synced["updated"],
        changed.len(),
        "just what was edited: {synced}"
    );

    let paused = desk.run(&["pause", conn, "--json"]).await.done();
    assert!(!paused["connection"]["pausedAt"].is_null(), "{paused}");
    let refused = desk.run(&["sync", conn, "--json"]).await.failed(2);
    assert!(
        refused["remedy"].as_str().unwrap().contains("Resume"),
        "it says how: {refused}"
    );
    desk.run(&["resume", conn, "--json"]).await.done();

    let (key, secret) = desk.access(provider).secrets.into_iter().next().unwrap();
    let key = format!("{key}=-");
    let again = ["reauthorize", conn, "--secret", &key, "--json"];
    let signed = desk.run_with(&again, &format!("{secret}\r\n")).await.done();
    assert_eq!(
        signed["connection"]["id"], *conn,
        "a Windows line end is no part of a secret"
    );

    let ended = desk.run(&["disconnect", conn, "--json"]).await.done();
    assert!(!ended["connection"]["disconnectedAt"].is_null(), "{ended}");
    desk.run(&["sync", conn, "--json"]).await.failed(2);
    let kept = desk
        .run(&["contacts", conn, "--limit", "0", "--json"])
        .await
        .done();
    assert_ne!(kept["total"], 0, "the contacts stay until they are purged");
}
