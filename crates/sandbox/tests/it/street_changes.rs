//! The Street simulator's changing side: mutations, notes and activities, webhooks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use nurturehub_sandbox::street::WebhookRequest;
use nurturehub_sandbox::{Change, Mutation};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::caller::start;
use crate::street::{Caller, refusal};

#[tokio::test]
async fn mutations_do_what_they_say() {
    let sandbox = start(300).await;
    let caller = Caller::new(&sandbox);
    let street = sandbox.street();
    let before = street.truth();
    // Time stands still at nine o'clock; bounds are left out.
    let changed = "/people?filter[updated_from]=2026-01-15T08:59:59Z";

    let edited = street.mutate(&Mutation::of(Change::Edit, 3));
    assert_eq!(caller.ids(changed).await, edited.iter().cloned().collect());
    let late = street.mutate(&Mutation::of(Change::Edit, 1).backdated(3_600));
    assert_eq!(
        street.record(&late[0]).unwrap()["attributes"]["updated_at"],
        "2026-01-15T08:00:00+00:00"
    );

    let deleted = street.mutate(&Mutation::of(Change::Archive, 2));
    assert!(
        !caller
            .ids(&format!("{changed}&filter[trashed]=only"))
            .await
            .contains(&deleted[0]),
        "deleting does not count as a change"
    );
    assert!(
        caller
            .ids("/people?filter[trashed]=only")
            .await
            .contains(&deleted[0])
    );
    street.mutate(&Mutation::to(Change::Restore, vec![deleted[0].clone()]));
    assert!(
        caller.ids(changed).await.contains(&deleted[0]),
        "restoring does"
    );

    let erased = street.mutate(&Mutation::of(Change::Erase, 4));
    let with = caller.ids("/people?filter[trashed]=with").await;
    assert!(
        erased.iter().all(|id| !with.contains(id)),
        "no list shows them"
    );

    let role = street.mutate(&Mutation::of(Change::ChangeRole, 1));
    let touched = [
        caller
            .sweep("/sales-applicants?filter[updated_from]=2026-01-15T08:59:59Z")
            .await,
        caller
            .sweep("/lettings-applicants?filter[updated_from]=2026-01-15T08:59:59Z")
            .await,
    ];
    assert_eq!(
        touched.iter().map(Vec::len).sum::<usize>(),
        2,
        "one closed, one made"
    );
    assert!(!caller.ids(changed).await.contains(&role[0]) || edited.contains(&role[0]));

    let created = street.mutate(&Mutation::of(Change::Create, 5));
    assert_eq!(created.len(), 5);
    let denied = street.mutate(&Mutation::of(Change::WithdrawConsent, 1));
    let record = street.record(&denied[0]).unwrap();
    assert_eq!(record["attributes"]["marketing_consent"], false);

    let after = street.truth();
    assert_eq!(after.listed, before.listed + 5 - 4);
    assert_eq!(after.gone, 4);
    assert_eq!(
        caller.sweep("/people?filter[trashed]=with").await.len(),
        after.listed
    );
}

