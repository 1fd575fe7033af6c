//! Requests: what is sent, how often, and after which waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use nurturehub_adapter_kit::{CredentialSource, StaticCredential};
use nurturehub_port::{AdapterError, Clock, ErrorKind, RateWindow, Retry, Secret};

use crate::server::{Reply, Server, answer, clock, json};

const TOKEN: &str = "s3cret-t0ken";

fn key() -> StaticCredential {
    StaticCredential::new(Secret::new(TOKEN.to_owned()))
}

/// A source that has a fresh token up its sleeve, and counts how often it is asked.
#[derive(Default)]
struct Renewable(AtomicU32);

#[async_trait]
impl CredentialSource for Renewable {
    async fn current(&self) -> Result<Secret<String>, AdapterError> {
        Ok(Secret::new("old".into()))
    }

    async fn renewed(&self, rejected: &Secret<String>) -> Result<Secret<String>, AdapterError> {
        assert_eq!(rejected.expose(), "old", "the refused token is named");
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Secret::new("new".into()))
    }
}

#[tokio::test]
async fn a_request_is_put_together_as_asked() {
    let server = Server::start(vec![json("{}")]).await;
    let client = server.client(&clock());
    let key = key();
    client
        .post("/contacts/{id}", &["a/b"])
        .query("name", "Ada & Söhne")
        .query("name", "x")
        .header("api-version", "1")
        .credential_header(&key, "authorization", "Bearer ")
        .json(&serde_json::json!({"a": 1}))
        .send()
        .await
        .unwrap();
    let sent = &server.requests()[0];
    assert!(
        sent.starts_with("POST /api/contacts/a%2Fb?name=Ada+%26+S%C3%B6hne&name=x HTTP/1.1\r\n"),
        "{sent}"
    );
    for line in [
        "api-version: 1\r\n",
        "authorization: Bearer s3cret-t0ken\r\n",
        "content-type: application/json\r\n",
        "\r\n\r\n{\"a\":1}",
    ] {
        assert!(sent.contains(line), "{line:?} in {sent}");
    }
}

