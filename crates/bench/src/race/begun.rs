//! A race that has begun: what is known of it until it is over, so that one that was stopped can be
//! gone on with.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::results::{Cell, Race};
use super::scene::Scene;
use crate::Failure;
use crate::kept::save;
use crate::peers::Contestant;
use crate::taken::Taken;

/// The runs of a race that is not over yet, in a file of their own.
#[derive(Debug)]
pub(super) struct Begun {
    path: PathBuf,
    state: State,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    taken: Taken,
    contacts: usize,
    /// How often it was begun or gone on with.
    sitting: u32,
    race: Race,
}

impl Begun {
    /// Goes on with the race of a file where that was begun with the same programs, versions and
    /// machine over as many contacts; what failed is tried again. Else it begins anew: such runs are
    /// never put together.
    pub(super) fn open(path: &Path, taken: Taken, contacts: usize) -> Self {
        let before = std::fs::read(path).ok();
        let before: Option<State> = before.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let like = |before: &State| before.taken.is_like(&taken) && before.contacts == contacts;
        let state = match before.filter(like) {
            Some(mut before) => {
                before.taken.note_days(&taken);
                before.race.forget_failures();
                before
            }
            None => State {
                taken,
                contacts,
                ..State::default()
            },
        };
        Self {
            path: path.to_owned(),
            state: State {
                sitting: state.sitting + 1,
                ..state
            },
        }
    }

    /// With what it is run.
    pub(super) const fn taken(&self) -> &Taken {
        &self.state.taken
    }

    /// Which sitting this is, from 1.
    pub(super) const fn sitting(&self) -> u32 {
        self.state.sitting
    }

    /// What is known of a contestant in a scene.
    pub(super) fn cell(&self, scene: Scene, contestant: &Contestant) -> Cell {
        let known = self.state.race.cell(scene, contestant).cloned();
        known.unwrap_or_else(|| Cell::new(self.state.contacts))
    }

    /// Keeps what is known of a contestant in a scene.
    pub(super) fn put(
        &mut self,
        scene: Scene,
        contestant: &Contestant,
        cell: Cell,
    ) -> Result<(), Failure> {
        self.state.race.put(scene, contestant, cell);
        save(&self.state, &self.path)
    }

    /// Lets go of what is over, so that the next race begins with it anew.
    pub(super) fn end(
        mut self,
        scenes: &[Scene],
        contestants: &[Contestant],
    ) -> Result<(), Failure> {
        for &scene in scenes {
            for contestant in contestants {
                self.state.race.remove(scene, contestant);
            }
        }
        if !self.state.race.is_empty() {
            return save(&self.state, &self.path);
        }
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Verdict;
    use crate::peers::FLOOR;
    use crate::race::Run;

    fn taken(program: &str) -> Taken {
        Taken {
            program: program.into(),
            days: vec!["2026-01-01".into()],
            ..Taken::default()
        }
    }

    fn with_a_run(begun: &Begun, scene: Scene) -> Cell {
        let mut cell = begun.cell(scene, &FLOOR);
        cell.runs.push(Run {
            seconds: 1.0,
            peak_mib: 1.0,
            pages: 1,
            refused: 0,
            before_kill: None,
            again: None,
            sync_ms: None,
            spent: None,
            verdict: Verdict::default(),
            sitting: begun.sitting(),
        });
        cell
    }

    #[test]
    fn a_race_that_was_stopped_goes_on_with_the_same_program_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("begun.json");
        for sitting in 1..=2 {
            let mut begun = Begun::open(&path, taken("a"), 10);
            let cell = with_a_run(&begun, Scene::Processor);
            assert_eq!(cell.runs.len(), sitting, "the runs before are kept");
            assert!(!cell.is_done(9), "what failed is tried again");
            assert_eq!(
                cell.sittings(),
                sitting,
                "and it can be seen that it was stopped"
            );
            let cell = Cell {
                failed: Some("it was not installed".into()),
                ..cell
            };
            assert!(cell.is_done(9), "one that failed is not run again at once");
            begun.put(Scene::Processor, &FLOOR, cell).expect("kept");
        }
        for (program, contacts) in [("b", 10), ("a", 11)] {
            let begun = Begun::open(&path, taken(program), contacts);
            let cell = begun.cell(Scene::Processor, &FLOOR);
            assert!(
                cell.runs.is_empty(),
                "{program} over {contacts} begins anew"
            );
            assert_eq!(begun.sitting(), 1);
        }
    }

    #[test]
    fn what_is_over_is_measured_anew_and_what_is_not_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("begun.json");
        let mut begun = Begun::open(&path, taken("a"), 10);
        for scene in [Scene::Processor, Scene::Delay] {
            let cell = with_a_run(&begun, scene);
            begun.put(scene, &FLOOR, cell).expect("kept");
        }
        begun.end(&[Scene::Processor], &[FLOOR]).expect("ended");
        let begun = Begun::open(&path, taken("a"), 10);
        assert_eq!(begun.cell(Scene::Processor, &FLOOR).runs.len(), 0);
        assert_eq!(begun.cell(Scene::Delay, &FLOOR).runs.len(), 1);
        begun.end(&[Scene::Delay], &[FLOOR]).expect("ended");
        assert!(!path.exists(), "nothing is left of a race that is over");
    }
}
