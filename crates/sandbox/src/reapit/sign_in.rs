//! The identity provider's endpoints: `/authorize`, `/oauth/token`, `/oauth/revoke` and discovery.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CACHE_CONTROL, LOCATION, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::answer::Answer;
use crate::call::{Call, Query};

use super::auth::{Auth, CodeRequest, Denied};

/// The form posts to its own address, query and all, so nothing of the query is put in the page.
const CONSENT_PAGE: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<title>Sandbox sign-in</title></head><body style=\"font-family:sans-serif;max-width:30em;margin:4em auto\">\
<h1>Sign in to the sandbox agency</h1><p>You are Ava Example. NurtureHub Connect asks to read your \
agency's contacts and to add journal entries.</p><form method=\"post\">\
<button name=\"decision\" value=\"approve\">Approve</button> \
<button name=\"decision\" value=\"deny\">Deny</button></form></body></html>";

/// What the sign-in page does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConsentPage {
    /// Waits for a person to press a button.
    #[default]
    Ask,
    /// Approves at once.
    Approve,
    /// Denies at once.
    Deny,
}

/// Where the identity provider is, as the caller sees it, with a slash at the end.
pub(super) fn issuer(call: &Call) -> String {
    format!(
        "http://{}/reapit/",
        call.header("host").unwrap_or("127.0.0.1")
    )
}

/// Answers `/authorize`.
pub(super) fn authorize(auth: &mut Auth, page: ConsentPage, call: &Call) -> Answer {
    let query = &call.query;
    let refuse = |message: &str| {
        Answer::html(
            StatusCode::BAD_REQUEST,
            format!("<!doctype html><title>Sign-in failed</title><p>{message}</p>"),
        )
    };
    if query.first("client_id") != Some(auth.client_id.as_str()) {
        return refuse("Unknown client: is the client id right?");
    }
    let Some(redirect) = query.first("redirect_uri").filter(|uri| is_loopback(uri)) else {
        return refuse("The redirect URI is missing or not registered.");
    };
    let state = query.first("state");
    let back =
        |parameters: &[(&str, &str)]| redirect_to(redirect, state, &issuer(call), parameters);
    if query.first("response_type") != Some("code") {
        return back(&[("error", "unsupported_response_type")]);
    }
    let challenge = query.first("code_challenge");
    if challenge.is_some() && query.first("code_challenge_method") != Some("S256") {
        return back(&[
            ("error", "invalid_request"),
            ("error_description", "code_challenge_method must be S256"),
        ]);
    }
    match decision(page, call) {
        None => Answer::html(StatusCode::OK, CONSENT_PAGE),
        Some(false) => back(&[
            ("error", "access_denied"),
            ("error_description", "User did not authorize the request"),
        ]),
        Some(true) => {
            let request = CodeRequest {
                redirect: redirect.to_owned(),
                challenge: challenge.map(ToOwned::to_owned),
                scope: query.first("scope").unwrap_or_default().to_owned(),
                nonce: query.first("nonce").map(ToOwned::to_owned),
            };
            let code = auth.issue_code(&request, call.now);
            back(&[("code", &code)])
        }
    }
}

/// What was decided: by a button, by the query (`auto=1`, `deny=1`) or by the page itself.
fn decision(page: ConsentPage, call: &Call) -> Option<bool> {
    if call.method == Method::POST {
        return Some(call.form().first("decision") == Some("approve"));
    }
    if call.query.first("auto") == Some("1") {
        return Some(true);
    }
    if call.query.first("deny") == Some("1") {
        return Some(false);
    }
    match page {
        ConsentPage::Ask => None,
        ConsentPage::Approve => Some(true),
        ConsentPage::Deny => Some(false),
    }
}

/// Apps on a person's machine are registered with any port and path on loopback.
fn is_loopback(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| {
        url.scheme() == "http"
            && matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
            && url.fragment().is_none()
    })
}

