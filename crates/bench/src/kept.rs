//! Figures as they are kept in a file between runs, with the machine and the days they are of.

use std::ops::{Deref, DerefMut};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Failure, machine};

/// Figures of one machine.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kept<T> {
    /// The machine, in a few words.
    pub(crate) machine: String,
    /// The days on which figures were taken.
    pub(crate) days: Vec<String>,
    figures: T,
}

impl<T: Default + Serialize + DeserializeOwned> Kept<T> {
    /// What was kept in a file; nothing where there is none, or it is another version's.
    pub(crate) fn open(path: &Path) -> Self {
        std::fs::read(path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Keeps everything.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Failure> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(std::fs::write(path, text)?)
    }

    /// Notes machine and day. Figures of another machine are forgotten.
    pub(crate) fn describe(&mut self) {
        let machine = machine::name();
        if self.machine != machine {
            *self = Self::default();
            self.machine = machine;
        }
        let today = machine::today();
        if !self.days.contains(&today) {
            self.days.push(today);
        }
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.figures
    }
}

impl<T> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.figures
    }
}
