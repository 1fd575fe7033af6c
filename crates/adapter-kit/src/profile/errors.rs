//! What an error status means where nothing nearer is known of the CRM.

use nurturehub_port::{AdapterError, ErrorKind, Scope};

use crate::HttpResponse;
use crate::http::{rejection, unexpected_status};

/// Reads an error answer by its status alone.
#[must_use]
pub fn read_error(response: &HttpResponse) -> AdapterError {
    match response.status.as_u16() {
        401 => response
            .error(
                ErrorKind::AuthInvalid,
                "The CRM did not accept the key (401).",
            )
            .remedy(
                "Check the key, and that the profile names the header that the CRM expects it in; \
                 then enter the key again.",
            ),
        403 => response.error(
            ErrorKind::ScopeMissing,
            "The CRM does not allow this key to read the list (403).",
        ),
        404 | 410 => response
            .error(
                ErrorKind::Configuration,
                format!(
                    "The CRM has no such list at this address ({}).",
                    response.status.as_u16()
                ),
            )
            .remedy("Check `baseUrl`, and the paths of the lists in the profile."),
        status @ (400 | 405 | 422) => rejection(
            response,
            &format!("The CRM refused the request as wrong ({status})"),
        )
        .remedy("Check the parameters in the profile against what the CRM takes.")
        .scope(Scope::Connection),
        _ => unexpected_status(response),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};
    use jiff::Timestamp;

    use super::*;

    fn answer(status: u16, body: &'static str) -> HttpResponse {
        HttpResponse {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
            request_id: None,
            attempt: 1,
            received_at: Timestamp::UNIX_EPOCH,
            since_429: None,
        }
    }

    #[test]
    fn a_refusal_says_why_where_the_crm_does() {
        let why = r#"{"message": "The page is too large."}"#;
        for status in [400, 405, 418, 422] {
            let error = read_error(&answer(status, why));
            assert_eq!(error.kind, ErrorKind::ProviderRejected, "{status}");
            let said = format!("({status}): “The page is too large”.");
            assert!(error.message.ends_with(&said), "{}", error.message);
        }
    }

    #[test]
    fn nobody_is_sent_to_read_a_reason_that_was_not_given() {
        for status in [400, 405, 418, 422] {
            let error = read_error(&answer(status, ""));
            assert!(
                error.message.ends_with(&format!("({status}).")),
                "{}",
                error.message
            );
            assert!(
                !error.remedy.contains("reason that the CRM gives"),
                "{}",
                error.remedy
            );
        }
    }
}
