//! One at a time, across tasks and processes.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::VaultError;

const LOCK_FILE: &str = "vault.lock";

/// Whether others may be inside as well.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Access {
    /// With other readers.
    Shared,
    /// Alone.
    Alone,
}

/// The way into a vault: work that blocks, done off the async threads, in the order asked for,
/// under the lock of the data folder.
///
/// The lock is the system's own lock on an open file, which ends with the process that holds it,
/// however that process ends.
#[derive(Debug)]
pub(crate) struct Door {
    lock_file: PathBuf,
    // Handed to the blocking work, not held by the future: a call whose future is dropped keeps
    // its turn until its work has ended, or never begins.
    turn: Arc<Mutex<()>>,
}

impl Door {
    /// The door of a data folder, which is made if it is not there.
    pub(crate) fn new(home: &Path) -> Result<Self, VaultError> {
        create_private_dir(home).map_err(|source| VaultError::io(home, source))?;
        Ok(Self {
            lock_file: home.join(LOCK_FILE),
            turn: Arc::default(),
        })
    }

    /// Does the work inside.
    pub(crate) async fn enter<T: Send + 'static>(
        &self,
        access: Access,
        work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let lock_file = self.lock_file.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let _lock =
                lock(&lock_file, access).map_err(|source| VaultError::io(&lock_file, source))?;
            work()
        });
        done.await.unwrap_or_else(|_| {
            Err(VaultError::Unavailable {
                detail: "the keychain's driver stopped in the middle of its work".to_owned(),
            })
        })
    }
}

fn lock(path: &Path, access: Access) -> std::io::Result<File> {
    let file = private(OpenOptions::new().read(true).write(true).create(true)).open(path)?;
    match access {
        Access::Shared => file.lock_shared()?,
        Access::Alone => file.lock()?,
    }
    Ok(file)
}

/// A file made with these options is for its owner alone.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn create_private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
