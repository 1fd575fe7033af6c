//! What a profile must be: everything else is refused, by the name of the place.

use nurturehub_adapter_kit::profile::{Profile, schema};
use nurturehub_port::ErrorKind;
use serde_json::{Value, json};

const EXAMPLE: &str = include_str!("../../../../docs/profiles/example-crm.json");
const SCHEMA: &str = include_str!("../../../../docs/schemas/profile.json");

/// The example with one place changed; a key of null takes the place out.
fn changed(pointer: &str, value: Value) -> String {
    let mut profile: Value = serde_json::from_str(EXAMPLE).unwrap();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = profile.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(members), Value::Null) => {
            members.remove(key);
        }
        (Value::Object(members), value) => {
            members.insert(key.to_owned(), value);
        }
        (Value::Array(items), value) => items[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer} leads nowhere"),
    }
    profile.to_string()
}

#[test]
fn the_example_of_the_documents_is_a_profile() {
    let profile = Profile::parse(EXAMPLE).unwrap();
    assert_eq!(profile.name(), "Hearthside");
    assert_eq!(profile.list_names().collect::<Vec<_>>(), ["person", "firm"]);
    let marked = format!("\u{feff}{EXAMPLE}");
    assert!(
        Profile::parse(&marked).is_ok(),
        "some editors put a mark before the text"
    );
}

#[test]
fn a_wrong_value_is_refused_by_the_name_of_its_place() {
    let count = json!({"style": "onePage", "records": 10});
    for (pointer, value, place) in [
        ("/version", json!(2), "version"),
        ("/name", json!(" "), "name"),
        ("/key/header", json!("x key"), "key.header"),
        ("/key/header", json!("Host"), "key.header"),
        ("/key/prefix", json!("a\nb"), "key.prefix"),
        (
            "/headers/authorization",
            json!("Token abc"),
            "headers.authorization",
        ),
        ("/headers/Connection", json!("close"), "headers.Connection"),
        ("/answer/records", json!("data.items[]"), "answer.records"),
        ("/answer/total", json!(""), "answer.total"),
        (
            "/answer/errors/0",
            json!({"path": "x", "values": []}),
            "answer.errors[0].values",
        ),
        ("/paging/records", json!(0), "paging.records"),
        ("/paging/next", json!("a[].b"), "paging.next"),
        ("/paging/size", json!(""), "paging.size"),
        (
            "/paging",
            json!({"style": "pageNumber", "page": "p", "first": 2, "records": 1}),
            "paging.first",
        ),
        ("/changes/parameter", json!(""), "changes.parameter"),
        (
            "/limits/secondsBetweenRequests",
            json!(3_601),
            "limits.secondsBetweenRequests",
        ),
        ("/lists", json!([]), "lists"),
        ("/lists/1/name", json!("person"), "lists[1].name"),
        ("/lists/0/name", json!("a/b"), "lists[0].name"),
        ("/lists/0/path", json!("people"), "lists[0].path"),
        (
            "/lists/0/path",
            json!("//elsewhere.example/x"),
            "lists[0].path",
        ),
        ("/lists/0/path", json!("/a/../b"), "lists[0].path"),
        ("/lists/0/path", json!("/a/%2e%2e/b"), "lists[0].path"),
        ("/lists/0/path", json!("/a?b=c"), "lists[0].path"),
        ("/lists/0/path", json!("/a/{count}"), "lists[0].path"),
        ("/lists/0/path", json!("/a/{id}"), "lists[0].path"),
        ("/record/id", json!(""), "record.id"),
        (
            "/record/emails/1",
            json!({"path": "e", "label": ""}),
            "record.emails[1].label",
        ),
        ("/record/addresses/0", json!({}), "record.addresses[0]"),
        (
            "/record/addresses/0",
            json!({"text": "a", "town": "b"}),
            "record.addresses[0]",
        ),
        (
            "/record/addresses/0",
            json!({"lines": [[]]}),
            "record.addresses[0].lines[0]",
        ),
        (
            "/record/category/values",
            json!({}),
            "record.category.values",
        ),
        ("/record/consent", json!({}), "record.consent"),
        (
            "/record/consent/email",
            json!({"path": "e"}),
            "record.consent.email",
        ),
        (
            "/record/consent/email",
            json!({"path": "e", "granted": ["Yes"], "denied": ["yes"]}),
            "record.consent.email",
        ),
        (
            "/record/consent/email",
            json!({"path": "e", "granted": [" "]}),
            "record.consent.email",
        ),
        (
            "/record/archived",
            json!({"path": "s", "values": [""]}),
            "record.archived.values",
        ),
        ("/record/attributes/x", json!("|"), "record.attributes.x"),
    ] {
        let error = Profile::parse(&changed(pointer, value.clone())).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Configuration, "{pointer}");
        assert!(
            error.message.contains(&format!("`{place}`")),
            "{pointer} = {value}: {}",
            error.message
        );
    }
    let mut one_page: Value = serde_json::from_str(&changed("/paging", count)).unwrap();
    one_page["lists"][0]["path"] = json!("/all/{count}/people");
    assert!(
        Profile::parse(&one_page.to_string()).is_ok(),
        "where there is one page, it may"
    );
}

#[test]
fn what_the_format_does_not_have_and_what_is_missing_is_named() {
    for (pointer, value, word) in [
        ("/colour", json!("red"), "colour"),
        ("/paging/pages", json!(3), "pages"),
        ("/record/emial", json!("e"), "emial"),
        ("/lists/0/category", json!("friend"), "friend"),
        ("/paging/style", json!("telepathy"), "telepathy"),
        ("/record/id", Value::Null, "id"),
        ("/answer/records", Value::Null, "records"),
    ] {
        let error = Profile::parse(&changed(pointer, value)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Configuration, "{pointer}");
        assert!(error.message.contains(word), "{pointer}: {}", error.message);
        assert!(error.remedy.contains("docs/profiles.md"));
    }
}

#[test]
fn the_published_schema_is_what_the_types_say() {
    let published: Value = serde_json::from_str(SCHEMA).unwrap();
    assert_eq!(
        published,
        schema().to_value(),
        "docs/schemas/profile.json is out of date"
    );
}
