//! The HTTP client for requests that carry secrets.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use nurturehub_adapter_kit::network::Network;
use nurturehub_port::ErrorKind;
use oauth2::http::{Response, StatusCode, header};
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;

use crate::endpoints::is_loopback;
use crate::{OAuthError, untrusted};

/// What a request may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest wait for the whole of an answer, so that one that trickles in comes to an end.
    pub total: Duration,
    /// Bytes of an answer, after decompression.
    pub max_body: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(30),
            max_body: 1024 * 1024,
        }
    }
}

/// An HTTP client that never follows a redirect, bounds what it reads, and keeps no connection.
///
/// Made here only, so that no other kind of client can be used by mistake.
#[derive(Debug, Clone)]
pub struct OAuthHttp {
    through_proxy: reqwest::Client,
    // A proxy must not see what is meant for this computer, nor could it deliver it.
    direct: reqwest::Client,
    max_body: usize,
}

impl OAuthHttp {
    /// A client.
    ///
    /// # Errors
    /// The program has installed no TLS implementation.
    pub fn new(limits: HttpLimits) -> Result<Self, OAuthError> {
        Self::through(limits, &Network::default())
    }

    /// A client that takes this way out of the computer.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn through(limits: HttpLimits, network: &Network) -> Result<Self, OAuthError> {
        // Without one, reqwest panics.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(OAuthError::Internal {
                what: "no TLS implementation is installed",
            });
        }
        let builder = || {
            network
                .with_trust(network.with_names(reqwest::Client::builder()))
                .redirect(Policy::none())
                .referer(false)
                .connect_timeout(limits.connect)
                .timeout(limits.total)
                .pool_max_idle_per_host(0)
                .user_agent(concat!("NurtureHub-Connect/", env!("CARGO_PKG_VERSION")))
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|_| OAuthError::Internal {
                what: "the HTTP client cannot be made",
            })
        };
        Ok(Self {
            through_proxy: build(network.with_proxy(builder()))?,
            direct: build(builder().no_proxy())?,
            max_body: limits.max_body,
        })
    }

    /// Sends a request and reads the answer, as far as it is one: anything from 2xx or 4xx with a
    /// body that is not a web page.
    async fn send(&self, request: reqwest::Request, now: Timestamp) -> Result<Raw, OAuthError> {
        let client = if is_loopback(request.url()) {
            &self.direct
        } else {
            &self.through_proxy
        };
        let mut response = client.execute(request).await.map_err(|e| classify(&e))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(OAuthError::Redirected);
        }
        if status.is_server_error() {
            return Err(OAuthError::ProviderDown {
                status: status.as_u16(),
            });
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            let until = response.headers().get(header::RETRY_AFTER);
            return Err(OAuthError::RateLimited {
                until: until
                    .and_then(|value| value.to_str().ok())
                    .and_then(|value| retry_at(value, now)),
            });
        }
        if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Err(OAuthError::Network {
                kind: ErrorKind::NetworkProxy,
                detail: "the proxy asks for a sign-in".to_owned(),
            });
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| classify(&e))? {
            if body.len() + chunk.len() > self.max_body {
                return Err(OAuthError::BadAnswer {
                    why: "it is far too large",
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Raw { status, body })
    }

    /// Sends a form for which only the status of the answer matters.
    pub(crate) async fn post_form(
        &self,
        request: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder,
        now: Timestamp,
    ) -> Result<(StatusCode, Vec<u8>), OAuthError> {
        let request = request(&self.direct).build().map_err(|e| classify(&e))?;
        let raw = self.send(request, now).await?;
        Ok((raw.status, raw.body))
    }
}

struct Raw {
    status: StatusCode,
    body: Vec<u8>,
}

/// One call through the `oauth2` crate, which passes an answer's content on but not its status.
#[derive(Debug)]
pub(crate) struct Call<'h> {
    http: &'h OAuthHttp,
    now: Timestamp,
    status: AtomicU16,
}

impl<'h> Call<'h> {
    pub(crate) const fn new(http: &'h OAuthHttp, now: Timestamp) -> Self {
        Self {
            http,
            now,
            status: AtomicU16::new(0),
        }
    }

    /// The status of the answer; 0 where there was none.
    pub(crate) fn status(&self) -> u16 {
        self.status.load(Ordering::Relaxed)
    }

    async fn run(&self, request: HttpRequest) -> Result<HttpResponse, OAuthError> {
        let request = request.try_into().map_err(|e| classify(&e))?;
        let raw = self.http.send(request, self.now).await?;
        self.status.store(raw.status.as_u16(), Ordering::Relaxed);
        let start = raw.body.iter().find(|byte| !byte.is_ascii_whitespace());
        if raw.status.is_success() && start == Some(&b'<') {
            return Err(OAuthError::BadAnswer {
                why: "it is a web page",
            });
        }
        // The crate knows success as 200 alone, and judges by a content type that servers get
        // wrong; what the body holds is judged when it is parsed.
        let mut response = Response::new(raw.body);
        *response.status_mut() = if raw.status.is_success() {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        };
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Call<'_> {
    type Error = OAuthError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OAuthError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.run(request))
    }
}

/// `Retry-After` in either form (RFC 9110 §10.2.3).
fn retry_at(value: &str, now: Timestamp) -> Option<Timestamp> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return now
            .checked_add(jiff::SignedDuration::from_secs(seconds.into()))
            .ok();
    }
    DateTimeParser::new().parse_timestamp(value).ok()
}

fn classify(error: &reqwest::Error) -> OAuthError {
    let (kind, detail) = if error.is_timeout() {
        (ErrorKind::NetworkTimeout, "no answer in time")
    } else if error.is_dns() {
        (ErrorKind::NetworkDns, "its address was not found")
    } else if chain(error).any(is_tls) {
        (ErrorKind::NetworkTls, "it could not prove who it is")
    } else if chain(error).any(|cause| cause.to_string().contains("tunnel")) {
        (ErrorKind::NetworkProxy, "the proxy does not let it through")
    } else if error.is_connect() {
        (ErrorKind::NetworkConnect, "nothing answers there")
    } else if error.is_builder() {
        return OAuthError::Configuration {
            message: "a request to the CRM's sign-in service cannot be made with these settings"
                .to_owned(),
        };
    } else {
        (ErrorKind::NetworkInterrupted, "the answer broke off")
    };
    let cause = chain(error).last().map(ToString::to_string);
    let cause = cause.and_then(|cause| untrusted::shown(&cause, &[]));
    OAuthError::Network {
        kind,
        detail: cause.map_or_else(|| detail.to_owned(), |cause| format!("{detail}: {cause}")),
    }
}

/// What caused an error, outermost first, without the error itself, whose text holds the address.
fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |cause| cause.source())
}

fn is_tls(cause: &(dyn std::error::Error + 'static)) -> bool {
    // An `io::Error` stands for what it wraps, and skips it in the chain of sources.
    match cause.downcast_ref::<std::io::Error>() {
        Some(error) => error.get_ref().is_some_and(|inner| is_tls(inner)),
        None => cause.is::<rustls::Error>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let later: Timestamp = "2026-03-01T12:02:00Z".parse().unwrap();
        assert_eq!(retry_at("120", now), Some(later));
        assert_eq!(retry_at("Sun, 01 Mar 2026 12:02:00 GMT", now), Some(later));
        assert_eq!(retry_at("soon", now), None);
        assert_eq!(retry_at("-5", now), None);
    }
}
