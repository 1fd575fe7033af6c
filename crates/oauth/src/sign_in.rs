//! A person's sign-in in the system browser.

use std::fmt;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
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
    /// Somebody can paste the final address ([`PendingSignIn::complete_from_url`]): then a way back
    /// that cannot be opened, or that this computer cannot reach, is no obstacle.
    pub can_paste: bool,
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
    way_back: Mutex<WayBack>,
}

/// How the browser comes back.
enum WayBack {
    /// To this listener.
    Listening(TcpListener),
    /// Not by itself: the final address is pasted.
    Pasted,
    /// No longer: a wait has begun, and each sign-in has one.
    Used,
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
        let (way_back, address) = self.way_back(&request).await?;
        let redirect = redirect_address(address, &request.redirect_path)?;
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
            way_back: Mutex::new(way_back),
        })
    }

    /// Opens the address that the person comes back to, and shows that it can be reached.
    async fn way_back(&self, request: &SignInRequest) -> Result<(WayBack, SocketAddr), OAuthError> {
        let listener = match loopback::open(request.redirect_port).await {
            Ok(listener) => listener,
            Err(error) => {
                // Without a listener only a port that is known beforehand makes an address.
                let port = request.redirect_port.filter(|_| request.can_paste);
                let address = port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
                return Ok((WayBack::Pasted, address.ok_or(error)?));
            }
        };
        let address = listener
            .local_addr()
            .map_err(|_| OAuthError::LoopbackBlocked)?;
        match loopback::self_test(&listener, self.clock()).await {
            Err(error) if !request.can_paste => Err(error),
            // It stays open even where it could not be reached: that may yet change.
            _ => Ok((WayBack::Listening(listener), address)),
        }
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
        let way_back = std::mem::replace(&mut *lock(&self.way_back), WayBack::Used);
        let mut loopback = match way_back {
            WayBack::Listening(listener) => Some(Loopback::new(
                listener,
                Arc::clone(&self.expected),
                Arc::clone(&self.taken),
            )),
            WayBack::Pasted => None,
            WayBack::Used => return Err(OAuthError::AlreadyUsed),
        };
        let mut cancel = pin!(cancel);
        let code = tokio::select! {
            biased;
            callback = next(loopback.as_mut()) => callback?,
            () = &mut cancel => return Err(OAuthError::Cancelled),
            () = self.client.clock().sleep(timeout) => return Err(OAuthError::TimedOut),
        };
        let turned_away = async {
            // An answer was taken, so all that come now are turned away; only a broken listener
            // ends this, and then the code still counts.
            let _ = next(loopback.as_mut()).await;
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

/// The next callback; never, where nobody listens.
async fn next(loopback: Option<&mut Loopback>) -> Result<Secret<String>, OAuthError> {
    match loopback {
        Some(loopback) => loopback.next().await,
        None => std::future::pending().await,
    }
}

fn redirect_address(address: SocketAddr, path: &str) -> Result<Url, OAuthError> {
    let wrong = || OAuthError::Configuration {
        message: "the path of the redirect address makes no sense".to_owned(),
    };
    // A socket address prints an IPv6 address in brackets, as a URL wants it.
    let url = Url::parse(&format!("http://{address}{path}")).map_err(|_| wrong())?;
    let plain = path.starts_with('/') && url.query().is_none() && url.fragment().is_none();
    if plain { Ok(url) } else { Err(wrong()) }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
