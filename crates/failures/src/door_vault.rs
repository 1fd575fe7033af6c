//! A keychain whose door a case shuts.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use nurturehub_port::Secret;
use nurturehub_vault::{AccountKey, MemoryVault, Vault, VaultError, VaultKind};

/// How a keychain answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Door {
    /// As it should.
    #[default]
    Open,
    /// It waits for its password.
    Locked,
    /// Nothing is there.
    Gone,
    /// It does not let this program in.
    Refusing,
}

/// A vault with a door.
#[derive(Debug, Default)]
pub(crate) struct DoorVault {
    inner: MemoryVault,
    door: Mutex<Door>,
}

impl DoorVault {
    pub(crate) fn set(&self, door: Door) {
        *self.door() = door;
    }

    fn door(&self) -> MutexGuard<'_, Door> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass(&self) -> Result<(), VaultError> {
        let detail = "as the case wants it".to_owned();
        match *self.door() {
            Door::Open => Ok(()),
            Door::Locked => Err(VaultError::Locked { detail }),
            Door::Gone => Err(VaultError::Unavailable { detail }),
            Door::Refusing => Err(VaultError::Refused { detail }),
        }
    }
}

#[async_trait]
impl Vault for DoorVault {
    async fn read(&self, account: &AccountKey) -> Result<Option<Secret<Vec<u8>>>, VaultError> {
        self.pass()?;
        self.inner.read(account).await
    }

    async fn write(&self, account: &AccountKey, value: Secret<Vec<u8>>) -> Result<(), VaultError> {
        self.pass()?;
        self.inner.write(account, value).await
    }

    async fn delete(&self, account: &AccountKey) -> Result<(), VaultError> {
        self.pass()?;
        self.inner.delete(account).await
    }

    fn kind(&self) -> VaultKind {
        self.inner.kind()
    }
}
