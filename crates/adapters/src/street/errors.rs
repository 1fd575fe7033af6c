//! What Street's errors mean.
//!
//! The body is `{errors: [{title, detail, code, source: {pointer | parameter}}]}`. Street documents
//! 400, 401, 403, 404, 406, 409, 415, 422 and 500.

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::crm_words::quoted;
use nurturehub_port::{AdapterError, ErrorKind};
use serde::Deserialize;

/// Errors of one answer that are repeated.
const MOST: usize = 5;

#[derive(Debug, Default, Deserialize)]
struct Body {
    #[serde(default)]
    errors: Option<Vec<Reason>>,
}

#[derive(Debug, Deserialize)]
struct Reason {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    source: Option<Source>,
}

#[derive(Debug, Deserialize)]
struct Source {
    #[serde(default)]
    pointer: Option<String>,
    #[serde(default)]
    parameter: Option<String>,
}

/// Reads an error answer.
pub(super) fn read(response: &HttpResponse) -> AdapterError {
    let body: Body = serde_json::from_slice(&response.body).unwrap_or_default();
    let status = response.status.as_u16();
    let said = said(&body);
    let repeated = quoted(&said);
    match status {
        401 => unauthorized(response, &said),
        403 => response
            .error(
                ErrorKind::ScopeMissing,
                format!("Street does not let this token do that (403){repeated}."),
            )
            .remedy(
                "In Street, under Settings, Account Administration, Applications, give the token \
                 the open API scope, or make one that has it and enter it here.",
            ),
        // Anything but Street itself: a record must not be taken for gone on its word.
        404 if response.is_html() => response
            .error(
                ErrorKind::Protocol,
                "A web page answered in the place of Street's interface (404).",
            )
            .remedy("Check the address in the settings; it ends in `/open-api/v1`."),
        404 => response.error(
            ErrorKind::ProviderRejected,
            format!("Street does not hold such a record (404){repeated}."),
        ),
        _ => response.error(
            ErrorKind::ProviderRejected,
            format!("Street refused the request ({status}){repeated}."),
        ),
    }
}

/// A token has no end that Street documents; what it says of one all the same is believed.
fn unauthorized(response: &HttpResponse, said: &str) -> AdapterError {
    let lower = said.to_ascii_lowercase();
    let (kind, message) = if lower.contains("revoked") {
        (ErrorKind::AuthRevoked, "The token was taken back in Street")
    } else if lower.contains("expired") {
        (ErrorKind::AuthExpired, "The token for Street has expired")
    } else {
        (ErrorKind::AuthInvalid, "Street did not accept the token")
    };
    response.error(kind, format!("{message} (401).")).remedy(
        "A company administrator can make a new token in Street under Settings, Account \
             Administration, Applications; then enter it here.",
    )
}

/// What Street says is wrong, and where; empty where it says nothing.
fn said(body: &Body) -> String {
    let reasons = body
        .errors
        .iter()
        .flatten()
        .take(MOST)
        .filter_map(|reason| {
            let what = reason.detail.as_deref().or(reason.title.as_deref())?;
            let source = reason.source.as_ref();
            let place = source.and_then(|at| at.pointer.as_deref().or(at.parameter.as_deref()));
            Some(match place {
                Some(place) if !place.is_empty() => format!("{place}: {what}"),
                _ => what.to_owned(),
            })
        });
    reasons.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_name_their_place_and_nothing_personal() {
        let body: Body = serde_json::from_str(
            r#"{"errors": [
                {"title": "Unprocessable", "detail": "ada@example.org is taken.", "code": "422",
                 "source": {"pointer": "/data/attributes/first_name"}},
                {"title": "Bad", "source": null}]}"#,
        )
        .unwrap();
        assert_eq!(
            quoted(&said(&body)),
            ": “/data/attributes/first_name: … is taken.; Bad”"
        );
        assert_eq!(said(&Body::default()), "", "nothing said, nothing added");
    }
}
