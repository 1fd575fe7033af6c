//! Reapit Connect: machine tokens, sign-in in the browser, refresh tokens.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nurturehub_sandbox::reapit::ConsentPage;
use nurturehub_sandbox::{AccessChange, Sandbox};
use reqwest::{Response, Url};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::caller::{ReapitCaller, client, provider, start};

const REDIRECT: &str = "http://127.0.0.1:53682/callback";
const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0123456789";
const SCOPES: &str = "openid profile email offline_access agencyCloud/contacts.read";

struct Browser {
    settings: std::collections::BTreeMap<String, String>,
}

impl Browser {
    fn new(sandbox: &Sandbox) -> Self {
        Self {
            settings: provider(sandbox, "reapit").settings,
        }
    }

    fn address(&self, extra: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut url = Url::parse(&self.settings["authorizeUrl"]).unwrap();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.settings["clientId"]),
            ("redirect_uri", REDIRECT),
            ("scope", SCOPES),
            ("state", "st-1"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        format!("{url}{extra}")
    }

    /// Approves at once, and gives the parameters that come back.
    async fn approve(&self) -> HashMap<String, String> {
        back(&client().get(self.address("&auto=1")).send().await.unwrap())
    }

    async fn token(&self, form: &[(&str, &str)]) -> Response {
        let mut form = form.to_vec();
        form.push(("client_id", &self.settings["clientId"]));
        client()
            .post(&self.settings["tokenUrl"])
            .form(&form)
            .send()
            .await
            .unwrap()
    }

    async fn exchange(&self, code: &str, verifier: &str, redirect: &str) -> Response {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ])
        .await
    }

    async fn refresh(&self, token: &str) -> Response {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }
}

/// The parameters of a redirect.
fn back(response: &Response) -> HashMap<String, String> {
    assert_eq!(response.status(), 302);
    let location = response.headers()["location"].to_str().unwrap();
    assert!(location.starts_with(REDIRECT));
    Url::parse(location)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

async fn error_of(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (
        status,
        body["error"].as_str().unwrap_or_default().to_owned(),
    )
}

#[tokio::test]
async fn a_machine_token_is_handed_out_again_until_five_minutes_are_left() {
    let sandbox = start(20).await;
    let first = ReapitCaller::sign_in(&sandbox).await.token;
    sandbox.advance_time(Duration::from_secs(54 * 60));
    assert_eq!(ReapitCaller::sign_in(&sandbox).await.token, first);
    sandbox.advance_time(Duration::from_secs(2 * 60));
    let second = ReapitCaller::sign_in(&sandbox).await;
    assert_ne!(second.token, first);
    sandbox.advance_time(Duration::from_secs(5 * 60));
    let old = ReapitCaller {
        token: first,
        ..second
    };
    assert_eq!(old.get("/contacts/").await.status(), 401, "an hour is over");
}

#[tokio::test]
async fn a_wrong_secret_gets_no_token() {
    let sandbox = start(20).await;
    let access = provider(&sandbox, "reapit");
    let answer = client()
        .post(&access.settings["tokenUrl"])
        .basic_auth(&access.settings["clientId"], Some("wrong"))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
        .unwrap();
    assert_eq!(error_of(answer).await, (401, "invalid_client".to_owned()));
}

#[tokio::test]
async fn a_person_signs_in_and_reads_contacts() {
    let sandbox = start(20).await;
    let browser = Browser::new(&sandbox);
    let back = browser.approve().await;
    assert_eq!(back["state"], "st-1");
    assert!(back["iss"].ends_with("/reapit/"), "{}", back["iss"]);
    let tokens: Value = browser
        .exchange(&back["code"], VERIFIER, REDIRECT)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(tokens["expires_in"], 3_600);
    let claims = tokens["id_token"]
        .as_str()
        .unwrap()
        .split('.')
        .nth(1)
        .unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(
        claims["clientCode"], "RES",
        "the id token names the customer"
    );

    let contacts = client()
        .get(format!("{}/contacts/", browser.settings["baseUrl"]))
        .bearer_auth(tokens["access_token"].as_str().unwrap())
        .header("api-version", "2020-01-31")
        .send()
        .await
        .unwrap();
    assert_eq!(contacts.status(), 200, "the customer is in the token");
    let offices = client()
        .get(format!("{}/offices/", browser.settings["baseUrl"]))
        .bearer_auth(tokens["access_token"].as_str().unwrap())
        .header("api-version", "2020-01-31")
        .send()
        .await
        .unwrap();
    assert_eq!(offices.status(), 403, "that scope was not asked for");
}

#[tokio::test]
async fn a_code_is_good_once_and_only_with_its_verifier_and_redirect() {
    let sandbox = start(20).await;
    let browser = Browser::new(&sandbox);
    let refused = (400, "invalid_grant".to_owned());

    let code = browser.approve().await["code"].clone();
    let wrong = browser.exchange(&code, "another-verifier", REDIRECT).await;
    assert_eq!(error_of(wrong).await, refused, "PKCE");
    let again = browser.exchange(&code, VERIFIER, REDIRECT).await;
    assert_eq!(error_of(again).await, refused, "the code is used up");

    let code = browser.approve().await["code"].clone();
    let elsewhere = browser
        .exchange(&code, VERIFIER, "http://127.0.0.1:1/x")
        .await;
    assert_eq!(error_of(elsewhere).await, refused, "another redirect URI");

    let code = browser.approve().await["code"].clone();
    sandbox.advance_time(Duration::from_secs(10 * 60));
    let late = browser.exchange(&code, VERIFIER, REDIRECT).await;
    assert_eq!(error_of(late).await, refused, "after ten minutes");
}

#[tokio::test]
async fn the_consent_page_waits_approves_and_denies() {
    let sandbox = start(20).await;
    let browser = Browser::new(&sandbox);
    let page = client().get(browser.address("")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("<form"));

    let post = |decision: &'static str| {
        client()
            .post(browser.address(""))
            .form(&[("decision", decision)])
            .send()
    };
    assert!(back(&post("approve").await.unwrap()).contains_key("code"));
    assert_eq!(back(&post("deny").await.unwrap())["error"], "access_denied");

    sandbox.reapit().set_consent_page(ConsentPage::Deny);
    let denied = client().get(browser.address("")).send().await.unwrap();
    assert_eq!(back(&denied)["error"], "access_denied");
}

