//! What was said to the CRM, without anything that must not be written down.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use jiff::Timestamp;
use nurturehub_port::ErrorKind;
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

/// The id that the other side gave the request.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    REQUEST_ID_HEADERS
        .iter()
        .find_map(|name| headers.get(*name))
        .and_then(|value| plain(value.to_str().ok()?))
}

/// What the answer says about limits.
pub(super) fn limit_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| {
            let name = name.as_str();
            name == "retry-after"
                || name.starts_with("ratelimit")
                || name.starts_with("x-ratelimit")
                || name.starts_with("x-rate-limit")
        })
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), plain(value.to_str().ok()?)?)))
        .take(16)
        .collect()
}

/// A header value, where it is short and plain.
fn plain(value: &str) -> Option<String> {
    let fits = !value.is_empty() && value.len() <= MAX_HEADER;
    (fits && value.bytes().all(|byte| (0x20..0x7f).contains(&byte))).then(|| value.to_owned())
}
