//! What stands in the way of talking to the platform.

use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::crm_words::presentable;
use nurturehub_port::{AdapterError, ErrorKind, Evidence, Owner, Retry};
use serde::Deserialize;

/// Longest title or detail that is taken from an answer, in characters.
const LONGEST: usize = 300;

/// Why the platform did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{title}{}", .detail.as_ref().map(|detail| format!(" “{detail}”")).unwrap_or_default())]
pub struct PlatformError {
    /// Which of the contract's list.
    pub kind: ErrorKind,
    /// What happened, in a sentence.
    pub title: String,
    /// What the platform says about this case, where it says anything; quoted wherever it is shown,
    /// so that it can be told from words of ours. A title is the same for every case (RFC 9457).
    pub detail: Option<String>,
    /// What to do.
    pub remedy: String,
    /// Whether trying again can help.
    pub retry: Retry,
    /// Who must act.
    pub owner: Owner,
    /// What it can be traced by.
    pub evidence: Box<Evidence>,
}

impl PlatformError {
    /// An error with the facts of its kind.
    #[must_use]
    pub fn new(kind: ErrorKind, title: impl Into<String>) -> Self {
        let facts = kind.facts();
        Self {
            kind,
            title: title.into(),
            detail: None,
            remedy: facts.remedy.to_owned(),
            retry: facts.retry,
            owner: facts.owner,
            evidence: Box::default(),
        }
    }

    /// Whether the same request may succeed later without anybody doing anything.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self.retry, Retry::Backoff | Retry::At(_))
    }

    pub(crate) fn remedy(mut self, remedy: &str) -> Self {
        remedy.clone_into(&mut self.remedy);
        self
    }

    /// An answer that breaks the contract.
    pub(crate) fn protocol(response: &HttpResponse, what: &str) -> Self {
        let mut error = Self::new(
            ErrorKind::Protocol,
            format!("NurtureHub answered in an unexpected form: {what}"),
        );
        error.evidence = Box::new(response.evidence());
        error
    }
}

/// The shared client speaks of "the CRM"; here the words and the kinds are the platform's.
impl From<AdapterError> for PlatformError {
    fn from(error: AdapterError) -> Self {
        let status = error.evidence.status;
        let by_status = status.map_or_else(String::new, |status| format!(" ({status})"));
        let mut own = match error.kind {
            // These come from `read` and carry the platform's own words.
            ErrorKind::PlatformRejected | ErrorKind::AuthInvalid | ErrorKind::TenantUnknown
                if error.message.contains(BETWEEN) =>
            {
                let (title, detail) = error
                    .message
                    .split_once(BETWEEN)
                    .unwrap_or((&error.message, ""));
                let mut own = Self::new(error.kind, title).remedy(&error.remedy);
                own.detail = Some(detail.to_owned()).filter(|detail| !detail.is_empty());
                own
            }
            ErrorKind::ProviderDown => Self::new(
                ErrorKind::PlatformDown,
                format!("NurtureHub failed on its side{by_status}."),
            ),
            ErrorKind::RateLimited => Self::new(
                ErrorKind::PlatformDown,
                format!("NurtureHub asked us to slow down{by_status}."),
            ),
            ErrorKind::NetworkConnect => Self::new(
                ErrorKind::PlatformDown,
                "No connection to NurtureHub could be made.",
            ),
            ErrorKind::NetworkTimeout => Self::new(
                ErrorKind::PlatformDown,
                "NurtureHub did not answer in time.",
            ),
            ErrorKind::NetworkInterrupted => Self::new(
                ErrorKind::PlatformDown,
                "The connection to NurtureHub broke off.",
            ),
            ErrorKind::NetworkDns => Self::new(
                ErrorKind::NetworkDns,
                "The name of NurtureHub's host could not be resolved.",
            )
            .remedy("Check the internet connection and the platform's address."),
            ErrorKind::NetworkTls => Self::new(
                ErrorKind::NetworkTls,
                "NurtureHub's host could not prove who it is.",
            ),
            ErrorKind::NetworkProxy => Self::new(
                ErrorKind::NetworkProxy,
                "A proxy or the sign-in page of a network stands before NurtureHub.",
            ),
            ErrorKind::ClockSkew => Self::new(
                ErrorKind::ClockSkew,
                "NurtureHub's certificate begins in the future: this computer's clock is behind.",
            ),
            ErrorKind::Configuration => Self::new(ErrorKind::Configuration, error.message)
                .remedy("Correct the platform's address."),
            kind => Self::new(
                kind,
                format!("NurtureHub did not answer as it should{by_status}."),
            ),
        };
        if let Retry::At(_) = error.retry {
            own.retry = error.retry;
        }
        own.evidence = Box::new(error.evidence);
        own
    }
}

/// Stands between title and detail while an error passes through the shared client, whose errors
/// have but one text. Neither part can hold it.
const BETWEEN: char = '\n';

/// A problem document (RFC 9457), of which nothing need be there.
#[derive(Debug, Default, Deserialize)]
struct Problem {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    detail: Option<String>,
}

/// Reads an error answer.
pub(crate) fn read(response: &HttpResponse) -> AdapterError {
    let problem: Problem = serde_json::from_slice(&response.body).unwrap_or_default();
    let status = response.status.as_u16();
    let (kind, fallback, remedy) = match status {
        401 => (
            ErrorKind::AuthInvalid,
            "NurtureHub did not accept the token.",
            "Set the platform's token again.",
        ),
        403 => (
            ErrorKind::AuthInvalid,
            "The token is not good for this tenant of NurtureHub.",
            "Check the tenant's name, or set a token that was made for it.",
        ),
        404 => (
            ErrorKind::TenantUnknown,
            "NurtureHub does not know the tenant.",
            "Check the tenant's name and the platform's address.",
        ),
        _ => (
            ErrorKind::PlatformRejected,
            "NurtureHub refused the request.",
            "Read the reason that NurtureHub gives, and hand the diagnostic bundle to support.",
        ),
    };
    let title = tidy(problem.title).unwrap_or_else(|| fallback.to_owned());
    let detail = tidy(problem.detail).unwrap_or_default();
    response
        .error(kind, format!("{title}{BETWEEN}{detail}"))
        .remedy(remedy)
}

/// A text from outside, on one line, of a decent length, and without anybody's address or number.
fn tidy(text: Option<String>) -> Option<String> {
    let text = text?;
    let said: String = presentable(&text).chars().take(LONGEST).collect();
    (!said.is_empty()).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_words_survive_the_way_through_the_shared_client() {
        let through = AdapterError::new(
            ErrorKind::PlatformRejected,
            format!("Too many contacts.{BETWEEN}500 at most."),
        )
        .remedy("Do this.");
        let error = PlatformError::from(through);
        assert_eq!(error.title, "Too many contacts.");
        assert_eq!(error.detail.as_deref(), Some("500 at most."));
        assert_eq!(error.remedy, "Do this.");
        assert_eq!(error.to_string(), "Too many contacts. “500 at most.”");
    }

    #[test]
    fn no_error_speaks_of_the_crm() {
        for &kind in ErrorKind::ALL {
            let error = PlatformError::from(AdapterError::new(kind, "The CRM failed."));
            let expected = matches!(kind, ErrorKind::Configuration);
            assert_eq!(
                error.title.contains("CRM"),
                expected,
                "{kind}: {}",
                error.title
            );
        }
        let down = PlatformError::from(AdapterError::new(ErrorKind::NetworkConnect, "x"));
        assert_eq!(down.kind, ErrorKind::PlatformDown);
        assert!(down.is_retryable());
    }
}
