//! What an error status means where nothing nearer is known of the CRM.

use nurturehub_port::{AdapterError, ErrorKind, Scope};

use crate::HttpResponse;
use crate::http::unexpected_status;

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
        400 | 405 | 422 => response
            .error(
                ErrorKind::ProviderRejected,
                format!(
                    "The CRM refused the request as wrong ({}).",
                    response.status.as_u16()
                ),
            )
            .remedy("Check the parameters in the profile against what the CRM takes.")
            .scope(Scope::Connection),
        _ => unexpected_status(response),
    }
}
