//! Refusals in the two forms that this service has, both as plain JSON: `{errors: [{code,
//! message}]}`, and problem details.

use http::StatusCode;
use serde_json::json;

use crate::answer::Answer;

/// A refusal with a code and words.
pub(super) fn refusal(status: StatusCode, code: &str, message: &str) -> Answer {
    Answer::value(
        status,
        &json!({ "errors": [{ "code": code, "message": message }] }),
    )
}

/// A refusal that says no more than its status.
pub(super) fn problem(status: StatusCode) -> Answer {
    Answer::value(
        status,
        &json!({
            "type": null,
            "title": status.canonical_reason().unwrap_or("Failed"),
            "status": status.as_u16(),
            "detail": null,
            "instance": null,
        }),
    )
}

/// The refusal for an agency that the integration is not enabled for, or that was not named.
pub(super) fn wrong_agency() -> Answer {
    refusal(
        StatusCode::FORBIDDEN,
        "Forbidden",
        "The AgencyRef header is missing or is not an agency of this integration.",
    )
}

/// The refusal for a token that is missing, wrong or has run out.
pub(super) fn unauthorised() -> Answer {
    refusal(
        StatusCode::UNAUTHORIZED,
        "Unauthorized",
        "The access token is not valid.",
    )
}
