//! The example of the documents, against a server that answers as it says.

use std::collections::BTreeMap;

use nurturehub_adapters::ExplainOrigin;
use nurturehub_adapters::registry;
use nurturehub_port::{
    Category, ConnectionId, ConsentState, ExternalId, Lifecycle, PageRecord, ProviderId, SyncStart,
};
use serde_json::{Value, json};

use super::server::{Asked, Crm, KEY, contacts, ids, list, now, start_with_text};

const EXAMPLE: &str = include_str!("../../../../../docs/profiles/example-crm.json");

fn everybody() -> Vec<Value> {
    vec![
        json!({
            "id": "p1",
            "name": {"salutation": "Dr", "given": "Ada", "family": "King", "display": null},
            "contact": {
                "email": "ada@Example.com", "otherEmails": ["king@example.org", ""],
                "mobile": "07700 900123", "numbers": [{"number": "020 7946 0123"}],
            },
            "address": {
                "houseName": "", "houseNumber": 12, "street": "St James's Square",
                "town": "London", "postcode": "sw1y4lb", "country": "United Kingdom",
            },
            "roles": ["Owner", "gardener", "purchaser"],
            "optIns": {"email": "Yes", "letters": false, "askedAt": "2025-02-01T10:00:00Z"},
            "lookedAfterBy": {"id": 5, "name": "Priya Shah", "email": "priya@agency.example"},
            "branch": "Riverside", "state": "open",
            "made": "2024-01-02T03:04:05", "changed": "2025-05-05T05:05:05Z",
            "links": {"self": "https://hearthside.example/people/p1"},
            "labels": ["vip", "vip"], "search": {"maximumPrice": 450_000},
        }),
        json!({"id": "p2", "name": {"display": "Grace Hopper"}, "state": "Dormant"}),
        json!({"id": "p3"}),
    ]
}

/// Hearthside. The second half of a list is behind a link to a host that nobody may follow.
fn hearthside(asked: &Asked) -> (u16, String) {
    if asked
        .headers
        .get("authorization")
        .is_none_or(|key| key != format!("Token {KEY}").as_str())
    {
        return (200, json!({"outcome": "denied"}).to_string());
    }
    assert_eq!(asked.headers["x-api-version"], "2");
    let (items, total, next) = match (asked.path.as_str(), asked.query.get("after")) {
        ("/v2/people", None) => {
            let link = "https://elsewhere.example/v2/secrets?after=p2&limit=2#top";
            (everybody()[..2].to_vec(), 3, Some(link))
        }
        ("/v2/people", Some(_)) => (everybody()[2..].to_vec(), 3, None),
        ("/v2/firms", None) => (
            vec![json!({"id": "p1", "firmName": "Harbour Homes Ltd"})],
            1,
            None,
        ),
        _ => return (404, "{}".to_owned()),
    };
    let page = json!({"data": {"items": items}, "page": {"total": total, "next": next}});
    (200, page.to_string())
}

async fn connected() -> Crm {
    start_with_text(EXAMPLE, hearthside).await
}

#[tokio::test]
async fn the_example_reads_every_list_to_its_end() {
    let crm = connected().await;
    let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(error, None);
    assert_eq!(
        ids(&pages),
        ["person/p1", "person/p2", "person/p3", "firm/p1"],
        "the same id on two lists is two records"
    );
    assert_eq!(pages.last().unwrap().source_total, Some(4));
    let asked = crm.asked.lock().unwrap();
    let queries: Vec<_> = asked
        .iter()
        .map(|asked| (asked.path.as_str(), &asked.query))
        .collect();
    let query = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).into(), (*value).into()))
            .collect()
    };
    assert_eq!(
        queries,
        [
            (
                "/v2/people",
                &query(&[("include", "address"), ("limit", "2")])
            ),
            ("/v2/people", &query(&[("after", "p2"), ("limit", "2")])),
            ("/v2/firms", &query(&[("limit", "2")])),
        ],
        "of a link, the parameters are used, and neither its host nor its path"
    );
}

