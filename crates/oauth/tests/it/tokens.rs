//! Client credentials, refresh and revocation with a CRM that behaves.

use nurturehub_oauth::{ClientConfig, HttpLimits, OAuthClient, OAuthError, Revocation, TokenSet};
use nurturehub_port::{AdapterError, Clock, ErrorKind, Retry};

use crate::clock::TestClock;
use crate::crm::{Crm, json};
use crate::{SECRET, client, config, http};

const FULL: &str = r#"{"access_token":"a1","refresh_token":"r1","expires_in":3600,"token_type":"Bearer","scope":"x y"}"#;

/// Tokens with a refresh token, as after a sign-in.
async fn signed_in(client: &OAuthClient) -> TokenSet {
    client.client_credentials(&["x".to_owned()]).await.unwrap()
}

#[tokio::test]
async fn client_credentials_are_asked_for_by_the_standard_and_counted_by_our_clock() {
    let crm = Crm::new([json(200, FULL)]).await;
    let clock = TestClock::new();
    let tokens = signed_in(&client(&crm.base, &clock)).await;
    assert_eq!(tokens.access_token().expose(), "a1");
    assert_eq!(
        tokens.scopes(),
        ["x", "y"],
        "what was granted, not what was asked"
    );
    let life = tokens.expires_at().unwrap().duration_since(clock.now());
    assert_eq!(life.as_secs(), 3_600);
    let [request] = &crm.requests()[..] else {
        panic!("one request is enough");
    };
    assert_eq!(request.form["grant_type"], "client_credentials");
    assert_eq!(request.form["scope"], "x");
    // RFC 6749 §2.3.1: `my client` and the secret, form-encoded, then base64 of both.
    assert_eq!(
        request.authorization.as_deref(),
        Some("Basic bXkrY2xpZW50Om1hcmtlZCtjbGllbnQlMkZzZWNyZXQlMjY=")
    );
    assert!(
        !request.form.values().any(|value| value == SECRET),
        "the secret stands in the header only"
    );
}

