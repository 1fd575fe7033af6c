//! What goes wrong on purpose, as a caller meets it.

use std::time::Duration;

use nurturehub_sandbox::{Change, Faults, Mutation, Notice, Sandbox, SandboxConfig};
use reqwest::Method;
use serde_json::Value;

use crate::caller::{
    AgentosCaller, PlatformCaller, ReapitCaller, config, contact, start, start_with_faults,
};

const LIST: &str = "/contacts/?pageSize=50&embed=relationships";

async fn body_with(spec: &str) -> (u16, String) {
    let sandbox = start_with_faults(220, spec).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let response = caller.get(LIST).await;
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn bodies_are_spoilt_in_every_way() {
    let (status, text) = body_with("reapit.list:truncate").await;
    assert_eq!(status, 200);
    assert!(
        serde_json::from_str::<Value>(&text).unwrap_err().is_eof(),
        "cut short"
    );

    let (status, text) = body_with("reapit.list:html").await;
    assert!(status == 200 && text.starts_with("<!doctype html>"));

    let (_, text) = body_with("reapit.list:malformed").await;
    assert!(
        serde_json::from_str::<Value>(&text)
            .unwrap_err()
            .is_syntax()
    );

    let (_, text) = body_with("reapit.list:wrongType").await;
    let page: Value = serde_json::from_str(&text).unwrap();
    assert!(page["_embedded"].is_object());

    let (_, text) = body_with("reapit.list:recordWrongType").await;
    let page: Value = serde_json::from_str(&text).unwrap();
    let odd = page["_embedded"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["surname"].is_object())
        .count();
    assert_eq!(odd, 1);

    let (_, text) = body_with("reapit.list:oversized=3").await;
    assert!(text.len() > 3 * 1024 * 1024, "{}", text.len());
    assert!(
        serde_json::from_str::<Value>(&text).is_ok(),
        "well-formed, only large"
    );
}

#[tokio::test]
async fn a_cut_answer_breaks_off_after_the_work_was_done() {
    let sandbox = start_with_faults(20, "platform.batch:cut,times=1").await;
    let caller = PlatformCaller::new(&sandbox);
    let batch = [contact("a", "Ava", "h1")];
    let response = caller.batch("k", &batch).await;
    assert_eq!(response.status(), 200, "the head comes");
    assert!(response.bytes().await.is_err(), "the body does not");
    assert_eq!(sandbox.platform().contact_count(), 1, "the batch was taken");
    assert_eq!(caller.batch("k", &batch).await.status(), 200);
    assert_eq!(
        sandbox.platform().batches()[0].replays,
        1,
        "the same again, from memory"
    );
}

#[tokio::test]
async fn listings_lie_as_told() {
    let sandbox = start_with_faults(220, "reapit.list:shortListing=130").await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    assert_eq!(caller.sweep("/contacts/").await.len(), 130);
    assert_eq!(
        caller.page("/contacts/").await["totalCount"],
        220,
        "the total says otherwise"
    );

    sandbox.clear_faults();
    sandbox.add_faults("reapit.list:empty,times=1".parse().unwrap());
    let page = caller.page(LIST).await;
    assert_eq!(
        (page["totalCount"].as_u64(), page["pageCount"].as_u64()),
        (Some(0), Some(0))
    );
    assert!(page["_links"].get("next").is_none());

    sandbox.add_faults("reapit.list:unmappable=4,times=1".parse().unwrap());
    let page = caller.page(LIST).await;
    assert_eq!(page["_embedded"].as_array().unwrap().len(), 54);

    let first = caller.page(&format!("{LIST}&pageNumber=1")).await;
    sandbox.add_faults("reapit.list:repeatPage,times=1".parse().unwrap());
    let again = caller.page(&format!("{LIST}&pageNumber=2")).await;
    assert_eq!(again["_embedded"], first["_embedded"], "the page before");
}

#[tokio::test]
async fn listings_by_offset_lie_as_told() {
    let sandbox = start_with_faults(300, "agentos.list:shortListing=20,path=/tenants/").await;
    let caller = AgentosCaller::new(&sandbox);
    let truth = sandbox.agentos().truth().lists["tenants"];
    let page: Value = caller.get("tenants/0/50").await.json().await.unwrap();
    assert_eq!(page["Data"].as_array().unwrap().len(), 20);
    assert_eq!(page["Count"].as_u64(), Some(truth as u64));
    assert_eq!(caller.get("tenants/20/50").await.status(), 204);

    sandbox.clear_faults();
    sandbox.add_faults("agentos.list:empty,times=1".parse().unwrap());
    assert_eq!(caller.get("tenants/0/50").await.status(), 204);
    let first: Value = caller.get("tenants/0/10").await.json().await.unwrap();
    sandbox.add_faults("agentos.list:repeatPage".parse().unwrap());
    let again: Value = caller.get("tenants/10/10").await.json().await.unwrap();
    assert_eq!(first, again);
}

#[tokio::test]
async fn an_expired_token_can_be_had_anew_and_a_revoked_one_cannot() {
    let sandbox = start_with_faults(20, "reapit.list:expireToken,times=1").await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    assert_eq!(caller.get(LIST).await.status(), 401);
    assert_eq!(caller.get(LIST).await.status(), 401, "the token stays dead");
    let renewed = ReapitCaller::sign_in(&sandbox).await;
    assert_eq!(renewed.get(LIST).await.status(), 200);
    sandbox.add_faults("reapit.list:missingScope,times=1".parse().unwrap());
    assert_eq!(renewed.get(LIST).await.status(), 403);
    sandbox.add_faults("reapit.list:wrongTenant,times=1".parse().unwrap());
    assert_eq!(renewed.get(LIST).await.status(), 401);
    assert_eq!(renewed.get(LIST).await.status(), 200);
}

#[tokio::test]
async fn redirects_dates_and_limit_headers() {
    let sandbox = start_with_faults(
        20,
        "reapit.list:redirect=https://wifi.example.com/,times=1; reapit.list:skewedDate=-7200,after=1; reapit.list:limitHeaders,after=1",
    )
    .await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let away = caller.get(LIST).await;
    assert_eq!(away.status(), 302);
    assert_eq!(away.headers()["location"], "https://wifi.example.com/");
    let skewed = caller.get(LIST).await;
    assert_eq!(skewed.headers()["date"], "Thu, 15 Jan 2026 07:00:00 GMT");
    assert!(skewed.headers().contains_key("x-ratelimit-remaining"));
    let plain = caller.get("/offices/").await;
    assert_eq!(plain.headers()["date"], "Thu, 15 Jan 2026 09:00:00 GMT");
}

#[tokio::test]
async fn a_hanging_request_ends_with_the_sandbox() {
    let sandbox = start_with_faults(20, "reapit.list:hang").await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let hanging = tokio::spawn(caller.request(Method::GET, LIST).send());
    while sandbox.faults()[0].hit == 0 {
        tokio::task::yield_now().await;
    }
    sandbox.stop().await;
    let ended = hanging.await.unwrap();
    assert!(ended.is_err() || ended.is_ok_and(|response| response.status() == 503));
}

#[tokio::test]
async fn faults_go_on_and_off_at_run_time() {
    let sandbox = start(20).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    assert_eq!(caller.get(LIST).await.status(), 200);
    sandbox.add_faults(Faults::parse("*:status=500").unwrap());
    let broken = caller.get(LIST).await;
    assert_eq!(broken.status(), 500);
    let body: Value = broken.json().await.unwrap();
    assert_eq!(body["statusCode"], 500, "in the CRM's own form");
    sandbox.clear_faults();
    assert_eq!(caller.get(LIST).await.status(), 200);
}

#[tokio::test]
async fn slow_answers_and_latency_come_in_the_end() {
    let sandbox = Sandbox::start(SandboxConfig {
        latency: Some(Duration::from_millis(1)),
        faults: "reapit.list:slow=1".parse().unwrap(),
        ..config(20)
    })
    .await
    .unwrap();
    let caller = ReapitCaller::sign_in(&sandbox).await;
    assert_eq!(caller.get(LIST).await.status(), 200);
    assert_eq!(sandbox.faults()[0].hit, 1);
}

#[tokio::test]
async fn records_are_spoilt_whatever_crm_they_are_of() {
    let (_, text) = body_with("reapit.list:extraFields").await;
    let page: Value = serde_json::from_str(&text).unwrap();
    let record = &page["_embedded"][0];
    assert!(record["xNewSince2027"].is_object() && page["xNewSince2027"].is_object());
    assert!(
        record["primaryAddress"]["xNewSince2027"].is_object() || record["primaryAddress"].is_null()
    );

    let (_, text) = body_with("reapit.list:nulls=values").await;
    let page: Value = serde_json::from_str(&text).unwrap();
    let record = &page["_embedded"][0];
    assert!(record["id"].is_string(), "the id says which record it is");
    assert!(record["surname"].is_null() && record["created"].is_null());
    assert!(record["officeIds"].is_array(), "lists stay");

    let (_, text) = body_with("reapit.list:nulls=objects").await;
    let page: Value = serde_json::from_str(&text).unwrap();
    let record = &page["_embedded"][0];
    assert!(record["officeIds"].is_null() && record["created"].is_string());

    let (_, text) = body_with("reapit.list:zoneless").await;
    let page: Value = serde_json::from_str(&text).unwrap();
    let created = page["_embedded"][0]["created"].as_str().unwrap();
    assert!(created.len() == 19 && !created.ends_with('Z'), "{created}");

    let (_, text) = body_with("reapit.list:clockChange").await;
    assert!(
        text.contains("\"2024-10-27T01:30:00\"") && text.contains("\"2025-03-30T01:30:00\""),
        "an hour that happens twice, and one that never does"
    );
}

#[tokio::test]
async fn lists_lead_astray_as_told() {
    let sandbox = start(220).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let mut pages = Vec::new();
    for number in 1..=4 {
        pages.push(caller.page(&format!("{LIST}&pageNumber={number}")).await);
    }
    sandbox.add_faults("reapit.list:skipPage,times=1".parse().unwrap());
    let skipped = caller.page(&format!("{LIST}&pageNumber=2")).await;
    assert_eq!(skipped["_embedded"], pages[2]["_embedded"]);
    sandbox.clear_faults();
    sandbox.add_faults("reapit.list:firstPage,times=1".parse().unwrap());
    let first = caller.page(&format!("{LIST}&pageNumber=4")).await;
    assert_eq!(first["_embedded"], pages[0]["_embedded"]);
    sandbox.clear_faults();
    sandbox.add_faults("reapit.list:totalGrows=7".parse().unwrap());
    for (number, total) in [(1, 57), (2, 107)] {
        let page = caller.page(&format!("{LIST}&pageNumber={number}")).await;
        assert_eq!(page["totalCount"], total, "always seven more than came");
    }

    let agentos = AgentosCaller::new(&sandbox);
    let second: Value = agentos.get("tenants/10/10").await.json().await.unwrap();
    sandbox.add_faults("agentos.list:skipPage,times=1".parse().unwrap());
    let skipped: Value = agentos.get("tenants/0/10").await.json().await.unwrap();
    assert_eq!(skipped, second, "by offset, too");
}

#[tokio::test]
async fn a_refusal_repeats_what_it_was_sent_and_a_small_body_can_be_large() {
    let sandbox = start_with_faults(20, "reapit.list:echo=403,times=1").await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let refusal = caller.get(LIST).await;
    assert_eq!(refusal.status(), 403);
    assert!(
        refusal.text().await.unwrap().contains("Bearer "),
        "the credential comes back"
    );
    sandbox.add_faults("reapit.list:gzipBomb=2".parse().unwrap());
    let bomb = caller.get(LIST).await;
    assert_eq!(
        bomb.bytes().await.unwrap().len(),
        2 * 1024 * 1024,
        "whoever takes compressed bodies unpacks it"
    );
}

#[tokio::test]
async fn one_crm_alone_can_hold_something_and_is_reached_by_its_id() {
    let sandbox = Sandbox::start(SandboxConfig {
        only: Some("loop".to_owned()),
        ..config(30)
    })
    .await
    .unwrap();
    assert_eq!(sandbox.truth_of("loop").unwrap().listed, 30);
    assert_eq!(sandbox.truth_of("reapit").unwrap().listed, 0);
    assert_eq!(sandbox.truth_of("nosuch"), None);
    let changed = sandbox.mutate("loop", &Mutation::of(Change::Erase, 2));
    assert_eq!(
        (changed.len(), sandbox.truth_of("loop").unwrap().gone),
        (2, 2)
    );
    assert_eq!(sandbox.written("loop"), None, "it has no journal");
    assert_eq!(sandbox.notice("loop", &Notice::about("1")), None);
    assert_eq!(sandbox.written("street"), Some(Vec::new()));
    assert!(sandbox.notice("street", &Notice::about("1")).is_some());
}
