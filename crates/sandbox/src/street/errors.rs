//! Refusals in the vendor's form: `{errors: [{title, detail, code, source}]}`.

use http::StatusCode;
use serde_json::json;

use crate::answer::Answer;

use super::CONTENT_TYPE;

/// A refusal.
pub(super) fn refusal(status: StatusCode, detail: &str) -> Answer {
    errors(status, detail, None)
}

/// A refusal because of a parameter of the query.
pub(super) fn parameter(name: &str, detail: &str) -> Answer {
    errors(StatusCode::BAD_REQUEST, detail, Some(("parameter", name)))
}

/// A refusal because of a value in the body.
pub(super) fn pointer(status: StatusCode, place: &str, detail: &str) -> Answer {
    errors(status, detail, Some(("pointer", place)))
}

fn errors(status: StatusCode, detail: &str, source: Option<(&str, &str)>) -> Answer {
    let code = status.as_u16().to_string();
    let mut error = json!({
        "title": status.to_string(),
        "detail": detail,
        "code": code,
    });
    if let (Some((kind, place)), Some(members)) = (source, error.as_object_mut()) {
        members.insert("source".to_owned(), json!({ kind: place }));
    }
    let body = json!({ "errors": [error] }).to_string();
    Answer::typed(status, CONTENT_TYPE, body)
}