#[tokio::test]
async fn refresh_tokens_rotate_and_reuse_kills_the_family() {
    let sandbox = start(20).await;
    let browser = Browser::new(&sandbox);
    let code = browser.approve().await["code"].clone();
    let tokens: Value = browser
        .exchange(&code, VERIFIER, REDIRECT)
        .await
        .json()
        .await
        .unwrap();
    let first = tokens["refresh_token"].as_str().unwrap();

    let renewed: Value = browser.refresh(first).await.json().await.unwrap();
    let second = renewed["refresh_token"].as_str().unwrap();
    assert_ne!(second, first, "each use gives a new one");

    let refused = (400, "invalid_grant".to_owned());
    assert_eq!(error_of(browser.refresh(first).await).await, refused);
    assert_eq!(
        error_of(browser.refresh(second).await).await,
        refused,
        "the reuse of the first took the second with it"
    );
    let caller = ReapitCaller {
        client: client(),
        access: provider(&sandbox, "reapit"),
        token: renewed["access_token"].as_str().unwrap().to_owned(),
    };
    assert_eq!(
        caller.get("/contacts/").await.status(),
        401,
        "and the access token"
    );
}

#[tokio::test]
async fn an_idle_refresh_token_dies_after_fifteen_days() {
    let sandbox = start(20).await;
    let browser = Browser::new(&sandbox);
    let code = browser.approve().await["code"].clone();
    let tokens: Value = browser
        .exchange(&code, VERIFIER, REDIRECT)
        .await
        .json()
        .await
        .unwrap();
    let day = Duration::from_secs(24 * 60 * 60);
    sandbox.advance_time(day * 14);
    let renewed = browser
        .refresh(tokens["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(renewed.status(), 200, "used within 15 days");
    let renewed: Value = renewed.json().await.unwrap();
    sandbox.advance_time(day * 15);
    let refused = browser
        .refresh(renewed["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn revoked_access_stays_revoked_until_it_is_reinstated() {
    let sandbox = start(20).await;
    let caller = ReapitCaller::sign_in(&sandbox).await;
    sandbox.reapit().change_access(&AccessChange::Revoke);
    assert_eq!(caller.get("/contacts/").await.status(), 401);
    let access = provider(&sandbox, "reapit");
    let token = || {
        client()
            .post(&access.settings["tokenUrl"])
            .basic_auth(
                &access.settings["clientId"],
                Some(&access.secrets["clientSecret"]),
            )
            .form(&[("grant_type", "client_credentials")])
            .send()
    };
    assert_eq!(token().await.unwrap().status(), 400);
    sandbox.reapit().change_access(&AccessChange::Reinstate);
    assert_eq!(token().await.unwrap().status(), 200);
}

#[tokio::test]
async fn people_of_another_agency_sign_in_as_that_agency() {
    let sandbox = start(20).await;
    sandbox.reapit().sign_in_as("OTH");
    let browser = Browser::new(&sandbox);
    let code = browser.approve().await["code"].clone();
    let tokens: Value = browser
        .exchange(&code, VERIFIER, REDIRECT)
        .await
        .json()
        .await
        .unwrap();
    let caller = ReapitCaller {
        client: client(),
        access: provider(&sandbox, "reapit"),
        token: tokens["access_token"].as_str().unwrap().to_owned(),
    };
    assert_eq!(
        caller.get("/contacts/").await.status(),
        401,
        "not installed there"
    );
}
