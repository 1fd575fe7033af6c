//! Which path is answered by what, and what it takes to be let in.

use bytes::Bytes;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::locks::{lock, read, write};

use super::errors::{problem, refusal, unauthorised, wrong_agency};
use super::ids::BRANCHES;
use super::state::State;
use super::{Alto, file_notes, listing};

/// So many contacts can be asked for at once.
const MOST_DETAILS: usize = 50;

/// The form of the answer to `GET /contacts?id=`: the vendor's schema says one contact, and its
/// clients read `items`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DetailForm {
    /// An object with `items`.
    #[default]
    Items,
    /// A bare array.
    Array,
    /// One contact, whatever was asked for.
    Single,
}

/// Answers any request.
pub(super) fn answer(alto: &Alto, call: &Call) -> Answer {
    let segments = call.segments();
    if let (&Method::POST, ["token"]) = (&call.method, segments.as_slice()) {
        return lock(&alto.auth).token(call);
    }
    if let Err(refusal) = admit(alto, call, &segments) {
        return *refusal;
    }
    if let ["file-notes", rest @ ..] = segments.as_slice() {
        return file_notes::answer(&mut write(&alto.state), call, rest);
    }
    if call.method != Method::GET {
        return problem(StatusCode::METHOD_NOT_ALLOWED);
    }
    let state = read(&alto.state);
    match segments.as_slice() {
        ["contacts", "all"] => listing::answer(&state, call, alto.token_life()),
        ["contacts"] => details(&state, call, *lock(&alto.detail_form)),
        ["contacts", id, rest @ ..] => contact(&state, id, rest),
        ["branches"] => paged(&branches()),
        ["branches", id] => one_of(branches(), "branchId", id),
        ["negotiators"] => paged(&file_notes::negotiators()),
        ["negotiators", id] => one_of(file_notes::negotiators(), "id", id),
        ["partners", "integration"] => integration(&lock(&alto.sender).integration),
        _ => problem(StatusCode::NOT_FOUND),
    }
}

/// Token, agency, permission; in this order.
fn admit(alto: &Alto, call: &Call, segments: &[&str]) -> Result<(), Box<Answer>> {
    let auth = lock(&alto.auth);
    if !call
        .bearer()
        .is_some_and(|token| auth.knows(token, call.now))
    {
        return Err(Box::new(unauthorised()));
    }
    let agency = call.header("agencyref").unwrap_or_default();
    if !agency.eq_ignore_ascii_case(&auth.agency_ref) {
        return Err(Box::new(wrong_agency()));
    }
    if !auth.enabled {
        return Err(Box::new(match segments {
            ["partners", "integration"] => problem(StatusCode::NOT_FOUND),
            _ => wrong_agency(),
        }));
    }
    if permission(call, segments).is_some_and(|name| !auth.allows(name)) {
        return Err(Box::new(problem(StatusCode::FORBIDDEN)));
    }
    Ok(())
}

/// The permission that a request needs, by the vendor's names without `alto/route:`; those that look
/// wrong are the vendor's.
fn permission(call: &Call, segments: &[&str]) -> Option<&'static str> {
    Some(match segments {
        ["contacts", "all"] => "get-contacts-all",
        ["contacts"] => "get-contacts",
        ["contacts", _, "preferences"] => "post-contacts-contactid-preferences",
        ["contacts", ..] => "get-contacts-contactid",
        ["file-notes"] if call.method == Method::POST => "post-file-notes",
        ["file-notes", "search"] => "get-file-notes-search",
        ["file-notes", ..] => "get-file-notes-filenoteid",
        ["branches", ..] => "get-branches",
        ["negotiators", ..] => "get-negotiators",
        ["partners", "integration"] => "get-partners-integration",
        _ => return None,
    })
}

/// Details of some contacts. Those that are not there are left out.
fn details(state: &State, call: &Call, form: DetailForm) -> Answer {
    let ids: Vec<&str> = call.query.all("id").collect();
    if ids.is_empty() || ids.len() > MOST_DETAILS {
        return refusal(
            StatusCode::BAD_REQUEST,
            "InvalidIds",
            "Between 1 and 50 ids are needed.",
        );
    }
    let found: Vec<&Bytes> = ids
        .iter()
        .filter_map(|id| Some(&state.get(id)?.detail))
        .collect();
    let (before, after): (&[u8], &[u8]) = match form {
        DetailForm::Items => (b"{\"items\":[", b"]}"),
        DetailForm::Array => (b"[", b"]"),
        DetailForm::Single => {
            return match found.first() {
                Some(detail) => Answer::json(StatusCode::OK, Bytes::clone(detail)),
                None => problem(StatusCode::NOT_FOUND),
            };
        }
    };
    let size: usize = found.iter().map(|text| text.len() + 1).sum();
    let mut body = Vec::with_capacity(size + 16);
    body.extend_from_slice(before);
    listing::join(&mut body, found.into_iter().map(AsRef::as_ref));
    body.extend_from_slice(after);
    Answer::json(StatusCode::OK, body)
}

fn contact(state: &State, id: &str, rest: &[&str]) -> Answer {
    let Some(row) = state.get(id) else {
        return refusal(
            StatusCode::NOT_FOUND,
            "ContactNotFound",
            "The contact does not exist.",
        );
    };
    match rest {
        [] | ["persons"] => Answer::json(StatusCode::OK, row.detail.clone()),
        ["preferences"] => Answer::value(StatusCode::OK, &state.preferences(row)),
        _ => problem(StatusCode::NOT_FOUND),
    }
}

fn branches() -> Vec<Value> {
    BRANCHES
        .iter()
        .map(|(id, name)| {
            json!({
                "branchId": id.to_string(), "name": name, "status": "Active",
                "createdAt": null, "modifiedAt": null, "defaultMarket": "Unspecified",
            })
        })
        .collect()
}

/// A list that is short enough for one page.
fn paged(values: &[Value]) -> Answer {
    Answer::value(
        StatusCode::OK,
        &json!({ "meta": { "nextToken": null, "previousToken": null }, "items": values }),
    )
}

fn one_of(values: Vec<Value>, key: &str, id: &str) -> Answer {
    match values.into_iter().find(|one| one[key] == *id) {
        Some(one) => Answer::value(StatusCode::OK, &one),
        None => problem(StatusCode::NOT_FOUND),
    }
}

fn integration(id: &str) -> Answer {
    let branches: Vec<Value> = BRANCHES
        .iter()
        .map(|(id, name)| {
            json!({
                "branchRef": null, "branchId": id, "branchName": name,
                "overridesAgencyIntegrationData": false, "integrationData": null,
            })
        })
        .collect();
    Answer::value(
        StatusCode::OK,
        &json!({
            "integrationId": id, "integrationName": "NurtureHub",
            "agencyName": "Sandbox Estates", "requestedBy": null,
            "agencyIntegrationData": null, "branches": branches,
        }),
    )
}
