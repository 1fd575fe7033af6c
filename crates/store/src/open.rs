//! The one door to the file: key first, then the settings that the file is always used with.

use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use nurturehub_port::Secret;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use zeroize::Zeroizing;

use crate::StoreError;

/// The 256-bit key that the database is encrypted with. It lives in the vault.
#[derive(Debug, Clone)]
pub struct DatabaseKey(Secret<Vec<u8>>);

impl DatabaseKey {
    /// Length in bytes.
    pub const LENGTH: usize = 32;

    /// Takes a key of the right length.
    #[must_use]
    pub fn new(bytes: Secret<Vec<u8>>) -> Option<Self> {
        (bytes.expose().len() == Self::LENGTH).then_some(Self(bytes))
    }

    /// The key itself, for the vault.
    #[must_use]
    pub fn into_secret(self) -> Secret<Vec<u8>> {
        self.0
    }

    /// The form in which SQLCipher takes a raw key, that is, without deriving one.
    pub(crate) fn pragma(&self) -> Zeroizing<String> {
        use std::fmt::Write as _;
        let mut text = Zeroizing::new(String::with_capacity(2 * Self::LENGTH + 3));
        text.push_str("x'");
        for byte in self.0.expose() {
            let written = write!(text, "{byte:02x}");
            debug_assert!(written.is_ok(), "writing to a String cannot fail");
        }
        text.push('\'');
        text
    }
}

/// How long a statement waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Page cache of the writing connection, in KiB. More buys little, since contacts come in order.
const WRITER_CACHE_KIB: i64 = 8 * 1024;

/// Page cache of each reading connection, in KiB.
const READER_CACHE_KIB: i64 = 2 * 1024;

/// WAL pages between checkpoints (4 KiB each): large enough that a page of an index that many
/// transactions touch is copied to the file once for all of them.
const CHECKPOINT_PAGES: i64 = 4_000;

/// Has the library set itself up, once in a program's life. SQLite lets other threads pass before
/// SQLCipher has finished its own part, and their keys are then refused: so the first comes alone.
fn set_up() {
    static DONE: Once = Once::new();
    // Whatever stands in the way of this one is met again, and told, by the opening that follows.
    DONE.call_once(|| drop(Connection::open_in_memory()));
}

/// Opens with these flags and shows that the key fits.
pub(crate) fn open(
    path: &Path,
    key: &DatabaseKey,
    flags: OpenFlags,
) -> Result<Connection, StoreError> {
    set_up();
    let database = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                StoreError::Folder {
                    path: path.to_owned(),
                    source: std::io::Error::other(error),
                }
            }
            _ => StoreError::from(error),
        })?;
    // By itself, SQLCipher writes to stderr what it then also answers.
    database.pragma_update(None, "cipher_log_level", "NONE")?;
    database.pragma_update(None, "key", key.pragma().as_str())?;
    // SHA-256 is as sound here as the default SHA-512, and has instructions of its own in current
    // processors (docs/performance.md, what was tried).
    database.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")?;
    database.busy_timeout(BUSY_TIMEOUT)?;
    // The first read shows whether the key fits.
    database
        .query_row("SELECT count(*) FROM sqlite_master", [], |row| {
            row.get::<_, i64>(0)
        })
        .map_err(|error| match StoreError::from(error) {
            StoreError::Damaged(_) => StoreError::WrongKeyOrDamaged {
                path: path.to_owned(),
            },
            other => other,
        })?;
    database.set_prepared_statement_cache_capacity(64);
    database.pragma_update(None, "foreign_keys", true)?;
    database.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(database)
}

/// Puts a file into WAL mode. Of two who make a new one at once, SQLite refuses the second without
/// waiting, whatever the busy timeout: so the waiting is done here, for as long.
fn log_ahead(database: &Connection) -> Result<(), StoreError> {
    const PAUSE: Duration = Duration::from_millis(10);
    let mut waited = Duration::ZERO;
    loop {
        let done = database.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()));
        match done.map_err(StoreError::from) {
            Err(StoreError::Busy) if waited < BUSY_TIMEOUT => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            done => return done,
        }
    }
}

/// Opens for writing, making the file where there is none.
pub(crate) fn writer(path: &Path, key: &DatabaseKey) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let database = open(path, key, flags)?;
    log_ahead(&database)?;
    // In WAL mode, NORMAL keeps the file whole through any crash; a power cut may undo the last
    // transactions, cursor and contacts alike, and they are then fetched again.
    database.pragma_update(None, "synchronous", "NORMAL")?;
    database.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    database.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    database.pragma_update(None, "journal_size_limit", 4096 * CHECKPOINT_PAGES)?;
    // What is deleted is overwritten: a purge leaves nothing behind.
    database.pragma_update(None, "secure_delete", true)?;
    Ok(database)
}

/// Opens for reading only.
pub(crate) fn reader(path: &Path, key: &DatabaseKey) -> Result<Connection, StoreError> {
    let database = open(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    database.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    database.pragma_update(None, "query_only", true)?;
    Ok(database)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pages are encrypted, so that from outside nobody can see whether they were overwritten.
    #[test]
    fn the_writer_overwrites_what_it_deletes() {
        let folder = tempfile::tempdir().unwrap();
        let key = DatabaseKey::new(Secret::new(vec![7; DatabaseKey::LENGTH])).unwrap();
        let database = writer(&folder.path().join("store.db"), &key).unwrap();
        let asked = |pragma: &str| -> i64 {
            database
                .pragma_query_value(None, pragma, |row| row.get(0))
                .unwrap()
        };
        assert_eq!(asked("secure_delete"), 1, "1 overwrites all, 2 only some");
        assert_eq!(asked("foreign_keys"), 1, "a purge relies on cascades");
    }
}
