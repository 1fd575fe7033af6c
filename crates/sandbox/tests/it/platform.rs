//! The platform API.

use nurturehub_sandbox::platform::SettledAs;
use nurturehub_sandbox::{Sandbox, SandboxConfig};
use reqwest::Method;
use serde_json::{Value, json};

use crate::caller::{PlatformCaller, config, contact, start, start_with_faults};

#[tokio::test]
async fn a_batch_is_answered_row_by_row_in_order() {
    let sandbox = start(20).await;
    let caller = PlatformCaller::new(&sandbox);
    let long = "x".repeat(201);
    let first = caller
        .batch(
            "k-1",
            &[
                contact("a", "Ava", "h1"),
                contact("b", &long, "h1"),
                json!({ "provenance": { "externalId": "c" } }),
                contact("d", &"x".repeat(200), "h1"),
            ],
        )
        .await;
    assert_eq!(first.status(), 200);
    let body: Value = first.json().await.unwrap();
    let rows: Vec<(&str, &str)> = body["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["externalId"].as_str().unwrap(),
                row["status"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("a", "created"),
            ("b", "rejected"),
            ("c", "rejected"),
            ("d", "created")
        ]
    );
    assert_eq!(body["results"][1]["error"]["code"], "nameTooLong");
    assert_eq!(body["results"][1]["error"]["field"], "identity.fullName");
    assert_eq!(body["results"][2]["error"]["code"], "invalidContact");

    let second = caller
        .batch(
            "k-2",
            &[contact("a", "Ava", "h1"), contact("d", "Dee", "h2")],
        )
        .await;
    let body: Value = second.json().await.unwrap();
    assert_eq!(body["results"][0]["status"], "unchanged");
    assert_eq!(body["results"][1]["status"], "updated");
    let held = sandbox.platform().contact("conn-1", "d").unwrap();
    assert_eq!(held.body["identity"]["fullName"], "Dee");
    assert_eq!(held.revisions, 2);
    assert_eq!(
        sandbox.platform().contact_count(),
        2,
        "refused rows are not held"
    );
}

#[tokio::test]
async fn a_key_answers_its_own_body_again_and_no_other() {
    let sandbox = start(20).await;
    let caller = PlatformCaller::new(&sandbox);
    let batch = [contact("a", "Ava", "h1")];
    let first = caller.batch("k", &batch).await.bytes().await.unwrap();
    let again = caller.batch("k", &batch).await.bytes().await.unwrap();
    assert_eq!(first, again, "created, and not unchanged");
    assert_eq!(sandbox.platform().batches().len(), 1);
    assert_eq!(sandbox.platform().batches()[0].replays, 1);

    let other = caller.batch("k", &[contact("b", "Bea", "h1")]).await;
    assert_eq!(other.status(), 422);
    assert_eq!(
        other.headers()["content-type"].to_str().unwrap(),
        "application/problem+json"
    );
    let problem: Value = other.json().await.unwrap();
    assert_eq!(problem["status"], 422);
    assert!(problem["type"].is_string() && problem["title"].is_string());
    assert!(sandbox.platform().contact("conn-1", "b").is_none());
}

#[tokio::test]
async fn token_tenant_key_and_size_are_checked() {
    let sandbox = start(20).await;
    let caller = PlatformCaller::new(&sandbox);
    let good = caller.request(Method::GET, "").send().await.unwrap();
    assert_eq!(good.status(), 200);
    let access = sandbox.describe().platform;
    let call = |tenant: &str, token: &str| {
        crate::caller::client()
            .get(format!("{}/v1/tenants/{tenant}", access.url))
            .bearer_auth(token)
            .send()
    };
    assert_eq!(call(&access.tenant, "wrong").await.unwrap().status(), 401);
    assert_eq!(call("other", &access.token).await.unwrap().status(), 403);

    let no_key = caller
        .request(Method::POST, "/contacts:batch")
        .json(&json!({ "connection": "c", "contacts": [] }))
        .send()
        .await
        .unwrap();
    assert_eq!(no_key.status(), 400);
    let many: Vec<Value> = (0..501)
        .map(|n| contact(&n.to_string(), "N", "h"))
        .collect();
    assert_eq!(caller.batch("k", &many).await.status(), 413);
    assert_eq!(
        caller.batch("k", &many[..500]).await.status(),
        200,
        "500 are not too many"
    );
}

