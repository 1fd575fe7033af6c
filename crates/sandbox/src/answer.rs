//! One answer, before it goes on the wire.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde::Serialize;

/// A chunk of an oversized body: 64 KiB, sixteen to a MiB.
const FLOOD_CHUNK: &[u8] = &[b'x'; 64 * 1024];

/// What is sent after the head.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// All of it.
    Whole(Bytes),
    /// Only this part of a body that the head says is `declared` bytes long; then the connection
    /// breaks.
    Cut { part: Bytes, declared: usize },
    /// So many MiB of one endless JSON text.
    Flood { mib: u32 },
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content: Content,
}

impl Answer {
    /// Nothing but a status.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            content: Content::Whole(Bytes::new()),
        }
    }

    /// A body of some type.
    pub(crate) fn typed(
        status: StatusCode,
        content_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        let mut answer = Self::empty(status);
        answer
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        answer.content = Content::Whole(body.into());
        answer
    }

    /// JSON that is rendered already.
    pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::typed(status, "application/json; charset=utf-8", body)
    }

    /// JSON of a value.
    pub(crate) fn value(status: StatusCode, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::json(status, body),
            Err(_) => Self::empty(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// A page for a browser.
    pub(crate) fn html(status: StatusCode, page: impl Into<Bytes>) -> Self {
        Self::typed(status, "text/html; charset=utf-8", page)
    }

    /// With one more header; a value that cannot be a header's is left out.
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a header; a value that cannot be a header's is left out.
    pub(crate) fn set(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    /// The body, where it is sent whole.
    pub(crate) const fn whole(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Whole(body) => Some(body),
            Content::Cut { .. } | Content::Flood { .. } => None,
        }
    }

    /// Puts it in the form that the server sends.
    pub(crate) fn into_response(self) -> Response {
        let mut declared = None;
        let body = match self.content {
            Content::Whole(bytes) => Body::from(bytes),
            Content::Cut {
                part,
                declared: length,
            } => {
                declared = Some(length);
                cut(part)
            }
            Content::Flood { mib } => flood(mib),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Some(length) = declared {
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        response
    }
}

/// Sends a part, lets it reach the wire, then breaks the connection.
fn cut(part: Bytes) -> Body {
    Body::from_stream(stream::unfold(Some(part), |part| async move {
        match part {
            Some(part) if !part.is_empty() => {
                Some((Ok::<_, std::io::Error>(part), Some(Bytes::new())))
            }
            Some(_) => {
                // The pause makes the server flush what it has before it meets the error.
                tokio::task::yield_now().await;
                Some((
                    Err(std::io::Error::other("the connection is cut by a fault")),
                    None,
                ))
            }
            None => None,
        }
    }))
}

/// A JSON text that goes on and on.
fn flood(mib: u32) -> Body {
    let chunks = u64::from(mib) * 16;
    Body::from_stream(stream::unfold(0_u64, move |sent| async move {
        let chunk = match sent {
            0 => Bytes::from_static(b"{\"oversized\":\""),
            n if n <= chunks => Bytes::from_static(FLOOD_CHUNK),
            n if n == chunks + 1 => Bytes::from_static(b"\"}"),
            _ => return None,
        };
        Some((Ok::<_, std::io::Error>(chunk), sent + 1))
    }))
}
