//! The agentOS contacts tier.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use nurturehub_sandbox::{AccessChange, Change, Mutation, Sandbox, SandboxConfig};
use serde_json::Value;

use crate::caller::{AgentosCaller, LISTS, config, provider, start};

fn oid(record: &Value) -> Option<&str> {
    record.get("OID").or_else(|| record.get("ID"))?.as_str()
}

#[tokio::test]
async fn lists_add_up_to_the_ground_truth() {
    let sandbox = start(900).await;
    let caller = AgentosCaller::new(&sandbox);
    let truth = sandbox.agentos().truth();
    let mut lists = BTreeMap::new();
    let mut seen = HashSet::new();
    let mut unmappable = 0;
    for list in LISTS {
        let (total, records) = caller.sweep(list, "").await;
        assert_eq!(
            total,
            records.len(),
            "{list}: Count is the length of the list"
        );
        lists.insert(list.to_owned(), total);
        for record in &records {
            match oid(record) {
                Some(oid) => assert!(seen.insert(oid.to_owned()), "{oid} is listed once"),
                None => unmappable += 1,
            }
        }
    }
    assert_eq!(lists, truth.lists);
    assert_eq!(truth.listed, 900, "over all five lists together");
    assert_eq!(unmappable, truth.unmappable);
    assert!(truth.unmappable >= 1);
    assert!(truth.hidden > 0, "some people never consented");
}

#[tokio::test]
async fn field_names_differ_from_list_to_list() {
    let sandbox = start(300).await;
    let caller = AgentosCaller::new(&sandbox);
    let mut spellings = HashSet::new();
    for list in LISTS {
        let (_, records) = caller.sweep(list, "").await;
        for record in records.iter().filter_map(Value::as_object) {
            spellings.extend(
                record
                    .keys()
                    .filter(|key| key.contains("mail") || key.contains("Mail"))
                    .cloned(),
            );
        }
    }
    let mut spellings: Vec<_> = spellings.into_iter().collect();
    spellings.sort();
    assert_eq!(spellings, ["EMailAddress", "Email", "EmailAddress"]);
}

#[tokio::test]
async fn branches_divide_a_list() {
    let sandbox = start(400).await;
    let caller = AgentosCaller::new(&sandbox);
    let (all, _) = caller.sweep("tenants", "").await;
    let (_, branches) = caller.sweep("company/branches", "").await;
    let mut sum = 0;
    for branch in &branches {
        let query = format!("?branchID={}", oid(branch).unwrap());
        let (total, records) = caller.sweep("tenants", &query).await;
        assert_eq!(total, records.len());
        sum += total;
    }
    assert_eq!(sum, all, "every tenant belongs to one branch");
}

