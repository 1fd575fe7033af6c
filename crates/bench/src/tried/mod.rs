//! What was tried: each alternative beside what is in force, in turn, over the same contacts.
//!
//! How contacts are merged is tried over the store itself. How they are packed and which form the file
//! has is tried over a file with the store's own tables, indexes and rows, written in the pattern in
//! which the store writes, since the store opens no file without its key and knows no other form.

mod file;
mod mapping;
mod merging;
mod results;
mod source;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::process::{Server, say};
use crate::taken::Taken;

use results::Try;
use source::Source;

pub(crate) use file::{Cipher, Form};
pub(crate) use results::{Processors, Trial, Tried};

/// How many contacts, and the same where somebody only tries.
const CONTACTS: usize = 50_000;
const FEW: usize = 5_000;

/// How often each is run.
const ROUNDS: usize = 5;

/// What is run, and how often.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Our command line.
    pub(crate) binary: PathBuf,
    /// How often each is run, where somebody said so.
    pub(crate) runs: Option<usize>,
    /// Once, with few contacts.
    pub(crate) quick: bool,
}

/// Tries everything, and keeps what came of it instead of what was kept before.
pub(crate) async fn run(plan: &Plan, kept_in: &Path) -> Result<(), Failure> {
    let usual = if plan.quick { 1 } else { ROUNDS };
    let rounds = plan.runs.unwrap_or(usual).max(1);
    let contacts = if plan.quick { FEW } else { CONTACTS };
    say(&format!("what was tried: {contacts} contacts"));
    let server = Server::start(contacts)?;
    let source = Source::take(&plan.binary, &server).await?;
    let mut tries: BTreeMap<Trial, Vec<Try>> = BTreeMap::new();
    for round in 1..=rounds {
        for trial in Trial::all() {
            let done = match trial {
                Trial::Merged(together) => merging::once(&source, together).await?,
                Trial::Form(form) => file::once(&source, form)?,
                Trial::Mapped(processors) => mapping::once(&plan.binary, &server, processors)?,
            };
            say(&format!(
                "  {round} of {rounds}: {:<44} {:>7.2} s {:>12} bytes",
                trial.name(),
                done.seconds,
                done.bytes
            ));
            tries.entry(trial).or_default().push(done);
        }
    }
    let mut tried = Tried::open(kept_in);
    let taken = tried.note(&Taken::by(&plan.binary)?);
    tried.replace(taken, contacts, tries);
    tried.save(kept_in)
}
