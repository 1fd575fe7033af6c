//! The folder with the vendors' descriptions.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Failure;

/// The folder with the vendors' descriptions.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at this path.
    ///
    /// # Errors
    /// [`Failure::File`] where there is none.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        if path.is_dir() {
            return Ok(Self(path.to_owned()));
        }
        Err(Failure::File {
            path: path.to_owned(),
            why: "there is no such folder".to_owned(),
        })
    }

    /// A JSON file of the folder.
    ///
    /// # Errors
    /// [`Failure::File`] where it is missing or no JSON.
    pub fn json(&self, name: &str) -> Result<Value, Failure> {
        let path = self.0.join(name);
        let read = std::fs::read(&path).map_err(|error| error.to_string());
        read.and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()))
            .map_err(|why| Failure::File { path, why })
    }
}
