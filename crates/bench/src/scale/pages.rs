//! How long each page takes, in the store, without the window.
//!
//! The store keeps what takes long to find out for as long as nothing changes. So each page is taken
//! three times over: again and again, the first time after a sync has stored a change, and the first
//! time after the data folder was opened.

use std::path::Path;
use std::time::Instant;

use nurturehub_engine::{ContactQuery, Engine, EngineOptions, Home, SyncOptions, open_from_env};
use tokio_util::sync::CancellationToken;

use super::looks::{self, Look};
use super::{PageTimes, Times, changes, sample};
use crate::Failure;
use crate::control::Control;
use crate::desk::{Crm, Desk};
use crate::process::{Server, say};

/// How often a page is taken while nothing changes.
const AGAIN: usize = 20;

/// How often it is taken after a change, and after opening.
const ANEW: usize = 5;

/// Takes the time of every page of a data folder.
pub(super) async fn measure(
    home: &Path,
    connection: &str,
    server: &Server,
) -> Result<Vec<PageTimes>, Failure> {
    let (control, crm) = (Control::of(server)?, Crm::of(server)?);
    let engine = open(home).await?;
    let query = ContactQuery {
        limit: 1,
        ..ContactQuery::default()
    };
    let total = engine.contacts(connection, query).await?.total;
    let people = sample::take(&engine, connection, AGAIN, total).await?;
    let mut measured = Vec::new();
    for (what, forms) in looks::all(&people, total) {
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        let [again, changed, opened] = &mut times;
        forms_of(&forms, 0)?.take(&engine, connection).await?;
        for repetition in 0..AGAIN {
            looks::for_nobody().take(&engine, connection).await?;
            again.push(timed(&engine, connection, forms_of(&forms, repetition)?).await?);
        }
        for repetition in 0..ANEW {
            changes::edit(&control, &crm, 1).await?;
            sync(&engine, connection).await?;
            changed.push(timed(&engine, connection, forms_of(&forms, repetition)?).await?);
        }
        for repetition in 0..ANEW {
            let fresh = open(home).await?;
            opened.push(timed(&fresh, connection, forms_of(&forms, repetition)?).await?);
        }
        let [again, changed, opened] = times.map(|taken| Times::of(&taken));
        say(&format!(
            "  {what:<32} again {again}, after a change {changed}, after opening {opened} ms"
        ));
        measured.push(PageTimes {
            what,
            again,
            changed,
            opened,
        });
    }
    Ok(measured)
}

fn forms_of(forms: &[Look], repetition: usize) -> Result<&Look, Failure> {
    let form = forms.get(repetition % forms.len().max(1));
    form.ok_or_else(|| "a page has no form".into())
}

async fn timed(engine: &Engine, connection: &str, look: &Look) -> Result<f64, Failure> {
    let began = Instant::now();
    look.take(engine, connection).await?;
    Ok(began.elapsed().as_secs_f64() * 1_000.0)
}

/// The engine over a data folder of a [`Desk`].
pub(crate) async fn open(home: &Path) -> Result<Engine, Failure> {
    let vault = open_from_env(home, Desk::key_to_the_vault)?;
    let options = EngineOptions::new(Home::at(home), vault, "benchmark");
    Ok(Engine::open(options).await?)
}

async fn sync(engine: &Engine, connection: &str) -> Result<(), Failure> {
    let options = SyncOptions::default();
    let cancel = CancellationToken::new();
    engine.sync(connection, options, &|_| {}, &cancel).await?;
    Ok(())
}