#[tokio::test]
async fn failures_that_may_pass_are_tried_again_with_growing_waits() {
    let server = Server::start(vec![
        answer(500, &[], b""),
        Reply::Close,
        json(r#"{"ok": true}"#),
    ])
    .await;
    let clock = clock();
    let client = server.client(&clock);
    let response = client.get("/x", &[]).send().await.unwrap();
    assert_eq!(response.attempt, 3);
    let waits = clock.waits();
    assert_eq!(waits.len(), 2, "one wait between two attempts");
    assert!(
        waits[0] <= Duration::from_secs(1) && waits[1] <= Duration::from_secs(2),
        "{waits:?}"
    );
    let trace = client.trace().drain();
    let kinds: Vec<_> = trace
        .iter()
        .map(|entry| (entry.attempt, entry.error_kind))
        .collect();
    assert_eq!(
        kinds,
        [
            (1, Some(ErrorKind::ProviderDown)),
            (2, Some(ErrorKind::NetworkInterrupted)),
            (3, None)
        ],
        "every attempt is in the trace"
    );
    assert_eq!(client.requests(), 3);
    assert!(
        client.trace().drain().is_empty(),
        "draining takes the entries"
    );
}

#[tokio::test]
async fn the_last_attempt_ends_it_and_the_error_says_what_it_was() {
    let server = Server::start(vec![answer(502, &[("x-request-id", "req-7")], b"")]).await;
    let client = server.client(&clock());
    let error = client.get("/x", &[]).send().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::ProviderDown);
    assert_eq!(error.evidence.request_id.as_deref(), Some("req-7"));
    assert_eq!(
        (error.evidence.status, error.evidence.attempt),
        (Some(502), Some(3))
    );
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_post_is_sent_once_unless_nothing_can_have_come_of_it() {
    for (first, attempts, why) in [
        (answer(500, &[], b""), 1, "a 500 may have written something"),
        (Reply::Close, 1, "a lost answer may have been a yes"),
        (answer(429, &[], b""), 2, "a 429 is a no"),
        (answer(503, &[], b""), 2, "a 503 is a no"),
    ] {
        let server = Server::start(vec![first.clone(), json("{}")]).await;
        let client = server.client(&clock());
        let sent = client.post("/x", &[]).json("{}").send().await;
        assert_eq!(server.requests().len(), attempts, "{why}");
        assert_eq!(sent.is_ok(), attempts == 2, "{why}");

        let server = Server::start(vec![first, json("{}")]).await;
        let client = server.client(&clock());
        let sent = client
            .post("/x", &[])
            .json("{}")
            .repeatable(true)
            .send()
            .await;
        assert!(
            sent.is_ok(),
            "with an idempotency key anything may be sent again: {why}"
        );
    }
}

#[tokio::test]
async fn a_429_is_waited_out_as_it_says() {
    let date = ("date", "Sun, 01 Mar 2026 11:00:00 GMT");
    for (headers, least, most, why) in [
        (vec![("retry-after", "7")], 7, 7, "seconds"),
        (
            vec![("retry-after", "Sun, 01 Mar 2026 11:00:09 GMT"), date],
            9,
            9,
            "a date, against the server's own clock",
        ),
        (vec![], 10, 13, "the provider's rule, and a bit"),
    ] {
        let server = Server::start(vec![answer(429, &headers, b""), json("{}")]).await;
        let clock = clock();
        let client = server.client(&clock);
        client.get("/x", &[]).send().await.unwrap();
        let waited = clock.elapsed();
        assert!(
            waited >= Duration::from_secs(least) && waited <= Duration::from_secs(most),
            "{why}: {waited:?}"
        );
        assert_eq!(
            client.spent().throttled,
            waited,
            "the wait is accounted for"
        );
    }
}

#[tokio::test]
async fn a_429_holds_back_every_request_of_the_client() {
    let server = Server::start(vec![answer(429, &[("retry-after", "30")], b""), json("{}")]).await;
    let clock = clock();
    let client = server.client_with(&clock, |config| config.max_attempts = 1);
    let error = client.get("/a", &[]).send().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert_eq!(
        error.retry,
        Retry::At("2026-03-01T12:00:30Z".parse().unwrap()),
        "the error says when"
    );
    let response = client.get("/b", &[]).send().await.unwrap();
    assert_eq!(
        clock.elapsed(),
        Duration::from_secs(30),
        "another request waited, too"
    );
    assert_eq!(response.since_429, Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn a_pause_of_hours_is_not_sat_out() {
    let server = Server::start(vec![answer(429, &[("retry-after", "7200")], b"")]).await;
    let clock = clock();
    let error = server
        .client(&clock)
        .get("/x", &[])
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        error.retry,
        Retry::At("2026-03-01T14:00:00Z".parse().unwrap())
    );
    assert!(
        clock.waits().is_empty(),
        "nobody waits two hours within a run"
    );
}

#[tokio::test]
async fn requests_keep_to_the_window_and_the_trace_says_how_long_they_waited() {
    let server = Server::start(vec![json("{}")]).await;
    let clock = clock();
    let client = server.client_with(&clock, |config| {
        config.limits.windows = vec![RateWindow {
            requests: 2,
            seconds: 60,
        }];
    });
    for _ in 0..3 {
        client.get("/x", &[]).send().await.unwrap();
    }
    assert_eq!(clock.elapsed(), Duration::from_secs(60));
    let waited: Vec<u64> = client
        .trace()
        .drain()
        .iter()
        .map(|entry| entry.throttled_ms)
        .collect();
    assert_eq!(waited, [0, 0, 60_000]);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let server = Server::start(vec![answer(401, &[], b""), json("{}")]).await;
    let client = server.client(&clock());
    let source = Renewable::default();
    let get = || {
        client
            .get("/x", &[])
            .credential_header(&source, "authorization", "Bearer ")
    };
    get().send().await.unwrap();
    let tokens: Vec<bool> = server
        .requests()
        .iter()
        .map(|sent| sent.contains("authorization: Bearer new"))
        .collect();
    assert_eq!(
        tokens,
        [false, true],
        "the second attempt has the new token"
    );

    let server = Server::start(vec![answer(401, &[], b"")]).await;
    let client = server.client(&clock());
    let source = Renewable::default();
    let error = client
        .get("/x", &[])
        .credential_header(&source, "authorization", "Bearer ")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthInvalid);
    assert_eq!(
        (server.requests().len(), source.0.load(Ordering::Relaxed)),
        (2, 1),
        "no token is renewed twice for one request"
    );
}

#[tokio::test]
async fn where_there_is_nothing_to_renew_the_crms_own_words_count() {
    let server = Server::start(vec![answer(401, &[], b"tier off")]).await;
    let client = server.client(&clock());
    let key = key();
    let error = client
        .get("/x", &[])
        .credential_header(&key, "api_key", "")
        .errors(|response| {
            response.error(
                ErrorKind::ScopeMissing,
                String::from_utf8_lossy(&response.body),
            )
        })
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::ScopeMissing, "tier off")
    );
    assert_eq!(error.evidence.status, Some(401));
}

