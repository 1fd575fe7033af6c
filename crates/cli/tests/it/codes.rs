//! Exit codes, the error document, and secrets that stay secret.

use nurturehub_sandbox::AccessChange;

use crate::program::{Desk, interrupt, until};

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_ends_with_2() {
    let desk = Desk::new(0).await;
    for arguments in [
        vec!["connect", "nosuchcrm", "--tenant", "t", "--json"],
        vec!["verify", "nosuchconnection", "--json"],
        vec!["health", "nosuchconnection", "--json"],
        vec!["run", "nosuchrun", "--json"],
        vec!["sync", "--json"],
        vec!["nosuchcommand", "--json"],
        vec!["contacts", "c", "--category", "nosuchcategory", "--json"],
        vec!["activities", "push", "c", "--file", "/nosuchfile", "--json"],
        vec![
            "platform",
            "set",
            "--url",
            "http://crm.example",
            "--secret",
            "other=-",
            "--json",
        ],
    ] {
        let error = desk.run(&arguments).await.failed(2);
        assert_eq!(error["kind"], "configuration", "{arguments:?}: {error}");
    }
    let (mut arguments, input) = desk.connecting("reapit", &[]);
    for setting in [
        "baseUrl=http://crm.example",
        "pageSize=101",
        "nosuchkey=1",
        "clientSecret=x",
    ] {
        arguments.extend(["--set".to_owned(), setting.to_owned()]);
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        desk.run_with(&words, &input).await.failed(2);
        arguments.truncate(arguments.len() - 2);
    }
    let none = desk.run(&["connections", "--json"]).await.done();
    assert_eq!(
        none["connections"].as_array().unwrap().len(),
        0,
        "nothing is kept of a failure"
    );
    let people = desk.run(&["verify", "nosuchconnection"]).await;
    assert_eq!(
        people.stdout, "",
        "without --json standard output stays empty"
    );
    assert!(people.stderr.contains("error: ") && people.stderr.contains("what to do: "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    let desk = Desk::new(0).await;
    let start = ["connect", "reapit", "--tenant", "t", "--json"];
    for tail in [
        vec!["--secret", "clientSecret=hunter2"],
        vec!["--secret", "hunter2"],
        vec!["--secret", "clientSecret=-", "hunter2"],
        vec!["--secret", "clientSecret", "--hunter2"],
        vec!["--set", "clientSecret=hunter2"],
    ] {
        let arguments: Vec<&str> = start.iter().chain(&tail).copied().collect();
        let outcome = desk.run_with(&arguments, "x\n").await;
        outcome.failed(2);
        let shown = format!("{outcome:?}");
        assert!(
            !shown.contains("hunter2"),
            "{tail:?} is shown again: {shown}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_and_wrong_credentials_end_with_3() {
    let desk = Desk::new(20).await;
    let (arguments, input) = desk.connecting("agentos", &[]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for line in ["", "\n", "  \r\n"] {
        let error = desk.run_with(&arguments, line).await.failed(3);
        assert_eq!(
            error["kind"], "authInvalid",
            "an empty line is a missing secret: {error}"
        );
    }
    let without: Vec<&str> = arguments
        .iter()
        .copied()
        .filter(|word| !word.contains("apiKey") && *word != "--secret")
        .collect();
    desk.run(&without).await.failed(3);

    let conn = &desk.connect("agentos", &[]).await;
    desk.sandbox.agentos().change_access(&AccessChange::Revoke);
    let verified = desk.run(&["verify", conn, "--json"]).await;
    assert_eq!(
        verified.code,
        Some(3),
        "the CRM does not know the key: {verified:?}"
    );
    let verified = verified.json();
    assert_eq!(verified["ok"], false);
    let failed = verified["steps"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["status"] == "failed");
    assert_eq!(failed.unwrap()["step"], "authenticate", "{verified}");
    assert!(failed.unwrap()["remedy"].is_string(), "it says what to do");
    desk.run(&["sync", conn, "--json"]).await.failed(3);
    let health = desk.run(&["health", conn, "--json"]).await.done();
    assert_eq!(health["state"], "needsReauth", "{health}");
    drop(input);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_vault_nothing_opens() {
    let desk = Desk::new(0).await;
    desk.run(&["connections", "--json"]).await.done();
    let mut wrong = desk.command(&["connections", "--json"]);
    wrong.env("NURTUREHUB_VAULT_PASSPHRASE", "wrong");
    let error = desk.finish(wrong, "").await.failed(5);
    assert_eq!(error["kind"], "vaultLocked");
    let mut none = desk.command(&["connections", "--json"]);
    none.env_remove("NURTUREHUB_VAULT_PASSPHRASE");
    desk.finish(none, "").await.failed(5);
    let mut other = desk.command(&["connections", "--json"]);
    other.env("NURTUREHUB_VAULT", "plain");
    desk.finish(other, "").await.failed(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_sync_ends_with_130_and_goes_on_later() {
    let desk = Desk::new(300).await;
    let conn = &desk
        .connect("reapit", &["pageSize=5", "applicantLookup=false"])
        .await;
    desk.sandbox
        .set_latency(Some(std::time::Duration::from_millis(20)));
    desk.sandbox.clear_requests();
    let child = desk.command(&["sync", conn, "--json"]).spawn().unwrap();
    until(|| {
        desk.sandbox
            .requests(|request| request.path() == "/contacts/")
            .len()
            > 4
    })
    .await;
    interrupt(&child);
    let cancelled = desk.wait(child).await;
    let error = cancelled.failed(130);
    assert_eq!(error["kind"], "cancelled");
    assert_eq!(
        error["detail"]["run"]["status"], "cancelled",
        "with what was done by then: {error}"
    );
    let document = cancelled.json();
    assert!(document.get("diagnosis").is_none(), "a person's own wish");
    desk.sandbox.set_latency(None);
    let resumed = desk.run(&["sync", conn, "--json"]).await.done();
    assert_eq!(resumed["resumed"], true, "what was stored stays: {resumed}");
    assert_eq!(resumed["proof"]["listed"], 300);
}