#[tokio::test]
async fn notes_and_activities_are_written_and_kept() {
    let sandbox = start(50).await;
    let caller = Caller::new(&sandbox);
    let person = caller.ids("/people").await.pop_first().unwrap();
    let about = |id: &str| json!({ "person": { "data": { "type": "person", "id": id } } });
    let note = |body: &str, id: &str| {
        json!({ "data": {
            "type": "note", "attributes": { "body": body }, "relationships": about(id),
        }})
    };
    let written = caller
        .send(Method::POST, "/notes", &note("Opened", &person))
        .await;
    assert_eq!(written.status(), 201);
    let written: Value = written.json().await.unwrap();
    assert_eq!(written["data"]["attributes"]["body"], "Opened");
    assert!(written["data"]["attributes"]["pinned_at"].is_null());
    for (bad, place) in [
        (note("", &person), "/data/attributes/body"),
        (note("x", "nobody"), "/data/relationships/person/data/id"),
        (json!({ "data": { "type": "memo" } }), "/data/type"),
    ] {
        let error = refusal(caller.send(Method::POST, "/notes", &bad).await, 400).await;
        assert_eq!(error["source"]["pointer"], place);
    }
    let activity = |kind: &str, source: &str| {
        json!({ "data": {
            "type": "activity",
            "attributes": {
                "activity_type": kind, "title": "Newsletter", "source": source,
                "created_at": "2025-12-01T08:00:00Z",
            },
            "relationships": about(&person),
        }})
    };
    let good = activity("campaign_sent", "email_marketing");
    assert_eq!(
        caller.send(Method::POST, "/activity", &good).await.status(),
        201
    );
    for bad in [
        activity("opened", "email_marketing"),
        activity("campaign_sent", "post"),
    ] {
        refusal(caller.send(Method::POST, "/activity", &bad).await, 400).await;
    }
    let url = format!("{}/control/street/written", sandbox.url());
    let kept: Value = caller
        .client
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(kept["entries"][0]["text"], "Opened");
    assert_eq!(
        kept["entries"][1]["created"], "2025-12-01T08:00:00Z",
        "it can be back-dated"
    );
    assert_eq!(
        kept["entries"].as_array().unwrap().len(),
        2,
        "what is refused is not kept"
    );
}

#[tokio::test]
async fn of_a_person_only_names_and_wishes_can_be_changed() {
    let sandbox = start(50).await;
    let caller = Caller::new(&sandbox);
    let person = caller.ids("/people").await.pop_first().unwrap();
    let path = format!("/people/{person}");
    let change = |attributes: Value| json!({ "data": { "type": "person", "id": person, "attributes": attributes } });
    let without = change(json!({ "last_name": "Doe" }));
    refusal(caller.send(Method::PATCH, &path, &without).await, 422).await;
    let good = change(json!({
        "first_name": "Jane", "last_name": "Doe", "marketing_consent": false,
        "email_addresses": [],
    }));
    let before = sandbox.street().record(&person).unwrap();
    assert_eq!(caller.send(Method::PATCH, &path, &good).await.status(), 200);
    let after = sandbox.street().record(&person).unwrap();
    assert_eq!(after["attributes"]["first_name"], "Jane");
    assert_eq!(after["attributes"]["marketing_consent"], false);
    assert_eq!(
        after["attributes"]["email_addresses"], before["attributes"]["email_addresses"],
        "addresses cannot be changed"
    );
}

#[tokio::test]
async fn webhooks_are_signed_over_id_time_and_body() {
    let sandbox = start(50).await;
    let caller = Caller::new(&sandbox);
    let street = sandbox.street();
    let person = caller.ids("/people").await.pop_first().unwrap();
    let secret = caller.access.secrets["webhookSecret"]
        .strip_prefix("whsec_")
        .unwrap();
    let key = STANDARD.decode(secret).unwrap();
    let request = WebhookRequest::new("person.marketing-preferences.updated", &person);
    let mut tampered = request.clone();
    tampered.tamper = true;
    let mut rotating = request.clone();
    rotating.rotating = true;
    for (request, fits, signatures) in [(&request, 1, 1), (&tampered, 0, 1), (&rotating, 1, 2)] {
        let sent = street.webhook(request);
        let header = |name: &str| {
            let found = sent.headers.iter().find(|(key, _)| key == name);
            found.unwrap().1.as_str()
        };
        let message = format!(
            "{}.{}.{}",
            header("svix-id"),
            header("svix-timestamp"),
            sent.body
        );
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        let code = mac.chain_update(message).finalize().into_bytes();
        let expected = format!("v1,{}", STANDARD.encode(code));
        let given: Vec<&str> = header("svix-signature").split(' ').collect();
        assert_eq!(given.len(), signatures);
        assert_eq!(
            given.iter().filter(|one| **one == expected).count(),
            fits,
            "{request:?}"
        );
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        assert_eq!(body["data"]["id"], person);
    }
    let mut again = request.clone();
    again.message_id = Some("msg_1".into());
    again.skew_seconds = -600;
    let header = ("svix-timestamp".to_owned(), "1768467000".to_owned());
    assert!(
        street.webhook(&again).headers.contains(&header),
        "ten minutes ago"
    );
}
