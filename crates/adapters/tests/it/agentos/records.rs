//! Records in each of the vendor's spellings, and what becomes of them.

use nurturehub_adapters::{ExplainOrigin, registry};
use nurturehub_port::{
    ConnectionId, ConsentState, Contact, ErrorKind, ExternalId, Lifecycle, PageRecord, ProviderId,
    SyncStart,
};
use serde_json::{Value, json};

use super::scripted::{Script, list, now, start};

async fn map(record: Value) -> Contact {
    let mut script = Script::default();
    script.lists.insert("landlords", vec![record]);
    let agentos = start(script, &[]).await;
    let (pages, error) = list(&agentos, SyncStart::Full).await;
    assert_eq!(error, None);
    let record = pages.into_iter().flat_map(|page| page.records).next();
    match record {
        Some(PageRecord::Mapped(mapped)) => mapped.contact.into_contact(),
        other => panic!("not mapped: {other:?}"),
    }
}

fn numbers(contact: &Contact) -> Vec<(&str, Option<&str>)> {
    contact
        .phones
        .iter()
        .map(|phone| (phone.e164.as_deref().unwrap_or("-"), phone.label.as_deref()))
        .collect()
}

#[tokio::test]
async fn each_style_of_the_vendors_documents_is_understood() {
    let linked = map(json!({
        "OID": "0123-AB", "ETag": "1A", "Title": "Ms", "Forename": "Jane", "Surname": "Example",
        "Email": "jane@example.com", "PhoneNumber": "07700900001"
    }))
    .await;
    assert_eq!(linked.provenance.external_id.as_str(), "landlord/0123-AB");
    assert_eq!(linked.provenance.external_type, "landlord");
    assert_eq!(linked.identity.full_name, "Jane Example");
    assert_eq!(linked.identity.title.as_deref(), Some("Ms"));
    assert_eq!(linked.emails[0].address, "jane@example.com");
    assert_eq!(numbers(&linked), [("+447700900001", None)]);

    let guest = map(json!({
        "OID": "2", "Forename": "John", "Middlename": "Paul", "Surname": "Example",
        "EmailAddress": "john@example.com", "MobilePhone": "07700900002"
    }))
    .await;
    assert_eq!(guest.identity.first_name.as_deref(), Some("John Paul"));
    assert_eq!(guest.emails[0].address, "john@example.com");
    assert_eq!(numbers(&guest), [("+447700900002", Some("mobile"))]);

    let details = map(json!({
        "ID": "3", "Name": "Ms Jane Example", "EMailAddress": "jane@example.com",
        "Mobile": "07700900001", "Phone": "02079460000",
        "Address": "12 Sample Road, London, SW1A 1AA", "GlobalReference": "LL-1",
        "BranchID": "B7"
    }))
    .await;
    assert_eq!(details.identity.first_name.as_deref(), Some("Jane"));
    assert_eq!(details.identity.last_name.as_deref(), Some("Example"));
    assert_eq!(details.identity.title.as_deref(), Some("Ms"));
    assert_eq!(
        numbers(&details),
        [("+447700900001", Some("mobile")), ("+442079460000", None)]
    );
    assert_eq!(details.addresses[0].postcode.as_deref(), Some("SW1A 1AA"));
    assert_eq!(details.addresses[0].town.as_deref(), Some("London"));
    assert_eq!(details.tags, ["LL-1"]);
    assert_eq!(details.assignment.office.unwrap().id, "B7");
    assert_eq!(details.assignment.negotiator, None);
}

#[tokio::test]
async fn a_company_is_no_person_and_lines_stay_in_order() {
    let company = map(json!({
        "OID": "1", "Name": "Sample Homes Ltd", "Address1": "1 High Street", "Address2": "",
        "Address3": "London", "Address4": null, "County": "Greater London", "Postcode": "sw1a1aa"
    }))
    .await;
    assert_eq!(
        company.identity.company_name.as_deref(),
        Some("Sample Homes Ltd")
    );
    assert_eq!(company.identity.full_name, "Sample Homes Ltd");
    assert_eq!(company.identity.last_name, None);
    let address = &company.addresses[0];
    assert_eq!(address.lines, ["1 High Street", "London"]);
    assert_eq!(address.town, None, "which line is the town is not known");
    assert_eq!(address.county.as_deref(), Some("Greater London"));
    assert_eq!(address.postcode.as_deref(), Some("SW1A 1AA"));
}

#[tokio::test]
async fn presence_is_consent_to_mail_alone_and_its_basis_is_recorded() {
    let contact = map(json!({"OID": "1", "Surname": "Doe"})).await;
    assert_eq!(contact.consent.email, ConsentState::Granted);
    for (channel, state) in [
        ("sms", contact.consent.sms),
        ("phone", contact.consent.phone),
        ("post", contact.consent.post),
    ] {
        assert_eq!(
            state,
            ConsentState::Unknown,
            "nobody was asked about {channel}"
        );
    }
    assert_eq!(
        contact.attributes.get("consentBasis"),
        Some(&json!("agentOS: Third Party Marketing"))
    );
}

#[tokio::test]
async fn a_blank_record_is_one_that_is_no_longer_shared() {
    let contact = map(json!({
        "OID": "0123-AC", "ETag": "9F", "Title": "Mr", "Forename": null, "Surname": "  ",
        "Email": null, "PhoneNumber": ""
    }))
    .await;
    assert_eq!(contact.lifecycle, Lifecycle::Archived);
    assert_eq!(
        contact.consent.email,
        ConsentState::Unknown,
        "nothing may be sent on the strength of an empty record"
    );
    assert_eq!(
        contact.attributes.get("archivedReason"),
        Some(&json!("no longer shared"))
    );
    assert!(!contact.identity.full_name.is_empty());
}

#[tokio::test]
async fn a_revision_alone_is_no_change() {
    let record = |tag: &str| json!({"OID": "1", "ETag": tag, "Surname": "Doe"});
    let (one, other) = (map(record("1")).await, map(record("2")).await);
    assert_eq!(
        one.provenance.content_hash, other.provenance.content_hash,
        "a change that nobody could see must not be one"
    );
}

#[test]
fn a_stored_record_is_explained_field_by_field() {
    let registration = registry::find("agentos").unwrap();
    let origin = |external_type: &str| ExplainOrigin {
        connection: ConnectionId::parse("north").unwrap(),
        provider: ProviderId::parse("agentos").unwrap(),
        external_id: ExternalId::parse("tenant/1").unwrap(),
        external_type: external_type.to_owned(),
        fetched_at: now(),
    };
    let raw = r#"{"OID":"1","Surname":"Doe","ContactEMail":"bad@","Mobile":"n/a"}"#;
    let explained = (registration.explain)(raw, &origin("tenant")).unwrap();
    let pairs: Vec<(&str, &str)> = explained
        .lineage
        .iter()
        .map(|line| (line.field.as_str(), line.from.as_str()))
        .collect();
    for pair in [
        ("identity.lastName", "Surname"),
        ("emails[0]", "ContactEMail"),
        ("phones[0]", "Mobile"),
        ("category", "(list)"),
    ] {
        assert!(pairs.contains(&pair), "{pair:?} is missing from {pairs:?}");
    }
    let codes: Vec<&str> = explained
        .issues
        .iter()
        .map(|issue| issue.code.as_str())
        .collect();
    assert_eq!(codes, ["emailInvalid", "phoneUnreadable"]);
    let unknown = (registration.explain)(raw, &origin("stranger")).unwrap_err();
    assert_eq!(unknown.kind, ErrorKind::Mapping);
}