#[tokio::test]
async fn nothing_secret_or_personal_is_in_traces_and_errors() {
    let server = Server::start(vec![
        answer(
            400,
            &[
                ("retry-after", "1"),
                ("x-ratelimit-remaining", "3"),
                ("x-request-id", "req-1"),
                ("set-cookie", "session=abc"),
            ],
            b"no such person: ada@example.org",
        ),
        json(r#"{"name": 5, "note": "ada@example.org"}"#),
    ])
    .await;
    let client = server.client(&clock());
    let key = key();
    let get = || {
        client
            .get("/contacts/{id}", &["ada-4711"])
            .query("email", "ada@example.org")
            .basic("ada", &Secret::new("pa55word".into()))
            .credential_header(&key, "x-key", "")
    };
    #[derive(Debug, serde::Deserialize)]
    struct Named {
        #[expect(dead_code, reason = "only its type matters")]
        name: String,
    }
    let refused = get().send().await.unwrap_err();
    let mistyped = get().send().await.unwrap().json::<Named>().unwrap_err();
    assert_eq!(mistyped.kind, ErrorKind::Protocol);
    assert!(
        mistyped.message.contains("`name`"),
        "the place is named: {mistyped}"
    );

    let trace = client.trace().drain();
    assert_eq!(trace[0].path_template, "/contacts/{id}");
    assert_eq!(
        trace[0].limit_headers.len(),
        2,
        "limits are kept: {trace:?}"
    );
    let said = format!(
        "{refused:?} {mistyped:?} {} {client:?}",
        serde_json::to_string(&trace).unwrap()
    );
    for hidden in [TOKEN, "pa55word", "ada", "4711", "session", "email"] {
        assert!(!said.contains(hidden), "{hidden} must not be in {said}");
    }
}

#[tokio::test]
async fn dropping_a_request_frees_its_place() {
    let server = Server::start(vec![Reply::Hang(vec![]), json("{}")]).await;
    let clock = clock();
    let client = server.client_with(&clock, |config| config.limits.concurrent = 1);
    {
        let hanging = client.get("/slow", &[]).send();
        let mut hanging = std::pin::pin!(hanging);
        while server.requests().is_empty() {
            tokio::select! {
                biased;
                _ = &mut hanging => panic!("it must hang"),
                () = tokio::task::yield_now() => {}
            }
        }
    }
    client.get("/next", &[]).send().await.unwrap();
    assert_eq!(client.requests(), 2, "the only place was free again");
}

#[tokio::test]
async fn at_most_so_many_requests_are_under_way() {
    let server = Server::start(vec![Reply::Hang(vec![])]).await;
    let clock: Arc<_> = clock();
    let client = server.client_with(&clock, |config| config.limits.concurrent = 2);
    let all = futures_util::future::join_all((0..5).map(|_| client.get("/x", &[]).send()));
    let mut all = std::pin::pin!(all);
    while server.requests().len() < 2 {
        tokio::select! {
            biased;
            _ = &mut all => panic!("they must hang"),
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(client.requests(), 2, "three wait for a place");
}
