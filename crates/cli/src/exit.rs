//! Exit codes: what a script learns without reading anything.

use std::process::ExitCode;

use nurturehub_engine::VerifyReport;
use nurturehub_port::ErrorKind;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// The command line, or a setting, makes no sense.
    Usage = 2,
    /// A sign-in or credentials are needed.
    SignIn = 3,
    /// Done in part: some records were refused.
    Partial = 4,
    /// The keychain or the storage is not available.
    Storage = 5,
    /// A person stopped it.
    Cancelled = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// The code for a failure. `interrupted` says that a signal asked the program to stop: a
    /// sign-in that is given up ends as one that the person refused, unless it was that.
    pub(crate) const fn of_error(kind: ErrorKind, interrupted: bool) -> Self {
        match kind {
            ErrorKind::SignInCancelled if interrupted => Self::Cancelled,
            ErrorKind::Cancelled => Self::Cancelled,
            ErrorKind::Configuration => Self::Usage,
            ErrorKind::SignInCancelled
            | ErrorKind::SignInTimedOut
            | ErrorKind::SignInRefused
            | ErrorKind::WrongAccount
            | ErrorKind::AuthExpired
            | ErrorKind::AuthRevoked
            | ErrorKind::AuthInvalid => Self::SignIn,
            ErrorKind::VaultLocked
            | ErrorKind::VaultUnavailable
            | ErrorKind::VaultRefused
            | ErrorKind::StorageFull
            | ErrorKind::StorageCorrupt
            | ErrorKind::StorageBusy => Self::Storage,
            _ => Self::Failed,
        }
    }

    /// The code for a verification, by the step that failed. A setting that does not pass is a
    /// finding here, not a mistake of the command line.
    pub(crate) fn of_verification(report: &VerifyReport) -> Self {
        if report.ok {
            return Self::Done;
        }
        let kind = report
            .steps
            .iter()
            .find_map(|step| step.error.as_ref())
            .map(|error| error.kind);
        match kind.map(|kind| Self::of_error(kind, false)) {
            Some(code @ (Self::SignIn | Self::Storage)) => code,
            _ => Self::Failed,
        }
    }

    /// Partial where something was refused, else done.
    pub(crate) const fn partial_if(refused: bool) -> Self {
        if refused { Self::Partial } else { Self::Done }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind with its code, as the contract's outside relies on it.
    const CODES: [(&str, u8); 37] = [
        ("signInCancelled", 3),
        ("signInTimedOut", 3),
        ("signInRefused", 3),
        ("wrongAccount", 3),
        ("authExpired", 3),
        ("authRevoked", 3),
        ("authInvalid", 3),
        ("scopeMissing", 1),
        ("tenantUnknown", 1),
        ("rateLimited", 1),
        ("quotaExhausted", 1),
        ("providerDown", 1),
        ("providerRejected", 1),
        ("unsupported", 1),
        ("network.dns", 1),
        ("network.connect", 1),
        ("network.tls", 1),
        ("network.timeout", 1),
        ("network.interrupted", 1),
        ("network.proxy", 1),
        ("protocol", 1),
        ("schemaChanged", 1),
        ("incompleteListing", 1),
        ("mapping", 1),
        ("clockSkew", 1),
        ("configuration", 2),
        ("vaultLocked", 5),
        ("vaultUnavailable", 5),
        ("vaultRefused", 5),
        ("storageFull", 5),
        ("storageCorrupt", 5),
        ("storageBusy", 5),
        ("platformRejected", 1),
        ("platformDown", 1),
        ("alreadyRunning", 1),
        ("cancelled", 130),
        ("internal", 1),
    ];

    #[test]
    fn every_kind_ends_with_its_code() {
        let found: Vec<(&str, u8)> = ErrorKind::ALL
            .iter()
            .map(|&kind| (kind.as_str(), Exit::of_error(kind, false) as u8))
            .collect();
        assert_eq!(found, CODES);
        assert_eq!(Exit::partial_if(true) as u8, 4);
        assert_eq!(Exit::partial_if(false) as u8, 0);
    }

    #[test]
    fn a_sign_in_given_up_by_a_signal_is_a_cancellation() {
        assert_eq!(
            Exit::of_error(ErrorKind::SignInCancelled, true),
            Exit::Cancelled
        );
        assert_eq!(
            Exit::of_error(ErrorKind::AuthInvalid, true),
            Exit::SignIn,
            "a signal does not hide another failure"
        );
    }
}
