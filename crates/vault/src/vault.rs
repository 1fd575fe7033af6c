//! What every vault does.

use std::fmt::Debug;

use async_trait::async_trait;
use nurturehub_port::Secret;

use crate::{AccountKey, VaultError};

/// The largest value that a vault takes, in bytes.
///
/// Far above any token set; it keeps a runaway value from filling a keychain with parts.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;

/// Which vault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VaultKind {
    /// Secret Service, macOS Keychain, or Windows Credential Manager.
    OsKeychain,
    /// A file sealed with a passphrase.
    EncryptedFile,
    /// The memory of this process.
    Memory,
}

impl VaultKind {
    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::OsKeychain => "the system's keychain",
            Self::EncryptedFile => "an encrypted file",
            Self::Memory => "memory only",
        }
    }
}

/// Where secrets are kept.
///
/// Operations on one vault object happen in the order in which they were called; one that was
/// dropped before it began never happens, so an old value cannot overwrite a newer one.
#[async_trait]
pub trait Vault: Send + Sync + Debug {
    /// The value under a name, if there is one.
    async fn read(&self, account: &AccountKey) -> Result<Option<Secret<Vec<u8>>>, VaultError>;

    /// Keeps a value under a name, in place of any other. On return it is stored durably; killed
    /// at any moment before, the old value is still there.
    async fn write(&self, account: &AccountKey, value: Secret<Vec<u8>>) -> Result<(), VaultError>;

    /// Removes what is under a name; fine if nothing is.
    async fn delete(&self, account: &AccountKey) -> Result<(), VaultError>;

    /// Which vault it is.
    fn kind(&self) -> VaultKind;

    /// Shows that the vault can be used, by writing, reading and deleting a random value.
    ///
    /// Nothing less is proof: a keychain that nobody ever unlocked answers "no such entry" to a
    /// read and fails only when something is written.
    async fn probe(&self) -> Result<(), VaultError> {
        let mut random = [0_u8; 40];
        getrandom::fill(&mut random).map_err(|_| VaultError::Randomness)?;
        let (name, value) = random.split_at(8);
        // A name of its own, so that two processes that start together do not disturb each other.
        let name = format!("probe/{}", hex(name));
        let account = AccountKey::parse(&name).map_err(|error| VaultError::Unavailable {
            detail: error.to_string(),
        })?;
        let value = Secret::new(value.to_vec());
        self.write(&account, value.clone()).await?;
        let found = self.read(&account).await;
        let deleted = self.delete(&account).await;
        if found? != Some(value) {
            return Err(VaultError::Unavailable {
                detail: "a value that was just written could not be read back".to_owned(),
            });
        }
        deleted
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Refuses a value that no vault takes.
pub(crate) fn check_size(value: &Secret<Vec<u8>>) -> Result<(), VaultError> {
    let size = value.expose().len();
    if size > MAX_VALUE_BYTES {
        return Err(VaultError::TooLarge { size });
    }
    Ok(())
}
