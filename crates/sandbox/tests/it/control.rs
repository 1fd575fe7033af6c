//! The control API and the request log.

use nurturehub_sandbox::Sandbox;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::caller::{AgentosCaller, PlatformCaller, ReapitCaller, client, contact, start};
use crate::street::Caller as StreetCaller;

async fn control(sandbox: &Sandbox, method: Method, path: &str, body: Value) -> Response {
    client()
        .request(method, format!("{}/control{path}", sandbox.url()))
        .json(&body)
        .send()
        .await
        .unwrap()
}

async fn seen(sandbox: &Sandbox, path: &str) -> Value {
    let response = control(sandbox, Method::GET, path, Value::Null).await;
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

#[tokio::test]
async fn the_description_has_the_keys_of_the_contract() {
    let sandbox = start(20).await;
    let description = seen(&sandbox, "/describe").await;
    assert_eq!(
        description,
        serde_json::to_value(sandbox.describe()).unwrap()
    );
    let keys = |pointer: &str| -> Vec<String> {
        let object = description.pointer(pointer).unwrap().as_object().unwrap();
        object.keys().cloned().collect()
    };
    assert_eq!(
        keys("/providers/reapit/settings"),
        [
            "authorizeUrl",
            "baseUrl",
            "clientId",
            "customerId",
            "signIn",
            "tokenUrl"
        ]
    );
    assert_eq!(keys("/providers/reapit/secrets"), ["clientSecret"]);
    assert_eq!(
        keys("/providers/agentos/settings"),
        ["baseUrl", "shortName"]
    );
    assert_eq!(keys("/providers/agentos/secrets"), ["apiKey"]);
    assert_eq!(keys("/platform"), ["url", "token", "tenant"]);
}

#[tokio::test]
async fn mutations_access_and_truth_go_over_http() {
    let sandbox = start(100).await;
    let before = seen(&sandbox, "/truth").await;
    let answer: Value = control(
        &sandbox,
        Method::POST,
        "/agentos/mutate",
        json!({ "change": "withdrawConsent", "count": 2 }),
    )
    .await
    .json()
    .await
    .unwrap();
    assert_eq!(answer["ids"].as_array().unwrap().len(), 2);
    let after = seen(&sandbox, "/truth").await;
    assert_eq!(
        after["agentos"]["listed"].as_u64().unwrap() + 2,
        before["agentos"]["listed"].as_u64().unwrap()
    );
    assert_eq!(after["reapit"], before["reapit"]);

    let revoke = json!({ "action": "revoke" });
    assert_eq!(
        control(&sandbox, Method::POST, "/agentos/access", revoke)
            .await
            .status(),
        204
    );
    let caller = AgentosCaller::new(&sandbox);
    assert_eq!(caller.get("tenants/0/5").await.status(), 401);

    let bad = control(
        &sandbox,
        Method::POST,
        "/agentos/mutate",
        json!({ "change": "explode" }),
    )
    .await;
    assert_eq!(bad.status(), 400);
    let nobody = control(&sandbox, Method::POST, "/nobody/mutate", json!({})).await;
    assert_eq!(nobody.status(), 400);
}

#[tokio::test]
async fn tokens_that_were_issued_can_be_asked_for() {
    let sandbox = start(20).await;
    let none = seen(&sandbox, "/issued").await;
    assert_eq!(none, json!({ "tokens": [] }), "nobody has signed in");
    let first = ReapitCaller::sign_in(&sandbox).await;
    let again = ReapitCaller::sign_in(&sandbox).await;
    assert_eq!(
        first.token, again.token,
        "the server reuses a machine token"
    );
    first.page("/contacts/").await;
    let issued = seen(&sandbox, "/issued").await;
    assert_eq!(issued, json!({ "tokens": [first.token] }));
    control(
        &sandbox,
        Method::POST,
        "/reapit/access",
        json!({ "action": "revoke" }),
    )
    .await;
    assert_eq!(
        seen(&sandbox, "/issued").await,
        issued,
        "what is good no more was issued all the same"
    );
}

#[tokio::test]
async fn a_street_token_is_replaced_by_another() {
    let sandbox = start(20).await;
    let old = StreetCaller::new(&sandbox);
    assert_eq!(old.get("/people").await.status(), 200);
    let another = json!({ "token": "street-another" });
    let answer = control(&sandbox, Method::POST, "/street/token", another).await;
    assert_eq!(answer.status(), 204);
    assert_eq!(
        old.get("/people").await.status(),
        401,
        "the old one opens nothing"
    );
    let new = StreetCaller::new(&sandbox);
    assert_eq!(new.access.secrets["token"], "street-another");
    assert_eq!(new.get("/people").await.status(), 200);
}

#[tokio::test]
async fn the_log_says_which_pages_were_fetched() {
    let sandbox = start(120).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    sandbox.clear_requests();
    caller.sweep("/contacts/").await;
    caller.get("/contacts/?pageSize=1000").await;
    let log = seen(&sandbox, "/requests?part=reapit&kind=list&status=200").await;
    assert_eq!(log["total"], 2);
    assert_eq!(
        log["entries"][1]["target"],
        "/contacts/?pageSize=100&pageNumber=2"
    );
    let summary = sandbox.request_summary();
    assert_eq!(summary.counts["reapit list 400"], 1);
    assert_eq!(summary.total, 3);
    assert_eq!(
        sandbox.requests(|entry| entry.path() == "/contacts/").len(),
        3
    );
    control(&sandbox, Method::DELETE, "/requests", Value::Null).await;
    assert_eq!(sandbox.request_summary().total, 0);
}

#[tokio::test]
async fn faults_and_time_go_over_http() {
    let sandbox = start(20).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let spec = json!({ "spec": "reapit.list:status=503,times=1" });
    assert_eq!(
        control(&sandbox, Method::POST, "/faults", spec)
            .await
            .status(),
        204
    );
    assert_eq!(caller.get("/contacts/").await.status(), 503);
    assert_eq!(seen(&sandbox, "/faults").await[0]["hit"], 1);
    let bad = control(&sandbox, Method::POST, "/faults", json!({ "spec": "x" })).await;
    assert_eq!(bad.status(), 400);
    let advance = json!({ "advanceSeconds": 3_600 });
    let now: Value = control(&sandbox, Method::POST, "/clock", advance)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(now["now"], "2026-01-15T10:00:00.000Z");
    assert_eq!(
        caller.get("/contacts/").await.status(),
        401,
        "the token is an hour old"
    );
}

#[tokio::test]
async fn what_the_platform_holds_is_shown() {
    let sandbox = start(20).await;
    let caller = PlatformCaller::new(&sandbox);
    caller
        .batch("k", &[contact("a", "Ava", "h1"), contact("b", "Bea", "h2")])
        .await;
    let held = seen(&sandbox, "/platform/contacts?externalId=b").await;
    assert_eq!(held["total"], 1);
    assert_eq!(held["contacts"][0]["body"]["identity"]["fullName"], "Bea");
    assert_eq!(
        seen(&sandbox, "/platform/batches").await["batches"][0]["size"],
        2
    );
    let waiting = json!({ "connection": "conn-1", "activities": [{ "id": "act-1" }] });
    assert_eq!(
        control(&sandbox, Method::POST, "/platform/activities", waiting)
            .await
            .status(),
        204
    );
    assert_eq!(sandbox.platform().waiting_activities(), 1);
}

#[tokio::test]
async fn webhooks_and_the_sign_in_page_are_steered_over_http() {
    let sandbox = start(50).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let page = caller.page("/contacts/?pageSize=1").await;
    let id = page["_embedded"][0]["id"].as_str().unwrap();
    let delivery: Value = control(
        &sandbox,
        Method::POST,
        "/reapit/webhook",
        json!({ "topic": "contacts.modified", "entityId": id, "withoutNew": true }),
    )
    .await
    .json()
    .await
    .unwrap();
    let body: Value = serde_json::from_str(delivery["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["entityId"], id);
    assert!(body["new"].is_null());
    let mode = json!({ "mode": "approve" });
    assert_eq!(
        control(&sandbox, Method::POST, "/reapit/consent-page", mode)
            .await
            .status(),
        204
    );
}

#[tokio::test]
async fn a_stopped_sandbox_frees_its_port() {
    let sandbox = start(20).await;
    let url = sandbox.url();
    sandbox.stop().await;
    let refused = client().get(format!("{url}/control/describe")).send().await;
    assert!(refused.is_err_and(|error| error.is_connect()));
}
