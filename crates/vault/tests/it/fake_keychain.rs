//! A keychain with the limits of all real ones together, that can be made to fail.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyring_core::api::{CredentialApi, CredentialStoreApi};
use keyring_core::{Credential, CredentialStore, Entry, Error, Result};
use nurturehub_vault::Connect;

type Name = (String, String);

/// What a failing keychain does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// As when its service went away.
    Broken,
    /// As when it is locked.
    Locked,
    /// As when its driver has a fault.
    Panics,
    /// Reads say "no such entry", writes say "locked": a Secret Service that nobody ever unlocked.
    NeverUnlocked,
}

/// What is kept, apart from any connection to it.
#[derive(Debug)]
pub(crate) struct Keychain {
    pub(crate) entries: Mutex<BTreeMap<Name, Vec<u8>>>,
    /// Operations that still succeed on each connection.
    pub(crate) budget: AtomicUsize,
    pub(crate) failure: Mutex<Failure>,
    pub(crate) connections: AtomicUsize,
}

impl Keychain {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            entries: Mutex::default(),
            budget: AtomicUsize::new(usize::MAX),
            failure: Mutex::new(Failure::Locked),
            connections: AtomicUsize::new(0),
        })
    }

    pub(crate) fn connect(self: &Arc<Self>) -> Connect {
        let keychain = Arc::clone(self);
        Arc::new(move || {
            keychain.connections.fetch_add(1, Ordering::SeqCst);
            Ok(Arc::new(Line(Arc::clone(&keychain))) as Arc<CredentialStore>)
        })
    }

    pub(crate) fn fail_after(&self, operations: usize, failure: Failure) {
        *self.failure.lock().unwrap() = failure;
        self.budget.store(operations, Ordering::SeqCst);
    }

    pub(crate) fn heal(&self) {
        self.budget.store(usize::MAX, Ordering::SeqCst);
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.lock().unwrap().len()
    }

    fn spend(&self, reading: bool) -> Result<()> {
        let spent = self
            .budget
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if spent.is_ok() {
            return Ok(());
        }
        let failure = *self.failure.lock().unwrap();
        match failure {
            Failure::Broken => Err(Error::PlatformFailure("the service went away".into())),
            Failure::Locked => Err(Error::NoStorageAccess(Box::new(Word("Locked")))),
            Failure::NeverUnlocked if reading => Err(Error::NoEntry),
            Failure::NeverUnlocked => Err(Error::NoStorageAccess(Box::new(Word("NoResult")))),
            Failure::Panics => panic!("a fault in the driver"),
        }
    }
}

/// An error that prints as the Secret Service's do.
struct Word(&'static str);

impl std::fmt::Debug for Word {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::fmt::Display for Word {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for Word {}

#[derive(Debug)]
struct Line(Arc<Keychain>);

impl CredentialStoreApi for Line {
    fn vendor(&self) -> String {
        "fake".to_owned()
    }

    fn id(&self) -> String {
        "fake".to_owned()
    }

    fn build(
        &self,
        service: &str,
        user: &str,
        _modifiers: Option<&HashMap<&str, &str>>,
    ) -> Result<Entry> {
        assert!(
            !service.contains('.') && !user.contains('.'),
            "Windows joins both with a dot"
        );
        Ok(Entry::new_with_credential(Arc::new(Slot {
            keychain: Arc::clone(&self.0),
            name: (service.to_owned(), user.to_owned()),
        })))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct Slot {
    keychain: Arc<Keychain>,
    name: Name,
}

impl CredentialApi for Slot {
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        self.keychain.spend(false)?;
        if secret.len() > 2_560 {
            return Err(Error::TooLong("secret".to_owned(), 2_560));
        }
        assert!(
            std::str::from_utf8(secret).is_ok(),
            "KDE's wallet keeps text only"
        );
        let mut entries = self.keychain.entries.lock().unwrap();
        entries.insert(self.name.clone(), secret.to_vec());
        Ok(())
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        self.keychain.spend(true)?;
        let entries = self.keychain.entries.lock().unwrap();
        entries.get(&self.name).cloned().ok_or(Error::NoEntry)
    }

    fn delete_credential(&self) -> Result<()> {
        self.keychain.spend(false)?;
        let mut entries = self.keychain.entries.lock().unwrap();
        entries.remove(&self.name).map(drop).ok_or(Error::NoEntry)
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        Some(self.name.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