fn redirect_to(
    redirect: &str,
    state: Option<&str>,
    issuer: &str,
    parameters: &[(&str, &str)],
) -> Answer {
    let Ok(mut url) = Url::parse(redirect) else {
        return Answer::empty(StatusCode::BAD_REQUEST);
    };
    {
        let mut pairs = url.query_pairs_mut();
        pairs.extend_pairs(parameters);
        if let Some(state) = state {
            pairs.append_pair("state", state);
        }
        pairs.append_pair("iss", issuer);
    }
    Answer::empty(StatusCode::FOUND).with(LOCATION, url.as_str())
}

/// Answers `/oauth/token`.
pub(super) fn token(auth: &mut Auth, call: &Call) -> Answer {
    // Parameters belong in the body; those of the query are not read.
    let form = call.form();
    let issuer = issuer(call);
    let client = match client(call, &form) {
        Some(client) if client.id == auth.client_id => client,
        _ => return denied(Denied("invalid_client", "Unknown client.")),
    };
    let proven = match client.secret {
        Some(secret) if secret == auth.client_secret => true,
        Some(_) => return denied(Denied("invalid_client", "Wrong client secret.")),
        None => false,
    };
    let granted = match form.first("grant_type") {
        Some("client_credentials") if !proven => {
            Err(Denied("invalid_client", "A client secret is needed."))
        }
        Some("client_credentials") => auth.machine_grant(call.now, &issuer),
        Some("authorization_code") => auth.code_grant(
            form.first("code").unwrap_or_default(),
            form.first("redirect_uri").unwrap_or_default(),
            form.first("code_verifier"),
            proven,
            call.now,
            &issuer,
        ),
        Some("refresh_token") => auth.refresh_grant(
            form.first("refresh_token").unwrap_or_default(),
            call.now,
            &issuer,
        ),
        _ => Err(Denied(
            "unsupported_grant_type",
            "Grant type not supported.",
        )),
    };
    match granted {
        Ok(tokens) => Answer::value(StatusCode::OK, &tokens).with(CACHE_CONTROL, "no-store"),
        Err(reason) => denied(reason),
    }
}

/// Answers `/oauth/revoke`: 200 whether the token was known or not (RFC 7009).
pub(super) fn revoke(auth: &mut Auth, call: &Call) -> Answer {
    let form = call.form();
    match client(call, &form) {
        Some(client) if client.id == auth.client_id => {
            auth.revoke(form.first("token").unwrap_or_default());
            Answer::empty(StatusCode::OK)
        }
        _ => denied(Denied("invalid_client", "Unknown client.")),
    }
}

/// Answers discovery.
pub(super) fn discovery(call: &Call) -> Answer {
    let issuer = issuer(call);
    Answer::value(
        StatusCode::OK,
        &json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}authorize"),
            "token_endpoint": format!("{issuer}oauth/token"),
            "revocation_endpoint": format!("{issuer}oauth/revoke"),
            "jwks_uri": format!("{issuer}.well-known/jwks.json"),
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported":
                ["client_secret_basic", "client_secret_post", "none"],
        }),
    )
}

fn denied(Denied(error, description): Denied) -> Answer {
    let status = if error == "invalid_client" {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::BAD_REQUEST
    };
    let answer = Answer::value(
        status,
        &json!({ "error": error, "error_description": description }),
    );
    if status == StatusCode::UNAUTHORIZED {
        answer.with(WWW_AUTHENTICATE, "Basic realm=\"reapit-connect\"")
    } else {
        answer
    }
}

/// Who asks for a token.
struct Client {
    id: String,
    secret: Option<String>,
}

/// The client by HTTP Basic, or else by the form.
fn client(call: &Call, form: &Query) -> Option<Client> {
    if let Some((scheme, encoded)) = call.header("authorization").and_then(|h| h.split_once(' ')) {
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        return Some(Client {
            id: unescape(id),
            secret: Some(unescape(secret)),
        });
    }
    Some(Client {
        id: form.first("client_id")?.to_owned(),
        secret: form.first("client_secret").map(ToOwned::to_owned),
    })
}

/// RFC 6749 wants both halves form-encoded; ids and secrets here have nothing that needs it, so a
/// client that does not encode is understood as well.
fn unescape(text: &str) -> String {
    url::form_urlencoded::parse(text.as_bytes())
        .next()
        .map_or_else(|| text.to_owned(), |(key, _)| key.into_owned())
}
