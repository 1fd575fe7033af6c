//! Answers that the simulator never gives.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use nurturehub_adapter_kit::StaticCredential;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_port::{Cursor, ErrorKind, Lifecycle, Secret, SyncStart};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::harness::{Listed, NOW, adapter};

/// What answers a request: its path, its query, and then status and body.
type Script = fn(path: &str, query: &BTreeMap<String, String>) -> (u16, Value);

/// What an adapter lists from a server that answers by a script.
async fn listed(script: Script, start: SyncStart) -> Listed {
    async fn answer(State(script): State<Script>, request: Request) -> Response {
        let query = request.uri().query().unwrap_or_default();
        let query = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let (status, body) = script(request.uri().path(), &query);
        let status = axum::http::StatusCode::from_u16(status).unwrap();
        (status, axum::Json(body)).into_response()
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(answer).with_state(script);
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let settings = [("agencyRef", "a"), ("clientId", "c"), ("baseUrl", &base)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let credential = Arc::new(StaticCredential::new(Secret::new("token".into())));
    let clock = Arc::new(ManualClock::new(NOW.parse().unwrap()));
    let adapter = adapter(&settings, &BTreeMap::new(), credential, &clock);
    let listed = Listed::of(&*adapter, start).await;
    server.abort();
    listed
}

/// The end of a complete listing.
fn an_end() -> Cursor {
    let mark = json!({ "since": "2025-07-10T11:00:00Z" });
    let end = json!({ "v": 1, "pass": "done", "size": 100, "mark": mark });
    Cursor::from_stored(end.to_string())
}

fn page(ids: &[&str], next: Option<&str>) -> (u16, Value) {
    let items: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    (
        200,
        json!({ "meta": { "nextToken": next }, "items": items }),
    )
}

fn no_more() -> (u16, Value) {
    (200, json!({ "meta": null, "items": null }))
}

fn not_found() -> (u16, Value) {
    (404, json!({ "errors": [] }))
}

fn detail(id: &str) -> (u16, Value) {
    (
        200,
        json!({ "id": id, "people": [{ "surname": "Example" }] }),
    )
}

#[tokio::test]
async fn who_goes_between_list_and_detail_is_a_removal_of_a_listing_of_changes_alone() {
    let script: Script = |path, query| match path {
        "/contacts/all" if query["active"] == "true" && !query.contains_key("created-from") => {
            page(&["1", "2"], None)
        }
        "/contacts/all" => no_more(),
        "/contacts" => (200, json!({ "items": [{ "id": "1" }] })),
        _ => not_found(),
    };
    let changes = listed(script, SyncStart::Incremental { since: an_end() })
        .await
        .whole();
    assert_eq!(changes.ids(), ["1".to_owned()].into());
    let removals = changes.removals();
    assert_eq!(removals.len(), 1);
    assert_eq!(
        (removals[0].external_id.as_str(), removals[0].lifecycle),
        ("2", Lifecycle::Deleted)
    );
    let full = listed(script, SyncStart::Full).await.whole();
    assert_eq!(full.ids(), ["1".to_owned()].into());
    assert!(
        full.removals().is_empty(),
        "a full listing says it by what it does not show"
    );
}

#[tokio::test]
async fn a_crm_that_denies_whomever_it_lists_is_not_believed() {
    let script: Script = |path, _| match path {
        "/contacts/all" => page(&["1", "2", "3"], None),
        "/contacts" => (200, json!({ "items": [] })),
        _ => not_found(),
    };
    let listed = listed(script, SyncStart::Incremental { since: an_end() }).await;
    assert_eq!(listed.error.unwrap().kind, ErrorKind::IncompleteListing);
    assert!(listed.pages.is_empty(), "nobody is removed");
}

#[tokio::test]
async fn a_contact_without_details_is_rejected_and_the_rest_go_on() {
    let script: Script = |path, query| match path {
        "/contacts/all" if query["active"] == "true" => page(&["1", "2"], None),
        "/contacts/all" => no_more(),
        "/contacts/1" => detail("1"),
        _ => (
            400,
            json!({ "errors": [{ "code": "Invalid", "message": null }] }),
        ),
    };
    let listed = listed(script, SyncStart::Full).await.whole();
    assert_eq!(listed.ids(), ["1".to_owned()].into());
    assert!(listed.rejected() > 0 && listed.removals().is_empty());
}

#[tokio::test]
async fn tokens_that_go_in_a_circle_end_in_an_error() {
    let to_itself: Script = |path, _| match path {
        "/contacts/all" => page(&[], Some("same")),
        _ => not_found(),
    };
    let round: Script = |path, query| match path {
        "/contacts/all" => match query.get("next-token").map(String::as_str) {
            Some("a") => page(&[], Some("b")),
            Some("b") => page(&[], Some("c")),
            _ => page(&[], Some("a")),
        },
        _ => not_found(),
    };
    for script in [to_itself, round] {
        let listed = listed(script, SyncStart::Full).await;
        assert_eq!(listed.error.unwrap().kind, ErrorKind::Protocol);
        assert!(listed.pages.len() < 20, "{}", listed.pages.len());
    }
}

#[tokio::test]
async fn ids_may_be_numbers_and_unknown_fields_are_left_aside() {
    let script: Script = |path, query| match path {
        "/contacts/all" if query["active"] == "true" && query.len() == 2 => (
            200,
            json!({ "items": [{ "id": 7, "unheardOf": { "x": [1] }, "contactType":
                { "category": "NewCategory", "persona": ["NewPersona", null] } }],
                "meta": { "nextToken": "", "more": true }, "extra": 1 }),
        ),
        "/contacts/all" => no_more(),
        "/contacts" => (200, json!([{ "id": 7, "people": null, "modifiedAt": "x" }])),
        _ => not_found(),
    };
    let listed = listed(script, SyncStart::Full).await.whole();
    let contact = listed.contacts().next().unwrap();
    assert_eq!(contact.contact.provenance.external_id.as_str(), "7");
    assert_eq!(contact.contact.category.as_str(), "other");
}
