//! Refusals as RFC 9457 problem documents.

use http::StatusCode;
use serde_json::json;

use crate::answer::Answer;

/// A problem; `code` names it for programs and ends its type.
pub(super) fn problem(status: StatusCode, code: &str, detail: &str) -> Answer {
    let body = json!({
        "type": format!("https://api.nurturehub.example/problems/{code}"),
        "title": status.canonical_reason().unwrap_or("Failed"),
        "status": status.as_u16(),
        "detail": detail,
        "code": code,
    });
    Answer::typed(status, "application/problem+json", body.to_string())
}
