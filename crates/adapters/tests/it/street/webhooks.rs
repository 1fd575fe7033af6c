//! Webhooks.

use nurturehub_port::{
    AdapterError, Clock, ErrorKind, Lifecycle, PageRecord, WebhookDelivery, WebhookOutcome,
};
use nurturehub_sandbox::street::WebhookRequest;
use nurturehub_sandbox::{Change, Mutation};

use super::harness::Agency;

const CONSENT: &str = "person.marketing-preferences.updated";

fn arrived(agency: &Agency, request: &WebhookRequest) -> WebhookDelivery {
    let sent = agency.street().webhook(request);
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

async fn somebody(agency: &Agency) -> String {
    let listed = agency.full().await;
    let active = listed
        .contacts()
        .find(|mapped| mapped.contact.lifecycle == Lifecycle::Active);
    active.unwrap().contact.provenance.external_id.to_string()
}

#[tokio::test]
async fn a_person_is_read_again_as_they_are_now() {
    let agency = Agency::of(50).await;
    let id = somebody(&agency).await;
    let street = agency.street();
    street.mutate(&Mutation::to(Change::WithdrawConsent, vec![id.clone()]));
    // It tells of something older; what is true now counts all the same.
    let mut request = WebhookRequest::new(CONSENT, &id);
    request.happened_seconds_ago = 3_600;
    let outcome = ingest(&agency, &request).await.unwrap();
    let [PageRecord::Mapped(mapped)] = outcome.records.as_slice() else {
        panic!("one contact, not {:?}", outcome.records);
    };
    assert_eq!(
        mapped.contact.provenance.content_hash,
        agency.full().await.by_id()[&id]
            .contact
            .provenance
            .content_hash,
        "it is the same contact as in a listing"
    );
    assert_eq!(outcome.event.topic, CONSENT);
    assert_eq!(
        outcome.event.occurred_at,
        "2025-07-10T11:00:00Z".parse().ok(),
        "when it happened, not when it came"
    );
}

#[tokio::test]
async fn a_repetition_has_the_same_key() {
    let agency = Agency::of(50).await;
    let id = somebody(&agency).await;
    let mut request = WebhookRequest::new(CONSENT, &id);
    request.message_id = Some("msg_again".into());
    let first = ingest(&agency, &request).await.unwrap().event.id;
    agency.wait(120);
    assert_eq!(ingest(&agency, &request).await.unwrap().event.id, first);
    request.message_id = None;
    assert_ne!(ingest(&agency, &request).await.unwrap().event.id, first);
}

#[tokio::test]
async fn whom_street_does_not_show_any_more_is_archived() {
    let agency = Agency::of(50).await;
    let id = somebody(&agency).await;
    agency
        .street()
        .mutate(&Mutation::to(Change::Archive, vec![id.clone()]));
    let outcome = ingest(&agency, &WebhookRequest::new(CONSENT, &id))
        .await
        .unwrap();
    assert_eq!(outcome.removals.len(), 1);
    assert_eq!(outcome.removals[0].external_id.as_str(), id);
    assert_eq!(outcome.removals[0].lifecycle, Lifecycle::Archived);

    agency.faults("street.record:html");
    let error = ingest(&agency, &WebhookRequest::new(CONSENT, &id))
        .await
        .unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::NetworkProxy,
        "a web page takes nobody away"
    );
}

#[tokio::test]
async fn what_is_forged_stale_or_garbled_is_refused() {
    let mut agency = Agency::of(50).await;
    let id = somebody(&agency).await;
    let good = WebhookRequest::new(CONSENT, &id);
    let mut tampered = good.clone();
    tampered.tamper = true;
    let (mut stale, mut future, mut late) = (good.clone(), good.clone(), good.clone());
    (stale.skew_seconds, future.skew_seconds, late.skew_seconds) = (-301, 301, -299);
    let mut rotating = good.clone();
    rotating.rotating = true;
    for (request, accepted) in [
        (&tampered, false),
        (&stale, false),
        (&future, false),
        (&late, true),
        (&rotating, true),
    ] {
        match ingest(&agency, request).await {
            Ok(_) => assert!(accepted, "{request:?}"),
            Err(error) => {
                assert!(!accepted, "{request:?}: {error}");
                assert_eq!(error.kind, ErrorKind::AuthInvalid, "{request:?}");
            }
        }
    }
    let delivery = arrived(&agency, &good);
    let mut bare = delivery.clone();
    bare.headers.clear();
    let error = agency.adapter().ingest_webhook(&bare).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthInvalid, "no signature at all");
    bare.check_signature = false;
    let first = agency.adapter().ingest_webhook(&bare).await.unwrap();
    let second = agency.adapter().ingest_webhook(&bare).await.unwrap();
    assert_eq!(
        first.event.id, second.event.id,
        "known by its body, where a person says so"
    );
    for garbage in ["", "[]", "null", "{"] {
        bare.body = garbage.as_bytes().to_vec();
        let error = agency.adapter().ingest_webhook(&bare).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Protocol, "{garbage:?}");
    }
    agency.secrets.remove("webhookSecret");
    let error = agency
        .adapter()
        .ingest_webhook(&delivery)
        .await
        .unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::AuthInvalid,
        "nothing to check it with"
    );
}

#[tokio::test]
async fn events_that_are_about_nobody_change_nothing() {
    let agency = Agency::of(50).await;
    let id = somebody(&agency).await;
    for (topic, id) in [
        ("branch.created", id.as_str()),
        ("something.new", id.as_str()),
        (CONSENT, ""),
    ] {
        let outcome = ingest(&agency, &WebhookRequest::new(topic, id))
            .await
            .unwrap();
        assert!(outcome.ignored.is_some(), "{topic}");
        assert!(
            outcome.records.is_empty() && outcome.removals.is_empty(),
            "{topic}"
        );
    }
    let error = ingest(&agency, &WebhookRequest::new(CONSENT, "a\u{7}b"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Protocol, "an id that is none");
}
