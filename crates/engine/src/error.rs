//! Why a use case failed, and how that is said to people and scripts.

use nurturehub_oauth::OAuthError;
use nurturehub_platform::PlatformError;
use nurturehub_port::{AdapterError, ErrorKind, Evidence, KindFacts, Owner, Retry, Scope};
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
        let (remedy, owner, retry, scope, evidence) = match self {
            Self::Adapter(error) => (
                error.remedy.clone(),
                error.owner,
                error.retry,
                error.scope,
                error.evidence.clone(),
            ),
            Self::Store(error) => of_kind(&facts, error.remedy()),
            Self::Vault(error) => of_kind(&facts, error.remedy()),
            Self::SignIn(error) => {
                let (remedy, owner, _, scope, evidence) =
                    of_kind(&facts, error.remedy().to_owned());
                (remedy, owner, error.retry(), scope, evidence)
            }
            Self::Platform(error) => (
                error.remedy.clone(),
                error.owner,
                error.retry,
                facts.scope,
                (*error.evidence).clone(),
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
            detail: json!({ "evidence": evidence, "scope": scope, "retry": retry }),
        }
    }
}

/// What is true of a failure that says nothing nearer than its kind, but what to do.
fn of_kind(facts: &KindFacts, remedy: String) -> (String, Owner, Retry, Scope, Evidence) {
    let none = Evidence::default();
    (remedy, facts.owner, facts.retry, facts.scope, none)
}

/// A layer's own words as a sentence of their own: they reach people as they stand.
fn sentence(words: &str) -> String {
    let words = words.trim();
    let mut letters = words.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    // The name of a file or of a product keeps its letters.
    let word = words.split_whitespace().next().unwrap_or_default();
    let word = word.trim_end_matches([',', ':', '.']);
    let is_plain = word.chars().all(char::is_lowercase);
    let mut sentence: String = if is_plain {
        first.to_uppercase().chain(letters).collect()
    } else {
        words.to_owned()
    };
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
    /// How far it reaches (`scope`), when trying again can help (`retry`: `no`, `backoff`,
    /// `afterSignIn` or `{"at": …}`), what it can be traced by (`evidence`), and of a run what it had
    /// done by then (`run`).
    pub detail: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whichever_layer_fails_all_facts_of_the_failure_are_told() {
        let store = || EngineError::from(StoreError::Full);
        let layers = [
            EngineError::new(ErrorKind::NetworkDns, "No such name."),
            store(),
            EngineError::from(VaultError::PassphraseMissing),
            EngineError::from(OAuthError::Cancelled),
            EngineError::from(PlatformError::new(ErrorKind::PlatformDown, "It is down.")),
            EngineError::Run {
                source: Box::new(store()),
                report: Box::new(json!({})),
            },
        ];
        for error in layers {
            let (kind, report) = (error.kind(), error.report());
            let facts = kind.facts();
            assert_eq!(report.detail["retry"], json!(facts.retry), "{kind}");
            assert_eq!(report.detail["scope"], json!(facts.scope), "{kind}");
            assert!(report.detail["evidence"].is_object(), "{kind}");
            assert_eq!(report.owner, facts.owner, "{kind}");
            assert!(
                !report.title.is_empty() && !report.remedy.is_empty(),
                "{kind}"
            );
        }
    }

    #[test]
    fn whatever_a_layer_says_reaches_people_as_a_sentence() {
        assert_eq!(sentence("it was withdrawn"), "It was withdrawn.");
        assert_eq!(sentence(" Done. "), "Done.");
        assert_eq!(sentence("élan (no)"), "Élan (no)");
        assert_eq!(
            sentence("data.json is too large"),
            "data.json is too large."
        );
        assert_eq!(sentence("iCRM says no."), "iCRM says no.");
        assert_eq!(sentence(""), "");
    }
}
