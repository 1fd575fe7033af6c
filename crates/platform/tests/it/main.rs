//! The client against a server that a test can script.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail where it stands"
)]

mod sandboxed;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use jiff::Timestamp;
use nurturehub_adapter_kit::testing::ManualClock;
use nurturehub_platform::{
    Acknowledgement, MAX_BATCH, OutgoingContact, PlatformClient, PlatformConfig, RowStatus,
};
use nurturehub_port::{ConnectionId, ErrorKind, Owner, Secret, TenantId, WriteBackStatus};
use serde_json::{Value, json};

const TOKEN: &str = "token-that-must-not-leak";

/// A request as it came.
#[derive(Debug, Clone)]
struct Seen {
    line: String,
    key: Option<String>,
    authorization: String,
    body: String,
}

#[derive(Clone)]
struct Reply(u16, Vec<(&'static str, &'static str)>, String);

fn ok(body: &Value) -> Reply {
    Reply(200, vec![], body.to_string())
}

struct Platform {
    client: PlatformClient,
    clock: Arc<ManualClock>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

async fn platform(replies: Vec<Reply>) -> Platform {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let replies = Arc::new(Mutex::new(VecDeque::from(replies)));
    let log = seen.clone();
    let router = Router::new().fallback(move |request: Request| {
        let (log, replies) = (log.clone(), replies.clone());
        async move {
            let (parts, body) = request.into_parts();
            let text = |name: &str| {
                let value = parts.headers.get(name)?;
                Some(value.to_str().unwrap().to_owned())
            };
            let body = to_bytes(body, usize::MAX).await.unwrap();
            log.lock().unwrap().push(Seen {
                line: format!("{} {}", parts.method, parts.uri),
                key: text("idempotency-key"),
                authorization: text("authorization").unwrap_or_default(),
                body: String::from_utf8(body.to_vec()).unwrap(),
            });
            let Some(Reply(status, headers, body)) = replies.lock().unwrap().pop_front() else {
                return StatusCode::IM_A_TEAPOT.into_response();
            };
            let status = StatusCode::from_u16(status).unwrap();
            let mut answer =
                (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
            for (name, value) in headers {
                answer.headers_mut().insert(name, value.parse().unwrap());
            }
            answer
        }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    connect(&url, seen)
}

fn connect(url: &str, seen: Arc<Mutex<Vec<Seen>>>) -> Platform {
    let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
    let config = PlatformConfig::parse(
        url,
        Secret::new(TOKEN.to_owned()),
        TenantId::parse("sample").unwrap(),
    )
    .unwrap();
    Platform {
        client: PlatformClient::new(config, clock.clone(), 1).unwrap(),
        clock,
        seen,
    }
}

fn connection() -> ConnectionId {
    ConnectionId::parse("north").unwrap()
}

fn contacts() -> [OutgoingContact<'static>; 2] {
    [
        OutgoingContact {
            external_id: "A",
            json: r#"{"a":1}"#,
        },
        OutgoingContact {
            external_id: "B",
            json: r#"{"b":2}"#,
        },
    ]
}

fn results() -> Value {
    json!({"results": [
        {"externalId": "A", "status": "created"},
        {"externalId": "B", "status": "rejected",
         "error": {"code": "nameTooLong", "message": "Too long.", "field": "identity.fullName"}}
    ]})
}

#[tokio::test]
async fn a_batch_goes_with_its_key_and_comes_back_row_by_row() {
    let platform = platform(vec![ok(&results())]).await;
    let rows = platform
        .client
        .push_batch("key-1", &connection(), &contacts())
        .await
        .unwrap();
    assert_eq!(rows[0].status, RowStatus::Created);
    assert_eq!(rows[1].status, RowStatus::Rejected);
    assert_eq!(rows[1].error.as_ref().unwrap().code, "nameTooLong");
    let seen = platform.seen.lock().unwrap();
    assert_eq!(seen[0].line, "POST /v1/tenants/sample/contacts:batch");
    assert_eq!(seen[0].key.as_deref(), Some("key-1"));
    assert_eq!(seen[0].authorization, format!("Bearer {TOKEN}"));
    assert_eq!(
        seen[0].body, r#"{"connection":"north","contacts":[{"a":1},{"b":2}]}"#,
        "contacts go as they were stored"
    );
}

#[tokio::test]
async fn a_batch_is_sent_again_after_a_passing_failure_with_the_same_key() {
    let platform = platform(vec![
        Reply(503, vec![("retry-after", "7")], String::new()),
        Reply(500, vec![], String::new()),
        ok(&results()),
    ])
    .await;
    let rows = platform
        .client
        .push_batch("key-1", &connection(), &contacts())
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        platform.clock.waits().first(),
        Some(&Duration::from_secs(7)),
        "the platform says how long"
    );
    let seen = platform.seen.lock().unwrap();
    assert_eq!(seen.len(), 3);
    assert!(
        seen.iter()
            .all(|request| request.key.as_deref() == Some("key-1") && request.body == seen[0].body),
        "a key belongs to one body for ever"
    );
}

#[tokio::test]
async fn an_answer_that_does_not_match_the_batch_is_not_believed() {
    let short = json!({"results": [{"externalId": "A", "status": "created"}]});
    let swapped = json!({"results": [
        {"externalId": "B", "status": "created"}, {"externalId": "A", "status": "created"}
    ]});
    let unknown = json!({"results": [
        {"externalId": "A", "status": "melted"}, {"externalId": "B", "status": "created"}
    ]});
    for body in [short, swapped, unknown, json!({"ok": true})] {
        let platform = platform(vec![ok(&body)]).await;
        let error = platform
            .client
            .push_batch("key-1", &connection(), &contacts())
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Protocol, "{body}");
    }
}

#[tokio::test]
async fn too_large_a_batch_is_never_sent() {
    let platform = platform(vec![]).await;
    let many = vec![contacts()[0]; MAX_BATCH + 1];
    let error = platform
        .client
        .push_batch("key-1", &connection(), &many)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Internal);
    assert!(platform.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn problems_reach_people_in_the_platforms_words() {
    let problem = json!({"type": "about:blank", "title": "Key used with another body",
        "status": 422, "detail": "Use a new key."})
    .to_string();
    for (status, body, kind, title, owner) in [
        (
            422,
            problem.as_str(),
            ErrorKind::PlatformRejected,
            "Key used with another body",
            Owner::Support,
        ),
        (
            401,
            "",
            ErrorKind::AuthInvalid,
            "NurtureHub did not accept the token.",
            Owner::Agency,
        ),
        (
            403,
            "{}",
            ErrorKind::AuthInvalid,
            "The token is not good for this tenant of NurtureHub.",
            Owner::Agency,
        ),
        (
            404,
            "nonsense",
            ErrorKind::TenantUnknown,
            "NurtureHub does not know the tenant.",
            Owner::Agency,
        ),
    ] {
        let platform = platform(vec![Reply(status, vec![], body.to_owned())]).await;
        let error = platform.client.check_tenant().await.unwrap_err();
        assert_eq!(error.kind, kind, "{status}");
        assert_eq!(error.title, title, "{status}");
        assert_eq!(error.owner, owner, "{status}");
        assert_eq!(error.evidence.status, Some(status));
        assert!(!error.remedy.contains("CRM"), "{status}: {}", error.remedy);
        assert!(!error.is_retryable(), "{status} stays as it is");
        assert_eq!(
            error.detail.as_deref(),
            (status == 422).then_some("Use a new key.")
        );
    }
}

#[tokio::test]
async fn a_platform_that_fails_or_is_not_there_is_down() {
    let failing = platform(vec![Reply(500, vec![], String::new()); 5]).await;
    let error = failing.client.check_tenant().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::PlatformDown);
    assert!(error.is_retryable());

    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let absent = connect(&url, Arc::default());
    let error = absent.client.check_tenant().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::PlatformDown);
}

#[tokio::test]
async fn waiting_activities_come_by_page_and_are_acknowledged() {
    let page = json!({"next": "c/2", "activities": [
        {"id": "1", "kind": "note", "occurredAt": "2024-01-01T00:00:00Z",
         "source": {"system": "nurturehub"}, "contact": {"externalId": "A"}, "attributes": {}}
    ]});
    let platform = platform(vec![ok(&page), ok(&json!({}))]).await;
    let page = platform
        .client
        .waiting_activities(&connection(), Some("c/1&x=y"), 50)
        .await
        .unwrap();
    assert_eq!(page.activities[0].id, "1");
    assert_eq!(page.next.as_deref(), Some("c/2"));
    let done = Acknowledgement {
        id: "1".into(),
        status: WriteBackStatus::Written,
        reference: Some("J1".into()),
        error: None,
    };
    platform.client.acknowledge(&[done]).await.unwrap();
    let seen = platform.seen.lock().unwrap();
    assert_eq!(
        seen[0].line,
        "GET /v1/tenants/sample/activities?connection=north&limit=50&after=c%2F1%26x%3Dy",
        "a cursor cannot add to the query"
    );
    assert_eq!(
        seen[1].line,
        "POST /v1/tenants/sample/activities:acknowledge"
    );
    assert_eq!(
        seen[1].body,
        r#"{"results":[{"id":"1","status":"written","reference":"J1"}]}"#
    );
}

#[test]
fn the_token_is_not_shown_and_plain_http_stays_at_home() {
    let config = |url: &str| {
        PlatformConfig::parse(
            url,
            Secret::new(TOKEN.to_owned()),
            TenantId::parse("sample").unwrap(),
        )
    };
    let good = config("https://api.example.com").unwrap();
    assert!(!format!("{good:?}").contains(TOKEN));
    for bad in ["http://api.example.com", "ftp://localhost", "api", ""] {
        assert_eq!(
            config(bad).unwrap_err().kind,
            ErrorKind::Configuration,
            "{bad:?}"
        );
    }
}
