//! Why the database could not do what it was asked.

use std::io;
use std::path::{Path, PathBuf};

use nurturehub_port::ErrorKind;
use rusqlite::ErrorCode;

/// Why the database could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data folder or file cannot be used.
    #[error("the data folder {path} cannot be used: {source}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The key does not open the file, or the file is no database.
    #[error("the database {path} cannot be opened with this key, or is damaged")]
    WrongKeyOrDamaged {
        /// Which.
        path: PathBuf,
    },
    /// A newer version of the product has written here.
    #[error("the database was written by a newer version (schema {found}, this one knows {known})")]
    Newer {
        /// The schema found.
        found: i64,
        /// The newest schema that this build knows.
        known: i64,
    },
    /// The disk is full.
    #[error("the disk that holds the database is full")]
    Full,
    /// Something else holds the database.
    #[error("the database is busy: another program is writing to it")]
    Busy,
    /// The file is damaged.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// What was asked for is not there.
    #[error("there is no {what} `{key}`")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        key: String,
    },
    /// What was to be made is there already.
    #[error("there is already a {what} `{key}`")]
    Exists {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        key: String,
    },
    /// The store has been closed.
    #[error("the database has been closed")]
    Closed,
    /// A mistake of ours.
    #[error("the database refused a statement: {0}")]
    Statement(rusqlite::Error),
}

impl StoreError {
    /// What stands in the way of a file.
    pub(crate) fn of_file(path: &Path, source: io::Error) -> Self {
        if matches!(
            source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        ) {
            return Self::Full;
        }
        Self::Folder {
            path: path.to_owned(),
            source,
        }
    }

    /// Its place in the closed list.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Full => ErrorKind::StorageFull,
            Self::Busy => ErrorKind::StorageBusy,
            Self::Folder { .. }
            | Self::WrongKeyOrDamaged { .. }
            | Self::Newer { .. }
            | Self::Damaged(_) => ErrorKind::StorageCorrupt,
            Self::NotFound { .. } | Self::Exists { .. } => ErrorKind::Configuration,
            Self::Closed | Self::Statement(_) => ErrorKind::Internal,
        }
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Folder { .. } => {
                "Give a data folder that you may write to, with --home or NURTUREHUB_HOME.".into()
            }
            Self::Newer { .. } => "Update NurtureHub Connect on this computer.".into(),
            Self::NotFound { what, .. } => {
                format!("Check the name; list every {what} to see them.")
            }
            Self::Exists { .. } => "Use the one that is there, or choose another name.".into(),
            other => other.kind().facts().remedy.into(),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DiskFull => Self::Full,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                    Self::Damaged(error.to_string())
                }
                ErrorCode::SystemIoFailure => Self::Damaged(error.to_string()),
                _ => Self::Statement(error),
            },
            _ => Self::Statement(error),
        }
    }
}
