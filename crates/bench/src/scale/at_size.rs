//! One full sync, by the command that people use.

use std::path::Path;

use super::FullSync;
use crate::Failure;
use crate::desk::Desk;
use crate::figures::{mebibytes, number};
use crate::process::{Server, database_size};

/// What our own throttle is set to: what stands in nobody's way.
const NO_LIMIT: u64 = 1_000_000;

/// Syncs all that a server lists into a data folder of its own; answers that, with the connection.
pub(crate) fn full<'a>(
    binary: &'a Path,
    server: &Server,
) -> Result<(Desk<'a>, String, FullSync), Failure> {
    let desk = Desk::new(binary)?;
    let connection = desk.connect(server, NO_LIMIT)?;
    let ended = desk.run(&["sync", &connection])?;
    let run = FullSync {
        listed: number(&ended.json["fetched"]),
        sync_ms: number(&ended.json["durationMs"]),
        seconds: ended.wall.as_secs_f64(),
        peak_mib: mebibytes(ended.peak_kib),
        database_bytes: database_size(desk.home()),
    };
    Ok((desk, connection, run))
}
