//! The Loop simulator: what has been seen of the vendor, and the proposed rest.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use nurturehub_sandbox::{AccessChange, Change, Mutation, ProviderAccess, Sandbox, SandboxConfig};
use reqwest::{Client, Response};
use serde_json::Value;

use super::caller::{client, config, provider, start};

const LISTS: [&str; 5] = [
    "buyers",
    "rental-applicants",
    "sellers",
    "landlords",
    "tenants",
];

struct Caller {
    client: Client,
    access: ProviderAccess,
}

impl Caller {
    fn new(sandbox: &Sandbox) -> Self {
        Self {
            client: client(),
            access: provider(sandbox, "loop"),
        }
    }

    async fn get(&self, path: &str) -> Response {
        self.get_with_key(path, &self.access.secrets["apiKey"])
            .await
    }

    async fn get_with_key(&self, path: &str, key: &str) -> Response {
        self.client
            .get(format!("{}/{path}", self.access.settings["baseUrl"]))
            .header("x-api-key", key)
            .send()
            .await
            .unwrap()
    }

    async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "GET {path}");
        response.json().await.unwrap()
    }

    /// Every record of a list, and its total.
    async fn sweep(&self, list: &str) -> (usize, Vec<Value>) {
        let mut records = Vec::new();
        for page in 1.. {
            let answer = self.json(&format!("{list}?page={page}&pageSize=70")).await;
            let some = answer["results"].as_array().unwrap();
            records.extend(some.iter().cloned());
            if some.len() < 70 {
                let total = usize::try_from(answer["total"].as_u64().unwrap()).unwrap();
                return (total, records);
            }
        }
        unreachable!("pages are counted without end");
    }

    async fn everybody(&self) -> HashSet<String> {
        let mut ids = HashSet::new();
        for list in LISTS {
            ids.extend(self.sweep(list).await.1.iter().filter_map(id));
        }
        ids
    }
}

fn id(record: &Value) -> Option<String> {
    match record.get("id").or_else(|| record.get("refId"))? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[tokio::test]
async fn the_lists_together_hold_what_the_ground_truth_says() {
    let sandbox = start(900).await;
    let caller = Caller::new(&sandbox);
    let truth = sandbox.loop_crm().truth();
    let (mut lists, mut ids, mut unmappable) = (BTreeMap::new(), HashSet::new(), 0);
    for list in LISTS {
        let (total, records) = caller.sweep(list).await;
        assert_eq!(
            total,
            records.len(),
            "{list}: the total is the list's length"
        );
        lists.insert(list.to_owned(), total);
        for record in &records {
            match id(record) {
                Some(id) => assert!(ids.insert(id.clone()), "{id} is listed once"),
                None => unmappable += 1,
            }
        }
    }
    assert_eq!(lists, truth.lists);
    assert_eq!(ids.len(), truth.mappable);
    assert_eq!(unmappable, truth.unmappable);
    assert!(truth.unmappable >= 1, "the data are not clean");
}

#[tokio::test]
async fn both_styles_of_fields_that_were_seen_are_there() {
    let sandbox = start(200).await;
    let caller = Caller::new(&sandbox);
    for (list, one, other) in [
        ("buyers", "propertyStreet", "address_Street"),
        ("tenants", "address_Street", "propertyStreet"),
    ] {
        let (_, records) = caller.sweep(list).await;
        let record = records.iter().find(|record| record.is_object()).unwrap();
        assert!(
            record.get(one).is_some() && record.get(other).is_none(),
            "{list}"
        );
    }
    let newer = caller
        .json("sales-properties?marketingStatus=OnMarket&pageSize=30")
        .await;
    assert!(newer["results"].is_array());
    let older = caller
        .json("property/residential/lettings/listed/100")
        .await;
    assert!(older["data"][0]["address_Street"].is_string());
}

#[tokio::test]
async fn a_key_is_a_guid_and_another_is_refused() {
    let sandbox = start(10).await;
    let caller = Caller::new(&sandbox);
    let key = &caller.access.secrets["apiKey"];
    assert_eq!(key.len(), 36);
    assert_eq!(key.matches('-').count(), 4);
    let refused = caller.get_with_key("buyers", "wrong").await;
    assert_eq!(refused.status(), 401);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["statusCode"], "error");

    let withheld = AccessChange::Withhold {
        permission: "tenants".to_owned(),
    };
    sandbox.loop_crm().change_access(&withheld);
    assert_eq!(caller.get("tenants").await.status(), 403);
    assert_eq!(
        caller.get("buyers").await.status(),
        200,
        "lists are closed one by one"
    );
    sandbox.loop_crm().change_access(&AccessChange::Revoke);
    assert_eq!(caller.get("buyers").await.status(), 401);
}

#[tokio::test]
async fn a_request_that_makes_no_sense_fails_with_a_status_of_success() {
    let sandbox = start(10).await;
    let caller = Caller::new(&sandbox);
    for query in ["page=0", "page=x", "pageSize=0", "pageSize=501"] {
        let answer = caller.json(&format!("buyers?{query}")).await;
        assert_eq!(answer["statusCode"], "error", "{query}");
        assert!(answer.get("results").is_none(), "{query}");
    }
    let end = caller.json("buyers?page=1000").await;
    assert_eq!(
        end["results"],
        Value::Array(vec![]),
        "beyond the end there is nobody"
    );
    assert_eq!(caller.get("nothing").await.status(), 404);
}

#[tokio::test]
async fn a_second_request_within_the_second_is_refused() {
    let sandbox = Sandbox::start(SandboxConfig {
        limits: true,
        ..config(10)
    })
    .await
    .unwrap();
    let caller = Caller::new(&sandbox);
    assert_eq!(caller.get("buyers").await.status(), 200);
    let refused = caller.get("buyers").await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    sandbox.advance_time(Duration::from_secs(1));
    assert_eq!(caller.get("buyers").await.status(), 200);
}

#[tokio::test]
async fn people_come_go_and_change_lists() {
    let sandbox = start(200).await;
    let caller = Caller::new(&sandbox);
    let crm = sandbox.loop_crm();
    let before = caller.everybody().await;
    let truth = crm.truth();

    let gone = crm.mutate(&Mutation::of(Change::Erase, 3));
    let created = crm.mutate(&Mutation::of(Change::Create, 2));
    let now = caller.everybody().await;
    assert!(gone.iter().all(|id| !now.contains(id)));
    assert!(
        created
            .iter()
            .all(|id| now.contains(id) && !before.contains(id))
    );
    assert_eq!(now.len(), before.len() - 1);
    assert_eq!(crm.truth().gone, 3);

    crm.mutate(&Mutation::to(Change::Restore, gone));
    assert_eq!(crm.truth().mappable, truth.mappable + 2);

    let moved = crm.mutate(&Mutation::of(Change::ChangeRole, 1));
    let lists = crm.truth().lists;
    assert!(
        lists["buyers"] != truth.lists["buyers"] || lists["sellers"] != truth.lists["sellers"],
        "{moved:?} is on another list"
    );
    let edited = crm.mutate(&Mutation::of(Change::Blank, 1));
    let left = crm.record(&edited[0]).unwrap();
    assert!(
        left.get("mobile").unwrap().is_null(),
        "nothing is left but the id"
    );
    assert!(
        crm.mutate(&Mutation::of(Change::WithdrawConsent, 1))
            .is_empty(),
        "nothing is known of consent"
    );
}
