//! What Alto's errors mean.
//!
//! The body is `{errors: [{code, message}]}` or problem details, on the same host and never with a
//! media type of its own; neither codes nor texts are documented. A 403 comes for a wrong or missing
//! agency reference as well as for a missing permission; only the text, where there is one, tells.

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::crm_words::quoted;
use nurturehub_port::{AdapterError, ErrorKind};
use serde::Deserialize;

/// What to do about an agency reference that Alto does not take.
const AGENCY_REMEDY: &str = "Check the agency reference, and that the agency has enabled the \
                             integration in Alto and activated it for a branch.";

#[derive(Debug, Default, Deserialize)]
struct Body {
    errors: Option<Vec<Entry>>,
    title: Option<String>,
    detail: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    code: Option<String>,
    message: Option<String>,
}

impl Body {
    /// What Alto says, in its words.
    fn said(self) -> String {
        let entries = self.errors.into_iter().flatten().take(5);
        let mut said: Vec<String> = entries
            .filter_map(|entry| entry.message.or(entry.code))
            .collect();
        if said.is_empty() {
            said.extend(self.detail.or(self.title));
        }
        said.join("; ")
    }
}

/// Reads an error answer.
pub(super) fn read(response: &HttpResponse) -> AdapterError {
    let status = response.status.as_u16();
    let body: Body = serde_json::from_slice(&response.body).unwrap_or_default();
    let said = body.said();
    match status {
        401 => response
            .error(
                ErrorKind::AuthInvalid,
                "Alto did not accept the token (401).",
            )
            .remedy("Check client id, client secret and the token address."),
        403 if said.to_ascii_lowercase().contains("agency") => response
            .error(
                ErrorKind::TenantUnknown,
                "Alto does not know this agency reference for this integration (403).",
            )
            .remedy(AGENCY_REMEDY),
        403 => response
            .error(
                ErrorKind::ScopeMissing,
                "Alto does not allow this: the integration lacks a permission, or the agency \
                 reference is not one of its agencies (403).",
            )
            .remedy(
                "Check the agency reference, then ask Alto's partner support which permissions the \
                 integration has.",
            ),
        404 => response.error(
            ErrorKind::ProviderRejected,
            "Alto does not hold this record (404).",
        ),
        _ => response.error(
            ErrorKind::ProviderRejected,
            format!("Alto refused the request ({status}){}.", quoted(&said)),
        ),
    }
}

/// The integration is not enabled: what a 404 means where its state is asked for, and a 403 where
/// nothing at all is allowed.
pub(super) fn not_enabled(error: AdapterError) -> AdapterError {
    AdapterError::new(
        ErrorKind::TenantUnknown,
        "Alto's integration is not enabled for this agency reference.",
    )
    .remedy(AGENCY_REMEDY)
    .evidence(error.evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_error_are_understood() {
        let said = |text: &str| serde_json::from_str::<Body>(text).unwrap().said();
        assert_eq!(
            said(
                r#"{"errors": [{"code": "A", "message": "Not for ada@example.org."},
                     {"code": "InvalidContactId", "message": null}]}"#
            ),
            "Not for ada@example.org.; InvalidContactId",
            "as it was said: it is masked where it is repeated"
        );
        assert_eq!(
            said(r#"{"type": null, "title": "Forbidden", "status": 403, "detail": null}"#),
            "Forbidden"
        );
        assert_eq!(said(r#"{"errors": null}"#), "", "nothing said");
    }
}
