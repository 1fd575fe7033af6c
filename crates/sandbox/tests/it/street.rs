//! The Street simulator: lists, filters, access, limits.

use std::collections::{BTreeSet, HashMap};

use nurturehub_sandbox::street::ListOrder;
use nurturehub_sandbox::{AccessChange, Change, Mutation, ProviderAccess, Sandbox, SandboxConfig};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::caller::{client, config, provider, start, start_with_faults};

const MEDIA_TYPE: &str = "application/vnd.api+json";

pub(crate) struct Caller {
    pub(crate) client: Client,
    pub(crate) access: ProviderAccess,
}

impl Caller {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        Self {
            client: client(),
            access: provider(sandbox, "street"),
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.access.settings["baseUrl"]))
            .bearer_auth(&self.access.secrets["token"])
            .header("accept", MEDIA_TYPE)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn page(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "GET {path}");
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        response.json().await.unwrap()
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Response {
        self.request(method, path)
            .header("content-type", MEDIA_TYPE)
            .body(body.to_string())
            .send()
            .await
            .unwrap()
    }

    /// Every record of a list, by the number of pages that each page gives.
    pub(crate) async fn sweep(&self, path: &str) -> Vec<Value> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut records = Vec::new();
        for number in 1.. {
            let page = self
                .page(&format!(
                    "{path}{joint}page[size]=100&page[number]={number}"
                ))
                .await;
            records.extend(page["data"].as_array().unwrap().iter().cloned());
            if number >= page["meta"]["pagination"]["total_pages"].as_u64().unwrap() {
                break;
            }
        }
        records
    }

    pub(crate) async fn ids(&self, path: &str) -> BTreeSet<String> {
        let records = self.sweep(path).await;
        records.iter().filter_map(id).map(str::to_owned).collect()
    }
}

pub(crate) fn id(record: &Value) -> Option<&str> {
    record.get("id")?.as_str()
}

pub(crate) async fn refusal(response: Response, status: u16) -> Value {
    assert_eq!(response.status(), status);
    let body: Value = response.json().await.unwrap();
    let error = body["errors"][0].clone();
    assert!(error["title"].is_string(), "a title is required: {error}");
    assert_eq!(error["code"], status.to_string(), "a code is text");
    error
}

#[tokio::test]
async fn lists_hold_the_living_and_the_deleted_apart() {
    let sandbox = start(450).await;
    let caller = Caller::new(&sandbox);
    let truth = sandbox.street().truth();
    let living = caller.sweep("/people").await;
    let deleted = caller.sweep("/people?filter[trashed]=only").await;
    let both = caller.sweep("/people?filter[trashed]=with").await;
    assert_eq!(living.len() + deleted.len(), truth.listed);
    assert_eq!(both.len(), truth.listed);
    assert_eq!(deleted.len(), truth.archived);
    assert!(!deleted.is_empty());
    let marked = both
        .iter()
        .any(|record| record.to_string().contains("deleted_at"));
    assert!(!marked, "nothing on a person says that they are deleted");
    let gone = caller
        .get(&format!("/people/{}", id(&deleted[0]).unwrap()))
        .await;
    refusal(gone, 404).await;
}

#[tokio::test]
async fn a_page_says_where_it_stands_and_is_cut_at_the_guides_cap() {
    let sandbox = start(450).await;
    let caller = Caller::new(&sandbox);
    let total = sandbox.street().truth().listed - sandbox.street().truth().archived;
    let page = caller.page("/people?page[size]=250&page[number]=2").await;
    assert_eq!(
        page["meta"]["pagination"],
        json!({
            "total": total, "count": 100, "per_page": 100, "current_page": 2,
            "total_pages": total.div_ceil(100),
        })
    );
    let next = page["links"]["next"].as_str().unwrap();
    assert_eq!(
        next.matches("page[number]").count(),
        2,
        "links repeat the page parameters, as the vendor's examples do: {next}"
    );
    let usual = caller.page("/people").await;
    assert_eq!(usual["meta"]["pagination"]["per_page"], 25);
    let beyond = caller.page("/people?page[number]=99").await;
    assert_eq!(beyond["data"], json!([]));
    for bad in [
        "page[size]=0",
        "page[size]=251",
        "page[number]=0",
        "page[number]=x",
        "filter[trashed]=yes",
        "filter[updated_from]=yesterday",
        "include=notes",
    ] {
        let error = refusal(caller.get(&format!("/people?{bad}")).await, 400).await;
        let name = bad.split('=').next().unwrap();
        assert_eq!(error["source"]["parameter"], name, "{bad}");
    }
}

