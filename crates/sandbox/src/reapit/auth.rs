//! Tokens: client credentials, authorization codes with PKCE, refresh tokens that rotate.

use std::collections::{BTreeSet, HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::setup::Setup;
use crate::simulator::AccessChange;

/// The agency of this sandbox.
pub(super) const CUSTOMER: &str = "RES";

/// An access token lives an hour.
const TOKEN_LIFE_MS: i64 = 3_600_000;
/// The server hands out the same machine token while this much of its life is left.
const REUSE_UNTIL_LEFT_MS: i64 = 5 * 60_000;
/// A code is good for ten minutes, and once.
const CODE_LIFE_MS: i64 = 10 * 60_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// An unused refresh token dies after this.
const REFRESH_IDLE_MS: i64 = 15 * DAY_MS;
/// And after this in any case.
const REFRESH_LIFE_MS: i64 = 30 * DAY_MS;

/// What the app may do.
pub(super) const SCOPES: &[&str] = &[
    "contacts.read",
    "contacts.write",
    "applicants.read",
    "landlords.read",
    "vendors.read",
    "tenancies.read",
    "negotiators.read",
    "offices.read",
    "journalEntries.read",
    "journalEntries.write",
];

/// For whom a token speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bearer {
    /// The app itself; the customer is named in a header.
    Machine,
    /// A person of this customer.
    User { customer: String },
}

/// A token that was issued.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) bearer: Bearer,
    scopes: BTreeSet<String>,
    expires: i64,
    family: u64,
}

impl Token {
    /// Whether it reaches a resource, for example `contacts.read`. What stands before the scope on
    /// the wire is not documented, so only its end counts.
    pub(super) fn allows(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted.ends_with(scope))
    }
}

/// A code that waits to be exchanged.
#[derive(Debug, Clone)]
struct Code {
    redirect: String,
    challenge: Option<String>,
    scopes: BTreeSet<String>,
    nonce: Option<String>,
    customer: String,
    expires: i64,
}

#[derive(Debug, Clone)]
struct Refresh {
    family: u64,
    scopes: BTreeSet<String>,
    customer: String,
    idle_until: i64,
    until: i64,
    used: bool,
}

/// Why no token is issued: the `error` of RFC 6749 and a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Denied(pub(super) &'static str, pub(super) &'static str);

/// What a sign-in in the browser asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct CodeRequest {
    pub(super) redirect: String,
    pub(super) challenge: Option<String>,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
}

/// The identity provider.
#[derive(Debug)]
pub(super) struct Auth {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) installed: bool,
    revoked: bool,
    scopes: BTreeSet<String>,
    /// Whose people sign in; another customer than [`CUSTOMER`] is the wrong account.
    pub(super) signs_in_as: String,
    pub(super) token_life_ms: i64,
    key: SigningKey,
    issued: u64,
    /// Numbers below it were issued before this sandbox was started, by one of the same seed.
    first: u64,
    /// What was issued before the start is still good: a real CRM forgets no sign-in either.
    honours_earlier: bool,
    families: u64,
    dead_families: HashSet<u64>,
    tokens: HashMap<String, Token>,
    machine_token: Option<String>,
    codes: HashMap<String, Code>,
    refreshes: HashMap<String, Refresh>,
}

impl Auth {
    pub(super) fn new(setup: &Setup) -> Self {
        // By the clock, so that no number is given twice, whenever it is started again.
        let first = u64::try_from(setup.clock.now_ms()).unwrap_or(0);
        Self {
            client_id: format!("app-{}", setup.secret_text("client id")),
            client_secret: setup.secret_text("client secret"),
            installed: true,
            revoked: false,
            scopes: SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
            signs_in_as: CUSTOMER.to_owned(),
            token_life_ms: TOKEN_LIFE_MS,
            key: SigningKey::from_bytes(&setup.secret("token key")),
            issued: first,
            first,
            honours_earlier: true,
            families: 0,
            dead_families: HashSet::new(),
            tokens: HashMap::new(),
            machine_token: None,
            codes: HashMap::new(),
            refreshes: HashMap::new(),
        }
    }