#[tokio::test]
async fn activities_are_paged_and_settled_once() {
    let sandbox = start(20).await;
    let caller = PlatformCaller::new(&sandbox);
    let activities = (0..5)
        .map(|n| json!({ "id": format!("act-{n}"), "kind": "note" }))
        .collect();
    sandbox.platform().add_activities("conn-1", activities);
    sandbox
        .platform()
        .add_activities("conn-2", vec![json!({ "id": "other" })]);

    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page: Value = caller
            .request(
                Method::GET,
                &format!("/activities?connection=conn-1&limit=2&after={after}"),
            )
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let ids = page["activities"].as_array().unwrap().iter();
        seen.extend(ids.map(|activity| activity["id"].as_str().unwrap().to_owned()));
        match page.get("next") {
            Some(next) => next.as_str().unwrap().clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!(seen, ["act-0", "act-1", "act-2", "act-3", "act-4"]);

    let acknowledgement = json!({ "results": [
        { "id": "act-0", "status": "written", "reference": "r" },
        { "id": "act-3", "status": "unsupported" },
        { "id": "nobody", "status": "written" },
    ]});
    for settled in [2, 0] {
        let answer: Value = caller
            .request(Method::POST, "/activities:acknowledge")
            .json(&acknowledgement)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(answer["settled"], settled, "a repetition settles nothing");
    }
    assert_eq!(sandbox.platform().waiting_activities(), 4);
    let settlements = sandbox.platform().settlements();
    assert_eq!(settlements[0].status, SettledAs::Written);
    assert_eq!(settlements[1].id, "act-3");
}

#[tokio::test]
async fn faults_carry_both_forms_of_retry_after() {
    let sandbox = start_with_faults(
        20,
        "platform.tenant:status=429,retryAfter=3,times=1; platform.tenant:status=503,retryAfterDate=60,after=1,times=1",
    )
    .await;
    let caller = PlatformCaller::new(&sandbox);
    let get = || caller.request(Method::GET, "").send();
    let first = get().await.unwrap();
    assert_eq!(first.status(), 429);
    assert_eq!(first.headers()["retry-after"], "3");
    assert_eq!(first.headers()["content-type"], "application/problem+json");
    let second = get().await.unwrap();
    assert_eq!(second.status(), 503);
    assert_eq!(
        second.headers()["retry-after"],
        "Thu, 15 Jan 2026 09:01:00 GMT"
    );
    assert_eq!(get().await.unwrap().status(), 200, "the fault is over");
}

#[tokio::test]
async fn the_served_description_knows_every_path() {
    let sandbox = start(20).await;
    let url = format!("{}/openapi.json", sandbox.describe().platform.url);
    let document: Value = crate::caller::client()
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        [
            "/v1/tenants/{tenant}",
            "/v1/tenants/{tenant}/contacts:batch",
            "/v1/tenants/{tenant}/activities",
            "/v1/tenants/{tenant}/activities:acknowledge",
            "/openapi.json",
        ]
    );
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is described");
    }
}

#[tokio::test]
async fn a_clean_sandbox_refuses_no_long_name_and_lists_no_broken_record() {
    let sandbox = Sandbox::start(SandboxConfig {
        flawed: false,
        ..config(300)
    })
    .await
    .unwrap();
    let caller = PlatformCaller::new(&sandbox);
    let answer: Value = caller
        .batch("k", &[contact("a", &"x".repeat(300), "h")])
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(answer["results"][0]["status"], "created");
    assert_eq!(sandbox.reapit().truth().unmappable, 0);
    assert_eq!(sandbox.agentos().truth().unmappable, 0);
}
