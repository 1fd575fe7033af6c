//! Opening the database: who may, and with which key.
//!
//! Every engine holds a shared lock on the data folder's database for as long as it lives; who
//! changes the key, or starts afresh, holds it alone. The key lies in the vault. While it is being
//! changed there are two, and whatever cuts that off, the database opens with one of them.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;

use nurturehub_port::{ErrorKind, Secret};
use nurturehub_store::{DatabaseKey, Store, StoreError, rekey};
use nurturehub_vault::AccountKey;

use crate::{EngineError, EngineOptions, Home};

/// The right to have the database open; ends with its holder.
#[derive(Debug)]
pub(crate) struct Access {
    _file: File,
}

impl Access {
    /// Beside others.
    pub(crate) fn shared(home: &Home) -> Result<Self, EngineError> {
        let (path, file) = lock_file(home, "database.open")?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Self { _file: file }),
            Err(error) => Err(not_now(path, error, "Its key is being changed.")),
        }
    }

    /// Alone.
    pub(crate) fn alone(home: &Home) -> Result<Self, EngineError> {
        let (path, file) = lock_file(home, "database.open")?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(error) => Err(not_now(path, error, "Another program has it open.")),
        }
    }
}

fn not_now(path: PathBuf, error: TryLockError, why: &str) -> EngineError {
    match error {
        TryLockError::WouldBlock => EngineError::new(
            ErrorKind::StorageBusy,
            format!("The local database cannot be used now. {why}"),
        ),
        TryLockError::Error(source) => StoreError::Folder { path, source }.into(),
    }
}

fn lock_file(home: &Home, name: &str) -> Result<(PathBuf, File), EngineError> {
    let folder = home.locks();
    let path = folder.join(name);
    let failed = |source| StoreError::Folder {
        path: path.clone(),
        source,
    };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(failed)?;
    Ok((path, file))
}

/// Opens the database with the key in the vault; makes both where there are none. The caller has
/// [`Access`]. A change of the key that was cut off is brought to its end, or undone.
///
/// # Errors
/// Vault and storage errors. `storageCorrupt` where the key is lost.
pub(crate) async fn open(options: &EngineOptions) -> Result<Store, EngineError> {
    let path = options.home.database();
    let current = read_key(options, &AccountKey::database_key()).await?;
    let next = read_key(options, &AccountKey::next_database_key()).await?;
    // After the vault, which may ask a person to unlock it: nobody waits for that but who asked.
    let _opening = opening(options).await?;
    match (current, next) {
        (Some(key), None) => Ok(Store::open(&path, key).await?),
        (None, None) => {
            let key = first_key(options).await?;
            Ok(Store::open(&path, key).await?)
        }
        (Some(current), Some(next)) => match Store::open(&path, current).await {
            Ok(store) => {
                abandon_change(options).await?;
                Ok(store)
            }
            Err(StoreError::WrongKeyOrDamaged { .. }) => adopt(options, next).await,
            Err(error) => Err(error.into()),
        },
        (None, Some(next)) => adopt(options, next).await,
    }
}

/// Opens with the key that the database was being changed to, and makes it the one.
async fn adopt(options: &EngineOptions, next: DatabaseKey) -> Result<Store, EngineError> {
    let store = Store::open(&options.home.database(), next.clone()).await?;
    settle(options, next.into_secret()).await?;
    Ok(store)
}

/// The database has this key now: the vault holds it alone.
pub(crate) async fn settle(
    options: &EngineOptions,
    key: Secret<Vec<u8>>,
) -> Result<(), EngineError> {
    let vault = &options.vault;
    vault.write(&AccountKey::database_key(), key).await?;
    vault.delete(&AccountKey::next_database_key()).await?;
    Ok(())
}

/// Takes back a change of the key that was not carried out.
pub(crate) async fn abandon_change(options: &EngineOptions) -> Result<(), EngineError> {
    rekey::discard(&options.home.database_copy())?;
    let vault = &options.vault;
    vault.delete(&AccountKey::next_database_key()).await?;
    Ok(())
}

/// A key from the vault. One of another length is none that opens anything.
pub(crate) async fn read_key(
    options: &EngineOptions,
    account: &AccountKey,
) -> Result<Option<DatabaseKey>, EngineError> {
    let Some(bytes) = options.vault.read(account).await? else {
        return Ok(None);
    };
    let path = options.home.database();
    match DatabaseKey::new(bytes) {
        Some(key) => Ok(Some(key)),
        None => Err(StoreError::WrongKeyOrDamaged { path }.into()),
    }
}

/// Waits until nobody else is opening the database. Of two programs that start at once, one makes the
/// key, the file and its tables, and the other one finds them: SQLite refuses the second who makes a
/// file's write-ahead log at the same time, and does not wait.
async fn opening(options: &EngineOptions) -> Result<File, EngineError> {
    let (path, file) = lock_file(&options.home, "database.opening")?;
    match tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(source)) => Err(StoreError::Folder { path, source }.into()),
        Err(_) => Err(StoreError::Closed.into()),
    }
}

/// The key of a new database. The caller is the only one who is opening it.
async fn first_key(options: &EngineOptions) -> Result<DatabaseKey, EngineError> {
    let account = AccountKey::database_key();
    let database = options.home.database();
    if let Some(key) = read_key(options, &account).await? {
        return Ok(key);
    }
    if database.exists() {
        return Err(EngineError::with_remedy(
            ErrorKind::StorageCorrupt,
            format!(
                "The key to the database {} is not in {}.",
                database.display(),
                options.vault.kind().title()
            ),
            "Use the keychain or passphrase that the data folder was made with. If the key is lost, \
             run `nurturehub start-fresh` in a terminal: credentials are kept, contacts come back \
             from the CRM.",
        ));
    }
    options.vault.probe().await?;
    let key = options.random.key()?;
    options.vault.write(&account, key.clone()).await?;
    DatabaseKey::new(key)
        .ok_or_else(|| EngineError::new(ErrorKind::Internal, "A key has the wrong length."))
}
