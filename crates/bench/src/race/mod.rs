//! The race: every contestant through every scene, against the same server.

mod results;
mod scene;
mod start;

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::control::Control;
use crate::digest::Rows;
use crate::peers::{self, Contestant, Entry, Places};
use crate::process::{Server, say};

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

/// Runs what the plan says; each figure is kept as soon as there is one, over those that were kept
/// before, so that a race may be run in parts.
pub(crate) async fn run(plan: &Plan, kept_in: &Path) -> Result<Results, Failure> {
    plan.check()?;
    let places = Places::around(&plan.binary)?;
    let mut results = Results::open(kept_in);
    results.describe();
    results.versions = peers::versions(&places);
    for scene in plan.scenes() {
        let contacts = scene.contacts(plan.quick);
        say(&format!("{}: {contacts} contacts", scene.title()));
        let server = Server::start(contacts)?;
        let listed = listed(&places, &server).await?;
        let contestants = plan.contestants();
        let mut cells: Vec<Cell> = contestants.iter().map(|_| Cell::new(contacts)).collect();
        let mut kept: Vec<Option<Entry<'_>>> = contestants.iter().map(|_| None).collect();
        // In turn, so that a drift of the machine's speed touches all alike.
        for _ in 0..if scene.is_long() { 1 } else { plan.runs } {
            for ((contestant, cell), kept) in contestants.iter().zip(&mut cells).zip(&mut kept) {
                if cell.failed.is_some() {
                    continue;
                }
                match once(contestant, scene, &places, &server, &listed, kept).await {
                    Ok(run) => {
                        say(&format!("  {:<24} {run}", contestant.id));
                        cell.runs.push(run);
                    }
                    Err(failure) => {
                        say(&format!("  {:<24} failed: {failure}", contestant.id));
                        cell.failed = Some(failure.to_string());
                    }
                }
            }
            for (contestant, cell) in contestants.iter().zip(&cells) {
                results.put(scene, contestant, cell.clone());
            }
            results.save(kept_in)?;
        }
    }
    Ok(results)
}

/// One run: from an empty store, or over the one that is kept where the scene leaves it as it is.
async fn once<'a>(
    contestant: &Contestant,
    scene: Scene,
    places: &'a Places,
    server: &Server,
    listed: &Rows,
    kept: &mut Option<Entry<'a>>,
) -> Result<Run, Failure> {
    let entry = match kept.take() {
        Some(entry) => entry,
        None => start::enter(contestant, scene, places, server).await?,
    };
    let run = start::once(&entry, scene, server, listed).await?;
    if scene.leaves_the_store() {
        *kept = Some(entry);
    }
    Ok(run)
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
