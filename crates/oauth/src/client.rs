//! The client of a CRM's sign-in service.

use std::fmt::Debug;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{Clock, Secret, TokenRules};
use oauth2::basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::{
    AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet, PkceCodeVerifier,
    RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken, TokenUrl,
};
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::answer::{Answer, ErrorAnswer};
use crate::transport::Call;
use crate::{Endpoints, OAuthError, OAuthHttp, TokenSet, claims, untrusted};

/// Who this program is to a CRM, and the CRM's rules.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Where the sign-in service is.
    pub endpoints: Endpoints,
    /// The client id.
    pub client_id: String,
    /// The client's secret, for clients that have one; sent by HTTP Basic.
    pub client_secret: Option<Secret<String>>,
    /// How long tokens live where answers do not say.
    pub rules: TokenRules,
}

/// The client of one CRM's sign-in service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct OAuthClient(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: ClientConfig,
    http: OAuthHttp,
    clock: Arc<dyn Clock>,
}

/// What became of a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The CRM has ended the sign-in.
    Done,
    /// The CRM has no address for it, or does not revoke this kind of token: the tokens end when
    /// their life does.
    NotOffered,
}

/// The `oauth2` crate's client with our answers; its many parameters are named here only.
pub(crate) type Wire<Authorize = EndpointNotSet> = oauth2::Client<
    ErrorAnswer,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    Authorize,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// What a token was asked for with, which decides what a refusal means.
#[derive(Debug, Clone, Copy)]
enum Grant<'t> {
    Client,
    Code,
    Refresh(&'t TokenSet),
}

