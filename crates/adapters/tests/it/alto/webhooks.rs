//! Webhooks.

use nurturehub_port::{
    AdapterError, Clock, ErrorKind, Lifecycle, PageRecord, SealedContact, WebhookDelivery,
    WebhookOutcome,
};
use nurturehub_sandbox::alto::WebhookRequest;
use nurturehub_sandbox::{Change, Mutation};

use super::harness::Agency;

fn arrived(agency: &Agency, request: &WebhookRequest) -> WebhookDelivery {
    let sent = agency.sandbox.alto().webhook(request);
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

fn only_record(outcome: &WebhookOutcome) -> &SealedContact {
    match outcome.records.as_slice() {
        [PageRecord::Mapped(mapped)] => &mapped.contact,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_notice_brings_the_contact_as_a_listing_would() {
    let agency = Agency::of(150).await;
    let id = agency
        .sandbox
        .alto()
        .mutate(&Mutation::of(Change::Edit, 1))
        .remove(0);
    let outcome = ingest(&agency, &WebhookRequest::new("Contact.Modified", &id))
        .await
        .unwrap();
    let hashes = agency.full().await.hashes();
    assert_eq!(
        Some(&only_record(&outcome).provenance.content_hash),
        hashes.get(&id),
        "personas and the date of creation, too, which the detail lacks"
    );
    assert!(
        outcome.event.occurred_at.is_some(),
        "seven decimals are read"
    );
    assert_eq!((outcome.ignored, outcome.removals.len()), (None, 0));
}

#[tokio::test]
async fn a_contact_is_found_among_many_of_the_same_moment() {
    let agency = Agency::of(400).await;
    let edited = agency
        .sandbox
        .alto()
        .mutate(&Mutation::of(Change::Edit, 250));
    let listed = agency.full().await.ids();
    let last = listed.iter().rev().find(|id| edited.contains(id)).unwrap();
    let outcome = ingest(&agency, &WebhookRequest::new("Contact.Modified", last))
        .await
        .unwrap();
    assert_eq!(only_record(&outcome).provenance.external_id.as_str(), last);
}

#[tokio::test]
async fn a_repeated_delivery_has_the_same_key_and_a_new_event_another() {
    let agency = Agency::of(20).await;
    let id = agency.full().await.ids().into_iter().next().unwrap();
    let mut request = WebhookRequest::new("Contact.Modified", &id);
    request.event_id = Some("e-1".into());
    let first = ingest(&agency, &request).await.unwrap().event.id;
    assert_eq!(
        ingest(&agency, &request).await.unwrap().event.id,
        first,
        "a retry"
    );
    request.event_id = None;
    assert_ne!(ingest(&agency, &request).await.unwrap().event.id, first);
}

#[tokio::test]
async fn what_was_archived_or_erased_is_told_apart_by_reading_it() {
    let agency = Agency::of(50).await;
    let ids: Vec<String> = agency.full().await.ids().into_iter().collect();
    let alto = agency.sandbox.alto();
    alto.mutate(&Mutation::to(Change::Archive, vec![ids[0].clone()]));
    alto.mutate(&Mutation::to(Change::Erase, vec![ids[1].clone()]));
    let archived = ingest(&agency, &WebhookRequest::new("Contact.Modified", &ids[0]))
        .await
        .unwrap();
    assert_eq!(only_record(&archived).lifecycle, Lifecycle::Archived);
    let erased = ingest(&agency, &WebhookRequest::new("Contact.Modified", &ids[1]))
        .await
        .unwrap();
    assert_eq!(erased.removals[0].external_id.as_str(), ids[1]);
    assert_eq!(erased.removals[0].lifecycle, Lifecycle::Deleted);
    assert!(erased.records.is_empty());
}

#[tokio::test]
async fn what_is_forged_stale_or_garbled_is_refused() {
    let mut agency = Agency::of(20).await;
    let id = agency.full().await.ids().into_iter().next().unwrap();
    let good = WebhookRequest::new("Contact.Modified", &id);
    let changed = |change: fn(&mut WebhookRequest)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    for (request, why) in [
        (changed(|request| request.tamper = true), "another secret"),
        (changed(|request| request.basic = true), "another way"),
        (changed(|request| request.skew_seconds = -8 * 3600), "stale"),
        (changed(|request| request.skew_seconds = 1_000), "future"),
    ] {
        let error = ingest(&agency, &request).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::AuthInvalid, "{why}");
    }
    let late = changed(|request| request.skew_seconds = -6 * 3600);
    assert!(
        ingest(&agency, &late).await.is_ok(),
        "retries go on for six hours"
    );

    let mut garbled = arrived(&agency, &good);
    for body in ["", "[]", "{\"id\": \"1\"}"] {
        garbled.body = body.into();
        let error = agency.adapter().ingest_webhook(&garbled).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Protocol, "{body:?}");
    }
    let mut bare = arrived(&agency, &good);
    bare.headers.clear();
    let error = agency.adapter().ingest_webhook(&bare).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthInvalid, "no secret sent");
    bare.check_signature = false;
    assert!(
        agency.adapter().ingest_webhook(&bare).await.is_ok(),
        "unless a person says not to check"
    );

    agency.secrets.remove("webhookSecret");
    let error = ingest(&agency, &good).await.unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::AuthInvalid,
        "nothing to check it with"
    );
}

