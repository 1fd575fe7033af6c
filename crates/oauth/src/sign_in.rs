//! A person's sign-in in the system browser.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nurturehub_port::Secret;
use oauth2::{AuthUrl, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};
use tokio::net::TcpListener;
use url::Url;

use crate::loopback::{self, Loopback};
use crate::redirect::{self, Expected, Issuer};
use crate::{OAuthClient, OAuthError, TokenSet};

/// Bytes of random in `state`: 256 bits, which nobody guesses.
const STATE_BYTES: u32 = 32;

/// What to ask a CRM for.
#[derive(Debug, Clone, Default)]
pub struct SignInRequest {
    /// Scopes.
    pub scopes: Vec<String>,
    /// Further parameters of the authorization request.
    pub extra: Vec<(String, String)>,
    /// The path of the address that people are sent back to, beginning with `/`.
    pub redirect_path: String,
    /// Its port, where the CRM wants it registered to the letter; else any.
    pub redirect_port: Option<u16>,
}

/// A sign-in that waits for a person. Serves once; dropped, it closes its port.
pub struct PendingSignIn {
    client: OAuthClient,
    url: Url,
    scopes: Vec<String>,
    expected: Arc<Expected>,
    /// Whether an answer was taken, by whichever way it came.
    taken: Arc<AtomicBool>,
    verifier: Mutex<Option<PkceCodeVerifier>>,
    listener: Mutex<Option<TcpListener>>,
}

impl OAuthClient {
    /// Begins a sign-in in the browser (RFC 6749 §4.1, RFC 7636, RFC 8252): opens the address that
    /// the person comes back to, shows that it can be reached, and makes the address to open.
    ///
    /// # Errors
    /// The CRM has no authorization address; the port is taken; this computer cannot reach itself.
    pub async fn authorization(&self, request: SignInRequest) -> Result<PendingSignIn, OAuthError> {
        let endpoints = &self.config().endpoints;
        let Some(authorize) = endpoints.authorize.clone() else {
            return Err(OAuthError::Configuration {
                message: "the setting `authorizeUrl` is missing".to_owned(),
            });
        };
        let listener = loopback::open(request.redirect_port).await?;
        loopback::self_test(&listener, self.clock()).await?;
        let redirect = redirect_address(&listener, &request.redirect_path)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let wire = self
            .wire()
            .set_auth_uri(AuthUrl::from_url(authorize.clone()));
        let mut asked = wire
            .authorize_url(|| CsrfToken::new_random_len(STATE_BYTES))
            .add_scopes(request.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge)
            .set_redirect_uri(std::borrow::Cow::Owned(RedirectUrl::from_url(
                redirect.clone(),
            )));
        for (key, value) in request.extra {
            asked = asked.add_extra_param(key, value);
        }
        let (url, state) = asked.url();
        let issuer = endpoints
            .issuer
            .clone()
            .map_or(Issuer::OriginOf(authorize), Issuer::Exactly);
        Ok(PendingSignIn {
            client: self.clone(),
            url,
            scopes: request.scopes,
            expected: Arc::new(Expected {
                redirect,
                state: Secret::new(state.into_secret()),
                issuer,
            }),
            taken: Arc::default(),
            verifier: Mutex::new(Some(verifier)),
            listener: Mutex::new(Some(listener)),
        })
    }
}

impl PendingSignIn {
    /// The address to open in a browser.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The address that the person is sent back to.
    #[must_use]
    pub fn redirect(&self) -> &Url {
        &self.expected.redirect
    }

    /// Waits for the person to come back, and fetches the tokens. The port is closed on return.
    ///
    /// `timeout` bounds the wait for the person; `cancel` ends all of it. The first answer on the
    /// right path decides, a forged one too: then the sign-in has failed and another one must be
    /// begun. Other requests disturb nothing.
    ///
    /// # Errors
    /// Cancelled, timed out, refused and the rest of [`OAuthError`], told apart.
    pub async fn wait(
        &self,
        timeout: Duration,
        cancel: impl Future<Output = ()> + Send,
    ) -> Result<TokenSet, OAuthError> {
        let listener = lock(&self.listener).take().ok_or(OAuthError::AlreadyUsed)?;
        let mut loopback = Loopback::new(
            listener,
            Arc::clone(&self.expected),
            Arc::clone(&self.taken),
        );
        let mut cancel = pin!(cancel);
        let code = tokio::select! {
            biased;
            callback = loopback.next() => callback?,
            () = &mut cancel => return Err(OAuthError::Cancelled),
            () = self.client.clock().sleep(timeout) => return Err(OAuthError::TimedOut),
        };
        let turned_away = async {
            // An answer was taken, so all that come now are turned away; only a broken listener
            // ends this, and then the code still counts.
            let _ = loopback.next().await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            tokens = self.redeem(code) => tokens,
            () = &mut cancel => Err(OAuthError::Cancelled),
            () = turned_away => Err(OAuthError::AlreadyUsed),
        }
    }

    /// Finishes with the address that the browser ended on, for a browser that runs elsewhere. May
    /// be called while [`PendingSignIn::wait`] is under way. An address that is not the right one
    /// leaves the sign-in waiting.
    ///
    /// # Errors
    /// As [`PendingSignIn::wait`]; [`OAuthError::NotTheRedirect`] for any other address.
    pub async fn complete_from_url(&self, address: &str) -> Result<TokenSet, OAuthError> {
        let address = Url::parse(address.trim())
            .ok()
            .filter(|address| redirect::is_callback(&self.expected, address))
            .ok_or(OAuthError::NotTheRedirect)?;
        let callback = match redirect::read(&self.expected, &address) {
            // A person's slip of the hand is no attack: the sign-in goes on.
            Err(slip @ (OAuthError::ForgedState | OAuthError::MalformedCallback { .. })) => {
                return Err(slip);
            }
            other => other,
        };
        if self.taken.swap(true, Ordering::SeqCst) {
            return Err(OAuthError::AlreadyUsed);
        }
        self.redeem(callback?).await
    }

    async fn redeem(&self, code: Secret<String>) -> Result<TokenSet, OAuthError> {
        let verifier = lock(&self.verifier).take().ok_or(OAuthError::AlreadyUsed)?;
        self.client
            .redeem(code, verifier, &self.expected.redirect, &self.scopes)
            .await
    }
}

/// Without the address to open, which carries `state`.
impl fmt::Debug for PendingSignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PendingSignIn")
            .field("redirect", &self.expected.redirect.as_str())
            .finish_non_exhaustive()
    }
}

fn redirect_address(listener: &TcpListener, path: &str) -> Result<Url, OAuthError> {
    let wrong = || OAuthError::Configuration {
        message: "the path of the redirect address makes no sense".to_owned(),
    };
    let address = listener
        .local_addr()
        .map_err(|_| OAuthError::LoopbackBlocked)?;
    // A socket address prints an IPv6 address in brackets, as a URL wants it.
    let url = Url::parse(&format!("http://{address}{path}")).map_err(|_| wrong())?;
    let plain = path.starts_with('/') && url.query().is_none() && url.fragment().is_none();
    if plain { Ok(url) } else { Err(wrong()) }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
