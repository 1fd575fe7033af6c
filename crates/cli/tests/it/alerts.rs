//! Alerts: everyone who is to be told is told once, whoever else was.

use nurturehub_sandbox::AccessChange;
use serde_json::Value;

use crate::program::{Desk, Outcome, has};
use crate::taker::Taker;

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:9/hook";

/// The alerts that were given, one on each line.
fn lines(outcome: &Outcome) -> Vec<Value> {
    let lines = outcome.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A desk whose connection has just been turned away by its CRM.
async fn in_trouble() -> (Desk, String) {
    let desk = Desk::new(10).await;
    let conn = desk.connect("street", &[]).await;
    desk.run(&["sync", &conn, "--json"]).await.done();
    desk.sandbox.change_access("street", &AccessChange::Revoke);
    desk.run(&["sync", &conn, "--json"]).await.failed(3);
    (desk, conn)
}

async fn mend(desk: &Desk, conn: &str) {
    desk.sandbox
        .change_access("street", &AccessChange::Reinstate);
    desk.run(&["sync", conn, "--json"]).await.done();
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
    let but_when = |alert: &Value| {
        let mut alert = alert.clone();
        alert["at"].take();
        alert
    };
    assert_eq!(
        but_when(&posted[0].1),
        but_when(&lines[0]),
        "and as it was shown"
    );
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
async fn trouble_that_comes_again_is_told_of_even_where_nobody_asked_while_all_was_well() {
    let (desk, conn) = in_trouble().await;
    assert_eq!(lines(&desk.run(&["alerts"]).await).len(), 1);
    mend(&desk, &conn).await;
    desk.sandbox.change_access("street", &AccessChange::Revoke);
    desk.run(&["sync", &conn, "--json"]).await.failed(3);
    let told = lines(&desk.run(&["alerts"]).await);
    assert_eq!(told.len(), 1, "another episode");
    assert_eq!(told[0]["event"], "opened");
    assert!(lines(&desk.run(&["alerts"]).await).is_empty(), "and once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_told_what_a_script_was_told_before() {
    let (desk, conn) = in_trouble().await;
    assert_eq!(lines(&desk.run(&["alerts"]).await).len(), 1);
    let taker = Taker::start().await;
    let told = desk.run(&["alerts", "--webhook", &taker.address]).await;
    assert_eq!(told.code, Some(0), "{told:?}");
    assert_eq!(told.stdout, "", "the script has been told already");
    let posted = taker.taken();
    assert_eq!(posted.len(), 1, "the webhook has not");
    assert_eq!(posted[0].1["event"], "opened");
    desk.run(&["alerts", "--webhook", &taker.address]).await;
    assert_eq!(taker.taken().len(), 1, "and now it has");

    mend(&desk, &conn).await;
    desk.run(&["alerts", "--webhook", &taker.address]).await;
    desk.run(&["alerts", "--webhook", &taker.address]).await;
    let posted = taker.taken();
    assert_eq!(posted.len(), 2, "its end once");
    assert_eq!(posted[1].1["event"], "recovered");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_posted_is_posted_by_the_next_call_and_once() {
    let (desk, conn) = in_trouble().await;
    let failed = desk.run(&["alerts", "--webhook", NOBODY]).await;
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert_eq!(lines(&failed).len(), 1, "it was said all the same");
    assert!(
        failed.stderr.contains("could not be posted") && failed.stderr.contains("next call"),
        "and that it is tried again: {failed:?}"
    );
    let taker = Taker::start().await;
    let posted = desk.run(&["alerts", "--webhook", &taker.address]).await;
    assert_eq!(posted.code, Some(0), "{posted:?}");
    assert_eq!(posted.stdout, "", "the script was told before");
    assert_eq!(taker.taken().len(), 1, "it was kept for the webhook");
    desk.run(&["alerts", "--webhook", &taker.address]).await;
    assert_eq!(taker.taken().len(), 1, "once");

    // The same of its end: it is posted once somebody answers.
    mend(&desk, &conn).await;
    let failed = desk.run(&["alerts", "--webhook", NOBODY, "--json"]).await;
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert_eq!(
        failed.json()["webhook"],
        serde_json::json!({ "posted": 0, "failed": 1 })
    );
    desk.run(&["alerts", "--webhook", &taker.address]).await;
    assert_eq!(taker.taken()[1].1["event"], "recovered");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_refuses_is_no_delivery() {
    let (desk, _) = in_trouble().await;
    let taker = Taker::start().await;
    taker.answer_with(404);
    let refused = desk.run(&["alerts", "--webhook", &taker.address]).await;
    assert_ne!(refused.code, Some(0), "{refused:?}");
    taker.answer_with(204);
    desk.run(&["alerts", "--webhook", &taker.address]).await;
    let posted = taker.taken();
    assert_eq!(posted.len(), 2, "refused once, taken once");
    assert_eq!(posted[0].1["subject"], posted[1].1["subject"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hears_of_the_end_of_what_they_never_heard_of() {
    let (desk, conn) = in_trouble().await;
    desk.run(&["alerts", "--webhook", NOBODY]).await;
    mend(&desk, &conn).await;
    let taker = Taker::start().await;
    let told = desk.run(&["alerts", "--webhook", &taker.address]).await;
    assert_eq!(
        lines(&told)[0]["event"],
        "recovered",
        "the script knew of it"
    );
    assert_eq!(taker.taken().len(), 0, "the webhook did not");
}