#[tokio::test]
async fn the_secret_may_come_as_user_and_password() {
    let mut agency = Agency::of(20).await.set("webhookAuth", "basic");
    let id = agency.full().await.ids().into_iter().next().unwrap();
    let password = agency.secrets["webhookSecret"].expose().clone();
    let pair = format!("nurturehub:{password}");
    agency.secrets.insert("webhookSecret".into(), pair.into());
    let mut request = WebhookRequest::new("Contact.Created", &id);
    request.basic = true;
    assert!(ingest(&agency, &request).await.is_ok());
    request.basic = false;
    let error = ingest(&agency, &request).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthInvalid, "it must be this way");
}

#[tokio::test]
async fn deliveries_that_say_nothing_change_nothing() {
    let agency = Agency::of(20).await;
    let id = agency.full().await.ids().into_iter().next().unwrap();
    agency.sandbox.clear_requests();
    for (topic, other) in [
        ("Contact.Modified", Some("another-agency")),
        ("Branch.Modified", None),
        ("Integration.Activated", None),
        ("Tenancy.Vacated", None),
        ("Something.New", None),
        ("nonsense", None),
    ] {
        let mut request = WebhookRequest::new(topic, &id);
        request.agency_ref = other.map(str::to_owned);
        let outcome = ingest(&agency, &request).await.unwrap();
        assert!(outcome.ignored.is_some(), "{topic} {other:?}");
        assert!(
            outcome.records.is_empty() && outcome.removals.is_empty(),
            "{topic}"
        );
    }
    let asked = agency
        .sandbox
        .requests(|request| request.path() != "/token");
    assert!(asked.is_empty(), "nothing was asked for");
    let disabled = ingest(&agency, &WebhookRequest::new("Integration.Disabled", "")).await;
    assert_eq!(
        disabled.unwrap_err().kind,
        ErrorKind::AuthRevoked,
        "the agency took the integration out"
    );
}

#[tokio::test]
async fn an_event_about_something_else_leads_to_its_people() {
    let agency = Agency::of(50).await;
    let ids: Vec<String> = agency.full().await.ids().into_iter().take(2).collect();
    let mut request = WebhookRequest::new("Tenancy.Created", "77");
    request.related = ids.clone();
    let outcome = ingest(&agency, &request).await.unwrap();
    let found: Vec<_> = outcome
        .records
        .iter()
        .filter_map(|record| match record {
            PageRecord::Mapped(mapped) => Some(mapped.contact.provenance.external_id.to_string()),
            PageRecord::Rejected(_) => None,
        })
        .collect();
    assert_eq!(found, ids);
}
