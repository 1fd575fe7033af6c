//! The vault for machines without a keychain: one file, sealed with a passphrase.
//!
//! What it protects against is somebody who gets the file: a copied disk, a backup, another user.
//! It cannot protect against somebody who also has the passphrase, nor notice that the whole file
//! was put back to an earlier state.
//!
//! The file is read anew for each operation, so that a change made by another process is always
//! seen; only the derived key is kept in memory.

mod entries;
mod replace;
mod sealed;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use nurturehub_port::Secret;

use self::entries::Entries;
use self::sealed::{Header, Key, OpenError};
use crate::door::{Access, Door};
use crate::vault::check_size;
use crate::{AccountKey, Vault, VaultError, VaultKind};

const FILE: &str = "vault.bin";

/// More than any vault of ours: a file beyond it is not one.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Secrets in `vault.bin` in the data folder, sealed with a passphrase.
///
/// Argon2id makes the key, XChaCha20-Poly1305 seals the whole content with the header as associated
/// data. The file is replaced as a whole, has mode 0600, and several processes may use it at once.
#[derive(Debug)]
pub struct EncryptedFile {
    door: Door,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    passphrase: Secret<String>,
    key: Mutex<Option<Key>>,
}

impl EncryptedFile {
    /// The vault file of a data folder; made at the first write.
    ///
    /// # Errors
    /// An empty passphrase, or a data folder that cannot be made.
    pub fn new(home: &Path, passphrase: Secret<String>) -> Result<Self, VaultError> {
        if passphrase.expose().is_empty() {
            return Err(VaultError::PassphraseMissing);
        }
        Ok(Self {
            door: Door::new(home)?,
            inner: Arc::new(Inner {
                path: home.join(FILE),
                passphrase,
                key: Mutex::default(),
            }),
        })
    }

    async fn change(
        &self,
        edit: impl FnOnce(&mut Entries) + Send + 'static,
    ) -> Result<(), VaultError> {
        let inner = Arc::clone(&self.inner);
        self.door
            .enter(Access::Alone, move || {
                let (key, mut entries) = match inner.load()? {
                    Some(opened) => opened,
                    None => (inner.new_key()?, Entries::default()),
                };
                edit(&mut entries);
                inner.store(&key, &entries)
            })
            .await
    }
}

#[async_trait]
impl Vault for EncryptedFile {
    async fn read(&self, account: &AccountKey) -> Result<Option<Secret<Vec<u8>>>, VaultError> {
        let (inner, account) = (Arc::clone(&self.inner), account.clone());
        self.door
            .enter(Access::Shared, move || {
                Ok(inner
                    .load()?
                    .and_then(|(_, mut entries)| entries.remove(account.as_str())))
            })
            .await
    }

    async fn write(&self, account: &AccountKey, value: Secret<Vec<u8>>) -> Result<(), VaultError> {
        check_size(&value)?;
        let account = account.as_str().to_owned();
        self.change(move |entries| {
            entries.insert(account, value);
        })
        .await
    }

    async fn delete(&self, account: &AccountKey) -> Result<(), VaultError> {
        let account = account.as_str().to_owned();
        self.change(move |entries| {
            entries.remove(&account);
        })
        .await
    }

    fn kind(&self) -> VaultKind {
        VaultKind::EncryptedFile
    }
}

impl Inner {
    /// What the file holds, and the key that opened it; nothing where there is no file yet.
    fn load(&self) -> Result<Option<(Key, Entries)>, VaultError> {
        let Some(bytes) = self.bytes()? else {
            return Ok(None);
        };
        let fail = |error: OpenError| self.open_error(&error);
        let header = Header::parse(&bytes).map_err(fail)?;
        let key = self.key_for(&header).map_err(fail)?;
        let plain = sealed::open(&key, &bytes).map_err(fail)?;
        let entries = entries::decode(&plain).ok_or_else(|| fail(OpenError::Damaged("content")))?;
        Ok(Some((key, entries)))
    }

    fn store(&self, key: &Key, entries: &Entries) -> Result<(), VaultError> {
        let sealed =
            sealed::seal(key, entries::encode(entries)).map_err(|error| self.open_error(&error))?;
        replace::replace(&self.path, &sealed).map_err(|source| VaultError::io(&self.path, source))
    }

    fn bytes(&self) -> Result<Option<Vec<u8>>, VaultError> {
        let fail = |source| VaultError::io(&self.path, source);
        let file = match fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fail(error)),
        };
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(fail)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(self.open_error(&OpenError::Damaged("it is far too large")));
        }
        Ok(Some(bytes))
    }

    /// The key for a header: the one in memory where it fits, else derived from the passphrase.
    fn key_for(&self, header: &Header) -> Result<Key, OpenError> {
        let mut cached = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = cached.as_ref().filter(|key| key.fits(header)) {
            return Ok(key.clone());
        }
        let key = Key::derive(&self.passphrase, header)?;
        *cached = Some(key.clone());
        Ok(key)
    }

    fn new_key(&self) -> Result<Key, VaultError> {
        let key = Key::fresh(&self.passphrase).map_err(|error| self.open_error(&error))?;
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.clone());
        Ok(key)
    }

    fn open_error(&self, error: &OpenError) -> VaultError {
        let path = self.path.clone();
        match *error {
            OpenError::WrongPassphrase => VaultError::WrongPassphrase { path },
            OpenError::Newer(version) => VaultError::NewerFormat { path, version },
            OpenError::Randomness => VaultError::Randomness,
            OpenError::Damaged(why) => VaultError::Corrupt {
                what: path.display().to_string(),
                why,
            },
        }
    }
}
