//! A run's exchange as it is written down, and as a bundle carries it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use nurturehub_adapter_kit::http::{Came, Exchange, Failure, is_about_limits};
use nurturehub_port::{Activity, AdapterError, Cursor, ErrorKind, Retry, SyncStart};
use nurturehub_pseudonym::Pseudonyms;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::sync::Judged;
use crate::{ErrorReport, VerifyStepReport};

/// The form of what is written here.
pub(crate) const FORMAT: u32 = 1;

/// What the adapter was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Operation {
    Sync,
    Verify,
    WriteBack,
}

/// A run that failed or ended in part, with what was said. Nobody in it can be known.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunRecording {
    pub(crate) format: u32,
    pub(crate) operation: Operation,
    pub(crate) provider: String,
    pub(crate) started_at: Timestamp,
    /// Requests of that day before the run, which count towards the CRM's limit.
    pub(crate) used_today: u64,
    pub(crate) settings: BTreeMap<String, String>,
    /// What the secrets look like, by their keys: a form, and nothing of the content.
    pub(crate) outlines: BTreeMap<String, String>,
    pub(crate) start: Start,
    /// What was to be written back together.
    #[serde(default)]
    pub(crate) activities: Vec<Activity>,
    /// The steps of a verification that ask the machine and not the CRM.
    pub(crate) steps: Vec<VerifyStepReport>,
    /// No adapter could be made: what stood in the way.
    pub(crate) before: bool,
    pub(crate) exchanges: Vec<RecordedExchange>,
    /// Answers from before, which may be needed again.
    pub(crate) aside: Vec<RecordedExchange>,
    /// Exchanges that were let go of.
    pub(crate) left_out: u64,
    pub(crate) error: ErrorReport,
    pub(crate) failed_at: FailurePoint,
    /// What a listing was judged by that came to its end: numbers, and names of our own fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) judged: Option<Judged>,
}

/// Where a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FailurePoint {
    /// The step: one of a verification's, `listing` for a sync, `closing` for one that came to the end
    /// of its list and was judged there, `writing` for a write-back, `preparing` before an adapter was
    /// made.
    pub step: String,
    /// The request that was at hand, as method and path template.
    pub request: Option<String>,
    /// The status that answered it.
    pub status: Option<u16>,
}

impl FailurePoint {
    /// At the end of a list: what is found there is of no one request.
    pub(crate) fn closing() -> Self {
        Self {
            step: "closing".to_owned(),
            request: None,
            status: None,
        }
    }
}

/// From where a listing went.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "mode", content = "position")]
pub(crate) enum Start {
    Full,
    Incremental(String),
    Resume(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordedExchange {
    at: Timestamp,
    method: String,
    template: String,
    path: String,
    query: String,
    header_names: Vec<String>,
    body: Option<Body>,
    attempt: u32,
    came: RecordedCame,
}

/// A body: text where it is text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Body {
    Text(String),
    Base64(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "outcome"
)]
enum RecordedCame {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: Body,
    },
    Failure {
        kind: ErrorKind,
        message: String,
        retry: Retry,
        reached: bool,
    },
    NoCredential {
        kind: ErrorKind,
        message: String,
        retry: Retry,
        renewing: bool,
    },
}

impl Start {
    pub(crate) fn masked(start: &SyncStart, pseudonyms: &Pseudonyms) -> Self {
        match start {
            SyncStart::Full => Self::Full,
            SyncStart::Incremental { since } => {
                Self::Incremental(pseudonyms.position(since.as_str()))
            }
            SyncStart::Resume { at } => Self::Resume(pseudonyms.position(at.as_str())),
        }
    }

    pub(crate) fn as_it_was(&self) -> SyncStart {
        let cursor = |position: &String| Cursor::from_stored(position.clone());
        match self {
            Self::Full => SyncStart::Full,
            Self::Incremental(since) => SyncStart::Incremental {
                since: cursor(since),
            },
            Self::Resume(at) => SyncStart::Resume { at: cursor(at) },
        }
    }
}

impl Body {
    fn masked(bytes: &[u8], pseudonyms: &Pseudonyms) -> Self {
        match String::from_utf8(pseudonyms.body(bytes)) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Base64(STANDARD.encode(error.as_bytes())),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Base64(text) => STANDARD.decode(text).unwrap_or_default(),
        }
    }
}

