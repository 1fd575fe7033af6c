//! The line to the keychain: three plain operations on one entry, and connecting anew.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyring_core::{CredentialStore, Entry, Error};
use zeroize::Zeroizing;

use super::platform;
use crate::VaultError;

/// Makes a keychain's store.
pub type Connect = Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// The line to the keychain for one service name. All of it blocks.
pub(super) struct Link {
    service: String,
    connect: Connect,
    store: Mutex<Option<Arc<CredentialStore>>>,
}

impl Link {
    pub(super) fn new(service: String, connect: Connect) -> Self {
        Self {
            service,
            connect,
            store: Mutex::default(),
        }
    }

    pub(super) fn service(&self) -> &str {
        &self.service
    }

    /// What an entry holds.
    pub(super) fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        self.on_entry(account, |entry| match entry.get_secret() {
            Ok(value) => Ok(Some(Zeroizing::new(value))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// Puts a value into an entry.
    pub(super) fn set(&self, account: &str, value: &[u8]) -> Result<(), VaultError> {
        // Bytes, not a password: Windows would store a password as UTF-16 in half the room.
        self.on_entry(account, |entry| entry.set_secret(value))
    }

    /// Removes an entry, if it is there.
    pub(super) fn remove(&self, account: &str) -> Result<(), VaultError> {
        self.on_entry(account, |entry| match entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            other => other,
        })
    }

    /// Each operation may be repeated, so one that fails on a line from earlier is tried once more
    /// on a new one: the keychain's service may have been started again in between.
    fn on_entry<T>(
        &self,
        account: &str,
        work: impl Fn(&Entry) -> keyring_core::Result<T>,
    ) -> Result<T, VaultError> {
        let attempt = |store: &CredentialStore| work(&store.build(&self.service, account, None)?);
        // Taken out while in use: if the driver panics, the broken store is not used again.
        let earlier = self.kept().take();
        let mut outcome = match &earlier {
            Some(store) => attempt(store.as_ref()).map(|done| (done, Arc::clone(store))),
            None => Err(Error::NoDefaultStore),
        };
        if matches!(
            outcome,
            Err(Error::PlatformFailure(_) | Error::NoDefaultStore)
        ) {
            outcome = (self.connect)().and_then(|store| Ok((attempt(store.as_ref())?, store)));
        } else if outcome.is_err() {
            *self.kept() = earlier;
        }
        match outcome {
            Ok((done, store)) => {
                *self.kept() = Some(store);
                Ok(done)
            }
            Err(error) => Err(platform::classify(account, &error)),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Option<Arc<CredentialStore>>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