#[tokio::test]
async fn a_life_that_the_answer_does_not_give_comes_from_the_crms_rules() {
    let crm = Crm::new([
        json(200, r#"{"access_token":"a"}"#),
        json(200, r#"{"access_token":"a","expires_in":"60"}"#),
    ])
    .await;
    let clock = TestClock::new();
    let client = client(&crm.base, &clock);
    for (seconds, why) in [(1_800, "from the rules"), (60, "as text")] {
        let tokens = signed_in(&client).await;
        let life = tokens.expires_at().unwrap().duration_since(clock.now());
        assert_eq!(life.as_secs(), seconds, "{why}");
    }
}

#[tokio::test]
async fn a_refresh_takes_the_new_refresh_token_or_keeps_the_old_one() {
    let crm = Crm::new([
        json(200, FULL),
        json(
            200,
            r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#,
        ),
        json(200, r#"{"access_token":"a3","expires_in":3600}"#),
        json(200, r#"{"access_token":"a4","expires_in":3600}"#),
    ])
    .await;
    let clock = TestClock::new();
    let client = client(&crm.base, &clock);
    let first = signed_in(&client).await;
    clock.advance(86_400);
    let second = client.refresh(&first).await.unwrap();
    let third = client.refresh(&second).await.unwrap();
    let fourth = client.refresh(&third).await.unwrap();
    assert_eq!(fourth.access_token().expose(), "a4");
    let used: Vec<String> = crm
        .requests()
        .iter()
        .filter_map(|request| request.form.get("refresh_token").cloned())
        .collect();
    assert_eq!(
        used,
        ["r1", "r2", "r2"],
        "each time the newest one there is"
    );
    assert_eq!(
        (second.signed_in_at(), second.refresh_obtained_at()),
        (first.signed_in_at(), clock.now()),
        "the idle limit begins anew, the overall one does not"
    );
    assert_eq!(
        second.scopes(),
        ["x", "y"],
        "kept where the answer is silent"
    );
}

#[tokio::test]
async fn a_sign_in_that_ran_out_and_one_that_was_withdrawn_are_told_apart() {
    let refused = r#"{"error":"invalid_grant","error_description":"no"}"#;
    let crm = Crm::new([json(200, FULL), json(400, refused)]).await;
    let clock = TestClock::new();
    let client = client(&crm.base, &clock);
    let tokens = signed_in(&client).await;
    let error = client.refresh(&tokens).await.unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::AuthRevoked,
        "the CRM's rules gave it longer"
    );
    clock.advance(15 * 86_400);
    let error = client.refresh(&tokens).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AuthExpired, "unused for 15 days");
    assert_eq!(
        error.retry(),
        Retry::AfterSignIn,
        "never tried again in silence"
    );

    let crm = Crm::new([json(200, r#"{"access_token":"a"}"#)]).await;
    let client = crate::client(&crm.base, &clock);
    let tokens = signed_in(&client).await;
    assert_eq!(client.refresh(&tokens).await, Err(OAuthError::NotRenewable));
    assert_eq!(
        crm.requests().len(),
        1,
        "with nothing to show, nobody is asked"
    );
}

#[tokio::test]
async fn each_refusal_has_its_kind() {
    for (status, body, kind) in [
        (401, r#"{"error":"invalid_client"}"#, ErrorKind::AuthInvalid),
        (
            400,
            r#"{"error":"unauthorized_client"}"#,
            ErrorKind::AuthInvalid,
        ),
        (
            400,
            r#"{"error":"unauthorized_client","error_description":"Access was revoked."}"#,
            ErrorKind::AuthRevoked,
        ),
        (
            401,
            r#"{"statusCode":401,"description":"x"}"#,
            ErrorKind::AuthInvalid,
        ),
        (401, "", ErrorKind::AuthInvalid),
        (400, r#"{"error":"invalid_scope"}"#, ErrorKind::ScopeMissing),
        (
            400,
            r#"{"error":"invalid_grant"}"#,
            ErrorKind::SignInRefused,
        ),
        (
            400,
            r#"{"error":"invalid_request"}"#,
            ErrorKind::ProviderRejected,
        ),
        (400, r#"{"error":{"deep":1}}"#, ErrorKind::ProviderRejected),
        (403, "<html>no</html>", ErrorKind::ProviderRejected),
        (404, "", ErrorKind::Configuration),
        (
            400,
            r#"{"error":"temporarily_unavailable"}"#,
            ErrorKind::ProviderDown,
        ),
        (503, "<html>busy</html>", ErrorKind::ProviderDown),
        (407, "", ErrorKind::NetworkProxy),
    ] {
        let crm = Crm::new([json(status, body)]).await;
        let error = client(&crm.base, &TestClock::new())
            .client_credentials(&[])
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}: {error}");
        assert_eq!(crm.requests().len(), 1, "it is the caller who tries again");
    }
}

#[tokio::test]
async fn a_request_to_slow_down_says_until_when() {
    let mut answer = json(429, "");
    answer.headers.push(("retry-after", "30".to_owned()));
    let crm = Crm::new([answer]).await;
    let clock = TestClock::new();
    let error = client(&crm.base, &clock)
        .client_credentials(&[])
        .await
        .unwrap_err();
    clock.advance(30);
    assert_eq!(error.retry(), Retry::At(clock.now()));
    let error = AdapterError::from(error);
    assert_eq!(
        (error.kind, error.evidence.status),
        (ErrorKind::RateLimited, Some(429))
    );
}

#[tokio::test]
async fn revocation_ends_the_refresh_token_and_says_where_it_cannot() {
    let full = || json(200, FULL);
    let outcomes = [
        (json(200, ""), Ok(Revocation::Done)),
        (
            json(400, r#"{"error":"unsupported_token_type"}"#),
            Ok(Revocation::NotOffered),
        ),
        (
            json(400, r#"{"error":"invalid_token"}"#),
            Ok(Revocation::Done),
        ),
        (
            json(401, r#"{"error":"invalid_client"}"#),
            Err(ErrorKind::AuthInvalid),
        ),
        (json(500, ""), Err(ErrorKind::ProviderDown)),
    ];
    for (answer, expected) in outcomes {
        let crm = Crm::new([full(), answer.clone()]).await;
        let client = client(&crm.base, &TestClock::new());
        let tokens = signed_in(&client).await;
        let outcome = client.revoke(&tokens).await.map_err(|error| error.kind());
        assert_eq!(outcome, expected, "{answer:?}");
        let request = crm.requests().pop().unwrap();
        assert_eq!(request.path, "/revoke");
        assert_eq!(
            request.form["token"], "r1",
            "the refresh token, not the access token"
        );
        assert!(request.authorization.is_some(), "the client says who it is");
    }

    let crm = Crm::new([full()]).await;
    let mut silent = config(&crm.base);
    silent.endpoints =
        nurturehub_oauth::Endpoints::new(None, &format!("{}/token", crm.base), None, None).unwrap();
    let client = OAuthClient::new(silent, http(HttpLimits::default()), TestClock::new());
    let tokens = signed_in(&client).await;
    assert_eq!(client.revoke(&tokens).await, Ok(Revocation::NotOffered));
    assert_eq!(crm.requests().len(), 1, "there is nowhere to ask");
}

#[tokio::test]
async fn a_client_without_a_secret_names_itself_in_the_form() {
    let crm = Crm::new([json(200, FULL), json(200, FULL), json(200, "")]).await;
    let public = ClientConfig {
        client_secret: None,
        ..config(&crm.base)
    };
    let client = OAuthClient::new(public, http(HttpLimits::default()), TestClock::new());
    let tokens = signed_in(&client).await;
    client.refresh(&tokens).await.unwrap();
    client.revoke(&tokens).await.unwrap();
    for request in crm.requests() {
        assert_eq!(request.form["client_id"], "my client", "{}", request.path);
        assert_eq!(request.authorization, None, "{}", request.path);
    }
}
