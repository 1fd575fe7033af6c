//! Webhooks.

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{
    AdapterError, Clock, ErrorKind, Lifecycle, PageRecord, Secret, WebhookDelivery, WebhookOutcome,
};
use nurturehub_sandbox::reapit::WebhookRequest;
use nurturehub_sandbox::{Change, Mutation};

use super::harness::Agency;

/// A key pair of our own: the body is signed as the vendor describes it.
mod own {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ed25519_dalek::{Signer, SigningKey};

    const KEY: [u8; 32] = [7; 32];

    pub(super) fn public() -> String {
        URL_SAFE_NO_PAD.encode(SigningKey::from_bytes(&KEY).verifying_key().as_bytes())
    }

    pub(super) fn signature(seconds: &str, body: &[u8]) -> String {
        let message = [seconds.as_bytes(), body].concat();
        URL_SAFE_NO_PAD.encode(SigningKey::from_bytes(&KEY).sign(&message).to_bytes())
    }
}

fn arrived(agency: &Agency, request: &WebhookRequest) -> WebhookDelivery {
    let sent = agency.sandbox.reapit().webhook(request);
    WebhookDelivery {
        headers: sent.headers,
        body: sent.body.into_bytes(),
        received_at: agency.clock.now(),
        check_signature: true,
    }
}

async fn ingest(agency: &Agency, request: &WebhookRequest) -> Result<WebhookOutcome, AdapterError> {
    let delivery = arrived(agency, request);
    agency.adapter().ingest_webhook(&delivery).await
}

async fn some_id(agency: &Agency) -> String {
    agency.full().await.ids().into_iter().next().unwrap()
}

fn only_record(outcome: &WebhookOutcome) -> &nurturehub_port::Contact {
    match outcome.records.as_slice() {
        [PageRecord::Mapped(mapped)] => &mapped.contact,
        other => panic!("one mapped record is expected, not {other:?}"),
    }
}

#[tokio::test]
async fn a_change_makes_the_contact_be_read_again() {
    let agency = Agency::of(50).await;
    let id = some_id(&agency).await;
    let request = WebhookRequest::new("contacts.modified", &id);
    let outcome = ingest(&agency, &request).await.unwrap();
    assert_eq!(only_record(&outcome).provenance.external_id.as_str(), id);
    assert_eq!(outcome.event.topic, "contacts.modified");
    assert!(
        outcome.event.occurred_at.is_some(),
        "seven decimals are read"
    );
    assert_eq!((outcome.ignored, outcome.removals.len()), (None, 0));

    let listed = agency.full().await;
    assert_eq!(
        listed.by_id()[&id].contact.provenance.content_hash,
        only_record(&ingest(&agency, &request).await.unwrap())
            .provenance
            .content_hash,
        "it is the same contact as in a listing"
    );
}

#[tokio::test]
async fn the_same_event_has_the_same_key_and_its_parts_have_others() {
    let agency = Agency::of(50).await;
    let id = some_id(&agency).await;
    let mut request = WebhookRequest::new("contacts.modified", &id);
    request.event_id = Some("e-1".into());
    let first = ingest(&agency, &request).await.unwrap().event.id;
    assert_eq!(
        ingest(&agency, &request).await.unwrap().event.id,
        first,
        "a retry"
    );
    request.topic = "contacts.optedout".into();
    assert_ne!(
        ingest(&agency, &request).await.unwrap().event.id,
        first,
        "one event id covers several deliveries"
    );
}

#[tokio::test]
async fn a_delivery_without_the_record_is_settled_by_reading_it_again() {
    let agency = Agency::of(50).await;
    let ids: Vec<String> = agency.full().await.ids().into_iter().collect();
    let reapit = agency.sandbox.reapit();
    reapit.mutate(&Mutation::to(Change::Archive, vec![ids[0].clone()]));
    reapit.mutate(&Mutation::to(Change::Erase, vec![ids[1].clone()]));
    let without_new = |id: &str| {
        let mut request = WebhookRequest::new("contacts.modified", id);
        request.without_new = true;
        request
    };
    let archived = ingest(&agency, &without_new(&ids[0])).await.unwrap();
    assert_eq!(only_record(&archived).lifecycle, Lifecycle::Archived);
    let erased = ingest(&agency, &without_new(&ids[1])).await.unwrap();
    assert_eq!(erased.removals[0].external_id.as_str(), ids[1]);
    assert_eq!(erased.removals[0].lifecycle, Lifecycle::Deleted);
    let there = ingest(&agency, &without_new(&ids[2])).await.unwrap();
    assert_ne!(
        only_record(&there).lifecycle,
        Lifecycle::Deleted,
        "it was there after all"
    );
}

#[tokio::test]
async fn a_role_leads_to_its_contacts() {
    let agency = Agency::of(100).await;
    let listed = agency.full().await;
    let (contact, applicant) = listed
        .contacts()
        .find_map(|mapped| {
            let raw: serde_json::Value = serde_json::from_str(&mapped.raw).unwrap();
            let role = &raw["_embedded"]["relationships"][0];
            (role["associatedType"] == "applicant").then(|| {
                (
                    raw["id"].to_string(),
                    role["associatedId"].as_str().unwrap().to_owned(),
                )
            })
        })
        .unwrap();
    let request = WebhookRequest::new("applicants.modified", applicant);
    let outcome = ingest(&agency, &request).await.unwrap();
    let ids: Vec<String> = outcome
        .records
        .iter()
        .map(|record| match record {
            PageRecord::Mapped(mapped) => format!("\"{}\"", mapped.contact.provenance.external_id),
            PageRecord::Rejected(_) => String::new(),
        })
        .collect();
    assert!(ids.contains(&contact), "{contact} in {ids:?}");
}

