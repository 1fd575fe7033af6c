//! What needs no long walk: the demo, a purge, schemas.

use serde_json::json;

use crate::program::{Desk, files, has};

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_leaves_no_contact_behind() {
    let desk = Desk::new(20).await;
    let conn = &desk.connect("agentos", &[]).await;
    desk.run(&["sync", conn, "--json"]).await.done();
    desk.run(&["disconnect", conn, "--purge", "--json"])
        .await
        .done();
    let left = desk.run(&["connections", "--json"]).await.done();
    assert_eq!(
        left["connections"],
        json!([]),
        "the connection is gone with its contacts"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_proves_its_counts_and_leaves_nothing_behind() {
    let desk = Desk::new(0).await;
    for flawed in [false, true] {
        let mut arguments = vec!["demo", "--contacts", "220", "--seed", "7", "--json"];
        arguments.extend(flawed.then_some("--flawed"));
        let demo = desk.run(&arguments).await.done();
        assert_eq!(demo["ok"], true, "{demo}");
        assert_eq!(demo["contacts"], 220);
        let rows = demo["providers"].as_array().unwrap();
        assert_eq!(rows.len(), 5, "one row for each CRM");
        for row in rows {
            has(
                row,
                &[
                    "provider",
                    "connection",
                    "ok",
                    "expected",
                    "verify",
                    "sync",
                    "preview",
                    "push",
                    "writeBack",
                    "webhook",
                    "previewAfter",
                    "durationMs",
                ],
            );
            assert_eq!(row["sync"]["proof"]["listed"], 220);
            assert_eq!(row["previewAfter"]["summary"]["create"], 0);
            let told = &row["webhook"];
            assert!(
                told["contacts"] == 1 || told["unsupported"].is_string(),
                "a change is heard of, or it is said that it cannot be: {told}"
            );
            assert_eq!(
                row["sync"]["rejected"] != 0,
                flawed,
                "flaws only where they are asked for"
            );
        }
    }
    assert_eq!(
        files(&desk.home()),
        [""; 0],
        "the demo's own folder is gone"
    );
    let table = desk.run(&["demo", "--contacts", "30"]).await;
    assert_eq!(table.code, Some(0), "{table:?}");
    assert_eq!(
        table
            .stdout
            .lines()
            .filter(|line| line.ends_with("yes"))
            .count(),
        5,
        "{table:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_and_completions_need_no_data_folder() {
    let desk = Desk::new(0).await;
    for model in ["contact", "activity", "health"] {
        let schema = desk.run(&["schema", model]).await.done();
        has(&schema, &["$schema", "title", "properties"]);
    }
    let completions = desk.run(&["completions", "bash"]).await;
    assert!(
        completions.stdout.contains("reauthorize"),
        "the commands are completed"
    );
    desk.run(&["providers", "--json"]).await.done();
    assert!(!desk.home().exists(), "these commands touch nothing");
}