#[tokio::test]
async fn applicants_come_with_their_people_and_people_with_their_applicants() {
    let sandbox = start(300).await;
    let caller = Caller::new(&sandbox);
    let truth = sandbox.street().truth();
    let page = caller
        .page("/people?page[size]=100&include=applicants")
        .await;
    let included: HashMap<&str, &Value> = page["included"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| Some((id(one)?, one)))
        .collect();
    let mut linked = BTreeSet::new();
    for person in page["data"].as_array().unwrap() {
        for link in person["relationships"]["applicants"]["data"]
            .as_array()
            .unwrap()
        {
            let applicant = included[link["id"].as_str().unwrap()];
            linked.insert(id(applicant).unwrap());
            let people = applicant["relationships"]["people"]["data"]
                .as_array()
                .unwrap();
            assert!(
                people.iter().any(|link| link["id"] == person["id"]),
                "both ways"
            );
            assert!(
                applicant["relationships"].get("branch").is_none(),
                "only people are documented on an included applicant"
            );
        }
    }
    assert_eq!(
        linked.len(),
        included.len(),
        "nothing else is included, and nothing twice"
    );
    let plain = caller.page("/people").await;
    assert_eq!(
        plain["data"][0]["relationships"],
        json!({}),
        "nothing without asking"
    );

    let mut couples = 0;
    for (list, kind) in [
        ("sales", "sales-applicants"),
        ("lettings", "lettings-applicants"),
    ] {
        let path = format!("/{kind}?include=people,branch,negotiator");
        let all = caller.sweep(&path).await;
        assert_eq!(all.len(), truth.lists[kind]);
        let people = |one: &Value| {
            one["relationships"]["people"]["data"]
                .as_array()
                .unwrap()
                .len()
        };
        couples += all.iter().filter(|one| people(one) == 2).count();
        let page = caller.page(&format!("{path}&page[size]=100")).await;
        let first = &page["data"][0];
        assert_eq!(first["attributes"]["applicant_type"], list);
        let kinds: BTreeSet<&str> = page["included"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["type"].as_str())
            .collect();
        assert_eq!(kinds, BTreeSet::from(["branch", "negotiator", "person"]));
    }
    assert!(couples > 0, "couples look together");
}

#[tokio::test]
async fn filters_by_time_leave_their_bounds_out() {
    let sandbox = start(450).await;
    let caller = Caller::new(&sandbox);
    let all = caller.sweep("/people").await;
    let stamp = |record: &Value| {
        record["attributes"]["updated_at"]
            .as_str()
            .map(str::to_owned)
    };
    let mut counts: HashMap<String, usize> = HashMap::new();
    for at in all.iter().filter_map(stamp) {
        *counts.entry(at).or_default() += 1;
    }
    let (at, same) = counts.iter().max_by_key(|(_, count)| **count).unwrap();
    assert!(*same > 100, "a mass update is longer than a page: {same}");
    let escaped = at.replace('+', "%2B");
    let after = caller
        .ids(&format!("/people?filter[updated_from]={escaped}"))
        .await;
    let before = caller
        .ids(&format!("/people?filter[updated_to]={escaped}"))
        .await;
    assert_eq!(
        after.len() + before.len() + same,
        all.iter().filter_map(id).count()
    );
    assert!(after.is_disjoint(&before));
}

#[tokio::test]
async fn lists_have_the_order_that_is_set_and_promise_none() {
    let sandbox = start(300).await;
    let caller = Caller::new(&sandbox);
    let street = sandbox.street();
    let edited = street.mutate(&Mutation::of(Change::Edit, 1));
    let first = async || caller.page("/people").await["data"][0]["id"].clone();
    street.set_order(ListOrder::LastChanged);
    assert_eq!(
        first().await,
        edited[0],
        "an edit moves a record to the front"
    );
    street.set_order(ListOrder::FirstChanged);
    let last = caller.sweep("/people").await.pop().unwrap();
    assert_eq!(last["id"], edited[0], "or to the end");
}

#[tokio::test]
async fn a_call_needs_the_token_and_the_media_type() {
    let sandbox = start(30).await;
    let caller = Caller::new(&sandbox);
    let url = format!("{}/people", caller.access.settings["baseUrl"]);
    let bare = caller.client.get(&url).header("accept", MEDIA_TYPE);
    refusal(bare.send().await.unwrap(), 401).await;
    let token = &caller.access.secrets["token"];
    let plain = caller.client.get(&url).bearer_auth(token);
    refusal(plain.send().await.unwrap(), 406).await;
    let note = caller.request(Method::POST, "/notes").json(&json!({}));
    refusal(note.send().await.unwrap(), 415).await;

    let street = sandbox.street();
    let people = || AccessChange::Withhold {
        permission: "people".into(),
    };
    street.change_access(&people());
    refusal(caller.get("/people").await, 403).await;
    assert_eq!(caller.get("/branches?page[size]=1").await.status(), 200);
    street.change_access(&AccessChange::Grant {
        permission: "people".into(),
    });
    street.change_access(&AccessChange::Revoke);
    refusal(caller.get("/people").await, 401).await;
    street.change_access(&AccessChange::Reinstate);
    assert_eq!(caller.get("/people").await.status(), 200);
}

#[tokio::test]
async fn limits_are_of_the_minute_and_say_nothing_of_when_to_come_back() {
    let sandbox = Sandbox::start(SandboxConfig {
        limits: true,
        ..config(10)
    })
    .await
    .unwrap();
    let caller = Caller::new(&sandbox);
    for _ in 0..600 {
        assert_eq!(caller.get("/branches").await.status(), 200);
    }
    let refused = caller.get("/branches").await;
    assert!(!refused.headers().contains_key("retry-after"));
    refusal(refused, 429).await;
    sandbox.advance_time(std::time::Duration::from_secs(60));
    assert_eq!(caller.get("/branches").await.status(), 200);
}

#[tokio::test]
async fn faults_reach_the_numbers_where_this_crm_keeps_them() {
    let sandbox = start_with_faults(250, "street.list:empty").await;
    let caller = Caller::new(&sandbox);
    let page = caller.page("/people").await;
    let pagination = &page["meta"]["pagination"];
    assert_eq!(
        (&pagination["total"], &pagination["count"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(page["data"], json!([]));
    assert!(page.get("meta.pagination.total").is_none());

    let sandbox = start_with_faults(250, "street.list:shortListing=120").await;
    let caller = Caller::new(&sandbox);
    let page = caller.page("/people?page[size]=100&page[number]=2").await;
    assert_eq!(page["data"].as_array().unwrap().len(), 20);
    assert_eq!(page["meta"]["pagination"]["count"], 20);
    assert!(page["links"].get("next").is_none());
}
