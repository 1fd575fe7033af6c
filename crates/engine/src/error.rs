//! Why a use case failed, and how that is said to people and scripts.

use nurturehub_oauth::OAuthError;
use nurturehub_platform::PlatformError;
use nurturehub_port::{AdapterError, ErrorKind, Owner, Retry};
use nurturehub_store::StoreError;
use nurturehub_vault::VaultError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specta::Type;

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The CRM, or the way to it.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// The local database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keychain.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Signing in.
    #[error(transparent)]
    SignIn(#[from] OAuthError),
    /// NurtureHub's platform.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// A run failed; what it had done by then is with it.
    #[error("{source}")]
    Run {
        /// Why.
        source: Box<EngineError>,
        /// What the run reports, as the command line prints it.
        report: Box<Value>,
    },
}

impl EngineError {
    /// An error of the engine's own, with the facts of its kind.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::Adapter(AdapterError::new(kind, message))
    }

    /// An error of the engine's own, with a remedy nearer to the case.
    #[must_use]
    pub fn with_remedy(
        kind: ErrorKind,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Adapter(AdapterError::new(kind, message).remedy(remedy))
    }

    /// There is nothing by which a token could be had without a person.
    pub(crate) fn nobody_signed_in() -> Self {
        Self::new(
            ErrorKind::AuthExpired,
            "Nobody is signed in to the CRM for this connection.",
        )
    }

    /// Its place in the closed list.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Adapter(error) => error.kind,
            Self::Store(error) => error.kind(),
            Self::Vault(error) => error.kind(),
            Self::SignIn(error) => error.kind(),
            Self::Platform(error) => error.kind,
            Self::Run { source, .. } => source.kind(),
        }
    }

    /// It, as it is shown and recorded.
    #[must_use]
    pub fn report(&self) -> ErrorReport {
        let kind = self.kind();
        let facts = kind.facts();
        let (remedy, owner, retry, detail) = match self {
            Self::Adapter(error) => (
                error.remedy.clone(),
                error.owner,
                error.retry,
                json!({ "evidence": error.evidence, "scope": error.scope, "retry": error.retry }),
            ),
            Self::Store(error) => (error.remedy(), facts.owner, facts.retry, json!({})),
            Self::Vault(error) => (error.remedy(), facts.owner, facts.retry, json!({})),
            Self::SignIn(error) => (
                error.remedy().to_owned(),
                facts.owner,
                error.retry(),
                json!({}),
            ),
            Self::Platform(error) => (
                error.remedy.clone(),
                error.owner,
                error.retry,
                json!({ "evidence": error.evidence }),
            ),
            Self::Run { source, report } => {
                let mut inner = source.report();
                inner.detail["run"] = (**report).clone();
                return inner;
            }
        };
        ErrorReport {
            kind,
            title: facts.title.to_owned(),
            message: sentence(&self.to_string()),
            remedy,
            owner,
            retryable: matches!(retry, Retry::Backoff | Retry::At(_)),
            detail,
        }
    }
}

/// A layer's own words as a sentence of their own: they reach people as they stand.
fn sentence(words: &str) -> String {
    let words = words.trim();
    let mut letters = words.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut sentence: String = first.to_uppercase().chain(letters).collect();
    if !sentence.ends_with(['.', '!', '?', '…', ')']) {
        sentence.push('.');
    }
    sentence
}

/// A failure, as the command line prints it and runs record it. No secret, no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ErrorReport {
    /// Which of the closed list.
    pub kind: ErrorKind,
    /// It, in a few words.
    pub title: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// Who must act.
    pub owner: Owner,
    /// Whether trying again by itself can help.
    pub retryable: bool,
    /// What it can be traced by.
    pub detail: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_layer_says_reaches_people_as_a_sentence() {
        assert_eq!(sentence("it was withdrawn"), "It was withdrawn.");
        assert_eq!(sentence(" Done. "), "Done.");
        assert_eq!(sentence("élan (no)"), "Élan (no)");
        assert_eq!(sentence(""), "");
    }
}
