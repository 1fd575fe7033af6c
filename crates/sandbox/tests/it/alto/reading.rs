//! Lists, details and preferences.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use nurturehub_sandbox::alto::DetailForm;
use nurturehub_sandbox::{Change, Mutation};
use serde_json::{Value, json};

use super::{Caller, ids};
use crate::caller::start;

#[tokio::test]
async fn both_states_together_are_the_ground_truth() {
    let sandbox = start(1_234).await;
    let caller = Caller::sign_in(&sandbox).await;
    let truth = sandbox.alto().truth();
    let active = caller.sweep("active=true").await;
    let archived = caller.sweep("active=false").await;
    assert_eq!(active.len() + archived.len(), truth.listed);
    assert_eq!(truth.listed, 1_234, "as many as were asked for");
    assert_eq!(ids(&archived).len(), truth.archived);
    assert_eq!(
        ids(&active).len(),
        truth.active,
        "no record is listed twice"
    );
    assert_eq!(
        truth.listed - truth.mappable,
        truth.unmappable,
        "records without an id are listed"
    );
    assert!(active.iter().all(|item| item["isActive"] == true));
    assert_eq!(
        caller.sweep("").await.len(),
        active.len(),
        "without `active` the archived ones are left out"
    );
    let never = active
        .iter()
        .chain(&archived)
        .filter(|item| item["createdAt"] == item["modifiedAt"])
        .count();
    assert_eq!(never, truth.never_modified);
    let mut stamps: BTreeMap<&str, usize> = BTreeMap::new();
    for item in &active {
        let at = item["modifiedAt"].as_str().unwrap();
        assert!(at.ends_with("+00:00") && at.len() == 33, "{at}");
        *stamps.entry(at).or_default() += 1;
    }
    assert!(
        stamps.values().any(|count| *count > 100),
        "a mass update is longer than a page"
    );
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let sandbox = start(600).await;
    let caller = Caller::sign_in(&sandbox).await;
    let all = caller.sweep("active=true").await;
    let of = |persona: &str| {
        let held = all.iter().filter(|item| {
            let personas = item["contactType"]["persona"].as_array().unwrap();
            personas.iter().any(|held| held == persona)
        });
        held.cloned().collect::<Vec<_>>()
    };
    let both = caller
        .sweep("active=true&persona=Landlord&persona=Vendor")
        .await;
    let expected: BTreeSet<String> = ids(&of("Landlord"))
        .union(&ids(&of("Vendor")))
        .cloned()
        .collect();
    assert_eq!(ids(&both), expected, "any of them matches");
    let solicitors = caller.sweep("active=true&category=Solicitor").await;
    assert!(!solicitors.is_empty());
    assert!(
        solicitors
            .iter()
            .all(|item| item["contactType"]["category"] == "Solicitor")
    );

    let edited = sandbox.alto().mutate(&Mutation::of(Change::Edit, 7));
    let recent = caller
        .sweep("active=true&modified-from=2026-01-15T09:00:00Z&modified-to=2026-01-15T09:00:00Z")
        .await;
    assert_eq!(
        ids(&recent),
        edited.into_iter().collect(),
        "bounds include themselves"
    );
    let later = caller
        .sweep("active=true&modified-from=2026-01-15T09:00:00.001Z")
        .await;
    assert!(later.is_empty());
}

#[tokio::test]
async fn a_token_is_good_for_its_own_filters_and_for_a_while() {
    let sandbox = start(300).await;
    let caller = Caller::sign_in(&sandbox).await;
    let first = caller.json("/contacts/all?active=true").await;
    assert_eq!(
        first["items"].as_array().unwrap().len(),
        50,
        "the usual size"
    );
    let token = first["meta"]["nextToken"].as_str().unwrap();
    let next = format!("/contacts/all?active=true&next-token={token}");
    assert_eq!(caller.status(&next).await, 200);
    for bad in [
        format!("/contacts/all?active=false&next-token={token}"),
        format!("{next}x"),
        "/contacts/all?max-results=251".to_owned(),
        "/contacts/all?max-results=0".to_owned(),
        "/contacts/all?active=perhaps".to_owned(),
        "/contacts/all?modified-from=yesterday".to_owned(),
    ] {
        let refusal = caller.get(&bad).await;
        assert_eq!(refusal.status(), 400, "{bad}");
        let body: Value = refusal.json().await.unwrap();
        assert!(body["errors"][0]["code"].is_string(), "{body}");
    }
    sandbox.advance_time(Duration::from_secs(15 * 60));
    assert_eq!(caller.status(&next).await, 400, "tokens run out");
}

