//! The operating system's keychain: Secret Service, macOS Keychain, Windows Credential Manager.
//!
//! The store is injected, never global: `keyring-core`'s default store would be shared by every
//! vault and every test of the process.
//!
//! Entries belong to one data folder: the service's name carries a hash of the folder's path, so
//! that two folders on one computer never see each other's secrets.

mod link;
mod parts;
mod platform;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use nurturehub_port::Secret;

pub use self::link::Connect;
use self::link::Link;
use crate::door::{Access, Door};
use crate::vault::{check_size, hex};
use crate::{AccountKey, Vault, VaultError, VaultKind};

/// Secrets in the operating system's keychain.
pub struct OsKeychain {
    door: Door,
    link: Arc<Link>,
}

impl OsKeychain {
    /// The keychain of this computer's user. It is not spoken to before the first operation, and
    /// spoken to anew when it went away and came back.
    ///
    /// # Errors
    /// The data folder cannot be made.
    pub fn system(home: &Path) -> Result<Self, VaultError> {
        Self::connecting(home, Arc::new(platform::connect))
    }

    /// Any keychain: the store comes from the caller.
    ///
    /// # Errors
    /// The data folder cannot be made.
    pub fn connecting(home: &Path, connect: Connect) -> Result<Self, VaultError> {
        let door = Door::new(home)?;
        let service = service_name(home)?;
        Ok(Self {
            door,
            link: Arc::new(Link::new(service, connect)),
        })
    }

    async fn enter<T: Send + 'static>(
        &self,
        access: Access,
        account: &AccountKey,
        work: impl FnOnce(&Link, &str) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (link, account) = (Arc::clone(&self.link), account.as_str().to_owned());
        self.door.enter(access, move || work(&link, &account)).await
    }
}

#[async_trait]
impl Vault for OsKeychain {
    async fn read(&self, account: &AccountKey) -> Result<Option<Secret<Vec<u8>>>, VaultError> {
        self.enter(Access::Shared, account, parts::read).await
    }

    async fn write(&self, account: &AccountKey, value: Secret<Vec<u8>>) -> Result<(), VaultError> {
        check_size(&value)?;
        self.enter(Access::Alone, account, move |link, account| {
            parts::write(link, account, &value)
        })
        .await
    }

    async fn delete(&self, account: &AccountKey) -> Result<(), VaultError> {
        self.enter(Access::Alone, account, parts::delete).await
    }

    fn kind(&self) -> VaultKind {
        VaultKind::OsKeychain
    }
}

/// Says only which service: what a store prints of itself is not ours to vouch for.
impl fmt::Debug for OsKeychain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OsKeychain")
            .field("service", &self.link.service())
            .finish_non_exhaustive()
    }
}

/// `NurtureHub Connect` and 16 hexadecimal digits for the data folder. No dots: Windows joins
/// service and account with one.
fn service_name(home: &Path) -> Result<String, VaultError> {
    let home = home
        .canonicalize()
        .map_err(|source| VaultError::io(home, source))?;
    let hash = blake3::hash(home.as_os_str().as_encoded_bytes());
    let (short, _) = hash.as_bytes().split_at(8);
    Ok(format!("NurtureHub Connect {}", hex(short)))
}
