//! An answer with a status of success, or one that an adapter is to read an error from.

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use nurturehub_port::{AdapterError, ErrorKind, Evidence};
use serde::Deserialize;

use super::{json_path, retry};

/// An answer, read to its end.
pub struct HttpResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
    /// The CRM's id for the request.
    pub request_id: Option<String>,
    /// Which attempt brought it, from 1.
    pub attempt: u32,
    /// When it was read, by our clock.
    pub received_at: Timestamp,
    /// How long ago this client last got a 429, where it ever did.
    pub since_429: Option<Duration>,
}

impl std::fmt::Debug for HttpResponse {
    /// Without the body and the headers, which may hold personal data.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .field("request_id", &self.request_id)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

impl HttpResponse {
    /// The body as text.
    ///
    /// # Errors
    /// `protocol`, where it is an HTML page or not UTF-8; `network.proxy`, where the page is that of
    /// a proxy or of a network that wants a sign-in.
    pub fn text(&self) -> Result<&str, AdapterError> {
        if self.is_html() {
            return Err(self.html_error());
        }
        std::str::from_utf8(&self.body).map_err(|_| {
            self.error(
                ErrorKind::Protocol,
                "The CRM's answer is not readable text.",
            )
        })
    }

    /// The body as JSON of a type, which may borrow from it.
    ///
    /// # Errors
    /// `protocol`, naming the place but never the content, where it is not JSON or not of that type;
    /// and the errors of [`Self::text`].
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, AdapterError> {
        let text = self.text()?;
        serde_json::from_str(text).map_err(|error| {
            self.error(
                ErrorKind::Protocol,
                format!("The CRM's answer {}.", json_path::describe(text, &error)),
            )
        })
    }

    /// The CRM's clock when it answered (the `Date` header), to the second.
    #[must_use]
    pub fn date(&self) -> Option<Timestamp> {
        retry::date(&self.headers)
    }

    /// The wait that the CRM asks for with `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(&self.headers, self.received_at)
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the body is an HTML page, by its type or its first characters.
    #[must_use]
    pub fn is_html(&self) -> bool {
        let by_type = self
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| {
                value
                    .trim_start()
                    .to_ascii_lowercase()
                    .starts_with("text/html")
            });
        by_type || self.body.trim_ascii_start().starts_with(b"<")
    }

    /// What an error can be traced by.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        Evidence {
            request_id: self.request_id.clone(),
            status: Some(self.status.as_u16()),
            attempt: Some(self.attempt),
        }
    }

    /// An error about this answer, with its evidence.
    #[must_use]
    pub fn error(&self, kind: ErrorKind, message: impl Into<String>) -> AdapterError {
        AdapterError::new(kind, message).evidence(self.evidence())
    }

    /// The error for a web page where data should be.
    pub(super) fn html_error(&self) -> AdapterError {
        if self.is_from_the_network_between() {
            return self.error(
                ErrorKind::NetworkProxy,
                "A proxy or the sign-in page of a network answered in the CRM's place.",
            );
        }
        self.error(
            ErrorKind::Protocol,
            "The CRM answered with a web page where data was expected.",
        )
        .remedy(
            "Check that this computer is not behind a network's sign-in page and that the address \
             in the settings is that of the API. If it lasts, hand the diagnostic bundle to support.",
        )
    }

    /// Signs of a proxy's or captive portal's own page: headers that Squid and others set on their
    /// errors, the marker of WISPr, by which hotspots announce themselves, and the words that stand
    /// on the pages of guest networks and on no CRM's.
    fn is_from_the_network_between(&self) -> bool {
        const WORDS: [&str; 5] = [
            "wispaccessgatewayparam",
            "captive portal",
            "hotspot",
            "wi-fi",
            "guest network",
        ];
        let by_header = ["x-squid-error", "proxy-authenticate", "proxy-status"]
            .iter()
            .any(|name| self.headers.contains_key(*name));
        let start = self.body.get(..64 * 1024).unwrap_or(&self.body);
        let page = String::from_utf8_lossy(start).to_ascii_lowercase();
        by_header || WORDS.iter().any(|word| page.contains(word))
    }
}
