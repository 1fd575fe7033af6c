//! The sign-in in the browser.

use std::collections::HashMap;
use std::future::pending;
use std::time::Duration;

use nurturehub_oauth::{
    ClientConfig, Endpoints, HttpLimits, OAuthClient, OAuthError, PendingSignIn, SignInRequest,
};
use nurturehub_port::ErrorKind;
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::clock::TestClock;
use crate::crm::{Crm, json};
use crate::{client, config, http};

const TOKENS: &str = r#"{"access_token":"a","refresh_token":"r","expires_in":3600}"#;
const LONG: Duration = Duration::from_secs(300);

fn request() -> SignInRequest {
    SignInRequest {
        scopes: vec!["contacts".to_owned(), "offline_access".to_owned()],
        extra: vec![("prompt".to_owned(), "consent".to_owned())],
        redirect_path: "/callback".to_owned(),
        redirect_port: None,
        can_paste: false,
    }
}

fn asked(pending: &PendingSignIn) -> HashMap<String, String> {
    pending.url().query_pairs().into_owned().collect()
}

/// The way back with the right state and these further parameters.
fn way_back(pending: &PendingSignIn, parameters: &[(&str, &str)]) -> Url {
    let mut address = pending.redirect().clone();
    address
        .query_pairs_mut()
        .append_pair("state", &asked(pending)["state"])
        .extend_pairs(parameters);
    address
}

fn authority(address: &Url) -> String {
    format!(
        "{}:{}",
        address.host_str().unwrap(),
        address.port().unwrap()
    )
}

/// Sends these bytes to the listener and reads the answer.
async fn exchange(authority: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(authority).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // The listener may close on us; what came until then is the answer.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

/// What a browser does.
async fn visit(address: &Url) -> String {
    let target = &address[url::Position::BeforePath..];
    let authority = authority(address);
    let request =
        format!("GET {target} HTTP/1.1\r\nHost: {authority}\r\nAccept: text/html\r\n\r\n");
    exchange(&authority, &request).await
}

async fn is_closed(pending: &PendingSignIn) -> bool {
    TcpStream::connect(authority(pending.redirect()))
        .await
        .is_err()
}

#[tokio::test]
async fn a_sign_in_ends_with_tokens_and_a_closed_port() {
    let crm = Crm::new([json(200, TOKENS)]).await;
    let public = ClientConfig {
        client_secret: None,
        ..config(&crm.base)
    };
    let client = OAuthClient::new(public, http(HttpLimits::default()), TestClock::new());
    let pending = client.authorization(request()).await.unwrap();
    let asked = asked(&pending);
    assert!(
        pending
            .url()
            .as_str()
            .starts_with(&format!("{}/authorize?", crm.base))
    );
    for (key, value) in [
        ("response_type", "code"),
        ("client_id", "my client"),
        ("scope", "contacts offline_access"),
        ("prompt", "consent"),
        ("code_challenge_method", "S256"),
        ("redirect_uri", pending.redirect().as_str()),
    ] {
        assert_eq!(asked[key], value, "{key}");
    }
    assert!(asked["state"].len() >= 43, "256 bits that nobody guesses");
    assert_eq!(pending.redirect().host_str(), Some("127.0.0.1"));

    let back = way_back(&pending, &[("code", "c0de"), ("iss", &crm.base)]);
    let (tokens, page) = tokio::join!(pending.wait(LONG, pending_for_ever()), visit(&back));
    assert_eq!(tokens.unwrap().access_token().expose(), "a");
    assert!(
        page.starts_with("HTTP/1.1 200") && page.contains("You can close this window"),
        "{page}"
    );
    for header in [
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "default-src 'none'",
    ] {
        assert!(
            page.contains(header),
            "{header} keeps the code in the address from going on"
        );
    }
    assert!(
        !page.contains("c0de"),
        "nothing of the address is in the page"
    );

    let [request] = &crm.requests()[..] else {
        panic!("the code is redeemed once");
    };
    assert_eq!(request.form["grant_type"], "authorization_code");
    assert_eq!(request.form["code"], "c0de");
    assert_eq!(request.form["redirect_uri"], pending.redirect().as_str());
    let verifier = PkceCodeVerifier::new(request.form["code_verifier"].clone());
    assert_eq!(
        PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str(),
        asked["code_challenge"],
        "only who began the sign-in can redeem its code"
    );
    assert!(is_closed(&pending).await, "the port serves one sign-in");
    assert_eq!(
        pending.wait(LONG, pending_for_ever()).await,
        Err(OAuthError::AlreadyUsed)
    );
}

async fn pending_for_ever() {
    pending::<()>().await;
}

#[tokio::test]
async fn nothing_but_the_callback_disturbs_the_wait() {
    let crm = Crm::new([json(200, TOKENS)]).await;
    let pending = client(&crm.base, &TestClock::new())
        .authorization(request())
        .await
        .unwrap();
    let right = way_back(&pending, &[("code", "c")]);
    let own = authority(&right);
    let target = &right[url::Position::BeforePath..];
    let browser = async {
        // Opened ahead and left idle, as browsers do; more than the listener keeps.
        let mut idle = Vec::new();
        for _ in 0..40 {
            idle.push(TcpStream::connect(&own).await.unwrap());
        }
        for (noise, status) in [
            (
                format!("GET /favicon.ico HTTP/1.1\r\nHost: {own}\r\n\r\n"),
                "404",
            ),
            (
                format!("GET /callback/x?code=c HTTP/1.1\r\nHost: {own}\r\n\r\n"),
                "404",
            ),
            (
                format!("GET /callback HTTP/1.1\r\nHost: {own}\r\n\r\n"),
                "400",
            ),
            (
                format!("HEAD {target} HTTP/1.1\r\nHost: {own}\r\n\r\n"),
                "405",
            ),
            (
                format!("POST {target} HTTP/1.1\r\nHost: {own}\r\nContent-Length: 1\r\n\r\nx"),
                "405",
            ),
            (
                format!("GET {target} HTTP/1.1\r\nHost: rebound.example\r\n\r\n"),
                "400",
            ),
            (format!("GET {target} HTTP/1.1\r\n\r\n"), "400"),
            (
                format!("GET http://evil.example{target} HTTP/1.1\r\nHost: {own}\r\n\r\n"),
                "400",
            ),
            ("\u{16}\u{3}\u{1}\r\n\r\n".to_owned(), "400"),
            (
                format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(100_000)),
                "400",
            ),
        ] {
            let short: String = noise.chars().take(60).collect();
            // Sent in one piece with its end missing, a request too long is cut off unread.
            let answer = exchange(&own, &noise).await;
            let refused = answer.starts_with(&format!("HTTP/1.1 {status}"));
            assert!(
                refused || answer.is_empty() && noise.len() > 90_000,
                "{short}: {answer}"
            );
        }
        assert!(crm.requests().is_empty(), "no noise reached the CRM");
        visit(&right).await
    };
    let (tokens, page) = tokio::join!(pending.wait(LONG, pending_for_ever()), browser);
    tokens.unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
}

