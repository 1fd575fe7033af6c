//! Access, limits, file notes and webhooks.

use std::time::Duration;

use nurturehub_sandbox::alto::WebhookRequest;
use nurturehub_sandbox::{AccessChange, Sandbox, SandboxConfig};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Caller, ask_for_token, ids};
use crate::caller::{config, start};

#[tokio::test]
async fn token_agency_and_permission_are_checked_in_this_order() {
    let sandbox = start(20).await;
    let caller = Caller::sign_in(&sandbox).await;
    let alto = sandbox.alto();
    let list = "/contacts/all";
    let wrong = ask_for_token(&caller.client, &caller.access, "wrong").await;
    assert_eq!(wrong.status(), 401);
    let refused = |request: RequestBuilder| async { request.send().await.unwrap().status() };
    let url = format!("{}{list}", caller.access.settings["baseUrl"]);
    assert_eq!(refused(caller.client.get(&url)).await, 401, "no token");
    let nobody = caller.client.get(&url).bearer_auth(&caller.token);
    assert_eq!(refused(nobody).await, 403, "no agency");

    alto.change_access(&AccessChange::Withhold {
        permission: "alto/route:get-contacts-all".into(),
    });
    assert_eq!(caller.status(list).await, 403);
    assert_eq!(caller.status("/partners/integration").await, 200);
    alto.change_access(&AccessChange::Grant {
        permission: "get-contacts-all".into(),
    });
    assert_eq!(caller.status(list).await, 200);

    alto.change_access(&AccessChange::Uninstall);
    assert_eq!(caller.status("/partners/integration").await, 404);
    assert_eq!(caller.status(list).await, 403);
    alto.change_access(&AccessChange::Install);

    sandbox.advance_time(Duration::from_secs(3_600));
    assert_eq!(caller.status(list).await, 401, "a token lives an hour");
    let caller = Caller::sign_in(&sandbox).await;
    assert_eq!(caller.status(list).await, 200);
    alto.change_access(&AccessChange::Revoke);
    assert_eq!(caller.status(list).await, 401);
    let secret = &caller.access.secrets["clientSecret"];
    let again = ask_for_token(&caller.client, &caller.access, secret).await;
    assert_eq!(again.status(), 401, "no other one is issued");
}

#[tokio::test]
async fn a_file_note_is_kept_and_found_by_its_contact() {
    let sandbox = start(20).await;
    let caller = Caller::sign_in(&sandbox).await;
    let all: Vec<String> = ids(&caller.sweep("").await).into_iter().collect();
    let good = json!({
        "title": "mark", "notes": "Rang back", "contactIds": [all[0]],
        "fileNoteType": "PhoneCall", "updateLastContactedDate": true,
    });
    let written = caller.note(&good).await;
    assert_eq!(written.status(), 201);
    let id: u64 = written.json().await.unwrap();
    let search = |contact: &str| format!("/file-notes/search?contact-id={contact}");
    let found = caller.json(&search(&all[0])).await;
    assert_eq!(found[0]["id"], id);
    assert_eq!(found[0]["title"], "mark");
    assert_eq!(
        found[0]["contactIds"][0].to_string(),
        all[0],
        "ids are numbers here"
    );
    assert_eq!(caller.json(&search(&all[1])).await, json!([]));
    assert_eq!(caller.status(&search("1")).await, 404);

    let patch = json!([{ "op": "replace", "path": "/Notes", "value": "Rang twice" }]);
    let patched = caller
        .request(Method::PATCH, &format!("/file-notes/{id}"))
        .json(&patch)
        .send()
        .await
        .unwrap();
    assert_eq!(patched.status(), 200);
    assert_eq!(
        caller.json(&format!("/file-notes/{id}")).await["notes"],
        "Rang twice"
    );
    for (field, value) in [
        ("notes", json!("")),
        ("contactIds", json!([])),
        ("contactIds", json!(["1"])),
        ("title", json!("x".repeat(51))),
        ("fileNoteType", json!("Letter")),
        ("negotiatorId", json!("1")),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        assert_eq!(caller.note(&bad).await.status(), 400, "{bad}");
    }
    assert_eq!(sandbox.alto().file_notes().len(), 1, "refused is not kept");
}

#[tokio::test]
async fn a_webhook_is_a_thin_notice_with_the_secret_beside_it() {
    let sandbox = start(20).await;
    let caller = Caller::sign_in(&sandbox).await;
    let alto = sandbox.alto();
    let secret = &caller.access.secrets["webhookSecret"];
    let header = |request: &WebhookRequest, name: &str| {
        let headers = alto.webhook(request).headers;
        let found = headers.into_iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value)
    };
    let mut request = WebhookRequest::new("Contact.Modified", "4711");
    assert_eq!(header(&request, "x-signature").as_ref(), Some(secret));
    let body: Value = serde_json::from_str(&alto.webhook(&request).body).unwrap();
    assert_eq!(body["specversion"], "1.0");
    assert_eq!(body["subject"], "/contacts/4711");
    assert_eq!(
        body["data"]["agencyRef"],
        caller.access.settings["agencyRef"]
    );
    let integration = caller.json("/partners/integration").await;
    let id = body["id"].as_str().unwrap();
    assert!(
        id.ends_with(&format!(
            "|{}",
            integration["integrationId"].as_str().unwrap()
        )),
        "{id}"
    );
    let again: Value = serde_json::from_str(&alto.webhook(&request).body).unwrap();
    assert_ne!(body["id"], again["id"], "another event");

    request.tamper = true;
    assert_ne!(header(&request, "x-signature").as_ref(), Some(secret));
    request.basic = true;
    assert!(
        header(&request, "Authorization")
            .unwrap()
            .starts_with("Basic ")
    );
}

#[tokio::test]
async fn too_many_requests_are_refused_without_saying_for_how_long() {
    let sandbox = Sandbox::start(SandboxConfig {
        limits: true,
        ..config(20)
    })
    .await
    .unwrap();
    let caller = Caller::sign_in(&sandbox).await;
    let mut statuses = Vec::new();
    for _ in 0..25 {
        statuses.push(caller.status("/branches").await);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 6);
    let refused = caller.get("/branches").await;
    assert!(refused.headers().get("retry-after").is_none());
    sandbox.advance_time(Duration::from_secs(1));
    assert_eq!(caller.status("/branches").await, 200);
}
