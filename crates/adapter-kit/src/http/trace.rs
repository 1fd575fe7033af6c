//! What was said to the CRM, without anything that must not be written down.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use jiff::Timestamp;
use nurturehub_port::{ErrorKind, Secret};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Entries kept until somebody drains them; the oldest go first.
const CAPACITY: usize = 4096;

/// Longest header value that is kept, in bytes.
const MAX_HEADER: usize = 128;

/// Headers under which services give a request's id.
const REQUEST_ID_HEADERS: [&str; 4] = [
    "x-amzn-requestid",
    "x-request-id",
    "request-id",
    "x-correlation-id",
];

/// One attempt at one request.
///
/// It has no query, no id from a path, no header but the limits, and no body: they are never put in,
/// so nothing has to be taken out again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TraceEntry {
    /// The method.
    pub method: String,
    /// The path with its placeholders, such as `/contacts/{id}`.
    pub path_template: String,
    /// The host, with the port where one is given.
    pub host: String,
    /// The status of the answer, where there was one.
    pub status: Option<u16>,
    /// When it was sent.
    pub started_at: Timestamp,
    /// From sending to the last byte, in milliseconds.
    pub duration_ms: u64,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// Bytes of the answer's body, decompressed.
    pub bytes: u64,
    /// The CRM's id for the request.
    pub request_id: Option<String>,
    /// What went wrong, where the attempt did not bring an answer that could be used.
    pub error_kind: Option<ErrorKind>,
    /// What the answer said about limits: name and value.
    pub limit_headers: Vec<(String, String)>,
    /// How long it waited for the CRM's limits beforehand, in milliseconds.
    pub throttled_ms: u64,
}

/// The attempts of a client that nobody has taken yet.
#[derive(Debug, Clone, Default)]
pub struct TraceLog(Arc<Mutex<VecDeque<TraceEntry>>>);

impl TraceLog {
    /// Takes all entries, oldest first.
    #[must_use]
    pub fn drain(&self) -> Vec<TraceEntry> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain(..)
            .collect()
    }

    pub(super) fn push(&self, entry: TraceEntry) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= CAPACITY {
            entries.pop_front();
        }
        entries.push_back(entry);
    }
}

impl TraceEntry {
    /// Takes down what an answer's headers say of the request and of the limits. A service can put
    /// anything there, so what repeats the key or token that it was sent, or looks like somebody's
    /// address, is left out.
    pub(super) fn hear(&mut self, headers: &HeaderMap, token: Option<&Secret<String>>) {
        let token = token.map(Secret::expose).filter(|token| !token.is_empty());
        let says_nothing_else = |value: &String| {
            !value.contains('@') && token.is_none_or(|token| !value.contains(token.as_str()))
        };
        self.request_id = request_id(headers).filter(says_nothing_else);
        self.limit_headers = limit_headers(headers);
        self.limit_headers
            .retain(|(_, value)| says_nothing_else(value));
    }
}

/// The id that the other side gave the request: an id has no blanks.
fn request_id(headers: &HeaderMap) -> Option<String> {
    REQUEST_ID_HEADERS
        .iter()
        .find_map(|name| headers.get(*name))
        .and_then(|value| plain(value.to_str().ok()?))
        .filter(|id| !id.contains(' '))
}

/// What headers about limits are called, behind what they begin with.
const OF_LIMITS: [&str; 9] = [
    "limit",
    "remaining",
    "reset",
    "used",
    "policy",
    "resource",
    "interval",
    "window",
    "after",
];

/// Whether a header says what the limits are; those that say whose they are do not count.
#[must_use]
pub fn is_about_limits(name: &str) -> bool {
    let rest = ["x-ratelimit-", "x-rate-limit-", "ratelimit-"]
        .iter()
        .find_map(|start| name.strip_prefix(start));
    let of_limits = |rest: &str| rest.split('-').any(|word| OF_LIMITS.contains(&word));
    name == "retry-after" || name == "ratelimit" || rest.is_some_and(of_limits)
}

/// What the answer says about limits.
fn limit_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| is_about_limits(name.as_str()))
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), plain(value.to_str().ok()?)?)))
        .take(16)
        .collect()
}

/// A header value, where it is short and plain.
fn plain(value: &str) -> Option<String> {
    let fits = !value.is_empty() && value.len() <= MAX_HEADER;
    (fits && value.bytes().all(|byte| (0x20..0x7f).contains(&byte))).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(headers: &[(&'static str, &str)]) -> TraceEntry {
        let mut entry = TraceEntry {
            method: "GET".into(),
            path_template: "/contacts".into(),
            host: "crm.example".into(),
            status: Some(200),
            started_at: Timestamp::UNIX_EPOCH,
            duration_ms: 0,
            attempt: 1,
            bytes: 0,
            request_id: None,
            error_kind: None,
            limit_headers: Vec::new(),
            throttled_ms: 0,
        };
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<Vec<(http::HeaderName, http::HeaderValue)>>()
            .into_iter()
            .collect();
        entry.hear(&headers, Some(&Secret::new("key-8f2a".to_owned())));
        entry
    }

    #[test]
    fn what_the_limits_are_is_kept() {
        let entry = heard(&[
            ("x-request-id", "7e570000-0000"),
            ("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"),
            ("ratelimit", "\"burst\";r=10;t=5"),
            ("ratelimit-policy", "\"burst\";q=100;w=60"),
            ("x-ratelimit-limit-minute", "60"),
            ("x-rate-limit-remaining", "3"),
        ]);
        assert_eq!(entry.request_id.as_deref(), Some("7e570000-0000"));
        assert_eq!(entry.limit_headers.len(), 5, "{:?}", entry.limit_headers);
    }

    #[test]
    fn neither_a_key_nor_a_person_is_kept_whatever_a_header_says() {
        let ids = [
            "key-8f2a",
            "for-key-8f2a-1",
            "ada@example.org",
            "Ada Lovelace",
        ];
        for id in ids {
            assert_eq!(heard(&[("x-request-id", id)]).request_id, None, "{id}");
        }
        let entry = heard(&[
            ("x-ratelimit-limit", "key-8f2a;100"),
            ("x-ratelimit-remaining", "ada@example.org"),
            ("x-ratelimit-user", "Ada Lovelace"),
        ]);
        assert_eq!(entry.limit_headers, []);
    }
}
