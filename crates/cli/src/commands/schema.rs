//! `schema` and `completions`

use std::io;

use clap::CommandFactory;
use nurturehub_engine::EngineError;

use crate::args::{Cli, Completions, Model, Schema};
use crate::exit::Exit;
use crate::output::Console;

/// Prints a model's JSON Schema.
pub(super) fn schema(console: &Console, args: &Schema) -> Result<Exit, EngineError> {
    let schema = match args.model {
        Model::Contact => nurturehub_port::contact_schema(),
        Model::Activity => nurturehub_port::activity_schema(),
        Model::Health => nurturehub_engine::health_schema(),
        Model::Profile => nurturehub_engine::profile_schema(),
    };
    console.document(&schema)?;
    Ok(Exit::Done)
}

/// Prints completions for a shell.
pub(super) fn completions(args: &Completions) -> Result<Exit, EngineError> {
    let mut written = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "nurturehub", &mut written);
    // Whoever closes the pipe early has what they want.
    let _ = io::Write::write_all(&mut io::stdout().lock(), &written);
    Ok(Exit::Done)
}
