//! The race: every contestant through every scene, against the same server.

mod begun;
mod pace;
mod results;
mod scene;
mod start;

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::Failure;
use crate::control::Control;
use crate::digest::Rows;
use crate::peers::{self, Contestant, Entry, Kind, Places};
use crate::process::{Server, say};
use crate::taken::Taken;

use begun::Begun;
use pace::Pace;

pub(crate) use results::{Cell, Results, Run};
pub(crate) use scene::Scene;

/// What of the race is run, and how often.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Our command line.
    pub(crate) binary: PathBuf,
    /// How often each is run; medians are shown.
    pub(crate) runs: usize,
    /// Once, with few contacts.
    pub(crate) quick: bool,
    /// The names of scenes and contestants; empty is all.
    pub(crate) only: Vec<String>,
}

impl Plan {
    fn scenes(&self) -> Vec<Scene> {
        let named = |scene: &Scene| self.only.iter().any(|name| name == scene.id());
        let some: Vec<Scene> = Scene::ALL.iter().copied().filter(named).collect();
        if some.is_empty() {
            return Scene::ALL.to_vec();
        }
        some
    }

    fn contestants(&self) -> Vec<Contestant> {
        let named = |one: &Contestant| self.only.iter().any(|name| name == one.id);
        let some: Vec<Contestant> = peers::ALL.iter().copied().filter(named).collect();
        if some.is_empty() {
            return peers::ALL.to_vec();
        }
        some
    }

    /// Says which names are nobody's.
    fn check(&self) -> Result<(), Failure> {
        let known = |name: &String| {
            Scene::ALL.iter().any(|scene| scene.id() == name)
                || peers::ALL.iter().any(|one| one.id == name)
        };
        let Some(unknown) = self.only.iter().find(|name| !known(name)) else {
            return Ok(());
        };
        let scenes: Vec<&str> = Scene::ALL.iter().map(|scene| scene.id()).collect();
        let contestants: Vec<&str> = peers::ALL.iter().map(|one| one.id).collect();
        Err(format!(
            "`{unknown}` is neither a scene ({}) nor a contestant ({})",
            scenes.join(", "),
            contestants.join(", ")
        )
        .into())
    }
}

/// Where a race is kept: what is over, and what is not yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeptIn<'a> {
    /// The figures of whole scenes.
    pub(crate) results: &'a Path,
    /// The runs of a race that is not over.
    pub(crate) begun: &'a Path,
}

/// Runs what the plan says. Each run is kept as soon as it is over, so that a race that was stopped
/// goes on where it was; the figures of a scene take the place of earlier ones, and are `shown`, once
/// all of its runs are there. The names of those that failed come back, save where it is their part.
pub(crate) async fn run(
    plan: &Plan,
    kept_in: KeptIn<'_>,
    shown: impl Fn() -> Result<(), Failure>,
) -> Result<Vec<String>, Failure> {
    plan.check()?;
    let places = Places::around(&plan.binary)?;
    let mut programs = vec![plan.binary.clone(), std::env::current_exe()?];
    programs.extend(peers::files()?);
    let taken = Taken::now(&programs, peers::versions(&places))?;
    let contacts = scene::contacts(plan.quick);
    let (scenes, contestants) = (plan.scenes(), plan.contestants());
    let mut race = Running {
        plan,
        places: &places,
        contestants: &contestants,
        progress: Progress::new(&scenes, plan.runs),
        begun: Begun::open(kept_in.begun, taken, contacts),
    };
    if race.begun.sitting() > 1 {
        say("going on with the race that was begun with the same programs");
    }
    let mut failed = Vec::new();
    for &scene in &scenes {
        race.take(scene, contacts).await?;
        let mut results = Results::open(kept_in.results);
        let taken = results.note(race.begun.taken());
        for contestant in &contestants {
            let cell = Cell {
                taken: taken.clone(),
                ..race.begun.cell(scene, contestant)
            };
            // The floor has no means against a limit.
            let may_fail = scene.limits() && matches!(contestant.kind, Kind::Floor);
            if cell.failed.is_some() && !may_fail {
                failed.push(format!("{} in `{}`", contestant.id, scene.id()));
            }
            results.put(scene, contestant, cell);
        }
        results.save(kept_in.results)?;
        shown()?;
    }
    race.begun.end(&scenes, &contestants)?;
    Ok(failed)
}

