//! Which vault to use.

use std::path::Path;
use std::sync::Arc;

use nurturehub_port::Secret;

use crate::{EncryptedFile, OsKeychain, Vault, VaultError};

/// The variable that picks the vault: `os` (also when unset) or `file`.
pub const VAULT_VARIABLE: &str = "NURTUREHUB_VAULT";

/// The variable with the passphrase of the encrypted file.
pub const PASSPHRASE_VARIABLE: &str = "NURTUREHUB_VAULT_PASSPHRASE";

/// The vault that a person chose for a data folder.
///
/// Does not touch the keychain yet: [`Vault::probe`] does. What was chosen is used or fails; there
/// is no falling back from one vault to another.
///
/// # Errors
/// A choice that means nothing, a missing passphrase, a data folder that cannot be used.
pub fn open_from_env(
    home: &Path,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Arc<dyn Vault>, VaultError> {
    match env(VAULT_VARIABLE).as_deref() {
        None | Some("os") => Ok(Arc::new(OsKeychain::system(home)?)),
        Some("file") => {
            let passphrase = env(PASSPHRASE_VARIABLE)
                .filter(|passphrase| !passphrase.is_empty())
                .ok_or(VaultError::PassphraseMissing)?;
            Ok(Arc::new(EncryptedFile::new(home, Secret::new(passphrase))?))
        }
        Some(_) => Err(VaultError::Setting),
    }
}
