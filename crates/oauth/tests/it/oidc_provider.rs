//! The sign-in against an OAuth server that we did not write: npm's `oidc-provider`.
//!
//! `cargo xtask test oauth-server` installs and starts it, and says by a variable where it is.
//! Without the variable each test says that it was not run.

use std::collections::HashMap;
use std::future::pending;
use std::io::Write;
use std::time::Duration;

use nurturehub_oauth::{
    ClientConfig, Endpoints, HttpLimits, OAuthClient, OAuthError, PendingSignIn, Revocation,
    SignInRequest, TokenSet,
};
use nurturehub_port::{ErrorKind, Secret, TokenRules};
use url::Url;

use crate::clock::TestClock;
use crate::http;
use crate::person::{self, Consent};

const LONG: Duration = Duration::from_secs(60);

/// Where the server is, or nothing where none was started.
fn server() -> Option<String> {
    let address = std::env::var("NURTUREHUB_TEST_OAUTH_SERVER").ok();
    if address.is_none() {
        // Not `eprintln!`: the test harness would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "oidc_provider: NOT RUN, as NURTUREHUB_TEST_OAUTH_SERVER is not set"
        );
    }
    address
}

fn client_with(server: &str, issuer: &str, id: &str, secret: Option<&str>) -> OAuthClient {
    let address = |path: &str| format!("{server}{path}");
    let config = ClientConfig {
        endpoints: Endpoints::new(
            Some(&address("/auth")),
            &address("/token"),
            Some(&address("/token/revocation")),
            Some(issuer),
        )
        .unwrap(),
        client_id: id.to_owned(),
        client_secret: secret.map(|secret| Secret::new(secret.to_owned())),
        rules: TokenRules::default(),
    };
    OAuthClient::new(config, http(HttpLimits::default()), TestClock::new())
}

fn client(server: &str) -> OAuthClient {
    client_with(server, server, "native", None)
}

fn request() -> SignInRequest {
    SignInRequest {
        scopes: ["openid", "offline_access", "contacts.read"]
            .map(str::to_owned)
            .to_vec(),
        extra: vec![("prompt".to_owned(), "consent".to_owned())],
        redirect_path: "/callback".to_owned(),
        redirect_port: None,
        can_paste: false,
    }
}

/// The browser's end of the way back.
async fn arrive(address: Url) {
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    let page = browser.get(address).send().await.unwrap();
    drop(page.text().await);
}

/// A sign-in from its beginning to its tokens, by the person of this name.
async fn signed_in(client: &OAuthClient, name: &str) -> TokenSet {
    let pending = client.authorization(request()).await.unwrap();
    let browser = async {
        arrive(by_person(&pending, name, Consent::Given).await).await;
    };
    let (tokens, ()) = tokio::join!(pending.wait(LONG, pending_for_ever()), browser);
    tokens.unwrap()
}

async fn by_person(pending: &PendingSignIn, name: &str, consent: Consent) -> Url {
    person::sign_in(pending.url(), pending.redirect(), name, consent).await
}

async fn pending_for_ever() {
    pending::<()>().await;
}

/// Refused, because the whole sign-in has ended.
fn is_over(outcome: &Result<TokenSet, OAuthError>) -> bool {
    *outcome == Err(OAuthError::GrantEnded { expired: false })
}

#[tokio::test]
async fn a_person_signs_in_with_pkce_and_the_id_token_says_who() {
    let Some(server) = server() else { return };
    let tokens = signed_in(&client(&server), "ava@RES").await;
    assert!(
        tokens.is_renewable(),
        "it was asked for with offline_access"
    );
    assert_eq!(
        tokens.claim("clientCode"),
        Some("RES"),
        "whose account it was"
    );
    assert_eq!(tokens.claim("sub"), Some("ava@RES"));
    assert!(
        tokens.scopes().iter().any(|scope| scope == "contacts.read"),
        "what was granted: {:?}",
        tokens.scopes()
    );
}

