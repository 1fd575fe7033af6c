//! The vault of the demo.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use nurturehub_port::Secret;

use crate::vault::check_size;
use crate::{AccountKey, Vault, VaultError, VaultKind};

type Entries = BTreeMap<AccountKey, Secret<Vec<u8>>>;

/// Secrets in this process's memory, gone with it.
///
/// For a throw-away data folder, such as the demo's on the sandbox. Nothing chooses it for a real
/// one: [`crate::open_from_env`] never returns it.
#[derive(Debug, Default)]
pub struct MemoryVault(Mutex<Entries>);

impl MemoryVault {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // Each change is one call on the map, so a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn read(&self, account: &AccountKey) -> Result<Option<Secret<Vec<u8>>>, VaultError> {
        Ok(self.entries().get(account).cloned())
    }

    async fn write(&self, account: &AccountKey, value: Secret<Vec<u8>>) -> Result<(), VaultError> {
        check_size(&value)?;
        self.entries().insert(account.clone(), value);
        Ok(())
    }

    async fn delete(&self, account: &AccountKey) -> Result<(), VaultError> {
        self.entries().remove(account);
        Ok(())
    }

    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }
}
