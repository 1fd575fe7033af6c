//! `rotate-key`, `start-fresh`

use nurturehub_engine::{Engine, EngineError};

use crate::args::Globals;
use crate::exit::Exit;
use crate::output::Console;
use crate::workplace;

/// Encrypts the database with a new key.
pub(super) async fn rotate_key(globals: &Globals, console: &Console) -> Result<Exit, EngineError> {
    let rotated = Engine::rotate_key(workplace::options(globals)?).await?;
    console.answer(&rotated, || {
        "The database has a new key. The old one opens nothing any more.".to_owned()
    })?;
    Ok(Exit::Done)
}

/// Begins with an empty database.
pub(super) async fn start_fresh(globals: &Globals, console: &Console) -> Result<Exit, EngineError> {
    let fresh = Engine::start_fresh(workplace::options(globals)?).await?;
    console.answer(&fresh, || {
        format!(
            "The database is empty now. The old one lies at {}, still encrypted; delete it once \
             nobody looks for its key any more. Connect each agency again: stored secrets need \
             not be given.",
            fresh.set_aside.display()
        )
    })?;
    Ok(Exit::Done)
}
