//! What came of what was tried.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::file::{Cipher, Form};
use super::merging;
use crate::figures::median;
use crate::kept::{Figures, Kept};

/// One run of one of them.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Try {
    /// How long it took.
    pub(crate) seconds: f64,
    /// How large the file was at the end.
    pub(crate) bytes: u64,
}

/// On how many processors records are mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Processors {
    /// All that there are.
    All,
    /// One.
    One,
}

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trial {
    /// So many contacts are merged at a time.
    Merged(usize),
    /// Contacts are stored in this form.
    Form(Form),
    /// Records are mapped on so many processors.
    Mapped(Processors),
}

impl Trial {
    /// Everything that is tried: of each kind first what is in force.
    pub(crate) fn all() -> Vec<Self> {
        let force = Form::IN_FORCE;
        let forms = [
            force,
            Form {
                block_bytes: 1,
                ..force
            },
            Form { level: -5, ..force },
            Form { level: 3, ..force },
            Form {
                cipher: Cipher::Sha512,
                ..force
            },
            Form {
                cipher: Cipher::None,
                ..force
            },
            Form {
                page_kib: 8,
                ..force
            },
            Form {
                page_kib: 16,
                ..force
            },
        ];
        let merged = [merging::IN_FORCE, 100, 500].map(Self::Merged);
        let mapped = [Processors::All, Processors::One].map(Self::Mapped);
        let forms = forms.map(Self::Form);
        merged.into_iter().chain(forms).chain(mapped).collect()
    }

    /// What it is held against.
    pub(crate) const fn in_force(self) -> Self {
        match self {
            Self::Merged(_) => Self::Merged(merging::IN_FORCE),
            Self::Form(_) => Self::Form(Form::IN_FORCE),
            Self::Mapped(_) => Self::Mapped(Processors::All),
        }
    }

    /// Its name in the file of figures.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Merged(together) => format!("merged {together}"),
            Self::Mapped(Processors::All) => "mapped on all processors".to_owned(),
            Self::Mapped(Processors::One) => "mapped on one processor".to_owned(),
            Self::Form(Form {
                cipher,
                page_kib,
                level,
                block_bytes,
            }) => {
                let cipher = match cipher {
                    Cipher::Sha256 => "sha256",
                    Cipher::Sha512 => "sha512",
                    Cipher::None => "open",
                };
                format!("file {cipher} page {page_kib} zstd {level} block {block_bytes}")
            }
        }
    }
}

/// What is known of what was tried.
pub(crate) type Tried = Kept<Tries>;

/// All runs of everything.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tries {
    taken: String,
    /// Contacts that were stored.
    pub(crate) contacts: usize,
    tries: BTreeMap<String, Vec<Try>>,
}

impl Figures for Tries {
    fn takings(&self) -> Vec<&str> {
        let any = (!self.tries.is_empty()).then_some(self.taken.as_str());
        any.into_iter().collect()
    }
}

impl Tries {
    /// Takes these instead of all that there were.
    pub(crate) fn replace(
        &mut self,
        taken: String,
        contacts: usize,
        tries: BTreeMap<Trial, Vec<Try>>,
    ) {
        *self = Self {
            taken,
            contacts,
            tries: tries
                .into_iter()
                .map(|(trial, tries)| (trial.name(), tries))
                .collect(),
        };
    }

    /// How often each was run.
    pub(crate) fn rounds(&self) -> usize {
        self.tries.values().map(Vec::len).max().unwrap_or(0)
    }

    /// How often as long it took, and how often as large its file was, as what is in force: the middle
    /// of all rounds, in each of which both came in turn.
    pub(crate) fn ratios(&self, trial: Trial) -> Option<(f64, f64)> {
        let tries = self.tries.get(&trial.name())?;
        let force = self.tries.get(&trial.in_force().name())?;
        let ratio = |figure: fn(&Try) -> f64| {
            let rounds = tries.iter().zip(force);
            let ratios: Vec<f64> = rounds.map(|(a, b)| figure(a) / figure(b)).collect();
            (!ratios.is_empty()).then(|| median(ratios))
        };
        #[expect(clippy::cast_precision_loss, reason = "file sizes are far below 2^52")]
        let bytes = |one: &Try| one.bytes as f64;
        Some((ratio(|one| one.seconds)?, ratio(bytes)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_that_of_the_middle_round_and_not_of_two_rounds() {
        let took =
            |seconds: [f64; 3], bytes| seconds.map(|seconds| Try { seconds, bytes }).to_vec();
        let (force, other) = (Trial::Merged(merging::IN_FORCE), Trial::Merged(100));
        let mut tries = Tries::default();
        let all = BTreeMap::from([
            (force, took([1.0, 10.0, 2.0], 50)),
            (other, took([2.0, 30.0, 4.0], 75)),
        ]);
        tries.replace("1".into(), 10, all);
        assert_eq!(tries.ratios(other), Some((2.0, 1.5)));
        assert_eq!(tries.ratios(force), Some((1.0, 1.0)));
        assert_eq!(tries.ratios(Trial::Merged(7)), None, "it was not tried");
        assert_eq!((tries.rounds(), tries.takings()), (3, vec!["1"]));
    }

    #[test]
    fn everything_that_is_tried_has_a_name_of_its_own_and_something_to_hold_it_against() {
        let all = Trial::all();
        let names: std::collections::BTreeSet<String> =
            all.iter().map(|trial| trial.name()).collect();
        assert_eq!(names.len(), all.len());
        for trial in &all {
            assert!(all.contains(&trial.in_force()), "{trial:?}");
        }
    }
}
