//! The Reapit REST API: listings, filters, limits, roles, journal, webhooks.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use nurturehub_sandbox::reapit::WebhookRequest;
use nurturehub_sandbox::{AccessChange, Change, Mutation, Sandbox, SandboxConfig};
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

#[tokio::test]
async fn mutations_do_what_they_say() {
    let sandbox = start(300).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let reapit = sandbox.reapit();
    let before = reapit.truth();
    let now = "2026-01-15T09:00:00.000Z";

    let edited = reapit.mutate(&Mutation::of(Change::Edit, 3));
    let changed = caller
        .sweep(&format!("/contacts/?modifiedFrom={now}"))
        .await;
    let changed: HashSet<&str> = changed.iter().filter_map(id).collect();
    assert_eq!(
        changed,
        edited.iter().map(String::as_str).collect(),
        "edited records, and only they, are modified now"
    );

    let late = reapit.mutate(&Mutation::of(Change::Edit, 1).backdated(3_600));
    assert_eq!(
        reapit.record(&late[0]).unwrap()["modified"],
        "2026-01-15T08:00:00.000Z"
    );

    let created = reapit.mutate(&Mutation::of(Change::Create, 2));
    let record = reapit.record(&created[0]).unwrap();
    assert_eq!(record["created"], now);
    assert!(
        record["modified"].is_null(),
        "new records were never modified"
    );

    let archived = reapit.mutate(&Mutation::of(Change::Archive, 2));
    assert_eq!(reapit.record(&archived[0]).unwrap()["fromArchive"], true);

    let erased = reapit.mutate(&Mutation::of(Change::Erase, 4));
    let gone = caller.get(&format!("/contacts/{}", erased[0])).await;
    assert_eq!(gone.status(), 404);

    let after = reapit.truth();
    assert_eq!(after.listed, before.listed + 2 - 4);
    assert_eq!(after.archived, before.archived + 2);
    assert_eq!(caller.sweep("/contacts/").await.len(), after.listed);

    reapit.mutate(&Mutation::to(Change::Restore, erased.clone()));
    assert_eq!(reapit.truth().listed, before.listed + 2);

    let denied = reapit.mutate(&Mutation::of(Change::WithdrawConsent, 1));
    assert_eq!(
        reapit.record(&denied[0]).unwrap()["marketingConsent"],
        "deny"
    );
}

#[tokio::test]
async fn a_change_of_role_leaves_the_contact_untouched() {
    let sandbox = start(300).await;
    let reapit = sandbox.reapit();
    let before = reapit.truth().categories;
    let changed = reapit.mutate(&Mutation::of(Change::ChangeRole, 1));
    let record = reapit.record(&changed[0]).unwrap();
    assert_ne!(record["modified"], "2026-01-15T09:00:00.000Z");
    assert_ne!(reapit.truth().categories, before);
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let applicants = caller
        .sweep("/applicants/?modifiedFrom=2026-01-15T09:00:00Z")
        .await;
    assert_eq!(applicants.len(), 1, "it is the applicant that was modified");
}

#[tokio::test]
async fn journal_entries_are_written_once_and_read_back() {
    let sandbox = start(50).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let page = caller.page("/contacts/?pageSize=1").await;
    let contact = id(&page["_embedded"][0]).unwrap();
    let entry = json!({
        "typeId": "MI", "associatedType": "contact", "associatedId": contact,
        "description": "Opened the newsletter [ref:a-1]",
    });
    let written = caller.post("/journalEntries/", &entry).await;
    assert_eq!(written.status(), 204);
    assert!(
        !written.headers().contains_key("location"),
        "entries have no address"
    );
    let bulk = json!({ "createJournalEntry": [entry, entry] });
    assert_eq!(
        caller.post("/journalEntries/bulk", &bulk).await.status(),
        204
    );

    let found = caller
        .page(&format!(
            "/journalEntries/?associatedType=contact&associatedId={contact}&typeId=MI&createdFrom=2026-01-15T09:00:00Z"
        ))
        .await;
    assert_eq!(found["totalCount"], 3);
    assert!(
        found["_embedded"][0].get("id").is_none(),
        "entries have no id"
    );
    assert_eq!(sandbox.reapit().journal().len(), 3);
    let none = caller
        .page("/journalEntries/?createdTo=2026-01-15T08:59:59Z")
        .await;
    assert_eq!(none["totalCount"], 0);
}