#[tokio::test]
async fn answers_that_are_not_the_crms_are_refused_with_nothing_asked_and_nothing_shown() {
    let crm = Crm::new([json(200, TOKENS)]).await;
    let client = client(&crm.base, &TestClock::new());
    let other = client.authorization(request()).await.unwrap();
    let others_state = asked(&other)["state"].clone();
    for (parameters, expected) in [
        ("code=stolen-c", OAuthError::ForgedState),
        ("code=stolen-c&state=marked", OAuthError::ForgedState),
        (
            &format!("code=stolen-c&state={others_state}"),
            OAuthError::ForgedState,
        ),
        (
            "code=stolen-c&state=STATE&iss=https%3A%2F%2Fevil.example",
            OAuthError::WrongIssuer,
        ),
        (
            "code=a&code=stolen-c&state=STATE",
            OAuthError::MalformedCallback {
                why: "something is there twice",
            },
        ),
        (
            "error=access_denied&state=STATE",
            OAuthError::Refused { detail: None },
        ),
        (
            "error=access_denied&state=STATE&error_description=%1b[31m%3Cb%3Ehello%00%E2%80%AE",
            OAuthError::Refused {
                detail: Some("[31m<b>hello".to_owned()),
            },
        ),
    ] {
        let pending = client.authorization(request()).await.unwrap();
        let parameters = parameters.replace("STATE", &asked(&pending)["state"]);
        let mut address = pending.redirect().clone();
        address.set_query(Some(&parameters));
        let (outcome, page) = tokio::join!(pending.wait(LONG, pending_for_ever()), visit(&address));
        assert_eq!(outcome, Err(expected), "{parameters}");
        assert!(
            page.starts_with("HTTP/1.1 400") && page.contains("not completed"),
            "{page}"
        );
        for echoed in ["stolen-c", "marked", "evil", "hello"] {
            assert!(
                !page.contains(echoed),
                "{echoed} of the request is in the page: {page}"
            );
        }
        assert!(is_closed(&pending).await, "{parameters}");
        let late = pending
            .complete_from_url(way_back(&pending, &[("code", "c")]).as_str())
            .await;
        assert_eq!(
            late,
            Err(OAuthError::AlreadyUsed),
            "what failed is not taken up again"
        );
    }
    assert!(crm.requests().is_empty(), "no code was redeemed");
}

