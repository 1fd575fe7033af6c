//! Single records, explained and mapped.

use nurturehub_adapters::ExplainOrigin;
use nurturehub_port::{ConnectionId, ErrorKind, ExternalId, ProviderId};
use serde_json::Value;

use super::harness::{Agency, registration};

fn origin(id: &str) -> ExplainOrigin {
    ExplainOrigin {
        connection: ConnectionId::parse("one").unwrap(),
        provider: ProviderId::parse("alto").unwrap(),
        external_id: ExternalId::parse(id).unwrap(),
        external_type: "contact".into(),
        fetched_at: "2025-07-10T12:00:00Z".parse().unwrap(),
    }
}

#[test]
fn each_field_says_where_it_came_from() {
    let raw = r#"{"item": {"id": "1", "contactType": {"category": "Client",
            "persona": ["Applicant", "Vendor"]}, "createdAt": "2016-12-14T15:03:30.0000000+00:00",
            "applicantRequirements": [{"profileIntention": "Rent", "isActiveProfile": false},
                {"profileIntention": null, "rentalIntention": {"priceQualifier": "Monthly"}}]},
        "detail": {"id": "1", "people": [{"forename": "Jane", "phoneNumbers": [
                {"preferenceOrder": 2, "number": "020 7946 0000", "type": "Home"},
                {"preferenceOrder": 1, "number": "07700 900123", "type": "Fax"}]}],
            "address": {"nameNumber": "12", "street": "Sample Road"}, "branch": {"id": 2681}},
        "preferences": [{"type": "GeneralMarketing", "optInStatus": "Granted"},
            {"type": "GeneralMarketing", "optInStatus": "Denied", "versionNumber": 2}]}"#;
    let explained = (registration().explain)(raw, &origin("1")).unwrap();
    let from = |field: &str| {
        let found = explained
            .lineage
            .iter()
            .rev()
            .find(|one| one.field == field);
        found.map(|one| one.from.as_str())
    };
    for (field, source) in [
        ("identity.firstName", "detail.people[0].forename"),
        ("phones[1]", "detail.people[].phoneNumbers[].number"),
        ("addresses[0]", "detail.address"),
        ("category", "item.contactType.persona"),
        ("categories", "item.applicantRequirements[]"),
        ("consent", "preferences[].optInStatus"),
        ("assignment.office", "detail.branch.id"),
        ("provenance.createdAt", "item.createdAt"),
    ] {
        assert_eq!(
            from(field),
            Some(source),
            "{field}: {:?}",
            explained.lineage
        );
    }
    for bad in [
        "[]",
        r#"{"item": {"id": "1"}}"#,
        r#"{"item": {}, "detail": {}}"#,
    ] {
        let error = (registration().explain)(bad, &origin("1")).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Mapping, "{bad}");
    }
}

#[test]
fn null_may_stand_anywhere_but_for_the_id() {
    let raw = r#"{"item": {"id": "1", "contactType": null, "contactInformation": [null],
            "applicantRequirements": [null], "branch": null, "isActive": null, "modifiedAt": null},
        "detail": {"people": [null, {"phoneNumbers": [null, {"number": null}],
            "emailAddresses": null}], "address": null, "archived": null, "lead": null},
        "preferences": [null, {"type": null, "optInStatus": null}]}"#;
    let explained = (registration().explain)(raw, &origin("1")).unwrap();
    assert!(
        explained
            .issues
            .iter()
            .any(|issue| issue.code == "nameMissing"),
        "{:?}",
        explained.issues
    );
}

#[tokio::test]
async fn a_couple_is_one_contact_that_shows_both() {
    let agency = Agency::of(200).await;
    let listed = agency.full().await;
    let couples: Vec<_> = listed
        .contacts()
        .filter(|mapped| mapped.contact.attributes.contains_key("people"))
        .collect();
    assert!(couples.len() > 10, "there are some: {}", couples.len());
    for couple in couples {
        let contact = &couple.contact;
        let raw: Value = serde_json::from_str(&couple.raw).unwrap();
        let people = raw["detail"]["people"].as_array().unwrap();
        assert_eq!(people.len(), 2);
        let listed = &contact.attributes["people"];
        let id = &contact.provenance.external_id;
        assert_eq!(
            listed[1]["id"],
            format!("{id}/{}", people[1]["id"].as_str().unwrap()),
            "each person keeps an id"
        );
        for person in people {
            for mail in person["emailAddresses"].as_array().unwrap() {
                let mail = mail["address"].as_str().unwrap().trim().to_lowercase();
                if !mail.contains('@') || mail.contains([' ', ';', ',']) {
                    continue;
                }
                assert!(
                    contact
                        .emails
                        .iter()
                        .any(|email| email.address.to_lowercase() == mail),
                    "{mail} in {:?}",
                    contact.emails
                );
            }
        }
    }
}
