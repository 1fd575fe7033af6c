//! Single records, explained and mapped.

use nurturehub_adapters::ExplainOrigin;
use nurturehub_port::{ConnectionId, ErrorKind, ExternalId, ProviderId};

use super::harness::{Agency, registration};

fn origin(id: &str) -> ExplainOrigin {
    ExplainOrigin {
        connection: ConnectionId::parse("one").unwrap(),
        provider: ProviderId::parse("reapit").unwrap(),
        external_id: ExternalId::parse(id).unwrap(),
        external_type: "contact".into(),
        fetched_at: "2025-07-10T12:00:00Z".parse().unwrap(),
    }
}

#[test]
fn each_field_says_where_it_came_from() {
    let raw = r#"{"id": "A1", "forename": "Ada", "mobilePhone": "07700 900123",
        "marketingConsent": "grant", "communicationPreferencePhone": false,
        "officeIds": ["OXF", "BAN"], "modified": null, "created": "2024-01-02T03:04:05Z"}"#;
    let explained = (registration().explain)(raw, &origin("A1")).unwrap();
    let from = |field: &str| {
        let found = explained
            .lineage
            .iter()
            .rev()
            .find(|one| one.field == field);
        found.map(|one| one.from.as_str())
    };
    for (field, source) in [
        ("identity.firstName", "forename"),
        ("phones[0]", "mobilePhone"),
        ("consent", "marketingConsent"),
        ("consent.phone", "communicationPreferencePhone"),
        ("assignment.office", "officeIds[0]"),
        ("provenance.updatedAt", "created"),
    ] {
        assert_eq!(
            from(field),
            Some(source),
            "{field}: {:?}",
            explained.lineage
        );
    }
    let error = (registration().explain)("[]", &origin("A1")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Mapping);
}

#[tokio::test]
async fn categories_have_their_names_as_tags() {
    let agency = Agency::of(200).await;
    let listed = agency.full().await;
    let tagged = listed
        .contacts()
        .find(|mapped| !mapped.contact.tags.is_empty())
        .unwrap();
    let raw: serde_json::Value = serde_json::from_str(&tagged.raw).unwrap();
    assert_ne!(
        tagged.contact.tags[0],
        raw["categoryIds"][0].as_str().unwrap(),
        "the name stands for the id"
    );
    let asked = agency
        .sandbox
        .requests(|request| request.path().contains("contactCategories"));
    assert_eq!(asked.len(), 1, "asked for once in a listing");
}