impl RecordedExchange {
    pub(crate) fn masked(exchange: &Exchange, pseudonyms: &Pseudonyms) -> Self {
        Self {
            at: exchange.at,
            method: exchange.method.clone(),
            template: exchange.template.clone(),
            path: pseudonyms.path(&exchange.template, &exchange.path),
            query: pseudonyms.query(&exchange.query),
            header_names: exchange.header_names.clone(),
            body: exchange
                .body
                .as_ref()
                .map(|body| Body::masked(body, pseudonyms)),
            attempt: exchange.attempt,
            came: match &exchange.came {
                Came::Answer {
                    status,
                    headers,
                    body,
                } => RecordedCame::Answer {
                    status: *status,
                    headers: masked_headers(headers, pseudonyms),
                    body: Body::masked(body, pseudonyms),
                },
                Came::Failure { failure, reached } => RecordedCame::Failure {
                    kind: failure.kind,
                    message: pseudonyms.said(&failure.message),
                    retry: failure.retry,
                    reached: *reached,
                },
                Came::NoCredential { failure, renewing } => RecordedCame::NoCredential {
                    kind: failure.kind,
                    message: pseudonyms.said(&failure.message),
                    retry: failure.retry,
                    renewing: *renewing,
                },
            },
        }
    }

    /// Whether there was no key or token to send.
    pub(crate) const fn is_of_sign_in(&self) -> bool {
        matches!(self.came, RecordedCame::NoCredential { .. })
    }

    pub(crate) fn as_it_was(&self) -> Exchange {
        let failure = |kind: &ErrorKind, message: &String, retry: &Retry| Failure {
            kind: *kind,
            message: message.clone(),
            retry: *retry,
        };
        Exchange {
            at: self.at,
            method: self.method.clone(),
            template: self.template.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            header_names: self.header_names.clone(),
            body: self.body.as_ref().map(|body| body.bytes().into()),
            attempt: self.attempt,
            came: match &self.came {
                RecordedCame::Answer {
                    status,
                    headers,
                    body,
                } => Came::Answer {
                    status: *status,
                    headers: headers.iter().filter_map(header).collect(),
                    body: body.bytes().into(),
                },
                RecordedCame::Failure {
                    kind,
                    message,
                    retry,
                    reached,
                } => Came::Failure {
                    failure: failure(kind, message, retry),
                    reached: *reached,
                },
                RecordedCame::NoCredential {
                    kind,
                    message,
                    retry,
                    renewing,
                } => Came::NoCredential {
                    failure: failure(kind, message, retry),
                    renewing: *renewing,
                },
            },
        }
    }
}

/// Headers whose values say something about the exchange; of others only that they were there.
fn masked_headers(headers: &HeaderMap, pseudonyms: &Pseudonyms) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let text = value.to_str().unwrap_or_default();
            let plain = matches!(name.as_str(), "content-type" | "date" | "server");
            let id = name.as_str().ends_with("request-id") || name.as_str().ends_with("requestid");
            // An id has no blanks; what has some is something else.
            let value = if plain || is_about_limits(name.as_str()) || (id && !text.contains(' ')) {
                pseudonyms.said(text)
            } else {
                String::new()
            };
            (name.as_str().to_owned(), value)
        })
        .collect()
}

fn header((name, value): &(String, String)) -> Option<(HeaderName, HeaderValue)> {
    Some((
        HeaderName::try_from(name).ok()?,
        HeaderValue::try_from(value).ok()?,
    ))
}

/// Where a listing or a step failed: the request that the error speaks of, as far as it does.
pub(crate) fn point(step: &str, exchanges: &[Exchange], status: Option<u16>) -> FailurePoint {
    let answered = |exchange: &&Exchange| exchange.came.answered().map(|(status, _)| status);
    let found = match status {
        Some(status) => exchanges
            .iter()
            .rfind(|exchange| answered(exchange) == Some(status)),
        None => exchanges.iter().rfind(|exchange| {
            matches!(
                exchange.came,
                Came::Failure { .. } | Came::NoCredential { .. }
            )
        }),
    };
    let found = found.or_else(|| exchanges.last());
    FailurePoint {
        step: step.to_owned(),
        request: found.map(|exchange| format!("{} {}", exchange.method, exchange.template)),
        status: found.and_then(|exchange| answered(&exchange)),
    }
}

/// The status that an error speaks of.
pub(crate) fn status_of(error: &AdapterError) -> Option<u16> {
    error.evidence.status
}
