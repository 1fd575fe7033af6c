//! Which of the contract's errors a failure is.

use std::error::Error;

use http::StatusCode;
use nurturehub_port::{AdapterError, ErrorKind};

use super::{HttpResponse, certificate};
use crate::crm_words::reason_given;

/// How an adapter reads an error answer: one function for each adapter.
///
/// It is asked about statuses from 400 that this crate does not settle itself, which are all but
/// 407, 408, 429, 511 and those from 500. Evidence is added where it leaves it out.
pub type ErrorReader = fn(&HttpResponse) -> AdapterError;

/// What to do about a refusal of which the CRM does not say why.
const NO_REASON: &str =
    "The CRM gave no reason. Hand the diagnostic bundle to support: it shows what was asked.";

/// The CRM's refusal of a request, with the reason that it gives. `refused` says what happened, without
/// the full stop.
#[must_use]
pub fn rejection(response: &HttpResponse, refused: &str) -> AdapterError {
    let reason = reason_given(&response.body);
    let error = response.error(ErrorKind::ProviderRejected, format!("{refused}{reason}."));
    if reason.is_empty() {
        return error.remedy(NO_REASON);
    }
    error
}

/// The reading of an error answer where an adapter has nothing better.
#[must_use]
pub fn unexpected_status(response: &HttpResponse) -> AdapterError {
    let (kind, message) = match response.status {
        StatusCode::UNAUTHORIZED => (
            ErrorKind::AuthInvalid,
            "The CRM did not accept the credentials (401).".to_owned(),
        ),
        StatusCode::FORBIDDEN => (
            ErrorKind::ScopeMissing,
            "The CRM does not allow this request (403).".to_owned(),
        ),
        status => {
            let status = status.as_u16();
            return rejection(response, &format!("The CRM refused the request ({status})"));
        }
    };
    response.error(kind, message)
}

/// The error for a failure below HTTP. Its message names neither address nor content.
pub(super) fn transport(error: &reqwest::Error) -> AdapterError {
    let (kind, message) = if error.is_builder() {
        (
            ErrorKind::Internal,
            "The request could not be put together.",
        )
    } else if let Some(untrusted) = chain(error).find_map(<dyn Error>::downcast_ref) {
        return certificate::refused(untrusted);
    } else if let Some(said) = chain(error).find_map(tunnel) {
        return proxy_refused(&said);
    } else if error.is_dns() {
        (
            ErrorKind::NetworkDns,
            "The name of the CRM's host could not be resolved.",
        )
    } else if error.is_connect() {
        (
            ErrorKind::NetworkConnect,
            "No connection to the CRM could be made.",
        )
    } else if error.is_timeout() {
        (ErrorKind::NetworkTimeout, "The CRM did not answer in time.")
    } else if error.is_decode() && !chain(error).any(is_cut_short) {
        (
            ErrorKind::Protocol,
            "The CRM's answer could not be decompressed.",
        )
    } else {
        (
            ErrorKind::NetworkInterrupted,
            "The connection to the CRM broke off.",
        )
    };
    AdapterError::new(kind, message)
}

/// What a proxy said that did not let us through.
fn tunnel(cause: &(dyn Error + 'static)) -> Option<String> {
    let said = cause.to_string();
    said.starts_with("tunnel error").then_some(said)
}

fn proxy_refused(said: &str) -> AdapterError {
    let message = if said.contains("authorization required") {
        "The proxy of this network wants a sign-in of its own (407)."
    } else if said.contains("underlying connection") {
        "The proxy of this network could not be reached."
    } else {
        "The proxy of this network did not let the request through."
    };
    AdapterError::new(ErrorKind::NetworkProxy, message)
}

/// The error for a status that means the same wherever it comes from, and whether it may pass.
pub(super) fn settled_status(response: &HttpResponse) -> Option<AdapterError> {
    let status = response.status;
    let code = status.as_u16();
    if status.is_redirection() {
        return Some(response.error(
            ErrorKind::Protocol,
            format!(
                "The CRM sent the request on to another address ({code}), which is never followed: \
                 the credentials are for this address alone."
            ),
        )
        .remedy("Check the address in the settings; if the CRM has moved, tell support."));
    }
    match code {
        407 | 511 => Some(response.error(
            ErrorKind::NetworkProxy,
            format!("A proxy or the network wants a sign-in of its own ({code})."),
        )),
        408 => Some(response.error(
            ErrorKind::NetworkTimeout,
            "The CRM gave up waiting for the request (408).",
        )),
        429 => Some(response.error(
            ErrorKind::RateLimited,
            "The CRM asked for fewer requests (429).",
        )),
        500..=599 => Some(response.error(
            ErrorKind::ProviderDown,
            format!("The CRM failed on its side ({code})."),
        )),
        _ => None,
    }
}

fn is_cut_short(cause: &(dyn Error + 'static)) -> bool {
    if let Some(hyper) = cause.downcast_ref::<std::io::Error>() {
        return hyper.kind() == std::io::ErrorKind::UnexpectedEof
            || hyper.kind() == std::io::ErrorKind::ConnectionReset;
    }
    // The HTTP library names its own body errors thus; its type is not ours to see.
    cause.to_string().contains("error reading a body")
}

/// An error and all its causes; causes inside I/O errors included.
fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> + use<'a> {
    std::iter::successors(Some(error), cause_of)
}

fn cause_of<'a>(error: &&'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let error: &'a (dyn Error + 'static) = *error;
    if let Some(inner) = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref)
    {
        return Some(inner);
    }
    error.source()
}
