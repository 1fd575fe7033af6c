//! The sign-in that waits for the browser, if one does.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use nurturehub_engine::{EngineError, ErrorReport, PastedAddresses, SignInPrompt as EnginePrompt};
use nurturehub_port::{ErrorKind, Secret};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::events::{SignInPrompt, SignInPromptEvent};
use crate::shell::{News, Shell};

/// How long a sign-in may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// The variable that says otherwise, in seconds: up to an hour.
const PATIENCE_VARIABLE: &str = "NURTUREHUB_SIGN_IN_PATIENCE";
const MOST_SECONDS: u64 = 3600;

struct Waiting {
    cancel: CancellationToken,
    pasted: mpsc::Sender<Secret<String>>,
    url: Option<String>,
    refused: Option<ErrorReport>,
}

/// The sign-in that waits for the browser: one at most, since a person has one pair of eyes.
pub(crate) struct SignIns {
    waiting: Arc<Mutex<Option<Waiting>>>,
    patience: Duration,
}

impl Default for SignIns {
    fn default() -> Self {
        Self::from_env(|_| None)
    }
}

impl SignIns {
    /// Waits as long as the environment says, or as usual where it says nothing that makes sense.
    pub(crate) fn from_env(env: impl Fn(&str) -> Option<String>) -> Self {
        let seconds = env(PATIENCE_VARIABLE).and_then(|said| said.trim().parse().ok());
        let patience = seconds
            .filter(|seconds| (1..=MOST_SECONDS).contains(seconds))
            .map_or(PATIENCE, Duration::from_secs);
        Self {
            waiting: Arc::default(),
            patience,
        }
    }

    /// What leads the next sign-in. An earlier one that still waits is given up.
    pub(crate) fn prompt(&self, shell: Arc<dyn Shell>, now: Timestamp) -> EnginePrompt {
        let cancel = CancellationToken::new();
        let refusals = Arc::clone(&self.waiting);
        let (send, pasted) = PastedAddresses::new(move |slip: &ErrorReport| {
            if let Some(waiting) = lock(&refusals).as_mut() {
                waiting.refused = Some(slip.clone());
            }
        });
        let before = lock(&self.waiting).replace(Waiting {
            cancel: cancel.clone(),
            pasted: send,
            url: None,
            refused: None,
        });
        if let Some(before) = before {
            before.cancel.cancel();
        }
        let shown = Arc::clone(&self.waiting);
        let patience = self.patience;
        EnginePrompt {
            show: Box::new(move |url| {
                if let Some(waiting) = lock(&shown).as_mut() {
                    waiting.url = Some(url.to_owned());
                }
                let until = now.checked_add(patience).unwrap_or(Timestamp::MAX);
                shell.tell(News::SignIn(SignInPromptEvent(SignInPrompt {
                    url: url.to_owned(),
                    until,
                })));
                shell.open(url);
            }),
            cancel,
            timeout: patience,
            pasted: Some(pasted),
        }
    }

    /// The sign-in is over.
    pub(crate) fn end(&self) {
        lock(&self.waiting).take();
    }

    /// Gives up.
    pub(crate) fn cancel(&self) {
        if let Some(waiting) = lock(&self.waiting).as_ref() {
            waiting.cancel.cancel();
        }
    }

    /// Where the browser was sent.
    pub(crate) fn url(&self) -> Option<String> {
        lock(&self.waiting).as_ref()?.url.clone()
    }

    /// Takes an address on which a browser elsewhere has ended.
    ///
    /// # Errors
    /// `configuration` where nothing waits for one.
    pub(crate) async fn paste(&self, address: Secret<String>) -> Result<(), ErrorReport> {
        let pasted = lock(&self.waiting)
            .as_ref()
            .map(|waiting| waiting.pasted.clone());
        let nobody = || {
            EngineError::with_remedy(
                ErrorKind::Configuration,
                "No sign-in waits for an address.",
                "Begin the sign-in again.",
            )
            .report()
        };
        let pasted = pasted.ok_or_else(nobody)?;
        pasted.send(address).await.map_err(|_| nobody())
    }

    /// Why the last pasted address was not the right one; told once.
    pub(crate) fn take_refusal(&self) -> Option<ErrorReport> {
        lock(&self.waiting).as_mut()?.refused.take()
    }
}

fn lock(waiting: &Mutex<Option<Waiting>>) -> MutexGuard<'_, Option<Waiting>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_waits_as_long_as_the_environment_says_where_that_makes_sense() {
        let said = |seconds: &'static str| {
            SignIns::from_env(move |name| (name == PATIENCE_VARIABLE).then(|| seconds.to_owned()))
                .patience
        };
        assert_eq!(said(" 7 "), Duration::from_secs(7));
        assert_eq!(said("3600"), Duration::from_secs(3600));
        for nonsense in ["", "0", "3601", "-1", "five minutes"] {
            assert_eq!(said(nonsense), PATIENCE, "`{nonsense}`");
        }
        assert_eq!(SignIns::default().patience, PATIENCE);
    }
}
