//! Figures as they are kept in a file between runs, with what they were taken with.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::taken::Taken;

/// Figures of one machine.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kept<T> {
    /// With what figures were taken, by the name that they go by.
    takings: BTreeMap<String, Taken>,
    figures: T,
}

/// Figures that say with what they were taken.
pub(crate) trait Figures: Default + Serialize + DeserializeOwned {
    /// The names of all takings that there are figures of, each once.
    fn takings(&self) -> Vec<&str>;
}

impl<T: Figures> Kept<T> {
    /// What was kept in a file; nothing where there is none, or it is another version's.
    pub(crate) fn open(path: &Path) -> Self {
        std::fs::read(path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Keeps everything.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Failure> {
        save(self, path)
    }

    /// Notes with what figures are taken from now on; answers the name to give to them. Figures of
    /// another machine are forgotten, and takings of which no figure is left.
    pub(crate) fn note(&mut self, taken: &Taken) -> String {
        if self
            .takings
            .values()
            .any(|old| old.machine != taken.machine)
        {
            *self = Self::default();
        }
        let used: Vec<String> = self.figures.takings().into_iter().map(Into::into).collect();
        self.takings.retain(|name, _| used.contains(name));
        let like = self.takings.iter_mut().find(|(_, old)| old.is_like(taken));
        if let Some((name, old)) = like {
            old.note_days(taken);
            return name.clone();
        }
        let free = (1_u32..).map(|number| number.to_string());
        let mut free = free.filter(|name| !self.takings.contains_key(name));
        let name = free.next().unwrap_or_default();
        self.takings.insert(name.clone(), taken.clone());
        name
    }

    /// With what the figures were taken that there are.
    pub(crate) fn takings(&self) -> Vec<(&str, &Taken)> {
        let used = self.figures.takings();
        let all = self.takings.iter();
        all.map(|(name, taken)| (name.as_str(), taken))
            .filter(|(name, _)| used.contains(name))
            .collect()
    }
}

/// Writes a file whole: one who is killed meanwhile leaves the one before it.
pub(crate) fn save<T: Serialize>(value: &T, path: &Path) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    let beside = path.with_extension("new");
    std::fs::write(&beside, text)?;
    Ok(std::fs::rename(&beside, path)?)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Serialize, Deserialize)]
    struct Of(Vec<String>);

    impl Figures for Of {
        fn takings(&self) -> Vec<&str> {
            self.0.iter().map(String::as_str).collect()
        }
    }

    fn taken(machine: &str, program: &str) -> Taken {
        Taken {
            machine: machine.into(),
            program: program.into(),
            ..Taken::default()
        }
    }

    #[test]
    fn each_figure_keeps_the_program_that_it_is_of() {
        let mut kept = Kept::<Of>::default();
        let first = kept.note(&taken("here", "a"));
        kept.0.push(first.clone());
        assert_eq!(kept.note(&taken("here", "a")), first, "the same again");
        let second = kept.note(&taken("here", "b"));
        assert_ne!(first, second, "another program has another name");
        kept.0.push(second.clone());
        let programs = |kept: &Kept<Of>| {
            let all = kept.takings().into_iter();
            all.map(|(_, taken)| taken.program.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(programs(&kept), ["a", "b"]);
        kept.0.remove(0);
        kept.note(&taken("here", "c"));
        assert_eq!(programs(&kept), ["b"], "no figure is of the first any more");
        kept.note(&taken("there", "c"));
        assert!(kept.0.is_empty(), "figures of another machine are gone");
    }
}
