//! Changing the database's key, and starting afresh where it is lost.

use std::path::PathBuf;

use nurturehub_port::ErrorKind;
use nurturehub_store::{DatabaseKey, StoreError, audit, rekey};
use nurturehub_vault::AccountKey;
use serde::Serialize;
use serde_json::json;

use crate::database::{self, Access};
use crate::{Engine, EngineError, EngineOptions, audit_words};

/// What came of a change of the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyRotation {
    /// The database that has a new key.
    pub database: PathBuf,
}

/// What came of starting afresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FreshStart {
    /// Where the database lies now that could not be opened. It is encrypted still.
    pub set_aside: PathBuf,
}

impl Engine {
    /// Encrypts the database of a data folder with a new key and lets go of the old one. Whenever it
    /// is cut off, the data open with one of the two keys, both of which are in the vault until the
    /// end. Takes as much room on the disk again as the database has, for the time it lasts.
    ///
    /// # Errors
    /// `storageBusy` where any program has the database open, `storageFull`, vault and storage
    /// errors. Then the old key still opens it.
    pub async fn rotate_key(options: EngineOptions) -> Result<KeyRotation, EngineError> {
        let access = Access::alone(&options.home)?;
        // Makes sure that there is a database, and just one key to it.
        drop(database::open(&options).await?);
        let account = AccountKey::database_key();
        let old = database::read_key(&options, &account)
            .await?
            .ok_or_else(|| EngineError::new(ErrorKind::Internal, "There is no key to change."))?;
        let key = options.random.key()?;
        let new = DatabaseKey::new(key.clone())
            .ok_or_else(|| EngineError::new(ErrorKind::Internal, "A key has the wrong length."))?;
        // In the vault before anything is encrypted with it.
        options
            .vault
            .write(&AccountKey::next_database_key(), key.clone())
            .await?;
        let (path, copy) = (options.home.database(), options.home.database_copy());
        let made = tokio::task::spawn_blocking(move || {
            rekey::copy_with_key(&path, &old, &copy, &new)?;
            rekey::put_in_place(&copy, &path)
        });
        let made = made.await.unwrap_or(Err(StoreError::Closed));
        if let Err(error) = made {
            // Whether or not this succeeds, opening does it again.
            drop(database::open(&options).await);
            return Err(error.into());
        }
        database::settle(&options, key).await?;
        let rotated = KeyRotation {
            database: options.home.database(),
        };
        Self::note(options, access, audit_words::KEY_ROTATED).await?;
        Ok(rotated)
    }

    /// Begins with an empty database where the one there is cannot be opened, because its key is
    /// lost or it is damaged. It is set aside, not deleted. Credentials stay in the vault, and
    /// serve again when their agency is connected under the same name.
    ///
    /// # Errors
    /// `configuration` where the database opens well enough, `storageBusy`, vault and storage
    /// errors.
    pub async fn start_fresh(options: EngineOptions) -> Result<FreshStart, EngineError> {
        let access = Access::alone(&options.home)?;
        match database::open(&options).await {
            Ok(_) => {
                return Err(EngineError::with_remedy(
                    ErrorKind::Configuration,
                    "The database can be opened. Nothing was changed.",
                    "To remove an agency's contacts, disconnect it and delete its local data.",
                ));
            }
            Err(EngineError::Store(
                error @ (StoreError::Newer { .. } | StoreError::Folder { .. }),
            )) => {
                return Err(error.into());
            }
            Err(error) if error.kind() != ErrorKind::StorageCorrupt => return Err(error),
            Err(_) => {}
        }
        let database = options.home.database();
        let moment = options.clock.now().strftime("%Y%m%dT%H%M%SZ");
        let aside = database.with_file_name(format!("connect.db.unreadable-{moment}"));
        rekey::set_aside(&database, &aside)?;
        database::abandon_change(&options).await?;
        // A key of the wrong form would be in the way of a new one.
        let account = AccountKey::database_key();
        if database::read_key(&options, &account).await.is_err() {
            options.vault.delete(&account).await?;
        }
        Self::note(options, access, audit_words::STARTED_FRESH).await?;
        Ok(FreshStart { set_aside: aside })
    }

    /// Opens what is there now, and notes in its audit log what was done.
    async fn note(
        options: EngineOptions,
        access: Access,
        word: &'static str,
    ) -> Result<(), EngineError> {
        let engine = Self::over(options, access).await?;
        let entry = engine.audit_entry(word, None, json!({}));
        engine
            .store
            .write(move |tx| audit::append(tx, &entry))
            .await?;
        Ok(())
    }
}
