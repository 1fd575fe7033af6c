//! From records to contacts, by a profile.

use nurturehub_port::{ConsentState, PageRecord, SyncStart};
use serde_json::{Value, json};

use super::server::{contacts, ids, list, profile, start};

fn rich() -> Value {
    let mut rich = profile(json!({"style": "onePage", "records": 100}));
    rich["record"] = json!({
        "id": "id|ref",
        "firstName": "first", "lastName": "last", "fullName": "whole",
        "emails": ["email"], "phones": ["phone"],
        "addresses": [{"text": "where"}],
        "consent": {"sms": {"path": "sms", "granted": ["y"], "denied": ["n"]}},
        "createdAt": "made", "updatedAt": "changed",
        "attributes": {"extra": "extra"},
    });
    rich
}

async fn read(records: Value) -> Vec<nurturehub_port::ContactPage> {
    let crm = start(&rich(), move |_| {
        (200, json!({"items": records}).to_string())
    })
    .await;
    let (pages, error) = list(crm.adapter.as_ref(), SyncStart::Full).await;
    assert_eq!(error, None, "one bad record does not end a listing");
    pages
}

#[tokio::test]
async fn records_without_a_usable_id_are_kept_with_the_reason() {
    let pages = read(json!([
        "gone", 404, null, [], {}, {"id": null}, {"id": {"n": 1}}, {"id": "  "},
        {"id": "x".repeat(200)}, {"id": null, "ref": "R1"}, {"id": 7},
    ]))
    .await;
    assert_eq!(ids(&pages), ["person/R1", "person/7"]);
    let codes: Vec<&str> = pages[0]
        .records
        .iter()
        .filter_map(|record| match record {
            PageRecord::Rejected(rejected) => Some(rejected.issue.code.as_str()),
            PageRecord::Mapped(_) => None,
        })
        .collect();
    assert_eq!(
        codes,
        [
            "notARecord",
            "notARecord",
            "notARecord",
            "notARecord",
            "idMissing",
            "idMissing",
            "idMissing",
            "idMissing",
            "idUnusable"
        ]
    );
}

#[tokio::test]
async fn null_and_strange_values_anywhere_cost_a_field_and_not_the_contact() {
    let names = [
        "first", "last", "whole", "email", "phone", "where", "sms", "made", "changed", "extra",
    ];
    for (value, has_issue) in [
        (json!(null), false),
        (json!({"deep": [1]}), true),
        (json!([null]), true),
        (json!(true), false),
        (json!(-1.5e300), false),
        (json!("🏡".repeat(3_000)), true),
    ] {
        let mut record = json!({"id": 1, "unknown": value});
        for name in names {
            record[name] = value.clone();
        }
        let pages = read(json!([record])).await;
        let contacts = contacts(&pages);
        let [mapped] = contacts.as_slice() else {
            panic!("{value} cost the contact");
        };
        assert!(!mapped.contact.identity.full_name.is_empty());
        assert_eq!(
            mapped.contact.consent.sms,
            ConsentState::Unknown,
            "{value} is no answer"
        );
        let strange = mapped
            .issues
            .iter()
            .any(|issue| matches!(issue.code.as_str(), "wrongType" | "tooLong"));
        assert_eq!(strange, has_issue, "{value}: {:?}", mapped.issues);
    }
}

#[tokio::test]
async fn a_whole_name_is_taken_apart_only_where_there_are_no_parts() {
    let pages = read(json!([
        {"id": 1, "whole": "Mrs Ada King"},
        {"id": 2, "whole": "Ada", "last": "Lovelace"},
        {"id": 3, "whole": "Harbour Homes Ltd"},
    ]))
    .await;
    let names: Vec<_> = contacts(&pages)
        .iter()
        .map(|mapped| {
            let identity = &mapped.contact.identity;
            (
                identity.first_name.clone(),
                identity.last_name.clone(),
                identity.company_name.clone(),
                identity.full_name.clone(),
            )
        })
        .collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        names,
        [
            (text("Ada"), text("King"), None, "Mrs Ada King".to_owned()),
            (None, text("Lovelace"), None, "Ada".to_owned()),
            (
                None,
                None,
                text("Harbour Homes Ltd"),
                "Harbour Homes Ltd".to_owned()
            ),
        ]
    );
}
