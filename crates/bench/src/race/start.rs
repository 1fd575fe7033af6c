//! One run of one contestant.

use std::collections::BTreeSet;
use std::io::{BufReader, Read, Seek};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::results::Run;
use super::scene::Scene;
use crate::Failure;
use crate::control::Control;
use crate::digest::Rows;
use crate::figures::mebibytes;
use crate::peers::{Contestant, Entry, Places};
use crate::process::{Finished, Memory, Server, end_group, measure, was_ended};

/// How long one may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(600);

/// Longer than the time over which the CRM counts requests.
const WINDOW: Duration = Duration::from_secs(2);

/// How often the server is asked how far one has come that is to be killed.
const LOOK: Duration = Duration::from_millis(2);

/// Makes a contestant ready for a scene.
pub(super) async fn enter<'a>(
    contestant: &Contestant,
    scene: Scene,
    places: &'a Places,
    server: &Server,
) -> Result<Entry<'a>, Failure> {
    Control::of(server)?.set(0, false).await?;
    let entry = contestant.enter(places, server, scene.limit()).await?;
    if scene == Scene::Unchanged {
        drop(finish(&mut entry.sync()?)?);
    }
    Ok(entry)
}

/// Takes a contestant who is ready through a scene.
pub(super) async fn once(
    entry: &Entry<'_>,
    scene: Scene,
    server: &Server,
    listed: &Rows,
    sitting: u32,
) -> Result<Run, Failure> {
    let control = Control::of(server)?;
    let mut before = BTreeSet::new();
    if scene == Scene::Killed {
        control.forget().await?;
        kill_half_way(entry, &control, listed).await?;
        before = control.pages().await?.into_iter().collect();
    }
    if scene.limits() {
        // Who came before must not have used up what this one may ask for.
        tokio::time::sleep(WINDOW).await;
    }
    control.forget().await?;
    control.set(scene.delay_ms(), scene.limits()).await?;
    let finished = finish(&mut entry.sync()?);
    control.set(0, false).await?;
    let finished = finished?;
    let asked = control.asked().await?;
    let told: Option<Value> = serde_json::from_str(&finished.text).ok();
    let again = if scene == Scene::Killed {
        let pages = control.pages().await?;
        let again = pages.iter().filter(|page| before.contains(*page)).count();
        Some((before.len(), again))
    } else {
        None
    };
    Ok(Run {
        seconds: finished.wall.as_secs_f64(),
        peak_mib: mebibytes(finished.peak_kib),
        pages: asked.pages,
        refused: asked.refused,
        before_kill: again.map(|(before, _)| before),
        again: again.map(|(_, again)| again),
        sync_ms: told.as_ref().and_then(|told| told["durationMs"].as_f64()),
        spent: told.and_then(|mut told| Some(told.get_mut("spent")?.take())),
        verdict: stored(entry)?.against(listed),
        sitting,
    })
}

/// Runs a command to a good end.
pub(super) fn finish(command: &mut Command) -> Result<Finished, Failure> {
    let finished = measure(command, "", Memory::Tree, Some(PATIENCE))?;
    match finished.failure() {
        None => Ok(finished),
        Some(reason) => Err(reason.into()),
    }
}

/// What is in the store. Records are hashed while the next ones are read from it.
pub(super) fn stored(entry: &Entry<'_>) -> Result<Rows, Failure> {
    let mut complaints = tempfile::tempfile()?;
    let mut child = entry
        .dump()?
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(complaints.try_clone()?)
        .spawn()?;
    let rows = Rows::read(BufReader::new(
        child.stdout.take().ok_or("no standard output")?,
    ));
    let status = child.wait()?;
    if status.success() {
        return rows;
    }
    let mut said = String::new();
    complaints.rewind()?;
    complaints.read_to_string(&mut said)?;
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    let last: String = last.unwrap_or_default().chars().take(300).collect();
    Err(format!("its store could not be read: {status}: {last}").into())
}

/// Starts a sync and kills it, with all that it started, once half of the pages were answered.
async fn kill_half_way(entry: &Entry<'_>, control: &Control, listed: &Rows) -> Result<(), Failure> {
    let half = listed.len().div_ceil(100) / 2;
    let mut child = entry
        .sync()?
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let began = Instant::now();
    let outcome: Result<(), Failure> = loop {
        if control.asked().await?.pages >= half {
            break Ok(());
        }
        if child.try_wait()?.is_some() {
            break Err("it ended before it was half way".into());
        }
        if began.elapsed() > PATIENCE {
            break Err(format!("not half way after {} s", PATIENCE.as_secs()).into());
        }
        tokio::time::sleep(LOOK).await;
    };
    end_group(child.id())?;
    let status = child.wait()?;
    outcome?;
    if !was_ended(status) {
        return Err(format!("it was to be killed half way, and ended by itself: {status}").into());
    }
    Ok(())
}
