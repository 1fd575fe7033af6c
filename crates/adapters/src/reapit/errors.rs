//! What Reapit's errors mean.
//!
//! The body is `{statusCode, dateTime, description, errors: [{field, message}]}`, with `errors` only
//! on a 422. A 401 also comes for a customer that has not installed the app.

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::crm_words::quoted;
use nurturehub_port::{AdapterError, ErrorKind};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
struct Body {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    errors: Option<Vec<FieldError>>,
}

#[derive(Debug, Deserialize)]
struct FieldError {
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

/// Reads an error answer.
pub(super) fn read(response: &HttpResponse) -> AdapterError {
    let status = response.status.as_u16();
    let body: Body = serde_json::from_slice(&response.body).unwrap_or_default();
    match status {
        401 => unauthorised(response, &body),
        403 => response
            .error(
                ErrorKind::ScopeMissing,
                "Reapit does not allow this: the app lacks a permission (403).",
            )
            .remedy(
                "In the Developer Portal, give the app read access to contacts and applicants and \
                 write access to journal entries; then let the agency install it again.",
            ),
        404 => response.error(
            ErrorKind::ProviderRejected,
            "Reapit does not hold this record (404).",
        ),
        _ => response.error(
            ErrorKind::ProviderRejected,
            format!("Reapit refused the request ({status}){}.", reasons(&body)),
        ),
    }
}

fn unauthorised(response: &HttpResponse, body: &Body) -> AdapterError {
    let said = body
        .description
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if said.contains("customer") || said.contains("install") {
        return response
            .error(
                ErrorKind::TenantUnknown,
                "Reapit does not know this customer id for this app (401).",
            )
            .remedy(
                "Check the customer id, and that the agency has installed the app in Reapit's \
             AppMarket.",
            );
    }
    if said.contains("revoked") {
        return response.error(
            ErrorKind::AuthRevoked,
            "Access was withdrawn in Reapit (401).",
        );
    }
    // Some answers name every way in which a token can be wrong; these say nothing about this one.
    if said.contains("expired") && !said.contains(" or ") {
        return response.error(
            ErrorKind::AuthExpired,
            "The sign-in to Reapit has expired (401).",
        );
    }
    response
        .error(
            ErrorKind::AuthInvalid,
            "Reapit did not accept the token (401).",
        )
        .remedy(
            "Check client id and secret in the Developer Portal, and that the agency has the app \
         installed.",
        )
}

/// What Reapit says is wrong, fit to be shown: short, plain, and without what looks like a person's
/// address or number.
fn reasons(body: &Body) -> String {
    let fields = body.errors.iter().flatten().filter_map(|error| {
        let message = error.message.as_deref()?;
        Some(match error.field.as_deref() {
            Some(field) if !field.is_empty() => format!("{field}: {message}"),
            _ => message.to_owned(),
        })
    });
    let mut said: Vec<String> = fields.take(5).collect();
    if said.is_empty() {
        said.extend(body.description.clone());
    }
    quoted(&said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_repeated_without_what_looks_personal() {
        let body: Body = serde_json::from_str(
            r#"{"description": "Validation failed.", "errors": [
                {"field": "associatedId", "message": "OXF18000001 (ada@example.org) not found"},
                {"field": null, "message": "type\u0007 unknown"}]}"#,
        )
        .unwrap();
        assert_eq!(
            reasons(&body),
            ": “associatedId: … … not found; type unknown”"
        );
        assert_eq!(reasons(&Body::default()), "", "nothing said, nothing added");
        let long = Body {
            description: Some("word ".repeat(500)),
            errors: None,
        };
        assert!(reasons(&long).len() < 400, "the text has an end");
    }
}