#[tokio::test]
async fn every_field_of_the_example_finds_its_place() {
    let crm = connected().await;
    let (pages, _) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    let contacts = contacts(&pages);
    let ada = &contacts[0].contact;
    assert_eq!(ada.identity.full_name, "Ada King");
    assert_eq!(ada.identity.title.as_deref(), Some("Dr"));
    let emails: Vec<_> = ada
        .emails
        .iter()
        .map(|email| (email.address.as_str(), email.label.as_deref()))
        .collect();
    assert_eq!(
        emails,
        [
            ("ada@example.com", None),
            ("king@example.org", Some("other"))
        ]
    );
    let phones: Vec<_> = ada
        .phones
        .iter()
        .map(|phone| phone.e164.as_deref().unwrap())
        .collect();
    assert_eq!(phones, ["+447700900123", "+442079460123"]);
    let [address] = ada.addresses.as_slice() else {
        panic!("one address");
    };
    assert_eq!(address.lines, ["12 St James's Square"]);
    assert_eq!(address.town.as_deref(), Some("London"));
    assert_eq!(address.postcode.as_deref(), Some("SW1Y 4LB"));
    assert_eq!(address.country.as_deref(), Some("GB"));
    assert_eq!(ada.categories, [Category::Landlord, Category::Buyer]);
    assert_eq!(ada.consent.email, ConsentState::Granted);
    assert_eq!(ada.consent.post, ConsentState::Denied);
    assert_eq!(
        ada.consent.sms,
        ConsentState::Unknown,
        "the profile names no place for it"
    );
    assert!(ada.consent.updated_at.is_some());
    let negotiator = ada.assignment.negotiator.as_ref().unwrap();
    assert_eq!(
        (negotiator.id.as_str(), negotiator.name.as_deref()),
        ("5", Some("Priya Shah"))
    );
    assert_eq!(ada.assignment.office.as_ref().unwrap().id, "Riverside");
    assert_eq!(
        ada.provenance.created_at.unwrap().to_string(),
        "2024-01-02T03:04:05Z"
    );
    assert_eq!(
        ada.provenance.updated_at.unwrap().to_string(),
        "2025-05-05T05:05:05Z"
    );
    assert!(
        ada.provenance
            .external_url
            .as_deref()
            .unwrap()
            .ends_with("/p1")
    );
    assert_eq!(ada.tags, ["vip"]);
    assert_eq!(ada.attributes["budget"], json!(450_000));
    assert_eq!(ada.lifecycle, Lifecycle::Active);

    let grace = &contacts[1].contact;
    assert_eq!(grace.lifecycle, Lifecycle::Archived);
    assert_eq!(grace.identity.last_name.as_deref(), Some("Hopper"));
    assert_eq!(
        grace.consent.email,
        ConsentState::Unknown,
        "silence is unknown"
    );
    assert_eq!(contacts[3].contact.category, Category::Company);
}

#[tokio::test]
async fn a_listing_of_changes_begins_some_time_before_the_last_one() {
    let crm = connected().await;
    let (pages, _) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    let since = pages.last().unwrap().cursor.clone();
    let began = crm.asked.lock().unwrap().len();
    let (_, error) = list(crm.adapter.as_ref(), SyncStart::Incremental { since }).await;
    assert_eq!(error, None);
    let asked = crm.asked.lock().unwrap();
    let first: jiff::Timestamp = asked[began].query["changedSince"].parse().unwrap();
    let firms: jiff::Timestamp = asked.last().unwrap().query["changedSince"].parse().unwrap();
    assert_eq!(first, firms, "one moment for all lists");
    let nothing_earlier = asked[..began]
        .iter()
        .all(|asked| !asked.query.contains_key("changedSince"));
    assert!(nothing_earlier, "a full listing asks for everything");
}

#[tokio::test]
async fn the_profile_of_a_connection_tells_how_a_record_became_a_contact() {
    let crm = connected().await;
    let (pages, _) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    let PageRecord::Mapped(ada) = &pages[0].records[0] else {
        panic!("Ada was mapped");
    };
    let origin = ExplainOrigin {
        connection: ConnectionId::parse("north").unwrap(),
        provider: ProviderId::parse("custom").unwrap(),
        external_id: ExternalId::parse("person/p1").unwrap(),
        external_type: "person".to_owned(),
        fetched_at: now(),
    };
    let settings = BTreeMap::from([("profile".to_owned(), EXAMPLE.to_owned())]);
    let custom = registry::find("custom").unwrap();
    let told = custom.explain_with(&ada.raw, &origin, &settings).unwrap();
    for (field, from) in [
        ("identity.firstName", "name.given"),
        ("emails[1]", "contact.otherEmails[]"),
        ("consent.email", "optIns.email"),
        ("category", "roles[]"),
    ] {
        assert!(
            told.lineage
                .iter()
                .any(|line| line.field == field && line.from == from),
            "{field} comes from {from}: {:?}",
            told.lineage
        );
    }
    let without = custom
        .explain_with(&ada.raw, &origin, &BTreeMap::new())
        .unwrap();
    assert!(
        without.lineage.is_empty(),
        "without a profile nothing is known of the record"
    );
}
