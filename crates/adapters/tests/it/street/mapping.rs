//! What a person's record becomes.

use nurturehub_adapter_kit::mapping::Explanation;
use nurturehub_adapters::ExplainOrigin;
use nurturehub_port::{Category, ConnectionId, ConsentState, ErrorKind, ExternalId, ProviderId};
use nurturehub_sandbox::{Change, Mutation};
use serde_json::Value;

use super::harness::{Agency, NOW, registration};

fn explain(raw: &str, id: &str) -> Result<Explanation, nurturehub_port::AdapterError> {
    let origin = ExplainOrigin {
        connection: ConnectionId::parse("one").unwrap(),
        provider: ProviderId::parse("street").unwrap(),
        external_id: ExternalId::parse(id).unwrap(),
        external_type: "person".into(),
        fetched_at: NOW.parse().unwrap(),
    };
    (registration().explain)(raw, &origin)
}

fn from<'a>(explanation: &'a Explanation, field: &str) -> Option<&'a str> {
    let mut lineage = explanation.lineage.iter();
    lineage
        .find(|line| line.field == field)
        .map(|line| line.from.as_str())
}

#[tokio::test]
async fn what_is_kept_tells_where_every_field_came_from() {
    let agency = Agency::of(400).await;
    let listed = agency.full().await;
    let (mut buyers, mut archived) = (0, 0);
    for mapped in listed.contacts() {
        let contact = &mapped.contact;
        let id = contact.provenance.external_id.as_str();
        let told = explain(&mapped.raw, id).unwrap();
        if contact.category != Category::Other {
            let path = from(&told, "category").expect("a category comes from somewhere");
            assert!(
                path.starts_with("data.") || path.starts_with("included[]"),
                "{path}"
            );
        }
        if contact.category == Category::Buyer {
            buyers += 1;
            assert_eq!(
                from(&told, "category"),
                Some("included[].attributes.applicant_type")
            );
        }
        if contact.lifecycle == nurturehub_port::Lifecycle::Archived {
            archived += 1;
            assert!(from(&told, "lifecycle").is_some(), "{}", mapped.raw);
        }
        assert_eq!(
            told.issues, mapped.issues,
            "the same record, the same issues"
        );
        let raw: Value = serde_json::from_str(&mapped.raw).unwrap();
        assert_eq!(raw["data"]["id"], id);
    }
    assert!(buyers > 0 && archived > 0, "{buyers} {archived}");
    let error = explain("\"[record unavailable]\"", "x").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Mapping);
}

#[tokio::test]
async fn consent_is_a_yes_or_a_no_that_somebody_gave() {
    let agency = Agency::of(400).await;
    let listed = agency.full().await;
    let (mut yes, mut no, mut silence) = (0, 0, 0);
    for mapped in listed.contacts() {
        let raw: Value = serde_json::from_str(&mapped.raw).unwrap();
        let attributes = &raw["data"]["attributes"];
        let consent = &mapped.contact.consent;
        let states = [consent.email, consent.sms, consent.phone, consent.post];
        match attributes["marketing_consent"].as_bool() {
            None => {
                silence += 1;
                assert_eq!(states, [ConsentState::Unknown; 4]);
            }
            Some(false) => {
                no += 1;
                assert_eq!(states, [ConsentState::Denied; 4]);
            }
            Some(true) => {
                yes += 1;
                for (state, name) in states.into_iter().zip(["email", "text", "phone", "post"]) {
                    let wanted = attributes["contact_preferences"][name] == true;
                    let expected = if wanted {
                        ConsentState::Granted
                    } else {
                        ConsentState::Denied
                    };
                    assert_eq!(state, expected, "{name}");
                }
            }
        }
    }
    assert!(yes > 50 && no > 50 && silence > 50, "{yes} {no} {silence}");
}

#[tokio::test]
async fn numbers_and_addresses_are_taken_the_primary_one_first() {
    let agency = Agency::of(400).await;
    let mut several = 0;
    for mapped in agency.full().await.contacts() {
        let raw: Value = serde_json::from_str(&mapped.raw).unwrap();
        let given = raw["data"]["attributes"]["telephone_numbers"]
            .as_array()
            .unwrap();
        let primary = given.iter().find(|one| one["primary"] == true);
        let Some(primary) = primary.and_then(|one| one["value"].as_str()) else {
            continue;
        };
        if let Some(first) = mapped.contact.phones.first().filter(|_| given.len() > 1) {
            several += 1;
            assert!(
                primary.contains(first.raw.trim()),
                "{primary} before {given:?}"
            );
        }
        for address in &mapped.contact.addresses {
            let town = address.town.as_deref().unwrap_or("-");
            assert!(
                !address
                    .lines
                    .iter()
                    .any(|line| line.eq_ignore_ascii_case(town)),
                "the town stands in its own field alone: {address:?}"
            );
        }
    }
    assert!(several > 20, "{several}");
}

#[tokio::test]
async fn branch_and_negotiator_are_read_where_that_is_wanted() {
    let agency = Agency::of(60).await;
    let nobody = agency
        .full()
        .await
        .contacts()
        .filter(|mapped| mapped.contact.assignment != Default::default())
        .count();
    assert_eq!(
        nobody, 0,
        "they are not documented on what comes with a person"
    );

    let agency = agency.set("applicantDetails", "true");
    let listed = agency.full().await;
    let looking = |categories: &[Category]| {
        categories.contains(&Category::Buyer) || categories.contains(&Category::TenantApplicant)
    };
    let mut assigned = 0;
    for mapped in listed.contacts() {
        let assignment = &mapped.contact.assignment;
        if looking(&mapped.contact.categories) {
            assigned += 1;
            let office = assignment
                .office
                .as_ref()
                .expect("every applicant has a branch");
            assert!(office.name.is_some());
            let negotiator = assignment.negotiator.as_ref().expect("and a negotiator");
            assert!(negotiator.name.as_deref().unwrap().ends_with("Sandbox"));
            assert!(negotiator.email.is_some());
            let id = mapped.contact.provenance.external_id.as_str();
            let told = explain(&mapped.raw, id).unwrap();
            assert!(from(&told, "assignment.office").is_some(), "{}", mapped.raw);
        }
    }
    assert!(assigned > 5, "{assigned}");
    let asked = agency.requests();
    let single = asked
        .iter()
        .filter(|request| request.path().matches('/').count() == 2);
    assert!(
        single.count() >= assigned / 2,
        "one request for each applicant"
    );
}

#[tokio::test]
async fn a_change_of_what_somebody_looks_for_changes_the_category() {
    let agency = Agency::of(200).await;
    let before = agency.full().await;
    agency.wait(3_600);
    let changed = agency.street().mutate(&Mutation::of(Change::ChangeRole, 1));
    let after = agency.since(&before.end()).await;
    let (before, after) = (before.by_id(), after.by_id());
    let (was, is) = (&before[&changed[0]].contact, &after[&changed[0]].contact);
    assert_ne!(was.categories, is.categories);
    assert_eq!(
        was.provenance.updated_at, is.provenance.updated_at,
        "the person's own record says nothing of it"
    );
}
