//! The control requests that this simulator alone answers.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::{ListOrder, Street};
use crate::answer::Answer;
use crate::call::Call;
use crate::control;

#[derive(Deserialize)]
struct NewToken {
    token: String,
}

#[derive(Deserialize)]
struct OrderBy {
    by: ListOrder,
}

/// Answers one of them; none where there is no such request.
///
/// # Errors
/// What is wrong with its body, in words.
pub(super) fn answer(street: &Street, path: &str, call: &Call) -> Result<Option<Answer>, String> {
    Ok(Some(match (&call.method, path) {
        (&Method::GET, "written") => {
            Answer::value(StatusCode::OK, &json!({ "entries": street.written() }))
        }
        (&Method::POST, "order") => {
            street.set_order(control::parse::<OrderBy>(call)?.by);
            Answer::empty(StatusCode::NO_CONTENT)
        }
        (&Method::POST, "token") => {
            street.replace_token(&control::parse::<NewToken>(call)?.token);
            Answer::empty(StatusCode::NO_CONTENT)
        }
        (&Method::POST, "webhook") => {
            Answer::value(StatusCode::OK, &street.webhook(&control::parse(call)?))
        }
        (&Method::GET, "record") => {
            match street.record(call.query.first("id").unwrap_or_default()) {
                Some(record) => Answer::value(StatusCode::OK, &record),
                None => Answer::empty(StatusCode::NOT_FOUND),
            }
        }
        _ => return Ok(None),
    }))
}
