//! Encrypting the database anew, with another key.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rusqlite::OpenFlags;

use crate::beside::{beside, remove};
use crate::open::{open, writer};
use crate::{DatabaseKey, StoreError};

/// Writes a copy of a database that is encrypted with another key. The database itself stays as it
/// is; what an earlier attempt left at the copy's place goes.
///
/// The caller sees to it that nobody else has the database open, and puts the copy in its place.
/// Blocks; takes as much room on the disk as the database does.
///
/// # Errors
/// As [`crate::Store::open`]; `Full`; `Busy` where somebody has the database open.
pub fn copy_with_key(
    database: &Path,
    old: &DatabaseKey,
    copy: &Path,
    new: &DatabaseKey,
) -> Result<(), StoreError> {
    // Without a log beside it, the file is all there is.
    let current = writer(database, old)?;
    let busy: i64 = current.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    current.close().map_err(|(_, error)| error)?;
    if busy != 0 {
        return Err(StoreError::Busy);
    }
    discard(copy)?;
    fs::copy(database, copy).map_err(|source| StoreError::of_file(copy, source))?;

    let rewritten = open(copy, old, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // A log of its own would hold the pages beside the file.
    rewritten.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    rewritten.pragma_update(None, "rekey", new.pragma().as_str())?;
    rewritten.close().map_err(|(_, error)| error)?;

    let proof = open(copy, new, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    proof.close().map_err(|(_, error)| error)?;
    File::options()
        .write(true)
        .open(copy)
        .and_then(|file| file.sync_all())
        .map_err(|source| StoreError::of_file(copy, source))
}

/// Puts a copy in the place of the database. At every instant one of them is there as a whole.
///
/// # Errors
/// `Folder`, `Full`.
pub fn put_in_place(copy: &Path, database: &Path) -> Result<(), StoreError> {
    // They were empty; one that stayed behind would be taken for the copy's.
    for suffix in ["-wal", "-shm"] {
        remove(&beside(database, suffix))?;
    }
    fs::rename(copy, database).map_err(|source| StoreError::of_file(database, source))?;
    sync_folder(database).map_err(|source| StoreError::of_file(database, source))
}

/// Removes what an attempt left behind at the copy's place.
///
/// # Errors
/// `Folder`.
pub fn discard(copy: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        remove(&beside(copy, suffix))?;
    }
    Ok(())
}

/// Moves a database that cannot be read out of the way, with what lies beside it.
///
/// # Errors
/// `Folder`.
pub fn set_aside(database: &Path, aside: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm"] {
        let from = beside(database, suffix);
        match fs::rename(&from, beside(aside, suffix)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::of_file(&from, source));
            }
            _ => {}
        }
    }
    sync_folder(database).map_err(|source| StoreError::of_file(database, source))
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Windows has no such thing; its file system journals names by itself.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
