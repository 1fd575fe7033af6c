//! The Reapit REST API: listings, filters, roles, headers, limits.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use nurturehub_sandbox::{AccessChange, Sandbox, SandboxConfig};
use reqwest::Method;
use serde_json::{Value, json};

use crate::caller::{ReapitCaller, client, config, start};

fn id(record: &Value) -> Option<&str> {
    record.get("id")?.as_str()
}

#[tokio::test]
async fn pages_add_up_to_the_ground_truth() {
    let sandbox = start(1_234).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let truth = sandbox.reapit().truth();
    let records = caller.sweep("/contacts/?embed=relationships").await;

    assert_eq!(records.len(), 1_234, "as many as were asked for");
    assert_eq!(truth.listed, 1_234);
    let mappable: Vec<&Value> = records
        .iter()
        .filter(|record| id(record).is_some())
        .collect();
    assert_eq!(mappable.len(), truth.mappable);
    assert_eq!(records.len() - mappable.len(), truth.unmappable);
    assert!(
        truth.unmappable >= 1,
        "there is always one that cannot be mapped"
    );
    let distinct: HashSet<_> = mappable.iter().filter_map(|record| id(record)).collect();
    assert_eq!(distinct.len(), mappable.len(), "no record is listed twice");
    let archived = mappable
        .iter()
        .filter(|r| r["fromArchive"] == json!(true))
        .count();
    assert_eq!(archived, truth.archived);
    let never_modified = records
        .iter()
        .filter(|r| r["modified"].is_null() && r.is_object())
        .count();
    assert!(never_modified > 0, "some records were never modified");
}

