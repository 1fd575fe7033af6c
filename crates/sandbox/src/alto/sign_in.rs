//! Tokens by client credentials, and what the integration may do. The vendor documents the request
//! and not the answer, which follows RFC 6749 here.

use std::collections::{BTreeSet, HashMap};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::json;

use crate::answer::Answer;
use crate::call::Call;
use crate::setup::Setup;
use crate::simulator::AccessChange;

/// A token lives an hour.
const TOKEN_LIFE_MS: i64 = 3_600_000;

/// What the integration may do, by the vendor's names without `alto/route:`.
const PERMISSIONS: &[&str] = &[
    "get-contacts-all",
    "get-contacts",
    "get-contacts-contactid",
    "post-contacts-contactid-preferences",
    "post-file-notes",
    "get-file-notes-search",
    "get-file-notes-filenoteid",
    "get-branches",
    "get-negotiators",
    "get-partners-integration",
];

/// Tokens and permissions.
#[derive(Debug)]
pub(super) struct Auth {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) agency_ref: String,
    /// The integration is enabled for the agency.
    pub(super) enabled: bool,
    pub(super) token_life_ms: i64,
    revoked: bool,
    permissions: BTreeSet<String>,
    /// When each token runs out.
    tokens: HashMap<String, i64>,
    issued: u64,
    token_seed: String,
}

impl Auth {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            client_id: format!("integration-{}", setup.secret_text("alto client id")),
            client_secret: setup.secret_text("alto client secret"),
            agency_ref: guid(&setup.secret_text("alto agency")),
            enabled: true,
            token_life_ms: TOKEN_LIFE_MS,
            revoked: false,
            permissions: PERMISSIONS.iter().map(|name| (*name).to_owned()).collect(),
            tokens: HashMap::new(),
            issued: 0,
            token_seed: setup.secret_text("alto token"),
        }
    }

    /// Whether a token is good now.
    pub(super) fn knows(&self, token: &str, now: i64) -> bool {
        self.tokens.get(token).is_some_and(|until| now < *until)
    }

    /// Whether the integration may do this.
    pub(super) fn allows(&self, permission: &str) -> bool {
        self.permissions.contains(permission)
    }

    /// A permission is named with or without `alto/route:`.
    pub(super) fn change(&mut self, change: &AccessChange) {
        let bare = |name: &str| name.strip_prefix("alto/route:").unwrap_or(name).to_owned();
        match change {
            AccessChange::Expire => self.tokens.clear(),
            AccessChange::Revoke => {
                self.revoked = true;
                self.tokens.clear();
            }
            AccessChange::Reinstate => self.revoked = false,
            AccessChange::Uninstall => self.enabled = false,
            AccessChange::Install => self.enabled = true,
            AccessChange::Withhold { permission } => {
                self.permissions.remove(&bare(permission));
            }
            AccessChange::Grant { permission } => {
                self.permissions.insert(bare(permission));
            }
        }
    }

    /// Answers `/token`.
    pub(super) fn token(&mut self, call: &Call) -> Answer {
        let denied = |status, error: &str| Answer::value(status, &json!({ "error": error }));
        let client = basic(call);
        let known = client.is_some_and(|(id, secret)| {
            id == self.client_id && secret == self.client_secret && !self.revoked
        });
        if !known {
            return denied(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        if call.form().first("grant_type") != Some("client_credentials") {
            return denied(StatusCode::BAD_REQUEST, "unsupported_grant_type");
        }
        self.issued += 1;
        let token = blake3::hash(format!("{}/{}", self.token_seed, self.issued).as_bytes())
            .to_hex()
            .to_string();
        self.tokens
            .insert(token.clone(), call.now.saturating_add(self.token_life_ms));
        Answer::value(
            StatusCode::OK,
            &json!({
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": self.token_life_ms / 1_000,
            }),
        )
    }
}

/// Who asks, by HTTP Basic. Ids and secrets here hold nothing that form-encoding would change.
fn basic(call: &Call) -> Option<(String, String)> {
    let (scheme, encoded) = call.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// 32 digits in the form of a GUID.
pub(super) fn guid(digits: &str) -> String {
    let mut text = String::with_capacity(36);
    for (at, digit) in digits.chars().take(32).enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}
