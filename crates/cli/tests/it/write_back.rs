//! Engagement on its way to the CRM, with the real program.

use std::collections::BTreeSet;
use std::time::Duration;

use nurturehub_sandbox::SandboxConfig;
use serde_json::{Value, json};

use crate::program::{Desk, has, until};

/// Activities that wait on the platform.
const ACTIVITIES: usize = 200;
/// Processes that are killed on the way.
const KILLS: usize = 20;

fn note(id: &str, contact: &str) -> Value {
    json!({
        "id": id, "kind": "note", "occurredAt": "2026-01-01T09:00:00Z",
        "source": { "system": "nurturehub" }, "contact": { "externalId": contact },
        "subject": "Spring market", "attributes": {},
    })
}

async fn contacts(desk: &Desk, conn: &str) -> Vec<String> {
    desk.run(&["sync", conn, "--json"]).await.done();
    let list = desk.run(&["contacts", conn, "--json"]).await.done();
    let contacts = list["contacts"].as_array().unwrap();
    contacts
        .iter()
        .map(|contact| {
            contact["provenance"]["externalId"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_over_and_over_each_activity_is_in_the_journal_once() {
    let desk = Desk::with(SandboxConfig {
        contacts: 60,
        limits: false,
        latency: Some(Duration::from_millis(2)),
        ..SandboxConfig::default()
    })
    .await;
    desk.set_platform().await;
    let conn = &desk.connect("reapit", &["applicantLookup=false"]).await;
    let contacts = contacts(&desk, conn).await;
    let activities = (0..ACTIVITIES)
        .map(|number| note(&format!("a-{number}"), &contacts[number % contacts.len()]))
        .collect();
    desk.sandbox.platform().add_activities(conn, activities);

    let journal = || desk.sandbox.reapit().journal();
    for kill in 1..=KILLS {
        let mut child = desk
            .command(&["activities", "pull", conn, "--json"])
            .spawn()
            .unwrap();
        // Always in the midst of writing, and always with some left to write.
        let goal = kill * ACTIVITIES / (KILLS + 1);
        until(|| journal().len() >= goal).await;
        child.kill().await.unwrap();
        assert!(journal().len() < ACTIVITIES, "it was killed at work");
    }
    let pulled = desk
        .run(&["activities", "pull", conn, "--json"])
        .await
        .done();
    assert!(
        !pulled["results"].as_array().unwrap().is_empty(),
        "there was something left: {pulled}"
    );
    let journal = journal();
    let marks: BTreeSet<&str> = journal
        .iter()
        .filter_map(|entry| entry.description.lines().last())
        .collect();
    assert_eq!(journal.len(), ACTIVITIES, "no entry too many");
    assert_eq!(marks.len(), ACTIVITIES, "and each activity has its own");
    let platform = desk.sandbox.platform();
    assert_eq!(platform.waiting_activities(), 0, "all are settled");
    assert_eq!(platform.settlements().len(), ACTIVITIES, "each once");
    let failed = desk
        .run(&["activities", "failed", conn, "--json"])
        .await
        .done();
    assert_eq!(failed["total"], 0, "a kill is nobody's failure: {failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_listed_with_its_reason() {
    let desk = Desk::new(20).await;
    desk.set_platform().await;
    let conn = &desk.connect("reapit", &[]).await;
    let contacts = contacts(&desk, conn).await;
    let none = desk.run(&["activities", "failed", conn]).await;
    assert!(none.stdout.contains("No activity"), "{none:?}");

    let platform = desk.sandbox.platform();
    let activities = vec![note("a-1", &contacts[0]), note("a-2", "NOBODY")];
    platform.add_activities(conn, activities);
    let pull = ["activities", "pull", conn, "--json"];
    let pulled = desk.run(&pull).await;
    assert_eq!(pulled.code, Some(4), "one was refused: {pulled:?}");
    let refused = &pulled.json()["results"][1];
    assert_eq!(refused["status"], "rejected");
    assert_eq!(refused["error"]["retryable"], false, "for good: {refused}");

    let failed = desk
        .run(&["activities", "failed", conn, "--json"])
        .await
        .done();
    assert_eq!(failed["total"], 1);
    let letter = &failed["activities"][0];
    has(letter, &["id", "status", "error", "attempts", "at"]);
    assert_eq!(
        (&letter["id"], &letter["attempts"], &letter["acknowledged"]),
        (&"a-2".into(), &1.into(), &true.into())
    );
    let shown = desk.run(&["activities", "failed", conn]).await;
    assert!(
        shown.stdout.contains("a-2") && shown.stdout.contains("1 activity in all"),
        "people are shown words: {shown:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_a_part_undone_and_what_a_person_must_mend_is_a_failure() {
    let desk = Desk::new(20).await;
    desk.set_platform().await;
    let conn = &desk.connect("reapit", &[]).await;
    let contacts = contacts(&desk, conn).await;
    let platform = desk.sandbox.platform();
    platform.add_activities(conn, vec![note("a-1", &contacts[0])]);
    let pull = ["activities", "pull", conn, "--json"];

    let withheld = "reapit.journal:missingScope".parse().unwrap();
    desk.sandbox.add_faults(withheld);
    let error = desk.run(&pull).await.failed(1);
    assert_eq!(error["kind"], "scopeMissing", "{error}");
    let result = &error["detail"]["run"]["results"][0];
    assert_eq!(
        (&result["id"], &result["error"]["retryable"]),
        (&"a-1".into(), &true.into()),
        "what it means for each activity is said, too: {error}"
    );

    // The search for what is there passes, and the writing does not.
    desk.sandbox.clear_faults();
    let down = "reapit.journal:status=502,after=1".parse().unwrap();
    desk.sandbox.add_faults(down);
    let pulled = desk.run(&pull).await;
    assert_eq!(pulled.code, Some(4), "{pulled:?}");
    let waits = &pulled.json()["results"][0];
    assert_eq!(waits["error"]["retryable"], true);
    assert!(
        waits["error"]["detail"]["nextAttemptAt"].is_string(),
        "{waits}"
    );
    assert_eq!(platform.waiting_activities(), 1, "not settled");
    let shown = desk.run(&["activities", "pull", conn]).await;
    assert!(
        shown.stdout.contains("waiting") && shown.stdout.contains("tried again"),
        "people are shown words: {shown:?}"
    );
}
