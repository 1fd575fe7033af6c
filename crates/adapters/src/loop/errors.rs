//! What Loop's error answers mean. Of their bodies only `statusCode: "error"` has been seen, and
//! that with a status of success, too: the profile's error mark deals with it.

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::profile::read_error;
use nurturehub_port::{AdapterError, ErrorKind};

/// Reads an error answer.
pub(super) fn read(response: &HttpResponse) -> AdapterError {
    match response.status.as_u16() {
        401 => response
            .error(
                ErrorKind::AuthInvalid,
                "Loop did not accept the API key (401).",
            )
            .remedy(
                "Check that the key is this team's and was not replaced since; Loop's support \
                 issues a new one.",
            ),
        403 => response
            .error(
                ErrorKind::ScopeMissing,
                "Loop does not allow this team's key to read contacts (403).",
            )
            .remedy("Ask Loop's support to open the contact lists to the team's key."),
        404 => response
            .error(
                ErrorKind::Configuration,
                "Loop has no such list at this address (404).",
            )
            .remedy(
                "Loop's contact interface is not public, and the built-in profile is a proposal. \
                 Ask Loop's support for the contact endpoints, and give a profile with them.",
            ),
        _ => read_error(response),
    }
}
