//! Who did what: what people do leaves a mark, with names and without values.

use std::collections::BTreeMap;

use nurturehub_engine::{AuditFilter, AuditFormat, AuditLine, SyncOptions};
use nurturehub_port::{ErrorKind, Secret};
use nurturehub_sandbox::AccessChange;
use serde_json::json;

use crate::desk::{Desk, no_prompt};

const PROVIDER: &str = "agentos";

/// What was done to a connection, oldest first.
async fn log(desk: &Desk, connection: &str) -> Vec<AuditLine> {
    let filter = AuditFilter {
        connection: Some(connection.to_owned()),
        ..AuditFilter::default()
    };
    desk.engine.audit_log(filter).await.unwrap()
}

async fn actions(desk: &Desk, connection: &str) -> Vec<String> {
    let log = log(desk, connection).await.into_iter();
    log.map(|entry| entry.action).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_starts_is_noted_and_what_the_schedule_starts_is_not() {
    let desk = Desk::new(5).await;
    let connection = desk.connect(PROVIDER).await;
    let scheduled = SyncOptions {
        scheduled: true,
        ..SyncOptions::default()
    };
    desk.sync_with(&connection, scheduled).await.unwrap();
    assert_eq!(
        actions(&desk, &connection).await,
        ["connected"],
        "nobody asked for it"
    );

    let report = desk.full_sync(&connection).await;
    desk.engine.verify(&connection, &|_| {}).await.unwrap();
    let log = log(&desk, &connection).await;
    assert_eq!(
        (log[1].action.as_str(), &log[1].detail),
        (
            "syncStarted",
            &json!({ "runId": report.run_id, "full": true })
        )
    );
    assert_eq!(
        (log[2].action.as_str(), &log[2].detail["ok"]),
        ("verified", &json!(true))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_into_a_failure_is_nobodys_doing() {
    let desk = Desk::new(5).await;
    let connection = desk.connect(PROVIDER).await;
    desk.sandbox.change_access(PROVIDER, &AccessChange::Revoke);
    let scheduled = SyncOptions {
        scheduled: true,
        ..SyncOptions::default()
    };
    desk.sync_with(&connection, scheduled).await.unwrap_err();
    assert!(desk.engine.look_into_failure(&connection).await.unwrap());
    assert_eq!(actions(&desk, &connection).await, ["connected"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_settings_and_secrets_leave_their_names_and_no_value() {
    let desk = Desk::new(5).await;
    let connection = desk.connect(PROVIDER).await;
    let access = desk.sandbox.describe().providers[PROVIDER].clone();
    let key = access.secrets["apiKey"].clone();
    let settings = BTreeMap::from([
        ("pageSize".to_owned(), "37".to_owned()),
        ("baseUrl".to_owned(), access.settings["baseUrl"].clone()),
    ]);
    let secrets = BTreeMap::from([("apiKey".to_owned(), Secret::new(key.clone()))]);
    desk.engine
        .reauthorize(&connection, settings, secrets, &no_prompt())
        .await
        .unwrap();
    let log = log(&desk, &connection).await;
    let entry = log.last().unwrap();
    assert_eq!(entry.action, "reauthorized");
    assert_eq!(
        entry.detail,
        json!({ "settings": ["pageSize"], "secrets": ["apiKey"], "signedIn": false }),
        "the address is as it was"
    );
    let text = AuditFormat::Jsonl.text(&log).unwrap();
    assert!(!text.contains(&key) && !text.contains("37\""), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exported_log_stands_there_whole_and_the_log_says_who_took_it() {
    let desk = Desk::new(0).await;
    let connection = desk.connect(PROVIDER).await;
    desk.engine.pause(&connection).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (format, lines) in [(AuditFormat::Csv, 4), (AuditFormat::Jsonl, 4)] {
        let path = folder.path().join(format!("log.{}", format.extension()));
        let filter = AuditFilter::default();
        desk.engine
            .export_audit(&path, format, filter)
            .await
            .unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), lines, "{text}");
        assert!(
            text.contains("connected") && text.contains("paused"),
            "{text}"
        );
    }
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 2, "nothing half written is left");
    let nowhere = folder.path().join("none").join("log.csv");
    let filter = AuditFilter::default();
    let refused = desk
        .engine
        .export_audit(&nowhere, AuditFormat::Csv, filter)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);

    let newest = desk.engine.audit_page(None, 2, 0).await.unwrap();
    assert_eq!(newest.total, 5, "and not of the one that failed");
    assert!(
        newest
            .entries
            .iter()
            .all(|entry| entry.action == "auditExported")
    );
    let of_one = desk
        .engine
        .audit_page(Some(&connection), 10, 0)
        .await
        .unwrap();
    assert_eq!(of_one.total, 2, "{of_one:?}");
}