/// A race that is being run.
struct Running<'a> {
    plan: &'a Plan,
    places: &'a Places,
    contestants: &'a [Contestant],
    progress: Progress,
    begun: Begun,
}

impl Running<'_> {
    /// Takes every contestant through a scene, as often as the plan says.
    async fn take(&mut self, scene: Scene, contacts: usize) -> Result<(), Failure> {
        let (contestants, runs) = (self.contestants, self.plan.runs);
        let done = |begun: &Begun, one| begun.cell(scene, one).is_done(runs);
        if contestants.iter().all(|one| done(&self.begun, one)) {
            say(&format!("{}: all runs are there", scene.title()));
            return Ok(());
        }
        say(&format!("{}: {contacts} contacts", scene.title()));
        let server = Server::start(contacts)?;
        let listed = listed(self.places, &server).await?;
        let mut kept: Vec<Option<Entry<'_>>> = contestants.iter().map(|_| None).collect();
        // In turn, so that a drift of the machine's speed touches all alike.
        for round in 1..=runs {
            for (contestant, kept) in contestants.iter().zip(&mut kept) {
                let mut cell = self.begun.cell(scene, contestant);
                if cell.is_done(round) {
                    continue;
                }
                let entry = match kept.take() {
                    Some(entry) => Ok(entry),
                    None => start::enter(contestant, scene, self.places, &server).await,
                };
                let began = Instant::now();
                let sitting = self.begun.sitting();
                let run = match &entry {
                    Ok(entry) => start::once(entry, scene, &server, &listed, sitting).await,
                    Err(failure) => Err(failure.to_string().into()),
                };
                match run {
                    Ok(run) => {
                        say(&format!("  {:<24} {run}", contestant.id));
                        cell.runs.push(run);
                    }
                    Err(failure) => {
                        say(&format!("  {:<24} failed: {failure}", contestant.id));
                        cell.failed = Some(failure.to_string());
                    }
                }
                self.progress.pace.note(scene, contestant, began.elapsed());
                self.begun.put(scene, contestant, cell)?;
                self.progress.say(&self.begun, contestants);
                *kept = entry.ok().filter(|_| scene.leaves_the_store());
            }
        }
        Ok(())
    }
}

/// How far a race is.
struct Progress {
    scenes: Vec<Scene>,
    runs: usize,
    began: Instant,
    pace: Pace,
}

impl Progress {
    fn new(scenes: &[Scene], runs: usize) -> Self {
        Self {
            scenes: scenes.to_vec(),
            runs,
            began: Instant::now(),
            pace: Pace::default(),
        }
    }

    /// Says how many runs are done, and how long the rest will take.
    fn say(&self, begun: &Begun, contestants: &[Contestant]) {
        let mut left = Vec::new();
        for &scene in &self.scenes {
            for contestant in contestants {
                let cell = begun.cell(scene, contestant);
                if !cell.is_done(self.runs) {
                    left.push((scene, contestant, self.runs - cell.runs.len()));
                }
            }
        }
        let all = self.scenes.len() * contestants.len() * self.runs;
        let to_go: usize = left.iter().map(|(_, _, count)| count).sum();
        let time = self.pace.left(&left).map_or_else(String::new, |left| {
            format!(", about {} to go", pace::in_words(left))
        });
        say(&format!(
            "  [{} of {all} runs, {} gone{time}]",
            all - to_go,
            pace::in_words(self.began.elapsed())
        ));
    }
}

/// What the CRM lists, read once by the floor and counted against what the server says it has.
async fn listed(places: &Places, server: &Server) -> Result<Rows, Failure> {
    let control = Control::of(server)?;
    control.set(0, false).await?;
    let floor = peers::FLOOR.enter(places, server, None).await?;
    start::finish(&mut floor.sync()?)?;
    let rows = start::stored(&floor)?;
    let count = control.listed().await?;
    if rows.len() != count {
        return Err(format!("{} records were read of {count}", rows.len()).into());
    }
    Ok(rows)
}