#[tokio::test]
async fn what_is_forged_stale_or_garbled_is_refused() {
    let agency = Agency::of(50).await;
    let id = some_id(&agency).await;
    let good = WebhookRequest::new("contacts.modified", &id);
    let mut tampered = good.clone();
    tampered.tamper = true;
    let mut stale = good.clone();
    stale.skew_seconds = -3_000;
    let mut future = good.clone();
    future.skew_seconds = 1_000;
    for (request, why) in [
        (&tampered, "tampered"),
        (&stale, "stale"),
        (&future, "future"),
    ] {
        let error = ingest(&agency, request).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::AuthInvalid, "{why}");
    }
    let mut late = good.clone();
    late.skew_seconds = -1_900;
    assert!(
        ingest(&agency, &late).await.is_ok(),
        "retries go on for half an hour"
    );

    let delivery = arrived(&agency, &good);
    let signature = delivery.header("x-signature").unwrap().to_owned();
    let parts: Vec<&str> = signature.split(':').collect();
    let [_, key, seconds, sealed] = parts[..] else {
        panic!("{signature}");
    };
    for header in [
        String::new(),
        "s".into(),
        format!("s:{key}:{seconds}"),
        format!("t:{key}:{seconds}:{sealed}"),
        format!("s:{key}:{seconds}:{sealed}:x"),
        format!("s:{key}:soon:{sealed}"),
        format!("s:{key}:{seconds}:AAAA"),
        format!("s:{key}x:{seconds}:{sealed}"),
        format!("s:../../contacts:{seconds}:{sealed}"),
        format!("s:{key}:{}:{sealed}", seconds.parse::<i64>().unwrap() + 1),
    ] {
        let mut forged = delivery.clone();
        forged.headers = vec![("X-Signature".into(), header.clone())];
        let error = agency.adapter().ingest_webhook(&forged).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::AuthInvalid, "{header:?}");
    }
    let mut bare = delivery.clone();
    bare.headers.clear();
    let error = agency.adapter().ingest_webhook(&bare).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthInvalid, "no signature at all");
    bare.check_signature = false;
    assert!(
        agency.adapter().ingest_webhook(&bare).await.is_ok(),
        "unless a person says not to check"
    );
}

#[tokio::test]
async fn the_signature_covers_the_body_byte_for_byte() {
    let mut agency = Agency::of(50).await;
    let id = some_id(&agency).await;
    agency
        .secrets
        .insert("webhookSecret".into(), Secret::new(own::public()));
    let seconds = agency.clock.now().as_second().to_string();
    let deliver = |body: &str, signed: &str| WebhookDelivery {
        headers: vec![(
            "x-signature".into(),
            format!(
                "s:any:{seconds}:{}",
                own::signature(&seconds, signed.as_bytes())
            ),
        )],
        body: body.as_bytes().to_vec(),
        received_at: agency.clock.now(),
        check_signature: true,
    };
    let body = format!(
        "{{ \"SendAttempts\": 2,\n \"eventId\": \"e-2\", \"entityId\": \"{id}\", \"customerId\": \
         \"RES\", \"eventTime\": \"2025-07-10T11:59:59.6789012Z\", \"topicId\": \
         \"contacts.created\", \"new\": {{\"surname\": \"O’Neill é\"}}, \"old\": null, \"diff\": \
         null }}"
    );
    let adapter = agency.adapter();
    let outcome = adapter
        .ingest_webhook(&deliver(&body, &body))
        .await
        .unwrap();
    assert_eq!(
        outcome.event.occurred_at,
        "2025-07-10T11:59:59.6789012Z".parse::<Timestamp>().ok()
    );
    let tidied = body.replace(": ", ":");
    let error = adapter
        .ingest_webhook(&deliver(&tidied, &body))
        .await
        .unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::AuthInvalid,
        "the same JSON is not the same body"
    );
    for garbage in ["", "[]", "{\"eventId\": 1}"] {
        let error = adapter
            .ingest_webhook(&deliver(garbage, garbage))
            .await
            .unwrap_err();
        assert_eq!(
            error.kind,
            ErrorKind::Protocol,
            "{garbage:?} is signed and is no event"
        );
    }
}

#[tokio::test]
async fn deliveries_that_are_not_for_us_change_nothing() {
    let agency = Agency::of(50).await;
    let id = some_id(&agency).await;
    for (topic, customer) in [
        ("contacts.modified", Some("webhook-test")),
        ("contacts.modified", Some("OTHER")),
        ("offices.modified", None),
        ("application.install", None),
        ("something.new", None),
    ] {
        let mut request = WebhookRequest::new(topic, &id);
        request.customer_id = customer.map(str::to_owned);
        let outcome = ingest(&agency, &request).await.unwrap();
        assert!(outcome.ignored.is_some(), "{topic} {customer:?}");
        assert!(
            outcome.records.is_empty() && outcome.removals.is_empty(),
            "{topic}"
        );
    }
    let uninstalled = WebhookRequest::new("application.uninstall", "");
    let error = ingest(&agency, &uninstalled).await.unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::AuthRevoked,
        "the agency took the app out"
    );
}

#[tokio::test]
async fn an_office_group_is_part_of_its_agency() {
    let agency = Agency::of(50).await;
    let id = some_id(&agency).await;
    let agency = agency.set("customerId", "RES-GOGO");
    let mut delivery = arrived(&agency, &WebhookRequest::new("offices.modified", &id));
    delivery.received_at = delivery
        .received_at
        .saturating_add(SignedDuration::from_secs(5))
        .unwrap();
    delivery.check_signature = false;
    let outcome = agency.adapter().ingest_webhook(&delivery).await.unwrap();
    let why = outcome.ignored.unwrap();
    assert!(!why.contains("customer"), "RES speaks for RES-GOGO: {why}");
}
