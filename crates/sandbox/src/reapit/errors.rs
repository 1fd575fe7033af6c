//! Refusals in the vendor's form: `{statusCode, dateTime, description}`, with `errors` on 422.

use http::StatusCode;
use serde_json::json;

use crate::answer::Answer;
use crate::clock::rfc3339;

/// A refusal.
pub(super) fn refusal(status: StatusCode, description: &str, now: i64) -> Answer {
    Answer::value(
        status,
        &json!({
            "statusCode": status.as_u16(),
            "dateTime": rfc3339(now),
            "description": description,
        }),
    )
}

/// A refusal of single fields.
pub(super) fn validation(errors: &[(&str, &str)], now: i64) -> Answer {
    let errors: Vec<_> = errors
        .iter()
        .map(|(field, message)| json!({ "field": field, "message": message }))
        .collect();
    Answer::value(
        StatusCode::UNPROCESSABLE_ENTITY,
        &json!({
            "statusCode": 422,
            "dateTime": rfc3339(now),
            "description": "Validation failed",
            "errors": errors,
        }),
    )
}
