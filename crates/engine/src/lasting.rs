//! Failures that nothing has disproved since.

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{ErrorKind, Retry};

use crate::health::{RunFact, RunWork, Trouble};

/// One outage is one failure: failures closer together than this count once.
pub(crate) const APART: SignedDuration = SignedDuration::from_mins(10);

/// Whether only a sign-in helps.
pub(crate) const fn needs_sign_in(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::AuthExpired
            | ErrorKind::AuthRevoked
            | ErrorKind::AuthInvalid
            | ErrorKind::WrongAccount
            | ErrorKind::SignInCancelled
            | ErrorKind::SignInTimedOut
            | ErrorKind::SignInRefused
    )
}

/// Whether a person must act, and not by signing in.
pub(crate) const fn needs_action(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ScopeMissing
            | ErrorKind::TenantUnknown
            | ErrorKind::Configuration
            | ErrorKind::SchemaChanged
    )
}

/// Whether a failure goes away by itself.
pub(crate) fn is_terminal(kind: ErrorKind) -> bool {
    matches!(kind.facts().retry, Retry::No)
}

/// Whether a verification would meet such a failure again: it goes the whole way to the CRM, and
/// reads one contact. What else befalls a sync, only a sync disproves.
const fn shows_in_verification(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ScopeMissing
            | ErrorKind::TenantUnknown
            | ErrorKind::RateLimited
            | ErrorKind::QuotaExhausted
            | ErrorKind::ProviderDown
            | ErrorKind::NetworkDns
            | ErrorKind::NetworkConnect
            | ErrorKind::NetworkTls
            | ErrorKind::NetworkTimeout
            | ErrorKind::NetworkInterrupted
            | ErrorKind::NetworkProxy
            | ErrorKind::ClockSkew
            | ErrorKind::Configuration
            | ErrorKind::VaultLocked
            | ErrorKind::VaultUnavailable
            | ErrorKind::VaultRefused
    ) || needs_sign_in(kind)
}

/// Failures that nothing has disproved since, newest first.
pub(crate) struct Lasting<'a> {
    failures: Vec<&'a RunFact>,
}

impl<'a> Lasting<'a> {
    /// Of the way to the CRM.
    pub(crate) fn of_crm(runs: &[&'a RunFact]) -> Self {
        let mut verified = false;
        let mut failures = Vec::new();
        for run in runs {
            match (run.work, run.succeeded) {
                (RunWork::Sync, true) => break,
                (_, true) => verified = true,
                (work, false) => {
                    let kind = run.trouble.as_ref().map(|trouble| trouble.kind);
                    let disproved =
                        work == RunWork::Verify || kind.is_some_and(shows_in_verification);
                    if !(verified && disproved) {
                        failures.push(*run);
                    }
                }
            }
        }
        Self { failures }
    }

    /// Of the platform.
    pub(crate) fn of_platform(runs: &[&'a RunFact]) -> Self {
        let lasting = runs.iter().take_while(|run| !run.succeeded);
        Self {
            failures: lasting.copied().collect(),
        }
    }

    pub(crate) fn trouble(&self) -> Option<&'a Trouble> {
        self.failures.first()?.trouble.as_ref()
    }

    pub(crate) fn kind(&self) -> Option<ErrorKind> {
        self.trouble().map(|trouble| trouble.kind)
    }

    pub(crate) fn opened_at(&self) -> Option<Timestamp> {
        self.failures.last().map(|run| run.at)
    }

    /// How many there are, those of one outage counted once.
    pub(crate) fn streak(&self) -> u32 {
        let mut count = 0;
        let mut counted: Option<Timestamp> = None;
        for failure in self.failures.iter().rev() {
            if counted.is_none_or(|before| failure.at.duration_since(before) >= APART) {
                count += 1;
                counted = Some(failure.at);
            }
        }
        count
    }
}
