//! The Reapit simulator's changing side: mutations, journal entries, webhooks.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use nurturehub_sandbox::reapit::WebhookRequest;
use nurturehub_sandbox::{Change, Mutation};
use serde_json::{Value, json};

use crate::caller::{ReapitCaller, start};

fn id(record: &Value) -> Option<&str> {
    record.get("id")?.as_str()
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
