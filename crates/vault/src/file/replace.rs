//! Putting a new file in the place of an old one, so that at every instant one of them is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::door::private;

/// Replaces `path` by these bytes, readable by the owner alone. The caller holds the folder's lock.
///
/// Bytes first, then the name, then the folder: each is on the disk before the next begins.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // One fixed name: under the lock nobody else writes it, and what a killed writer left is
    // cleared here.
    let next = path.with_extension("new");
    match fs::remove_file(&next) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = write_new(&next, bytes).and_then(|()| fs::rename(&next, path));
    if let Err(error) = written {
        // Best effort; the reason for the failure matters more.
        let _ = fs::remove_file(&next);
        return Err(error);
    }
    sync_folder(path)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file: File = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
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
