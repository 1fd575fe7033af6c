//! Signing in in the browser, through the whole engine: nothing is kept but what is right.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use nurturehub_engine::{EngineError, SignInPrompt, State};
use nurturehub_port::ErrorKind;
use nurturehub_sandbox::reapit::ConsentPage;
use nurturehub_sandbox::{AccessChange, Sandbox, SandboxConfig};
use tokio_util::sync::CancellationToken;

use crate::person::{
    AGENCY, Office, answering, approving, at_sandbox, borrowed, pasting, prompt, sent_to, service,
    way_back,
};

async fn sandbox() -> Sandbox {
    let config = SandboxConfig {
        contacts: 5,
        limits: false,
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).await.unwrap();
    sandbox.reapit().set_consent_page(ConsentPage::Approve);
    sandbox
}

/// What an honest service answers, with the id token of this agency's person.
fn tokens(agency: &str) -> String {
    // {"alg":"none"}.PAYLOAD.signature, which is not looked at: it came from the token address.
    let payload = base64(&format!(r#"{{"aud":"me","clientCode":"{agency}"}}"#));
    format!(
        r#"{{"access_token":"marked-access","refresh_token":"marked-refresh","expires_in":3600,"id_token":"e30.{payload}.c2ln"}}"#
    )
}

/// Base64 as it stands in a token; the tests bring no library for it.
fn base64(text: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut written = String::new();
    for three in text.as_bytes().chunks(3) {
        let bits = three
            .iter()
            .chain([&0; 2])
            .take(3)
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        for place in 0..=three.len() {
            let sign = bits >> (18 - 6 * place) & 63;
            written.push(char::from(SIGNS[sign as usize]));
        }
    }
    written
}

fn http(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// What must hold of every attempt that fails.
async fn nothing_is_kept_or_shown(office: &Office, error: &EngineError, case: &str) {
    let report = format!("{error:?} {:?}", error.report());
    for marked in ["marked-", "c0de", "stolen"] {
        assert!(
            !report.contains(marked),
            "{case}: {marked} is shown in {report}"
        );
    }
    assert!(!report.contains(['\u{1b}', '\u{202e}']), "{case}: {report}");
    assert!(
        !error.report().remedy.is_empty(),
        "{case}: it says what to do"
    );
    assert!(office.tokens().await.is_none(), "{case}: no token is kept");
    let connections = office.engine.connections().await.unwrap();
    assert!(connections.is_empty(), "{case}: no connection is made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_bad_answer_ends_in_its_own_kind_with_nothing_kept_and_nothing_shown() {
    let office = Office::new().await;
    let good = tokens(AGENCY);
    let huge = format!(r#"{{"access_token":"marked-{}"}}"#, "x".repeat(2 << 20));
    let hostile = r#"{"error":"invalid_grant","error_description":"\u001b[2J\u202e marked-refresh-token-0123456789-0123456789-0123456789"}"#;
    let callback = "code=c0de&state=STATE";
    for (case, query, answer, kind) in [
        (
            "forged state",
            "code=stolen&state=x",
            http("200 OK", &good),
            ErrorKind::AuthInvalid,
        ),
        (
            "no state",
            "code=stolen",
            http("200 OK", &good),
            ErrorKind::AuthInvalid,
        ),
        (
            "wrong issuer",
            "code=stolen&state=STATE&iss=https%3A%2F%2Fevil.example",
            http("200 OK", &good),
            ErrorKind::AuthInvalid,
        ),
        (
            "a parameter twice",
            "code=stolen&code=c0de&state=STATE",
            http("200 OK", &good),
            ErrorKind::Protocol,
        ),
        (
            "the person says no",
            "error=access_denied&state=STATE",
            http("200 OK", &good),
            ErrorKind::SignInRefused,
        ),
        (
            "a web page",
            callback,
            http("200 OK", "<!doctype html>marked-"),
            ErrorKind::Protocol,
        ),
        ("huge", callback, http("200 OK", &huge), ErrorKind::Protocol),
        (
            "no access token",
            callback,
            http("200 OK", r#"{"refresh_token":"marked-"}"#),
            ErrorKind::Protocol,
        ),
        ("empty", callback, http("200 OK", ""), ErrorKind::Protocol),
        (
            "hostile description",
            callback,
            http("400 Bad Request", hostile),
            ErrorKind::SignInRefused,
        ),
        (
            "a redirect",
            callback,
            b"HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
                .to_vec(),
            ErrorKind::Protocol,
        ),
        (
            "cut off",
            callback,
            b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"access_token\":\"marked-".to_vec(),
            ErrorKind::NetworkInterrupted,
        ),
        (
            "out of order",
            callback,
            http("503 Service Unavailable", "marked-"),
            ErrorKind::ProviderDown,
        ),
        (
            "the client is refused",
            callback,
            http("401 Unauthorized", r#"{"error":"invalid_client"}"#),
            ErrorKind::AuthInvalid,
        ),
        (
            "another agency's account",
            callback,
            http("200 OK", &tokens("OTHER")),
            ErrorKind::WrongAccount,
        ),
        (
            "nobody's account",
            callback,
            http("200 OK", r#"{"access_token":"marked-access"}"#),
            ErrorKind::WrongAccount,
        ),
        (
            "an id token that is none",
            callback,
            http("200 OK", r#"{"access_token":"marked-","id_token":"x"}"#),
            ErrorKind::Protocol,
        ),
    ] {
        let settings = service(answer).await;
        let outcome = office
            .connect(&borrowed(&settings), &answering(query))
            .await;
        let error = outcome.expect_err(case);
        assert_eq!(error.kind(), kind, "{case}: {error}");
        nothing_is_kept_or_shown(&office, &error, case).await;
    }

    // And what is odd but harmless is taken: the life as text.
    let text = good.replace("3600", r#""3600""#);
    let settings = service(http("200 OK", &text)).await;
    office
        .connect(&borrowed(&settings), &answering(callback))
        .await
        .expect("a life in seconds may be text");
    assert!(office.tokens().await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_timed_out_refused_and_wrong_account_are_told_apart() {
    let office = Office::new().await;
    let sandbox = sandbox().await;
    let settings = at_sandbox(&sandbox);
    let attempt = async |prompt: &SignInPrompt| {
        let outcome = office.connect(&borrowed(&settings), prompt).await;
        let error = outcome.expect_err("nobody signs in");
        nothing_is_kept_or_shown(&office, &error, "given up").await;
        error.kind()
    };
    let cancel = CancellationToken::new();
    let pressed = cancel.clone();
    let kind = attempt(&prompt(move |_| pressed.cancel(), &cancel)).await;
    assert_eq!(kind, ErrorKind::SignInCancelled);

    let time = std::sync::Arc::clone(&office.time);
    let forgotten = prompt(move |_| time.end_wait(), &CancellationToken::new());
    assert_eq!(attempt(&forgotten).await, ErrorKind::SignInTimedOut);

    sandbox.reapit().set_consent_page(ConsentPage::Deny);
    assert_eq!(attempt(&approving()).await, ErrorKind::SignInRefused);

    sandbox.reapit().set_consent_page(ConsentPage::Approve);
    sandbox.reapit().sign_in_as("OTHER");
    assert_eq!(attempt(&approving()).await, ErrorKind::WrongAccount);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_again_takes_no_other_agency_and_goes_on_where_it_was() {
    let office = Office::new().await;
    let sandbox = sandbox().await;
    let settings = at_sandbox(&sandbox);
    let made = office
        .connect(&borrowed(&settings), &approving())
        .await
        .unwrap();
    let conn = made.id.as_str();
    let (sync, none) = (
        nurturehub_engine::SyncOptions::default(),
        CancellationToken::new(),
    );
    office
        .engine
        .sync(conn, sync, &|_| {}, &none)
        .await
        .unwrap();
    let before = office.engine.connections().await.unwrap();
    assert!(before[0].cursor.is_some());

    sandbox.reapit().change_access(&AccessChange::Revoke);
    sandbox.reapit().change_access(&AccessChange::Reinstate);
    office.time.advance(SignedDuration::from_hours(2));
    let failed = office
        .engine
        .sync(conn, sync, &|_| {}, &none)
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::AuthRevoked, "{failed}");
    let health = office.engine.health(conn).await.unwrap();
    assert_eq!(health.state, State::NeedsReauth);
    let after = office.engine.connections().await.unwrap();
    assert_eq!(after[0].cursor, before[0].cursor, "it keeps its place");

    let reauthorize = async || {
        let (settings, secrets) = (BTreeMap::new(), BTreeMap::new());
        office
            .engine
            .reauthorize(conn, settings, secrets, &approving())
            .await
    };
    let tokens = office.tokens().await;
    sandbox.reapit().sign_in_as("OTHER");
    let error = reauthorize().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongAccount);
    let said = format!("{} {}", error, error.report().remedy);
    assert!(
        said.contains("`OTHER`") && said.contains(&format!("`{AGENCY}`")),
        "it names both agencies: {said}"
    );
    assert_eq!(
        office.tokens().await,
        tokens,
        "nothing of that sign-in is kept"
    );

    sandbox.reapit().sign_in_as(AGENCY);
    office.time.advance(SignedDuration::from_mins(1));
    reauthorize().await.unwrap();
    let health = office.engine.health(conn).await.unwrap();
    assert_eq!(
        health.state,
        State::Healthy,
        "the sign-in itself disproves it: {health:?}"
    );
    let report = office
        .engine
        .sync(conn, sync, &|_| {}, &none)
        .await
        .unwrap();
    assert_eq!(
        report.cursor_before.map(|cursor| cursor.to_string()),
        before[0].cursor,
        "it goes on from where it was"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_final_address_is_pasted_with_the_same_checks_even_where_the_port_is_taken() {
    let office = Office::new().await;
    let sandbox = sandbox().await;
    let mut settings = at_sandbox(&sandbox);
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    settings.push(("redirectPort".to_owned(), port.to_string()));

    let error = office
        .connect(&borrowed(&settings), &approving())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    assert!(
        error.report().remedy.contains("redirectPort"),
        "it says how to choose another: {}",
        error.report().remedy
    );

    let (send, right) = std::sync::mpsc::channel();
    let right = std::sync::Mutex::new(right);
    let (mut prompt, said) = pasting(move |address| {
        vec![
            "hello".to_owned(),
            address.to_owned(),
            way_back(address, "code=stolen&state=old"),
            right.lock().unwrap().recv().unwrap(),
        ]
    });
    let show = std::mem::replace(&mut prompt.show, Box::new(|_| {}));
    let handle = tokio::runtime::Handle::current();
    prompt.show = Box::new(move |address| {
        let browser = sent_to(address);
        let back = tokio::task::block_in_place(|| handle.block_on(browser));
        send.send(back).unwrap();
        show(address);
    });
    office
        .connect(&borrowed(&settings), &prompt)
        .await
        .expect("the fourth is the right one");
    assert_eq!(said.lock().unwrap().len(), 3, "each slip is told: {said:?}");
    assert!(office.tokens().await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disconnecting_ends_the_sign_in_in_the_crm_too() {
    let office = Office::new().await;
    let sandbox = sandbox().await;
    let mut settings = at_sandbox(&sandbox);
    let token_address = settings.iter().find(|(key, _)| key == "tokenUrl").unwrap();
    let revoke = token_address.1.replace("/token", "/revoke");
    settings.push(("revokeUrl".to_owned(), revoke));
    let made = office.connect(&borrowed(&settings), &approving()).await;
    let conn = made.unwrap().id;
    office
        .engine
        .disconnect(conn.as_str(), false)
        .await
        .unwrap();
    let revoked = sandbox.requests(|request| request.path() == "/oauth/revoke");
    assert_eq!(revoked.len(), 1, "the CRM is told");
    assert_eq!(revoked[0].status, 200);
    assert!(office.tokens().await.is_none(), "and nothing is kept here");

    // A CRM that cannot be told is no obstacle.
    office
        .connect(&borrowed(&settings), &approving())
        .await
        .unwrap();
    let down = nurturehub_sandbox::Faults::parse("reapit.revoke:status=500").unwrap();
    sandbox.add_faults(down);
    office
        .engine
        .disconnect(conn.as_str(), false)
        .await
        .unwrap();
    assert!(
        office.tokens().await.is_none(),
        "it goes from here all the same"
    );
}
