//! Token addresses that mean harm or are badly broken.

use nurturehub_oauth::{HttpLimits, OAuthClient, OAuthError, TokenSet};
use nurturehub_port::{AdapterError, ErrorKind};

use crate::clock::TestClock;
use crate::crm::{Answer, Crm, json, raw};
use crate::{SECRET, client, config, http, impatient};

async fn error_of(base: &str, limits: HttpLimits) -> OAuthError {
    OAuthClient::new(config(base), http(limits), TestClock::new())
        .client_credentials(&[])
        .await
        .map(|tokens: TokenSet| panic!("taken for tokens: {tokens:?}"))
        .unwrap_err()
}

#[tokio::test]
async fn an_answer_that_is_no_token_answer_is_a_protocol_error() {
    let html = Answer {
        headers: vec![("content-type", "text/html".to_owned())],
        ..json(200, "<!doctype html><title>Sign in to the network</title>")
    };
    let html_as_json = json(200, "\n <html></html>");
    let huge = json(
        200,
        &format!(r#"{{"access_token":"{}"}}"#, "x".repeat(2 * 1024 * 1024)),
    );
    for (answer, what) in [
        (html, "a web page"),
        (html_as_json, "a web page that says it is JSON"),
        (huge, "two megabytes"),
        (json(200, ""), "nothing"),
        (json(200, "{}"), "no access token"),
        (json(200, r#"{"access_token":"a","#), "cut short"),
        (json(200, r#"{"access_token":["a"]}"#), "a wrong type"),
        (
            json(200, r#"{"access_token":"a\nb: c"}"#),
            "a header in the token",
        ),
        (
            json(200, r#"{"access_token":"a","token_type":"mac"}"#),
            "another type of token",
        ),
        (
            json(200, r#"{"access_token":"a","id_token":"x.y.z"}"#),
            "an id token that is none",
        ),
        (
            json(200, r#"{"error":"invalid_client"}"#),
            "an error with status 200",
        ),
        (json(200, &"[".repeat(100_000)), "nesting without end"),
    ] {
        let crm = Crm::new([answer]).await;
        let error = error_of(&crm.base, HttpLimits::default()).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{what}: {error}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_so_that_secrets_stay_with_one_host() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Crm::new([json(200, r#"{"access_token":"a"}"#)]).await;
        let crm = Crm::new([Answer {
            headers: vec![("location", format!("{}/token", elsewhere.base))],
            ..json(status, "")
        }])
        .await;
        assert_eq!(
            error_of(&crm.base, HttpLimits::default()).await,
            OAuthError::Redirected,
            "{status}"
        );
        assert!(
            elsewhere.requests().is_empty(),
            "{status}: nobody else was asked"
        );
    }
}

#[tokio::test]
async fn networks_that_fail_are_told_apart() {
    let silent = format!("http://{}", raw(b"", true).await);
    let trickle = format!(
        "http://{}",
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{", true).await
    );
    let cut = format!(
        "http://{}",
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{", false).await
    );
    let not_tls = format!(
        "https://{}",
        raw(b"220 smtp.example ready\r\n", false).await
    );
    let nobody = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let patient = HttpLimits::default();
    for (base, limits, kind) in [
        (silent, impatient(), ErrorKind::NetworkTimeout),
        (trickle, impatient(), ErrorKind::NetworkTimeout),
        (cut, patient, ErrorKind::NetworkInterrupted),
        (not_tls, patient, ErrorKind::NetworkTls),
        (nobody, patient, ErrorKind::NetworkConnect),
    ] {
        let error = error_of(&base, limits).await;
        assert_eq!(error.kind(), kind, "{base}: {error}");
    }
}

#[tokio::test]
async fn a_hostile_description_cannot_deceive_or_carry_secrets_out() {
    let description = format!(
        "\\u001b[2J\\u202eevil\\u0000 your secret is {SECRET} and your token r1-marked, code {}\\r\\n{}",
        "Zm9v".repeat(40),
        "blah ".repeat(10_000)
    );
    let body = format!(
        r#"{{"error":"\u001b]0;x","error_description":"{description}","error_uri":"https://evil.example"}}"#
    );
    let tokens = r#"{"access_token":"a1-marked","refresh_token":"r1-marked"}"#;
    let crm = Crm::new([json(200, tokens), json(400, &body)]).await;
    let client = client(&crm.base, &TestClock::new());
    let tokens = client.client_credentials(&[]).await.unwrap();
    let error = client.refresh(&tokens).await.unwrap_err();
    let shown = format!("{error}\n{}", AdapterError::from(error.clone()));
    let everything = format!("{shown}\n{error:?}");
    for forbidden in [
        "marked",
        "Zm9vZm9v",
        "evil.example",
        "\u{1b}",
        "\u{202e}",
        "\0",
    ] {
        assert!(
            !everything.contains(forbidden),
            "{forbidden:?} in {everything}"
        );
    }
    assert!(
        shown.contains("your secret is"),
        "the words themselves are of use: {shown}"
    );
    assert!(error.to_string().chars().count() < 400, "and few: {shown}");
}

#[tokio::test]
async fn nothing_secret_is_shown_by_what_holds_secrets() {
    let crm = Crm::new([json(
        200,
        r#"{"access_token":"a-marked","refresh_token":"r-marked"}"#,
    )])
    .await;
    let client = client(&crm.base, &TestClock::new());
    let tokens = client.client_credentials(&[]).await.unwrap();
    let shown = format!("{client:?} {tokens:?}");
    assert!(!shown.contains("marked"), "{shown}");
}
