//! One request and its answer, as they went over the wire.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

/// Who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// The adapter (or the sign-in on its behalf): the request is its work.
    Adapter,
    /// This check, to see an answer that no adapter asks for: only the answer counts.
    Check,
}

/// Head and body of a request or an answer.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// The headers, names in lower case.
    pub headers: HeaderMap,
    /// The body; empty where there is none.
    pub body: Bytes,
}

impl Message {
    /// A header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type without its parameters, in lower case.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        let text = self.header("content-type")?;
        let bare = text.split(';').next().unwrap_or(text);
        Some(bare.trim().to_ascii_lowercase())
    }

    /// The body as JSON, where it is.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Who asked.
    pub sender: Sender,
    /// The method.
    pub method: Method,
    /// The path below the CRM's address, encoded as it was sent.
    pub path: String,
    /// The query's names and values, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The request.
    pub request: Message,
    /// The answer's status.
    pub status: StatusCode,
    /// The answer.
    pub answer: Message,
}
