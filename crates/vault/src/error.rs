//! Why a vault could not do what it was asked.

use std::io;
use std::path::{Path, PathBuf};

use nurturehub_port::ErrorKind;

use crate::vault::MAX_VALUE_BYTES;

/// Why a vault could not do what it was asked. Never holds anything of a secret.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The keychain is there, and locked.
    #[error("the keychain is locked ({detail})")]
    Locked {
        /// What the system said.
        detail: String,
    },
    /// The encrypted file needs a passphrase and none was given.
    #[error("the encrypted vault needs a passphrase and none was given")]
    PassphraseMissing,
    /// The passphrase is not the one with which the file was sealed.
    #[error("the passphrase does not open {}", path.display())]
    WrongPassphrase {
        /// The vault file.
        path: PathBuf,
    },
    /// No keychain answers, or it does not work.
    #[error("no keychain can be used on this computer ({detail})")]
    Unavailable {
        /// What the system said.
        detail: String,
    },
    /// The keychain is there, and does not let this program in.
    #[error("the keychain refused access ({detail})")]
    Refused {
        /// What the system said.
        detail: String,
    },
    /// What was read is not what was once written.
    #[error("what the vault holds as `{what}` is damaged: {why}")]
    Corrupt {
        /// The file, or the name of the entry.
        what: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The file was written by a version of the product that this one does not know.
    #[error("{} has format {version}, which this version does not know", path.display())]
    NewerFormat {
        /// The vault file.
        path: PathBuf,
        /// The format's number.
        version: u32,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `NURTUREHUB_VAULT` has a value that means nothing. The value is not repeated: it may be a
    /// passphrase that was set in the wrong place.
    #[error("NURTUREHUB_VAULT is neither `os` nor `file`")]
    Setting,
    /// The value is larger than a vault takes.
    #[error("a value of {size} bytes is more than the vault takes ({MAX_VALUE_BYTES})")]
    TooLarge {
        /// Bytes of the value.
        size: usize,
    },
    /// The system gave no random numbers.
    #[error("the system gave no random numbers")]
    Randomness,
}

impl VaultError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    /// Which of the closed list it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Locked { .. } | Self::PassphraseMissing | Self::WrongPassphrase { .. } => {
                ErrorKind::VaultLocked
            }
            Self::Refused { .. } => ErrorKind::VaultRefused,
            Self::Unavailable { .. }
            | Self::Corrupt { .. }
            | Self::NewerFormat { .. }
            | Self::Randomness => ErrorKind::VaultUnavailable,
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::StorageFull,
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    ErrorKind::VaultRefused
                }
                _ => ErrorKind::VaultUnavailable,
            },
            Self::Setting => ErrorKind::Configuration,
            Self::TooLarge { .. } => ErrorKind::Internal,
        }
    }

    /// Whether the same call may succeed later with nobody doing anything. It may not: each of
    /// these needs a person.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        false
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Locked { .. } => "Unlock the keychain (sign in to the desktop, or open the system's password manager), then try again.".to_owned(),
            Self::PassphraseMissing => "Set NURTUREHUB_VAULT_PASSPHRASE to the passphrase of the encrypted vault, then try again.".to_owned(),
            Self::WrongPassphrase { path } => format!(
                "Set NURTUREHUB_VAULT_PASSPHRASE to the passphrase with which the vault was made. If it is lost, move {} away and enter the credentials again.",
                path.display()
            ),
            Self::Unavailable { .. } => "Start the system's keychain service, or choose the encrypted file with NURTUREHUB_VAULT=file and NURTUREHUB_VAULT_PASSPHRASE.".to_owned(),
            Self::Refused { .. } => "Allow NurtureHub Connect to use the keychain when the system asks, or in the system's password manager.".to_owned(),
            Self::Corrupt { what, .. } => format!(
                "Restore {what} from a backup, or remove it and enter the credentials again; contacts are not touched."
            ),
            Self::NewerFormat { .. } => "Install the newest version of NurtureHub Connect.".to_owned(),
            Self::Io { path, .. } if self.kind() == ErrorKind::StorageFull => {
                format!("Free some space on the disk that holds {}.", path.display())
            }
            Self::Io { path, .. } => format!(
                "Check that this user may read and write {}.",
                path.display()
            ),
            Self::Setting => "Set NURTUREHUB_VAULT to `os` for the system's keychain or to `file` for an encrypted file.".to_owned(),
            Self::TooLarge { .. } | Self::Randomness => ErrorKind::Internal.facts().remedy.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_absent_and_refused_are_three_kinds_with_three_remedies() {
        let detail = || "x".to_owned();
        let errors = [
            VaultError::Locked { detail: detail() },
            VaultError::Unavailable { detail: detail() },
            VaultError::Refused { detail: detail() },
        ];
        let kinds = errors.each_ref().map(VaultError::kind);
        assert_eq!(
            kinds,
            [
                ErrorKind::VaultLocked,
                ErrorKind::VaultUnavailable,
                ErrorKind::VaultRefused
            ]
        );
        let [locked, absent, refused] = errors.each_ref().map(VaultError::remedy);
        assert!(
            locked != absent && absent != refused && locked != refused,
            "each asks the person for something else"
        );
    }

    #[test]
    fn a_full_disk_and_a_forbidden_folder_are_told_apart() {
        let kind = |kind: io::ErrorKind| VaultError::io(Path::new("/x"), kind.into()).kind();
        assert_eq!(kind(io::ErrorKind::StorageFull), ErrorKind::StorageFull);
        assert_eq!(
            kind(io::ErrorKind::PermissionDenied),
            ErrorKind::VaultRefused
        );
        assert_eq!(
            kind(io::ErrorKind::Unsupported),
            ErrorKind::VaultUnavailable
        );
    }
}
