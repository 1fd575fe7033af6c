//! Which path is answered by what.

use http::{Method, StatusCode};
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::locks::{lock, read, write};

use super::errors::refusal;
use super::ids::Kind;
use super::state::State;
use super::table::Row;
use super::{Reapit, journal, listing, reference, sign_in};

/// Answers any request.
pub(super) fn answer(reapit: &Reapit, call: &Call) -> Answer {
    let segments = call.segments();
    match (&call.method, segments.as_slice()) {
        (&Method::GET | &Method::POST, ["authorize"]) => {
            let page = *lock(&reapit.consent_page);
            sign_in::authorize(&mut lock(&reapit.auth), page, call)
        }
        // The second is the older path, kept for compatibility by the vendor.
        (&Method::POST, ["oauth", "token"] | ["token"]) => {
            sign_in::token(&mut lock(&reapit.auth), call)
        }
        (&Method::POST, ["oauth", "revoke"]) => sign_in::revoke(&mut lock(&reapit.auth), call),
        (&Method::GET, [".well-known", "openid-configuration"]) => sign_in::discovery(call),
        (&Method::GET, [".well-known", "jwks.json"]) => Answer::value(
            StatusCode::OK,
            &serde_json::json!({ "keys": [lock(&reapit.auth).jwk()] }),
        ),
        _ => match reapit.admit(call, scope(call, &segments).as_deref()) {
            Ok(()) => rest(reapit, call, &segments),
            Err(refusal) => *refusal,
        },
    }
}

/// The scope that a path needs: the resource's name, and whether it is read or written.
fn scope(call: &Call, segments: &[&str]) -> Option<String> {
    let access = if call.method == Method::GET {
        "read"
    } else {
        "write"
    };
    match segments.first()? {
        resource @ (&"contacts" | &"applicants" | &"landlords" | &"vendors" | &"tenancies"
        | &"negotiators" | &"offices" | &"journalEntries") => Some(format!("{resource}.{access}")),
        _ => None,
    }
}

fn rest(reapit: &Reapit, call: &Call, segments: &[&str]) -> Answer {
    let not_found = || refusal(StatusCode::NOT_FOUND, "Not found", call.now);
    if let ["journalEntries", rest @ ..] = segments {
        return journal::answer(&mut write(&reapit.state), call, rest);
    }
    if call.method != Method::GET {
        return refusal(StatusCode::METHOD_NOT_ALLOWED, "Not allowed", call.now);
    }
    let state = read(&reapit.state);
    match segments {
        ["contacts", id, "relationships"] => match state.contacts.get(id) {
            Some(row) => relationships(row, call, id),
            None => not_found(),
        },
        ["negotiators"] => {
            let office: Vec<&str> = call.query.all("officeId").collect();
            let mut staff = reference::negotiators();
            staff
                .retain(|one| office.is_empty() || office.iter().any(|id| one["officeId"] == **id));
            listing::answer_values(call, &by_id(call, staff), "/negotiators/")
        }
        ["offices"] => {
            listing::answer_values(call, &by_id(call, reference::offices()), "/offices/")
        }
        ["negotiators", id] => one_of(reference::negotiators(), id).unwrap_or_else(not_found),
        ["offices", id] => one_of(reference::offices(), id).unwrap_or_else(not_found),
        ["configuration", list] => match reference::configuration(list) {
            Some(items) => Answer::value(StatusCode::OK, &by_id(call, items)),
            None => not_found(),
        },
        ["configuration", list, id] => reference::configuration(list)
            .and_then(|items| one_of(items, id))
            .unwrap_or_else(not_found),
        ["webhooks", "signing", key] => {
            let signing = lock(&reapit.signing);
            if *key == signing.key_id {
                Answer::value(StatusCode::OK, &signing.public_keys())
            } else {
                not_found()
            }
        }
        [part, rest @ ..] => match State::kind_of_path(part) {
            Some(kind) => records(&state, kind, call, rest).unwrap_or_else(not_found),
            None => not_found(),
        },
        [] => not_found(),
    }
}

/// A listing of records, or one record.
fn records(state: &State, kind: Kind, call: &Call, rest: &[&str]) -> Option<Answer> {
    let table = state.table(kind)?;
    match rest {
        [] => Some(listing::answer(call, table, kind.path())),
        [id] => {
            let mut text = Vec::new();
            let with_relationships = call
                .query
                .all("embed")
                .any(|embed| embed == "relationships");
            table.get(id)?.append(&mut text, with_relationships);
            Some(Answer::json(StatusCode::OK, text))
        }
        _ => None,
    }
}

fn relationships(row: &Row, call: &Call, id: &str) -> Answer {
    let roles = match row.value().pointer_mut("/_embedded/relationships") {
        Some(Value::Array(roles)) => std::mem::take(roles),
        _ => Vec::new(),
    };
    listing::answer_values(call, &roles, &format!("/contacts/{id}/relationships/"))
}

/// Only those with one of the asked ids, where ids are asked for.
fn by_id(call: &Call, mut values: Vec<Value>) -> Vec<Value> {
    let ids: Vec<&str> = call.query.all("id").collect();
    values.retain(|one| ids.is_empty() || ids.iter().any(|id| one["id"] == **id));
    values
}

fn one_of(values: Vec<Value>, id: &str) -> Option<Answer> {
    values
        .into_iter()
        .find(|one| one["id"] == *id)
        .map(|one| Answer::value(StatusCode::OK, &one))
}
