//! On how many processors records are mapped, by the command that people use.

use std::path::Path;

use super::results::{Processors, Try};
use crate::Failure;
use crate::desk::Desk;
use crate::process::{self, Server, database_size};

/// What our own throttle is set to: what stands in nobody's way.
const NO_LIMIT: u64 = 1_000_000;

/// A full sync.
pub(super) fn once(binary: &Path, server: &Server, processors: Processors) -> Result<Try, Failure> {
    let desk = Desk::new(binary)?;
    let connection = desk.connect(server, NO_LIMIT)?;
    let mut command = desk.command(&["sync", &connection]);
    match processors {
        // By itself, the pool has a thread for each processor.
        Processors::All => command.env_remove("RAYON_NUM_THREADS"),
        Processors::One => command.env("RAYON_NUM_THREADS", "1"),
    };
    let ended = process::run(&mut command, "")?;
    Ok(Try {
        seconds: ended.wall.as_secs_f64(),
        bytes: database_size(desk.home()),
    })
}