#[tokio::test]
async fn bad_journal_entries_are_refused_whole() {
    let sandbox = start(50).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let page = caller.page("/contacts/?pageSize=1").await;
    let contact = id(&page["_embedded"][0]).unwrap();
    let good = json!({
        "associatedType": "contact", "associatedId": contact, "description": "Called",
    });
    for (field, value) in [
        ("description", Value::Null),
        ("associatedId", Value::Null),
        ("associatedId", json!("NOBODY")),
        ("associatedType", json!("vendor")),
        ("typeId", json!("??")),
        ("negotiatorId", json!("???")),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        let refused = caller.post("/journalEntries/", &bad).await;
        assert_eq!(refused.status(), 422, "{bad}");
        let body: Value = refused.json().await.unwrap();
        assert_eq!(body["errors"][0]["field"], field);
        let bulk = json!({ "createJournalEntry": [good, bad] });
        assert_eq!(
            caller.post("/journalEntries/bulk", &bulk).await.status(),
            422
        );
    }
    assert!(
        sandbox.reapit().journal().is_empty(),
        "nothing was written by halves"
    );
    let many: Vec<&Value> = std::iter::repeat_n(&good, 101).collect();
    let bulk = json!({ "createJournalEntry": many });
    assert_eq!(
        caller.post("/journalEntries/bulk", &bulk).await.status(),
        422
    );
}

#[tokio::test]
async fn webhooks_carry_a_signature_that_the_published_key_verifies() {
    let sandbox = start(50).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    let edited = sandbox.reapit().mutate(&Mutation::of(Change::Edit, 1));
    let request = WebhookRequest::new("contacts.modified", &edited[0]);
    let delivery = sandbox.reapit().webhook(&request);
    let header = &delivery
        .headers
        .iter()
        .find(|(name, _)| name == "X-Signature")
        .unwrap()
        .1;
    let parts: Vec<&str> = header.split(':').collect();
    let [scheme, key_id, stamp, signature] = parts.as_slice() else {
        panic!("four parts: {header}");
    };
    assert_eq!(*scheme, "s");
    let keys = caller.page(&format!("/webhooks/signing/{key_id}")).await;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let key: [u8; 32] = decode(keys["keys"][0]["x"].as_str().unwrap())
        .try_into()
        .unwrap();
    let key = VerifyingKey::from_bytes(&key).unwrap();
    let signature = Signature::from_slice(&decode(signature)).unwrap();
    let signed = |body: &str| format!("{stamp}{body}").into_bytes();
    assert!(
        key.verify_strict(&signed(&delivery.body), &signature)
            .is_ok()
    );
    assert!(key.verify_strict(&signed("{}"), &signature).is_err());

    let body: Value = serde_json::from_str(&delivery.body).unwrap();
    assert_eq!(body["SendAttempts"], 1);
    assert_eq!(body["entityId"], json!(edited[0]));
    assert_eq!(body["new"]["id"], json!(edited[0]));
    assert!(
        body["diff"].get("modified").is_some(),
        "the diff names what changed"
    );

    let tampered = sandbox.reapit().webhook(&WebhookRequest {
        tamper: true,
        ..request
    });
    let header = &tampered.headers[1].1;
    let signature = Signature::from_slice(&decode(header.rsplit(':').next().unwrap())).unwrap();
    assert!(
        key.verify_strict(&signed(&tampered.body), &signature)
            .is_err()
    );
}