#[tokio::test]
async fn who_is_erased_between_two_pages_moves_nobody() {
    let sandbox = start(300).await;
    let caller = Caller::sign_in(&sandbox).await;
    let everybody = ids(&caller.sweep("active=true").await);
    let first = caller
        .json("/contacts/all?active=true&max-results=100")
        .await;
    let page = ids(first["items"].as_array().unwrap());
    let erased: Vec<String> = page.iter().take(20).cloned().collect();
    sandbox
        .alto()
        .mutate(&Mutation::to(Change::Erase, erased.clone()));
    let token = first["meta"]["nextToken"].as_str().unwrap();
    let rest = caller
        .json(&format!(
            "/contacts/all?active=true&max-results=250&next-token={token}"
        ))
        .await;
    let rest = ids(rest["items"].as_array().unwrap());
    assert_eq!(
        page.union(&rest).cloned().collect::<BTreeSet<_>>(),
        everybody
    );
    assert_eq!(
        caller.status(&format!("/contacts/{}", erased[0])).await,
        404
    );
    sandbox
        .alto()
        .mutate(&Mutation::to(Change::Restore, erased.clone()));
    assert_eq!(
        caller.status(&format!("/contacts/{}", erased[0])).await,
        200
    );
}

#[tokio::test]
async fn details_come_one_by_one_or_many_at_once_in_the_form_that_is_set() {
    let sandbox = start(200).await;
    let caller = Caller::sign_in(&sandbox).await;
    let all = ids(&caller.sweep("active=true").await);
    let some: Vec<&String> = all.iter().take(50).collect();
    let query: Vec<String> = some.iter().map(|id| format!("id={id}")).collect();
    let path = format!("/contacts?{}&id=1", query[..49].join("&"));
    let many = caller.json(&path).await;
    let items = many["items"].as_array().unwrap();
    assert_eq!(items.len(), 49, "one that is not there is left out");
    assert_eq!(
        items[0],
        caller.json(&format!("/contacts/{}", some[0])).await
    );
    assert!(items[0]["address"].is_object() && items[0].get("createdAt").is_none());
    let much = format!("/contacts?{}&id=1", query.join("&"));
    assert_eq!(caller.status(&much).await, 400, "51 ids");
    assert_eq!(caller.status("/contacts").await, 400, "none");

    sandbox.alto().set_detail_form(DetailForm::Array);
    assert_eq!(caller.json(&path).await.as_array().unwrap().len(), 49);
    sandbox.alto().set_detail_form(DetailForm::Single);
    assert_eq!(caller.json(&path).await, items[0]);
}

#[tokio::test]
async fn list_and_detail_tell_of_the_same_contact() {
    let sandbox = start(150).await;
    let caller = Caller::sign_in(&sandbox).await;
    let alto = sandbox.alto();
    alto.mutate(&Mutation::of(Change::Edit, 30));
    alto.mutate(&Mutation::of(Change::Archive, 5));
    alto.mutate(&Mutation::of(Change::ChangeRole, 5));
    let mut couples = 0;
    for state in ["true", "false"] {
        for item in caller.sweep(&format!("active={state}")).await {
            let Some(id) = item["id"].as_str().filter(|id| !id.is_empty()) else {
                continue;
            };
            let detail = caller.json(&format!("/contacts/{id}")).await;
            assert_eq!(detail["archived"], json!(state == "false"));
            assert_eq!(detail["modifiedDate"], item["modifiedAt"]);
            assert_eq!(detail["category"], item["contactType"]["category"]);
            assert_eq!(
                detail["applicantRequirements"],
                item["applicantRequirements"]
            );
            let (people, brief) = (&detail["people"], &item["contactInformation"]);
            couples += usize::from(people.as_array().unwrap().len() == 2);
            for (person, brief) in people
                .as_array()
                .unwrap()
                .iter()
                .zip(brief.as_array().unwrap())
            {
                assert_eq!(person["forename"], brief["foreName"]);
                assert_eq!(person["phoneNumbers"][0]["number"], brief["phoneNumber"]);
                assert_eq!(
                    person["emailAddresses"][0]["address"],
                    brief["emailAddress"]
                );
            }
        }
    }
    assert!(couples > 5, "{couples}");
}

#[tokio::test]
async fn preferences_follow_what_people_said_and_took_back() {
    let sandbox = start(200).await;
    let caller = Caller::sign_in(&sandbox).await;
    let withdrawn = sandbox
        .alto()
        .mutate(&Mutation::of(Change::WithdrawConsent, 2));
    let mut seen = BTreeSet::new();
    for id in ids(&caller.sweep("").await) {
        let said = caller.json(&format!("/contacts/{id}/preferences")).await;
        let general = said
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["type"] == "GeneralMarketing");
        let status = general.map_or("", |one| one["optInStatus"].as_str().unwrap());
        if withdrawn.contains(&id) {
            assert_eq!(status, "Denied", "{id} took it back");
        }
        seen.insert(status.to_owned());
    }
    assert_eq!(
        seen,
        ["", "Denied", "Granted", "GrantedOrUnknown"]
            .map(str::to_owned)
            .into()
    );
}