impl OAuthClient {
    /// A client.
    #[must_use]
    pub fn new(config: ClientConfig, http: OAuthHttp, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            config,
            http,
            clock,
        }))
    }

    pub(crate) fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    /// Tokens for the program itself (RFC 6749 §4.4). With no scopes, the CRM's usual ones.
    ///
    /// # Errors
    /// See [`OAuthError`].
    pub async fn client_credentials(&self, scopes: &[String]) -> Result<TokenSet, OAuthError> {
        let now = self.0.clock.now();
        let call = Call::new(&self.0.http, now);
        let wire = self.wire();
        let outcome = wire
            .exchange_client_credentials()
            .add_scopes(scopes.iter().cloned().map(Scope::new))
            .request_async(&call)
            .await;
        let answer = outcome.map_err(|e| self.read_error(e, call.status(), Grant::Client, &[]))?;
        self.first_tokens(answer, now, scopes)
    }

    /// New tokens for old ones (RFC 6749 §6). Where the answer has no refresh token, the old one
    /// stays good and is kept.
    ///
    /// The caller sees to it that one refresh of a sign-in runs at a time, and stores the outcome
    /// before it uses it: a CRM that rotates refresh tokens takes a second use of one for theft
    /// and ends the sign-in.
    ///
    /// # Errors
    /// [`OAuthError::GrantEnded`] where only a new sign-in helps; see the others.
    pub async fn refresh(&self, tokens: &TokenSet) -> Result<TokenSet, OAuthError> {
        let Some(refresh_token) = &tokens.refresh_token else {
            return Err(OAuthError::NotRenewable);
        };
        let now = self.0.clock.now();
        let call = Call::new(&self.0.http, now);
        let wire = self.wire();
        let outcome = wire
            .exchange_refresh_token(&RefreshToken::new(refresh_token.expose().clone()))
            .request_async(&call)
            .await;
        let answer = outcome.map_err(|error| {
            self.read_error(
                error,
                call.status(),
                Grant::Refresh(tokens),
                &[refresh_token],
            )
        })?;
        let fresh = self.first_tokens(answer, now, &tokens.scopes)?;
        Ok(TokenSet {
            refresh_token: fresh.refresh_token.or_else(|| tokens.refresh_token.clone()),
            signed_in_at: tokens.signed_in_at,
            claims: if fresh.claims.is_empty() {
                tokens.claims.clone()
            } else {
                fresh.claims
            },
            ..fresh
        })
    }

    /// Asks the CRM to end a sign-in (RFC 7009): by its refresh token, which ends the access
    /// tokens with it, else by the access token.
    ///
    /// # Errors
    /// The CRM could not be asked, or refused. The tokens are worth deleting all the same.
    pub async fn revoke(&self, tokens: &TokenSet) -> Result<Revocation, OAuthError> {
        let config = &self.0.config;
        let Some(address) = &config.endpoints.revoke else {
            return Ok(Revocation::NotOffered);
        };
        let (token, hint) = match &tokens.refresh_token {
            Some(token) => (token, "refresh_token"),
            None => (&tokens.access_token, "access_token"),
        };
        // Not by the `oauth2` crate, which refuses http on loopback too.
        let build = |client: &reqwest::Client| {
            let request = client.post(address.clone());
            let form = [
                ("token", token.expose().as_str()),
                ("token_type_hint", hint),
            ];
            match &config.client_secret {
                // RFC 6749 §2.3.1: both are form-encoded before they go into the header.
                Some(secret) => request
                    .basic_auth(encoded(&config.client_id), Some(encoded(secret.expose())))
                    .form(&form),
                None => {
                    let [token, hint] = form;
                    request.form(&[token, hint, ("client_id", config.client_id.as_str())])
                }
            }
        };
        let (status, body) = self.0.http.post_form(build, self.0.clock.now()).await?;
        if status.is_success() {
            return Ok(Revocation::Done);
        }
        let answer: Option<ErrorAnswer> = serde_json::from_slice(&body).ok();
        match answer.as_ref().and_then(|answer| answer.code.as_deref()) {
            Some("unsupported_token_type") => Ok(Revocation::NotOffered),
            // Not known to the CRM: then there is nothing left to end (RFC 7009 §2.2).
            Some("invalid_token" | "invalid_grant") => Ok(Revocation::Done),
            _ => Err(self.refusal(answer, status.as_u16(), Grant::Client, &[token])),
        }
    }

    /// Tokens for the code that came back from the browser (RFC 6749 §4.1.3, RFC 7636 §4.5).
    pub(crate) async fn redeem(
        &self,
        code: Secret<String>,
        verifier: PkceCodeVerifier,
        redirect: &Url,
        scopes: &[String],
    ) -> Result<TokenSet, OAuthError> {
        let now = self.0.clock.now();
        let call = Call::new(&self.0.http, now);
        let sent = Secret::new(verifier.secret().clone());
        let wire = self.wire();
        let outcome = wire
            .exchange_code(AuthorizationCode::new(code.expose().clone()))
            .set_pkce_verifier(verifier)
            .set_redirect_uri(std::borrow::Cow::Owned(RedirectUrl::from_url(
                redirect.clone(),
            )))
            .request_async(&call)
            .await;
        let answer =
            outcome.map_err(|e| self.read_error(e, call.status(), Grant::Code, &[&code, &sent]))?;
        self.first_tokens(answer, now, scopes)
    }

    pub(crate) fn wire(&self) -> Wire {
        let config = &self.0.config;
        let client = oauth2::Client::new(ClientId::new(config.client_id.clone()))
            .set_token_uri(TokenUrl::from_url(config.endpoints.token.clone()));
        match &config.client_secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose().clone())),
            None => client,
        }
    }

    /// The tokens of an answer. Their life counts from when they were asked for, by our clock, so
    /// that neither a slow answer nor a difference between clocks makes them look younger.
    fn first_tokens(
        &self,
        answer: Answer,
        now: Timestamp,
        asked: &[String],
    ) -> Result<TokenSet, OAuthError> {
        let config = &self.0.config;
        let life = answer
            .expires_in
            .map(|life| life.as_secs())
            .or(config.rules.access_seconds)
            .and_then(|seconds| i64::try_from(seconds).ok());
        let claims = answer
            .id_token
            .map(|token| claims::read(token.secret(), &config.client_id))
            .transpose()?
            .unwrap_or_default();
        Ok(TokenSet {
            access_token: Secret::new(answer.access_token.into_secret()),
            refresh_token: answer
                .refresh_token
                .map(|token| Secret::new(token.into_secret())),
            expires_at: life
                .and_then(|seconds| now.checked_add(SignedDuration::from_secs(seconds)).ok()),
            obtained_at: now,
            refresh_obtained_at: now,
            signed_in_at: now,
            scopes: answer.scopes.map_or_else(
                || asked.to_vec(),
                |scopes| {
                    scopes
                        .iter()
                        .map(|scope| scope.as_str().to_owned())
                        .collect()
                },
            ),
            claims,
        })
    }

    fn read_error(
        &self,
        error: RequestTokenError<OAuthError, ErrorAnswer>,
        status: u16,
        grant: Grant<'_>,
        sent: &[&Secret<String>],
    ) -> OAuthError {
        match error {
            RequestTokenError::Request(error) => error,
            RequestTokenError::ServerResponse(answer) => {
                self.refusal(Some(answer), status, grant, sent)
            }
            // The rest carries the answer's content, so nothing of it is passed on.
            RequestTokenError::Parse(..) if status < 400 => OAuthError::BadAnswer {
                why: "a field is missing or of the wrong type, or it is not JSON",
            },
            RequestTokenError::Other(_) if status < 400 => {
                OAuthError::BadAnswer { why: "it is empty" }
            }
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                self.refusal(None, status, grant, sent)
            }
        }
    }

    /// What an answer of 4xx means (RFC 6749 §5.2).
    fn refusal(
        &self,
        answer: Option<ErrorAnswer>,
        status: u16,
        grant: Grant<'_>,
        sent: &[&Secret<String>],
    ) -> OAuthError {
        let secret = self.0.config.client_secret.as_ref();
        let confidential: Vec<&Secret<String>> = sent.iter().copied().chain(secret).collect();
        let (code, description) = answer.map_or((None, None), |a| (a.code, a.description));
        let detail = description.and_then(|text| untrusted::shown(&text, &confidential));
        match (code.as_deref(), grant) {
            (Some("invalid_grant"), Grant::Refresh(tokens)) => OAuthError::GrantEnded {
                expired: tokens
                    .sign_in_ends(&self.0.config.rules)
                    .is_some_and(|end| self.0.clock.now() >= end.at),
            },
            (Some("invalid_grant" | "access_denied"), _) => OAuthError::Refused { detail },
            // Its secret is good then; only the words tell it from a grant that it never had.
            (Some("unauthorized_client"), _) if says_revoked(detail.as_deref()) => {
                OAuthError::ClientRevoked { detail }
            }
            (Some("invalid_client" | "unauthorized_client"), _) => {
                OAuthError::ClientRejected { detail }
            }
            (Some("invalid_scope"), _) => OAuthError::ScopeRefused { detail },
            (Some("server_error" | "temporarily_unavailable"), _) => {
                OAuthError::ProviderDown { status }
            }
            (None, _) if status == 401 => OAuthError::ClientRejected { detail },
            (None, _) if matches!(status, 404 | 405 | 410) => OAuthError::Configuration {
                message: "there is no sign-in service at the address in the settings".to_owned(),
            },
            (Some(code), _) => OAuthError::Rejected {
                code: code.to_owned(),
                detail,
            },
            (None, _) => OAuthError::Rejected {
                code: format!("status {status}"),
                detail,
            },
        }
    }
}

fn says_revoked(detail: Option<&str>) -> bool {
    detail.is_some_and(|detail| detail.to_ascii_lowercase().contains("revoked"))
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
