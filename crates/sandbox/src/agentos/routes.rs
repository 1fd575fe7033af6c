//! Which path is answered by what.

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::locks::read;

use super::ids::{BRANCHES, List, branch_oid};
use super::{Agentos, SHORT_NAME, message, record};

/// No page has more records than this.
const MOST_PER_PAGE: usize = 1_000;

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paged {
    pub(super) offset: usize,
    pub(super) count: usize,
}

/// A path that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'a> {
    List {
        short_name: &'a str,
        list: List,
        page: Paged,
    },
    Record {
        short_name: &'a str,
        list: List,
        id: &'a str,
    },
    PersonContacts {
        short_name: &'a str,
        id: &'a str,
    },
    Branches {
        short_name: &'a str,
        page: Paged,
    },
    Company {
        short_name: &'a str,
    },
}

impl<'a> Route<'a> {
    /// Reads a path.
    pub(super) fn of(path: &'a str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (tier, short_name, rest) = match segments.as_slice() {
            ["v4", tier, short_name, rest @ ..] => (*tier, *short_name, rest),
            _ => return None,
        };
        if tier == "advertising" {
            return (rest == ["company", "company"]).then_some(Self::Company { short_name });
        }
        if tier != "contacts" {
            return None;
        }
        if let ["person", id, "personcontacts"] = rest {
            return Some(Self::PersonContacts { short_name, id });
        }
        if let ["company", "branches", offset, count] = rest {
            let page = paged(offset, count)?;
            return Some(Self::Branches { short_name, page });
        }
        let list = List::ALL.into_iter().find(|list| {
            let path: Vec<&str> = list.path().split('/').collect();
            rest.starts_with(&path)
        })?;
        match rest.get(list.path().split('/').count()..)? {
            [offset, count] => Some(Self::List {
                short_name,
                list,
                page: paged(offset, count)?,
            }),
            [id] => Some(Self::Record {
                short_name,
                list,
                id,
            }),
            _ => None,
        }
    }

    const fn tier(self) -> &'static str {
        match self {
            Self::Company { .. } => "advertising",
            _ => "contacts",
        }
    }

    const fn short_name(self) -> &'a str {
        match self {
            Self::List { short_name, .. }
            | Self::Record { short_name, .. }
            | Self::PersonContacts { short_name, .. }
            | Self::Branches { short_name, .. }
            | Self::Company { short_name } => short_name,
        }
    }
}

fn paged(offset: &str, count: &str) -> Option<Paged> {
    Some(Paged {
        offset: offset.parse().ok()?,
        count: count.parse().ok()?,
    })
}

/// Answers any request.
pub(super) fn answer(agentos: &Agentos, call: &Call) -> Answer {
    let Some(route) = Route::of(&call.path) else {
        return message(StatusCode::NOT_FOUND, "No HTTP resource was found.");
    };
    if call.method != Method::GET {
        return message(
            StatusCode::METHOD_NOT_ALLOWED,
            "The requested resource does not support this method.",
        );
    }
    if let Err(refusal) = agentos.admit(call, route.tier(), route.short_name()) {
        return *refusal;
    }
    let gone = || message(StatusCode::NOT_FOUND, "The record was not found.");
    let state = read(&agentos.state);
    match route {
        Route::List { list, page, .. } => {
            if let Some(refusal) = check(page) {
                return refusal;
            }
            let branch = match call.query.first("branchID").filter(|id| !id.is_empty()) {
                None => None,
                Some(id) => {
                    match (0..BRANCHES.len()).find(|branch| branch_oid(*branch, state.seed) == id) {
                        Some(branch) => Some(branch),
                        None => return Answer::empty(StatusCode::NO_CONTENT),
                    }
                }
            };
            let (total, records) = state.page(list, branch, page.offset, page.count);
            envelope(total, &records)
        }
        Route::Record { list, id, .. } => match state.get(Some(list), id) {
            Some(entry) => Answer::json(StatusCode::OK, entry.text.clone()),
            None => gone(),
        },
        Route::PersonContacts { id, .. } => match state.get(None, id) {
            Some(entry) => person_contacts(&entry.text),
            None => gone(),
        },
        Route::Branches { page, .. } => {
            if let Some(refusal) = check(page) {
                return refusal;
            }
            let branches: Vec<Bytes> = (0..BRANCHES.len())
                .skip(page.offset)
                .take(page.count)
                .map(|branch| record::branch(branch, state.seed).to_string().into())
                .collect();
            envelope(BRANCHES.len(), &branches.iter().collect::<Vec<_>>())
        }
        Route::Company { .. } => Answer::value(
            StatusCode::OK,
            &json!({
                "OID": branch_oid(BRANCHES.len(), state.seed),
                "ETag": "1",
                "Name": "Sandbox Lettings Ltd",
                "ShortName": SHORT_NAME,
            }),
        ),
    }
}

fn check(page: Paged) -> Option<Answer> {
    (page.count == 0 || page.count > MOST_PER_PAGE).then(|| {
        message(
            StatusCode::BAD_REQUEST,
            "The count must be between 1 and 1000.",
        )
    })
}

/// `{"Count", "Data"}`, or 204 where there is nothing.
fn envelope(total: usize, records: &[&Bytes]) -> Answer {
    if records.is_empty() {
        return Answer::empty(StatusCode::NO_CONTENT);
    }
    let size: usize = records.iter().map(|record| record.len() + 1).sum();
    let mut body = Vec::with_capacity(size + 40);
    body.extend_from_slice(format!("{{\"Count\":{total},\"Data\":[").as_bytes());
    for (position, record) in records.iter().enumerate() {
        if position > 0 {
            body.push(b',');
        }
        body.extend_from_slice(record);
    }
    body.extend_from_slice(b"]}");
    Answer::json(StatusCode::OK, body)
}

/// The ways to reach a person, one by one. The vendor's model is not public.
fn person_contacts(record: &[u8]) -> Answer {
    let record: Value = serde_json::from_slice(record).unwrap_or_default();
    let ways: Vec<Bytes> = record
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| {
            let name = name.to_ascii_lowercase();
            value.is_string()
                && (name.contains("mail") || name.contains("phone") || name == "mobile")
        })
        .map(|(name, value)| json!({ "Type": name, "Value": value }).to_string().into())
        .collect();
    envelope(ways.len(), &ways.iter().collect::<Vec<_>>())
}