#[tokio::test]
async fn pages_have_a_limit_and_an_end() {
    let sandbox = start(100).await;
    let caller = AgentosCaller::new(&sandbox);
    assert_eq!(caller.get("tenants/0/1001").await.status(), 400);
    assert_eq!(caller.get("tenants/0/1000").await.status(), 200);
    let end = caller.get("tenants/100000/10").await;
    assert_eq!(end.status(), 204, "no data");
    assert!(end.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn key_tier_and_agency_are_checked() {
    let sandbox = start(50).await;
    let caller = AgentosCaller::new(&sandbox);
    let short = provider(&sandbox, "agentos").settings["shortName"].clone();
    let path = format!("/v4/contacts/{short}/tenants/0/10");
    assert_eq!(caller.get_with_key(&path, "wrong").await.status(), 401);
    assert_eq!(
        caller
            .get_at("/v4/contacts/nobody/tenants/0/10")
            .await
            .status(),
        404
    );
    let test_call = format!("/v4/advertising/{short}/company/company");
    assert_eq!(caller.get_at(&test_call).await.status(), 200);

    sandbox.agentos().change_access(&AccessChange::Withhold {
        permission: "contacts".to_owned(),
    });
    let refused = caller.get_at(&path).await;
    assert_eq!(refused.status(), 401);
    assert!(
        refused.text().await.unwrap().contains("contacts tier"),
        "it names the tier"
    );
    assert_eq!(
        caller.get_at(&test_call).await.status(),
        200,
        "another tier"
    );
}

#[tokio::test]
async fn the_51st_request_of_a_minute_is_refused() {
    let sandbox = Sandbox::start(SandboxConfig {
        limits: true,
        ..config(20)
    })
    .await
    .unwrap();
    let caller = AgentosCaller::new(&sandbox);
    for number in 1..=50 {
        let status = caller.get("company/branches/0/1").await.status();
        assert_eq!(status, 200, "request {number}");
    }
    for _ in 0..5 {
        let refused = caller.get("company/branches/0/1").await;
        assert_eq!(refused.status(), 429);
        assert!(refused.bytes().await.unwrap().is_empty());
    }
    assert_eq!(
        caller.get("company/branches/0/1").await.status(),
        403,
        "insistence"
    );
    sandbox.advance_time(Duration::from_secs(60));
    assert_eq!(
        caller.get("company/branches/0/1").await.status(),
        403,
        "for a while"
    );
    sandbox.advance_time(Duration::from_secs(300));
    assert_eq!(caller.get("company/branches/0/1").await.status(), 200);
}

#[tokio::test]
async fn withdrawn_consent_takes_a_person_out_of_sight() {
    let sandbox = start(200).await;
    let caller = AgentosCaller::new(&sandbox);
    let agentos = sandbox.agentos();
    let before = agentos.truth();
    let gone = agentos.mutate(&Mutation::of(Change::WithdrawConsent, 3));
    let mut listed = HashSet::new();
    for list in LISTS {
        let (_, records) = caller.sweep(list, "").await;
        listed.extend(records.iter().filter_map(oid).map(ToOwned::to_owned));
    }
    assert!(gone.iter().all(|oid| !listed.contains(oid)));
    assert_eq!(agentos.truth().listed, before.listed - 3);
    assert_eq!(agentos.truth().hidden, before.hidden + 3);
    for list in LISTS {
        assert_eq!(
            caller.get(&format!("{list}/{}", gone[0])).await.status(),
            404
        );
    }
    agentos.mutate(&Mutation::to(Change::Restore, gone));
    assert_eq!(agentos.truth(), before, "consent given again");
}

#[tokio::test]
async fn withdrawn_consent_may_leave_a_blank_record() {
    let sandbox = start(200).await;
    let agentos = sandbox.agentos();
    let before = agentos.truth();
    let blanked = agentos.mutate(&Mutation::of(Change::Blank, 1));
    let record = agentos.record(&blanked[0]).unwrap();
    let left: Vec<&String> = record
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, _)| name)
        .collect();
    assert!(
        left.iter()
            .all(|name| matches!(name.as_str(), "OID" | "ID" | "ETag")),
        "{left:?}"
    );
    assert_eq!(
        agentos.truth().listed,
        before.listed,
        "it is listed all the same"
    );
    agentos.mutate(&Mutation::to(Change::Restore, blanked));
    assert_eq!(agentos.truth(), before);
}

#[tokio::test]
async fn edits_and_new_people_show() {
    let sandbox = start(200).await;
    let agentos = sandbox.agentos();
    let before: Vec<Value> = sweep_all(&sandbox).await;
    let edited = agentos.mutate(&Mutation::of(Change::Edit, 4));
    let created = agentos.mutate(&Mutation::of(Change::Create, 2));
    let after = sweep_all(&sandbox).await;
    assert_eq!(after.len(), before.len() + 2);
    let known: HashSet<String> = before.iter().map(Value::to_string).collect();
    let changed: HashSet<&str> = after
        .iter()
        .filter(|record| !known.contains(&record.to_string()))
        .filter_map(oid)
        .collect();
    let expected: HashSet<&str> = edited.iter().chain(&created).map(String::as_str).collect();
    assert_eq!(changed, expected);
}

async fn sweep_all(sandbox: &Sandbox) -> Vec<Value> {
    let caller = AgentosCaller::new(sandbox);
    let mut all = Vec::new();
    for list in LISTS {
        all.extend(caller.sweep(list, "").await.1);
    }
    all
}