#[tokio::test]
async fn a_code_is_of_no_use_to_whoever_intercepts_it() {
    let Some(server) = server() else { return };
    let client = client(&server);
    let pending = client.authorization(request()).await.unwrap();
    let back = by_person(&pending, "ben@RES", Consent::Given).await;
    let code = back.query_pairs().find(|(key, _)| key == "code").unwrap().1;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (verifier, why) in [
        (None, "without a verifier"),
        (Some("x".repeat(43)), "with a verifier of their own"),
    ] {
        let mut form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", "native".to_owned()),
            ("code", code.to_string()),
            ("redirect_uri", pending.redirect().to_string()),
        ];
        form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        let answer = http
            .post(format!("{server}/token"))
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(
            answer.status().as_u16(),
            400,
            "{why}: the server wants ours"
        );
    }
    pending
        .complete_from_url(back.as_str())
        .await
        .expect("and with ours it is good");
}

#[tokio::test]
async fn refresh_tokens_rotate_and_a_second_use_of_one_ends_the_sign_in() {
    let Some(server) = server() else { return };
    let client = client(&server);
    let first = signed_in(&client, "cid@RES").await;
    let second = client.refresh(&first).await.unwrap();
    let third = client.refresh(&second).await.unwrap();
    assert_ne!(second.access_token(), first.access_token());
    assert_ne!(third.to_vault_bytes(), second.to_vault_bytes());

    let replayed = client.refresh(&second).await;
    assert!(
        is_over(&replayed),
        "a token used twice is a stolen one: {replayed:?}"
    );
    let newest = client.refresh(&third).await;
    assert!(
        is_over(&newest),
        "and all that came of it is gone: {newest:?}"
    );
    assert_eq!(newest.unwrap_err().kind(), ErrorKind::AuthRevoked);

    let again = signed_in(&client, "cid@RES").await;
    client
        .refresh(&again)
        .await
        .expect("another sign-in mends it");
}

#[tokio::test]
async fn revocation_ends_the_sign_in_at_the_server() {
    let Some(server) = server() else { return };
    let client = client(&server);
    let tokens = signed_in(&client, "eve@RES").await;
    assert_eq!(client.revoke(&tokens).await, Ok(Revocation::Done));
    let after = client.refresh(&tokens).await;
    assert!(is_over(&after), "{after:?}");
    assert_eq!(
        client.revoke(&tokens).await,
        Ok(Revocation::Done),
        "what is not there any more is revoked"
    );
}

#[tokio::test]
async fn a_person_who_says_no_is_told_apart_from_a_failure() {
    let Some(server) = server() else { return };
    let pending = client(&server).authorization(request()).await.unwrap();
    let browser = async {
        arrive(by_person(&pending, "fay@RES", Consent::Refused).await).await;
    };
    let (outcome, ()) = tokio::join!(pending.wait(LONG, pending_for_ever()), browser);
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignInRefused, "{error}");
}

#[tokio::test]
async fn the_final_address_can_be_pasted() {
    let Some(server) = server() else { return };
    let pending = client(&server).authorization(request()).await.unwrap();
    let back = by_person(&pending, "gus@RES", Consent::Given).await;
    let tokens = pending.complete_from_url(back.as_str()).await.unwrap();
    assert_eq!(tokens.claim("sub"), Some("gus@RES"));
}

#[tokio::test]
async fn the_issuer_that_the_server_names_is_held_against_the_one_expected() {
    let Some(server) = server() else { return };
    let strict = client_with(&server, "https://crm.example", "native", None);
    let pending = strict.authorization(request()).await.unwrap();
    let back = by_person(&pending, "hal@RES", Consent::Given).await;
    let named: HashMap<_, _> = back.query_pairs().collect();
    assert_eq!(named["iss"], server, "it does name itself");
    assert_eq!(
        pending.complete_from_url(back.as_str()).await,
        Err(OAuthError::WrongIssuer)
    );
}

#[tokio::test]
async fn a_machine_gets_its_token_and_a_wrong_secret_none() {
    let Some(server) = server() else { return };
    // Signs that mean something in a form, to see that they are encoded as the standard has it.
    let machine = client_with(&server, &server, "machine", Some("machine secret/&"));
    let tokens = machine.client_credentials(&[]).await.unwrap();
    assert!(!tokens.is_renewable(), "a machine asks anew");
    let wrong = client_with(&server, &server, "machine", Some("wrong"));
    let error = wrong.client_credentials(&[]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AuthInvalid, "{error}");
}
