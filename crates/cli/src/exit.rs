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

    #[test]
    fn every_kind_has_the_code_of_its_family() {
        for &kind in ErrorKind::ALL {
            let word = kind.as_str();
            let expected =
                if word.starts_with("auth") || word.starts_with("signIn") || word == "wrongAccount"
                {
                    Exit::SignIn
                } else if word.starts_with("vault") || word.starts_with("storage") {
                    Exit::Storage
                } else if word == "configuration" {
                    Exit::Usage
                } else if word == "cancelled" {
                    Exit::Cancelled
                } else {
                    Exit::Failed
                };
            assert_eq!(Exit::of_error(kind, false), expected, "{word}");
        }
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