#[tokio::test]
async fn an_expected_issuer_must_be_named() {
    let crm = Crm::new([json(200, TOKENS)]).await;
    let mut strict = config(&crm.base);
    let (authorize, token) = (
        format!("{}/authorize", crm.base),
        format!("{}/token", crm.base),
    );
    strict.endpoints =
        Endpoints::new(Some(&authorize), &token, None, Some("https://crm.example/")).unwrap();
    let client = OAuthClient::new(strict, http(HttpLimits::default()), TestClock::new());
    for (iss, taken) in [
        (Some("https://crm.example/"), true),
        (Some(crm.base.as_str()), false),
        (None, false),
    ] {
        let pending = client.authorization(request()).await.unwrap();
        let mut parameters = vec![("code", "c")];
        parameters.extend(iss.map(|iss| ("iss", iss)));
        let back = way_back(&pending, &parameters);
        let (outcome, _) = tokio::join!(pending.wait(LONG, pending_for_ever()), visit(&back));
        assert_eq!(outcome.is_ok(), taken, "{iss:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_second_callback_is_turned_away_while_the_first_is_redeemed() {
    let crm = Crm::new([json(200, TOKENS)]).await;
    let pending = client(&crm.base, &TestClock::new())
        .authorization(request())
        .await
        .unwrap();
    let gate = crm.gate.clone().lock_owned().await;
    let browser = async {
        let first = visit(&way_back(&pending, &[("code", "first")])).await;
        let second = visit(&way_back(&pending, &[("code", "second")])).await;
        let forged = visit(&way_back(&pending, &[("error", "access_denied")])).await;
        drop(gate);
        (first, second, forged)
    };
    let (tokens, (first, second, forged)) =
        tokio::join!(pending.wait(LONG, pending_for_ever()), browser);
    tokens.unwrap();
    assert!(first.starts_with("HTTP/1.1 200"), "{first}");
    assert!(second.starts_with("HTTP/1.1 410"), "{second}");
    assert!(forged.starts_with("HTTP/1.1 410"), "{forged}");
    let codes: Vec<String> = crm
        .requests()
        .iter()
        .map(|r| r.form["code"].clone())
        .collect();
    assert_eq!(codes, ["first"], "one code is redeemed");
}

#[tokio::test]
async fn giving_up_has_two_kinds_and_both_close_the_port() {
    let crm = Crm::new([json(200, TOKENS)]).await;
    let clock = TestClock::new();
    let client = client(&crm.base, &clock);

    let pending = client.authorization(request()).await.unwrap();
    clock.end_wait();
    let error = pending.wait(LONG, pending_for_ever()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignInTimedOut);
    assert!(is_closed(&pending).await);

    let pending = client.authorization(request()).await.unwrap();
    let error = pending.wait(LONG, async {}).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignInCancelled);
    assert!(is_closed(&pending).await);

    // Cancelled while the code is redeemed.
    let pending = client.authorization(request()).await.unwrap();
    let gate = crm.gate.clone().lock_owned().await;
    let (pressed, cancel) = tokio::sync::oneshot::channel::<()>();
    let browser = async {
        visit(&way_back(&pending, &[("code", "c")])).await;
        pressed.send(()).unwrap();
    };
    let cancel = async { cancel.await.unwrap() };
    let (outcome, ()) = tokio::join!(pending.wait(LONG, cancel), browser);
    drop(gate);
    assert_eq!(outcome, Err(OAuthError::Cancelled));
    assert!(is_closed(&pending).await);

    let pending = client.authorization(request()).await.unwrap();
    let own = authority(pending.redirect());
    drop(pending);
    assert!(
        TcpStream::connect(own).await.is_err(),
        "a sign-in that is given up leaves no port open"
    );
}

#[tokio::test]
async fn the_final_address_can_be_pasted_while_the_wait_is_under_way() {
    let crm = Crm::new([json(200, TOKENS)]).await;
    let pending = client(&crm.base, &TestClock::new())
        .authorization(request())
        .await
        .unwrap();
    let right = way_back(&pending, &[("code", "pasted")]);
    let other_port = right
        .as_str()
        .replace(&right.port().unwrap().to_string(), "1");
    let other_host = right.as_str().replace("127.0.0.1", "evil.example");
    let person = async {
        for (slip, error) in [
            ("", OAuthError::NotTheRedirect),
            ("hello", OAuthError::NotTheRedirect),
            (pending.redirect().as_str(), OAuthError::NotTheRedirect),
            (pending.url().as_str(), OAuthError::NotTheRedirect),
            (&other_port, OAuthError::NotTheRedirect),
            (&other_host, OAuthError::NotTheRedirect),
            (
                &format!("{}?code=c&state=old", pending.redirect()),
                OAuthError::ForgedState,
            ),
        ] {
            let outcome = pending.complete_from_url(slip).await;
            assert!(error.leaves_waiting(), "{error}: the sign-in goes on");
            assert_eq!(outcome, Err(error), "{slip}");
        }
        let tokens = pending
            .complete_from_url(&format!("  {right}\n"))
            .await
            .unwrap();
        assert_eq!(tokens.access_token().expose(), "a");
        assert!(
            visit(&right).await.starts_with("HTTP/1.1 410"),
            "it serves once, whichever way"
        );
        let again = pending.complete_from_url(right.as_str()).await;
        assert_eq!(again, Err(OAuthError::AlreadyUsed));
    };
    tokio::select! {
        outcome = pending.wait(LONG, pending_for_ever()) => panic!("the wait ended: {outcome:?}"),
        () = person => {}
    }
    assert_eq!(crm.requests().len(), 1);
}

#[tokio::test]
async fn a_fixed_port_is_used_or_said_to_be_taken() {
    let crm = Crm::new([json(200, TOKENS)]).await;
    let client = client(&crm.base, &TestClock::new());
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = other.local_addr().unwrap().port();
    let fixed = || SignInRequest {
        redirect_port: Some(port),
        ..request()
    };
    let error = client.authorization(fixed()).await.unwrap_err();
    assert!(matches!(error, OAuthError::PortTaken { .. }), "{error:?}");
    assert!(error.remedy().contains("redirectPort"));

    // With somebody who can paste, the port is only part of an address.
    let pending = client
        .authorization(SignInRequest {
            can_paste: true,
            ..fixed()
        })
        .await
        .unwrap();
    assert_eq!(pending.redirect().port(), Some(port));
    let back = way_back(&pending, &[("code", "pasted")]);
    tokio::select! {
        outcome = pending.wait(LONG, pending_for_ever()) => panic!("nobody comes back: {outcome:?}"),
        tokens = pending.complete_from_url(back.as_str()) => drop(tokens.unwrap()),
    }

    drop(other);
    let pending = client.authorization(fixed()).await.unwrap();
    assert_eq!(pending.redirect().port(), Some(port));
}

#[tokio::test]
async fn what_cannot_work_is_said_before_a_browser_opens() {
    let crm = Crm::new([json(200, TOKENS)]).await;
    let mut without = config(&crm.base);
    without.endpoints = Endpoints::new(None, &crm.base, None, None).unwrap();
    let without = OAuthClient::new(without, http(HttpLimits::default()), TestClock::new());
    let error = without.authorization(request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    for path in ["", "callback", "/a?b", "/a#b", "@evil.example/"] {
        let outcome = client(&crm.base, &TestClock::new())
            .authorization(SignInRequest {
                redirect_path: path.to_owned(),
                ..request()
            })
            .await;
        assert!(outcome.is_err(), "{path:?} is no path");
    }
}

#[tokio::test]
async fn no_two_sign_ins_share_a_secret_and_debug_shows_none() {
    let crm = Crm::new([json(200, TOKENS)]).await;
    let client = client(&crm.base, &TestClock::new());
    let one = client.authorization(request()).await.unwrap();
    let other = client.authorization(request()).await.unwrap();
    for key in ["state", "code_challenge"] {
        assert_ne!(asked(&one)[key], asked(&other)[key], "{key}");
    }
    assert!(!format!("{one:?}").contains(&asked(&one)["state"]));
}
