//! Scale: the same full sync at growing sizes, and at the greatest of them what a person waits for:
//! a sync of what has changed, each page that the app shows, a push.

mod at_size;
mod changes;
mod looks;
mod pages;
mod results;
mod sample;

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::desk::Desk;
use crate::figures::{mebibytes, number};
use crate::process::{Server, say};
use crate::taken::Taken;

pub(crate) use at_size::full;
pub(crate) use changes::measure as after_changes;
pub(crate) use pages::open;
pub(crate) use results::{Change, FullSync, Largest, PageTimes, Push, Scale, Size, Times};

/// The sizes that the document shows.
const SIZES: [usize; 5] = [1_000, 10_000, 100_000, 300_000, 1_000_000];

/// From this size on, one run says enough.
const LONG: usize = 300_000;

/// How often a shorter full sync is run.
const RUNS: usize = 3;

/// What is run, and how often.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Our command line.
    pub(crate) binary: PathBuf,
    /// Sizes that somebody asked for; empty is all that the document shows.
    pub(crate) sizes: Vec<usize>,
    /// How often each full sync is run, where somebody said so.
    pub(crate) runs: Option<usize>,
}

impl Plan {
    fn sizes(&self) -> Vec<usize> {
        let mut sizes = self.sizes.clone();
        if sizes.is_empty() {
            sizes.extend(SIZES);
        }
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    fn runs(&self, contacts: usize) -> usize {
        let usual = if contacts < LONG { RUNS } else { 1 };
        self.runs.unwrap_or(usual).max(1)
    }
}

/// Runs what the plan says. What is found is kept as soon as there is something, over what was kept
/// before.
pub(crate) async fn run(plan: &Plan, kept_in: &Path) -> Result<Scale, Failure> {
    let mut scale = Scale::open(kept_in);
    let taken = scale.note(&Taken::by(&plan.binary)?);
    let sizes = plan.sizes();
    let greatest = sizes.last().copied().ok_or("there is no size")?;
    for contacts in sizes {
        say(&format!("{contacts} contacts"));
        let server = Server::start(contacts)?;
        let mut runs = Vec::new();
        let mut last = None;
        for _ in 0..plan.runs(contacts) {
            // One database at a time: those of a million contacts take much room.
            drop(last.take());
            let (desk, connection, run) = at_size::full(&plan.binary, &server)?;
            say(&format!("  full sync            {run}"));
            runs.push(run);
            last = Some((desk, connection));
        }
        scale.put(
            contacts,
            Size {
                taken: taken.clone(),
                runs,
            },
        );
        scale.save(kept_in)?;
        let (desk, connection) = last.ok_or("nothing was run")?;
        if contacts == greatest {
            at_the_greatest(&mut scale, contacts, &desk, &connection, &server).await?;
            scale.save(kept_in)?;
        }
    }
    Ok(scale)
}

async fn at_the_greatest(
    scale: &mut Scale,
    contacts: usize,
    desk: &Desk<'_>,
    connection: &str,
    server: &Server,
) -> Result<(), Failure> {
    let full_ms = scale.size(contacts).map_or(f64::NAN, Size::sync_ms);
    let changes = changes::measure(desk, connection, server).await?;
    for change in &changes {
        say(&format!("  {change}"));
    }
    let pages = pages::measure(desk.home(), connection, server).await?;
    let ended = desk.run(&["push", connection])?;
    let push = Push {
        seconds: ended.wall.as_secs_f64(),
        sent: number(&ended.json["sent"]),
        accepted: number(&ended.json["accepted"]),
        peak_mib: mebibytes(ended.peak_kib),
    };
    say(&format!("  push                 {push}"));
    scale.largest = Some(Largest {
        taken: scale
            .size(contacts)
            .map_or_else(String::new, |size| size.taken.clone()),
        contacts,
        full_ms,
        changes,
        pages,
        push,
    });
    Ok(())
}
