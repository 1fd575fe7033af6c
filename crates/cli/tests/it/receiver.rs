//! `webhook ingest` and the receiver behind `webhook listen`.

use nurturehub_sandbox::reapit::{WebhookDelivery, WebhookRequest};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::program::{Desk, ask, interrupt};

fn head(delivery: &WebhookDelivery) -> String {
    delivery
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect()
}

async fn any_contact(desk: &Desk, conn: &str) -> String {
    desk.run(&["sync", conn, "--json"]).await.done();
    let list = desk
        .run(&["contacts", conn, "--limit", "1", "--json"])
        .await
        .done();
    list["contacts"][0]["provenance"]["externalId"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_delivery_is_taken_in_once_and_only_with_its_signature() {
    let desk = Desk::new(20).await;
    let conn = &desk.connect("reapit", &[]).await;
    let id = any_contact(&desk, conn).await;
    let delivery = desk
        .sandbox
        .reapit()
        .webhook(&WebhookRequest::new("contacts.modified", id));
    let file = desk.file("delivery.json", &delivery.body);
    let mut arguments = vec!["webhook", "ingest", conn, "--file", &file, "--json"];

    let refused = desk.run(&arguments).await.failed(3);
    assert_eq!(refused["kind"], "authInvalid", "no signature, no belief");
    let mut unverified = arguments.clone();
    unverified.push("--unverified");
    let headers: Vec<String> = delivery
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    for header in &headers {
        arguments.extend(["--header", header]);
    }
    let taken = desk.run(&arguments).await.done();
    assert_eq!(taken["accepted"], true);
    assert_eq!(taken["event"], "contacts.modified");
    assert_eq!(
        (&taken["contacts"], &taken["activities"]),
        (&1.into(), &0.into()),
        "{taken}"
    );
    let again = desk.run(&unverified).await.done();
    assert_eq!(
        again["duplicate"], true,
        "known by its event, whichever way it comes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receiver_answers_each_delivery_by_what_it_is() {
    let desk = Desk::new(20).await;
    let conn = &desk.connect("reapit", &[]).await;
    let id = any_contact(&desk, conn).await;
    let mut child = desk
        .command(&["webhook", "listen", conn, "--json", "-q"])
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
    let url = ready["url"].as_str().unwrap();
    assert!(
        url.starts_with("http://127.0.0.1:"),
        "on loopback alone: {url}"
    );

    let crm = desk.sandbox.reapit();
    let good = crm.webhook(&WebhookRequest::new("contacts.modified", &*id));
    let (status, _, body) = ask(url, "POST", &head(&good), &good.body).await;
    assert_eq!(status, 202, "{body}");
    let tampered = crm.webhook(&WebhookRequest {
        tamper: true,
        ..WebhookRequest::new("contacts.modified", &*id)
    });
    assert_eq!(
        ask(url, "POST", &head(&tampered), &tampered.body).await.0,
        401
    );
    assert_eq!(
        ask(url, "POST", "", "{}").await.0,
        401,
        "without a signature"
    );
    let unusable = crm.webhook(&WebhookRequest::new("contacts.modified", "a\u{1}b"));
    let (status, _, body) = ask(url, "POST", &head(&unusable), &unusable.body).await;
    assert_eq!(
        status, 422,
        "signed, and yet nothing to be done with: {body}"
    );
    let large = "x".repeat(1024 * 1024 + 1);
    assert_eq!(
        ask(url, "POST", "", &large).await.0,
        413,
        "more than a delivery ever has"
    );
    assert_eq!(ask(&format!("{url}health"), "GET", "", "").await.0, 200);
    assert_eq!(ask(url, "GET", "", "").await.0, 405);

    interrupt(&child);
    let ended = desk.wait(child).await;
    assert_eq!(
        ended.code,
        Some(0),
        "being stopped is its normal end: {ended:?}"
    );
    assert_eq!(
        lines.next_line().await.unwrap(),
        None,
        "one document, not one for each delivery"
    );
}