    /// The public half of the key that signs tokens, as a JWK.
    pub(super) fn jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "sandbox",
            "x": URL_SAFE_NO_PAD.encode(self.key.verifying_key().as_bytes()),
        })
    }

    /// A token that is good now.
    pub(super) fn token(&self, text: &str, now: i64) -> Option<&Token> {
        self.tokens
            .get(text)
            .filter(|token| token.expires > now && !self.dead_families.contains(&token.family))
    }

    pub(super) fn change(&mut self, change: &AccessChange) {
        match change {
            AccessChange::Expire => {
                self.tokens.clear();
                self.machine_token = None;
            }
            AccessChange::Revoke => {
                self.revoked = true;
                self.honours_earlier = false;
                self.tokens.clear();
                self.machine_token = None;
                self.refreshes.clear();
                self.codes.clear();
            }
            AccessChange::Reinstate => self.revoked = false,
            AccessChange::Uninstall => self.installed = false,
            AccessChange::Install => self.installed = true,
            AccessChange::Withhold { permission } => {
                self.scopes.remove(permission);
                self.narrow_tokens();
            }
            AccessChange::Grant { permission } => {
                self.scopes.insert(permission.clone());
                // Scopes are fixed in a token: a new one must be had.
                self.machine_token = None;
            }
        }
    }

    fn narrow_tokens(&mut self) {
        let scopes = self.scopes.clone();
        for token in self.tokens.values_mut() {
            token
                .scopes
                .retain(|granted| scopes.iter().any(|scope| granted.ends_with(scope.as_str())));
        }
    }

    /// A token for the app itself.
    pub(super) fn machine_grant(&mut self, now: i64, issuer: &str) -> Result<Value, Denied> {
        if self.revoked {
            return Err(Denied(
                "unauthorized_client",
                "The application's access was revoked.",
            ));
        }
        let reusable = self.machine_token.clone().and_then(|text| {
            let left = self.token(&text, now)?.expires - now;
            (left >= REUSE_UNTIL_LEFT_MS).then_some((text, left))
        });
        let (text, left) = match reusable {
            Some(reusable) => reusable,
            None => {
                let scopes = self.scopes.clone();
                let text = self.issue(Bearer::Machine, scopes, 0, now, issuer);
                self.machine_token = Some(text.clone());
                (text, self.token_life_ms)
            }
        };
        Ok(json!({
            "access_token": text,
            "token_type": "Bearer",
            "expires_in": left / 1_000,
            "scope": joined(&self.scopes),
        }))
    }

    /// A code for a person who approved the app.
    pub(super) fn issue_code(&mut self, request: &CodeRequest, now: i64) -> String {
        let code = self.fresh("code");
        self.codes.insert(
            code.clone(),
            Code {
                redirect: request.redirect.clone(),
                challenge: request.challenge.clone(),
                scopes: self.granted(&request.scope),
                nonce: request.nonce.clone(),
                customer: self.signs_in_as.clone(),
                expires: now + CODE_LIFE_MS,
            },
        );
        code
    }

    /// Tokens for a code. `proven` says that the client gave its secret; without it, only PKCE
    /// shows that the code came to the right place.
    pub(super) fn code_grant(
        &mut self,
        code: &str,
        redirect: &str,
        verifier: Option<&str>,
        proven: bool,
        now: i64,
        issuer: &str,
    ) -> Result<Value, Denied> {
        // Taken out whatever happens: a code is good once.
        let code = self
            .codes
            .remove(code)
            .filter(|code| code.expires > now)
            .ok_or(Denied("invalid_grant", "Invalid authorization code."))?;
        if code.redirect != redirect {
            return Err(Denied("invalid_grant", "The redirect URI does not match."));
        }
        if let Some(challenge) = &code.challenge {
            let given = verifier.map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
            if given.as_deref() != Some(challenge.as_str()) {
                return Err(Denied("invalid_grant", "Failed to verify code verifier."));
            }
        } else if !proven {
            return Err(Denied(
                "invalid_request",
                "PKCE or a client secret is needed.",
            ));
        }
        self.families += 1;
        let refresh = Refresh {
            family: self.families,
            scopes: code.scopes,
            customer: code.customer,
            idle_until: now + REFRESH_IDLE_MS,
            until: now + REFRESH_LIFE_MS,
            used: false,
        };
        Ok(self.user_tokens(refresh, code.nonce.as_deref(), now, issuer))
    }

    /// Tokens for a refresh token, which is used up by it. One that was used before betrays a
    /// theft: its whole family dies.
    pub(super) fn refresh_grant(
        &mut self,
        text: &str,
        now: i64,
        issuer: &str,
    ) -> Result<Value, Denied> {
        let unknown = Denied("invalid_grant", "Unknown or invalid refresh token.");
        if !self.refreshes.contains_key(text) && self.is_earlier(text) {
            self.remember_earlier(text, now);
        }
        let refresh = self.refreshes.get_mut(text).ok_or(unknown)?;
        if refresh.used {
            self.dead_families.insert(refresh.family);
            return Err(unknown);
        }
        let alive = refresh.idle_until > now
            && refresh.until > now
            && !self.dead_families.contains(&refresh.family);
        if !alive {
            return Err(unknown);
        }
        refresh.used = true;
        let next = Refresh {
            used: false,
            idle_until: now + REFRESH_IDLE_MS,
            ..refresh.clone()
        };
        Ok(self.user_tokens(next, None, now, issuer))
    }

    /// Whether a refresh token is one that was issued before the start.
    fn is_earlier(&self, text: &str) -> bool {
        let number = text
            .split_once('.')
            .and_then(|(number, _)| number.parse().ok());
        self.honours_earlier
            && number.is_some_and(|number| {
                number < self.first && text == self.numbered("refresh", number)
            })
    }

    /// Takes an earlier sign-in up again, with all that the app may have.
    fn remember_earlier(&mut self, text: &str, now: i64) {
        self.families += 1;
        let mut scopes = self.scopes.clone();
        scopes.extend(["openid".to_owned(), "offline_access".to_owned()]);
        let refresh = Refresh {
            family: self.families,
            scopes,
            customer: CUSTOMER.to_owned(),
            idle_until: now + REFRESH_IDLE_MS,
            until: now + REFRESH_LIFE_MS,
            used: false,
        };
        self.refreshes.insert(text.to_owned(), refresh);
    }

    /// Gives a refresh token back, and with it all that came from it.
    pub(super) fn revoke(&mut self, text: &str) {
        if let Some(refresh) = self.refreshes.get(text) {
            self.dead_families.insert(refresh.family);
        }
        self.tokens.remove(text);
    }

    fn user_tokens(
        &mut self,
        refresh: Refresh,
        nonce: Option<&str>,
        now: i64,
        issuer: &str,
    ) -> Value {
        let bearer = Bearer::User {
            customer: refresh.customer.clone(),
        };
        let scopes = refresh.scopes.clone();
        let access = self.issue(bearer, scopes.clone(), refresh.family, now, issuer);
        let mut answer = json!({
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.token_life_ms / 1_000,
            "scope": joined(&scopes),
        });
        if scopes.contains("openid") {
            let mut claims = json!({
                "iss": issuer, "sub": "auth0|sandbox-ava", "aud": self.client_id,
                "iat": now / 1_000, "exp": (now + self.token_life_ms) / 1_000,
                "name": "Ava Example", "email": "ava@agency.example",
                "clientCode": refresh.customer,
            });
            if let Some(nonce) = nonce {
                claims["nonce"] = json!(nonce);
            }
            answer["id_token"] = json!(self.sign(&claims));
        }
        if scopes.contains("offline_access") {
            let text = self.fresh("refresh");
            answer["refresh_token"] = json!(text);
            self.refreshes.insert(text, refresh);
        }
        answer
    }

    fn issue(
        &mut self,
        bearer: Bearer,
        scopes: BTreeSet<String>,
        family: u64,
        now: i64,
        issuer: &str,
    ) -> String {
        self.issued += 1;
        let expires = now + self.token_life_ms;
        let subject = match &bearer {
            Bearer::Machine => format!("{}@clients", self.client_id),
            Bearer::User { .. } => "auth0|sandbox-ava".to_owned(),
        };
        let mut claims = json!({
            "iss": issuer, "sub": subject, "aud": "https://platform.reapit.cloud",
            "azp": self.client_id, "iat": now / 1_000, "exp": expires / 1_000,
            "scope": joined(&scopes), "jti": self.issued.to_string(),
        });
        if let Bearer::User { customer } = &bearer {
            claims["clientCode"] = json!(customer);
        }
        let text = self.sign(&claims);
        self.tokens.insert(
            text.clone(),
            Token {
                bearer,
                scopes,
                expires,
                family,
            },
        );
        text
    }

    /// A JWT.
    fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": "sandbox" });
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// A secret that nobody had before.
    fn fresh(&mut self, name: &str) -> String {
        self.issued += 1;
        self.numbered(name, self.issued)
    }

    /// The secret of this number: only who has the key can tell it.
    fn numbered(&self, name: &str, number: u64) -> String {
        let mut hasher = blake3::Hasher::new_keyed(self.key.as_bytes());
        hasher.update(name.as_bytes());
        hasher.update(&number.to_le_bytes());
        let secret = URL_SAFE_NO_PAD.encode(hasher.finalize().as_bytes());
        format!("{number}.{secret}")
    }

    /// What of the asked scopes the app may have.
    fn granted(&self, asked: &str) -> BTreeSet<String> {
        const IDENTITY: &[&str] = &["openid", "profile", "email", "offline_access"];
        asked
            .split_whitespace()
            .filter(|scope| {
                IDENTITY.contains(scope)
                    || self.scopes.iter().any(|own| scope.ends_with(own.as_str()))
            })
            .map(ToOwned::to_owned)
            .collect()
    }
}

fn joined(scopes: &BTreeSet<String>) -> String {
    scopes
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}
