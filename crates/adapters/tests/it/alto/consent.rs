//! What people agreed to, which Alto tells one by one.

use nurturehub_port::{Consent, ConsentState};
use nurturehub_sandbox::{Change, Mutation};

use super::harness::Agency;

#[tokio::test]
async fn consent_is_unknown_and_costs_nothing_unless_it_is_asked_for() {
    let agency = Agency::of(60).await;
    let listed = agency.full().await;
    assert!(
        listed
            .contacts()
            .all(|mapped| mapped.contact.consent == Consent::default())
    );
    let asked = agency
        .sandbox
        .requests(|request| request.path().ends_with("/preferences"));
    assert!(asked.is_empty());
}

#[tokio::test]
async fn a_refusal_denies_everything_an_agreement_grants_mail_and_the_rest_is_unknown() {
    use ConsentState::{Denied, Granted, Unknown};
    let agency = Agency::of(120).await.set("consent", "on");
    let alto = agency.sandbox.alto();
    alto.mutate(&Mutation::of(Change::WithdrawConsent, 5));
    let listed = agency.full().await;
    let mut seen = [0; 3];
    for mapped in listed.contacts() {
        let contact = &mapped.contact;
        let record = alto
            .record(contact.provenance.external_id.as_str())
            .unwrap();
        let said = record["preferences"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["type"] == "GeneralMarketing");
        let consent = &contact.consent;
        let channels = [consent.email, consent.sms, consent.phone, consent.post];
        let (at, expected) = match said.and_then(|said| said["optInStatus"].as_str()) {
            Some("Denied") => (0, [Denied; 4]),
            Some("Granted") => (1, [Granted, Unknown, Unknown, Unknown]),
            _ => (2, [Unknown; 4]),
        };
        assert_eq!(channels, expected, "{said:?}");
        seen[at] += 1;
        assert_eq!(
            consent.updated_at.is_some(),
            at < 2,
            "when it was said is known"
        );
    }
    assert!(seen.iter().all(|count| *count > 5), "all occur: {seen:?}");
}