#[tokio::test]
async fn roles_in_listings_agree_with_the_ground_truth() {
    let sandbox = start(800).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let applicants: HashMap<String, Value> = caller
        .sweep("/applicants/")
        .await
        .into_iter()
        .map(|applicant| (id(&applicant).unwrap().to_owned(), applicant))
        .collect();
    let mut categories = BTreeMap::<String, usize>::new();
    for record in caller.sweep("/contacts/?embed=relationships").await {
        let Some(contact) = id(&record) else { continue };
        let mut mine = HashSet::new();
        for role in record["_embedded"]["relationships"].as_array().unwrap() {
            assert_eq!(role["contactId"], json!(contact));
            if role["fromArchive"] == json!(true) {
                continue;
            }
            mine.insert(match role["associatedType"].as_str().unwrap() {
                "applicant" => {
                    let applicant = &applicants[role["associatedId"].as_str().unwrap()];
                    assert!(
                        applicant["related"]
                            .as_array()
                            .unwrap()
                            .iter()
                            .any(|person| person["id"] == json!(contact)),
                        "the applicant knows each contact that is linked to it"
                    );
                    match applicant["marketingMode"].as_str().unwrap() {
                        "renting" => "tenantApplicant",
                        _ => "buyer",
                    }
                }
                "tenancy" => "tenant",
                "landlord" => "landlord",
                "vendor" => "vendor",
                _ => continue,
            });
        }
        if mine.is_empty() {
            mine.insert("other");
        }
        for category in mine {
            *categories.entry(category.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(categories, sandbox.reapit().truth().categories);
}

#[tokio::test]
async fn relationships_come_only_where_they_are_asked_for() {
    let sandbox = start(120).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let plain = caller.page("/contacts/?pageSize=1").await;
    assert!(plain["_embedded"][0]["_embedded"].is_null());
    let contact = id(&plain["_embedded"][0]).unwrap().to_owned();
    let single = caller
        .page(&format!("/contacts/{contact}?embed=relationships"))
        .await;
    let apart = caller
        .page(&format!("/contacts/{contact}/relationships"))
        .await;
    assert_eq!(
        single["_embedded"]["relationships"], apart["_embedded"],
        "embedded and separate are the same"
    );
}

#[tokio::test]
async fn the_envelope_is_the_vendors() {
    let sandbox = start(130).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let first = caller.page("/contacts/?pageSize=100&sortBy=created").await;
    assert_eq!(first["pageNumber"], 1);
    assert_eq!(first["pageSize"], 100);
    assert_eq!(first["pageCount"], 100);
    assert_eq!(first["totalPageCount"], 2);
    assert_eq!(first["totalCount"], 130);
    assert_eq!(
        first["_links"]["next"]["href"],
        "/contacts/?PageNumber=2&PageSize=100"
    );
    let last = caller.page("/contacts/?pageSize=100&pageNumber=2").await;
    assert_eq!(last["pageCount"], 30);
    assert!(
        last["_links"].get("next").is_none(),
        "nothing follows the last page"
    );
    let beyond = caller.page("/contacts/?pageSize=100&pageNumber=9").await;
    assert_eq!(beyond["pageCount"], 0);
    assert_eq!(
        caller.page("/contacts/").await["pageSize"],
        25,
        "the default"
    );
    for bad in [
        "pageSize=101",
        "pageSize=0",
        "pageNumber=0",
        "pageSize=x",
        "sortBy=colour",
        "modifiedFrom=soon",
    ] {
        let response = caller.get(&format!("/contacts/?{bad}")).await;
        assert_eq!(response.status(), 400, "{bad}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["statusCode"], 400);
        assert!(body["dateTime"].is_string() && body["description"].is_string());
    }
}

#[tokio::test]
async fn every_order_is_kept_and_nulls_come_last() {
    let sandbox = start(700).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    for (sort, field, descending) in [
        ("created", "created", false),
        ("-created", "created", true),
        ("modified", "modified", false),
        ("-modified", "modified", true),
    ] {
        let records = caller.sweep(&format!("/contacts/?sortBy={sort}")).await;
        let stamps: Vec<Option<&str>> = records
            .iter()
            .filter(|record| record.is_object())
            .map(|record| record[field].as_str())
            .collect();
        let known: Vec<&str> = stamps.iter().map_while(|stamp| *stamp).collect();
        assert!(
            stamps[known.len()..].iter().all(Option::is_none),
            "{sort}: nulls are last"
        );
        let in_order = if descending {
            known.is_sorted_by(|a, b| a >= b)
        } else {
            known.is_sorted()
        };
        assert!(in_order, "{sort}");
    }
}

#[tokio::test]
async fn equal_stamps_cross_a_page_boundary() {
    let sandbox = start(1_000).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    for field in ["created", "modified"] {
        let mut runs = HashMap::<String, usize>::new();
        for record in caller.sweep("/contacts/").await {
            if let Some(stamp) = record.get(field).and_then(Value::as_str) {
                *runs.entry(stamp.to_owned()).or_default() += 1;
            }
        }
        let longest = runs.values().max().copied().unwrap_or_default();
        assert!(longest > 100, "{field}: the longest run has {longest}");
    }
}

#[tokio::test]
async fn stamps_filter_inclusively_and_null_never_matches() {
    let sandbox = start(600).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let all: Vec<Value> = caller
        .sweep("/contacts/")
        .await
        .into_iter()
        .filter(Value::is_object)
        .collect();
    let mut stamps: Vec<&str> = all.iter().filter_map(|r| r["modified"].as_str()).collect();
    stamps.sort_unstable();
    let (from, to) = (stamps[stamps.len() / 4], stamps[stamps.len() / 2]);
    let expected = stamps
        .iter()
        .filter(|at| **at >= from && **at <= to)
        .count();
    let mut found = caller
        .sweep(&format!(
            "/contacts/?modifiedFrom={from}&modifiedTo={to}&sortBy=created"
        ))
        .await;
    found.retain(Value::is_object);
    assert_eq!(found.len(), expected, "both ends belong to the range");
    let since = caller
        .sweep("/contacts/?modifiedFrom=2000-01-01T00:00:00Z")
        .await;
    assert!(
        since
            .iter()
            .filter(|record| record.is_object())
            .all(|record| !record["modified"].is_null()),
        "a record never modified matches no filter on modified"
    );
    let created = caller
        .sweep("/contacts/?createdFrom=2000-01-01T00:00:00Z")
        .await;
    assert_eq!(created.len(), 600, "every record was created");
    let archived = caller.sweep("/contacts/?fromArchive=true").await;
    let current = caller.sweep("/contacts/?fromArchive=false").await;
    assert_eq!(archived.len() + current.len(), 600);
    assert!(!archived.is_empty());
}

#[tokio::test]
async fn ids_are_looked_up_in_one_request() {
    let sandbox = start(400).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let some: Vec<String> = caller.page("/applicants/?pageSize=40").await["_embedded"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|applicant| id(applicant).map(ToOwned::to_owned))
        .collect();
    let query: String = some.iter().map(|id| format!("&id={id}")).collect();
    let page = caller
        .page(&format!("/applicants/?pageSize=100{query}&id=NOBODY"))
        .await;
    let found: HashSet<&str> = page["_embedded"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(id)
        .collect();
    assert_eq!(found, some.iter().map(String::as_str).collect());
}

#[tokio::test]
async fn the_same_seed_gives_the_same_data() {
    let one = start(300).await;
    let two = start(300).await;
    let other = Sandbox::start(SandboxConfig {
        seed: 2,
        ..config(300)
    })
    .await
    .unwrap();
    let mut sweeps = Vec::new();
    for sandbox in [&one, &two, &other] {
        let caller = ReapitCaller::sign_in(sandbox).await;
        sweeps.push(caller.sweep("/contacts/?embed=relationships").await);
    }
    assert_eq!(sweeps[0], sweeps[1]);
    assert_ne!(sweeps[0], sweeps[2]);
}

#[tokio::test]
async fn each_header_is_needed() {
    let sandbox = start(20).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let url = format!("{}/contacts/", caller.access.settings["baseUrl"]);
    let plain = || client().get(&url);
    let status =
        |request: reqwest::RequestBuilder| async { request.send().await.unwrap().status() };

    let customer = caller.access.settings["customerId"].clone();
    let version = ("api-version", "2020-01-31");
    assert_eq!(
        status(
            plain()
                .bearer_auth(&caller.token)
                .header("reapit-customer", &customer)
        )
        .await,
        400,
        "without api-version"
    );
    assert_eq!(
        status(
            plain()
                .header(version.0, version.1)
                .bearer_auth(&caller.token)
        )
        .await,
        401,
        "without a customer"
    );
    assert_eq!(
        status(
            plain()
                .header(version.0, version.1)
                .bearer_auth(&caller.token)
                .header("reapit-customer", "OTH")
        )
        .await,
        401,
        "with a customer who has not installed the app"
    );
    assert_eq!(
        status(
            plain()
                .header(version.0, version.1)
                .bearer_auth("nonsense")
                .header("reapit-customer", &customer)
        )
        .await,
        401,
        "with a bad token"
    );
    let good = caller.get("/contacts/").await;
    assert_eq!(good.status(), 200);
    assert!(good.headers().contains_key("x-amzn-requestid"));
}

#[tokio::test]
async fn a_missing_scope_is_403_and_uninstalling_is_401() {
    let sandbox = start(20).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    sandbox.reapit().change_access(&AccessChange::Withhold {
        permission: "contacts.read".to_owned(),
    });
    assert_eq!(caller.get("/contacts/").await.status(), 403);
    assert_eq!(
        caller.get("/applicants/").await.status(),
        200,
        "only that scope"
    );
    sandbox.reapit().change_access(&AccessChange::Uninstall);
    assert_eq!(caller.get("/applicants/").await.status(), 401);
}

#[tokio::test]
async fn the_21st_request_of_a_second_is_refused() {
    let sandbox = Sandbox::start(SandboxConfig {
        limits: true,
        ..config(20)
    })
    .await
    .unwrap();
    let caller = ReapitCaller::sign_in(&sandbox).await;
    for number in 1..=20 {
        assert_eq!(
            caller.get("/offices/").await.status(),
            200,
            "request {number}"
        );
    }
    let refused = caller.get("/offices/").await;
    assert_eq!(refused.status(), 429);
    assert!(
        !refused.headers().contains_key("retry-after"),
        "the vendor does not say when to come back"
    );
    sandbox.advance_time(Duration::from_secs(1));
    assert_eq!(
        caller.get("/offices/").await.status(),
        200,
        "a second later"
    );
}

#[tokio::test]
async fn the_sixth_request_at_once_is_refused() {
    let sandbox = Sandbox::start(SandboxConfig {
        limits: true,
        faults: "reapit.reference:hang,times=5".parse().unwrap(),
        ..config(20)
    })
    .await
    .unwrap();
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let hanging: Vec<_> = (0..5)
        .map(|_| tokio::spawn(caller.request(Method::GET, "/offices/").send()))
        .collect();
    while sandbox.faults()[0].hit < 5 {
        tokio::task::yield_now().await;
    }
    assert_eq!(caller.get("/contacts/").await.status(), 429);
    for request in hanging {
        request.abort();
    }
    sandbox.clear_requests();
    // A caller that goes away frees its place, as soon as the server notices.
    while caller.get("/contacts/").await.status() == 429 {
        sandbox.advance_time(Duration::from_secs(1));
    }
}
