//! Files that lie beside the database, called after it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::StoreError;

/// The file beside another one that is called as that is, and this.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Removes a file, where there is one.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::of_file(path, source))
        }
        _ => Ok(()),
    }
}
