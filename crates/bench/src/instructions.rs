//! Instructions for each contact, counted by valgrind: the same on a busy machine as on a quiet one, so
//! that a change of a few percent shows.
//!
//! What starting costs falls out, since two sizes are counted and only their difference is shown. The
//! emulated processor lacks the instructions for SHA-256, so cryptography weighs more than it takes.

use std::path::Path;
use std::process::Command;

use crate::Failure;
use crate::desk::{Crm, Desk};
use crate::plain::floor_command;
use crate::process::{Server, say};

const FEW: u32 = 1_000;
const MANY: u32 = 3_000;

/// Counts a full sync's and the floor's.
pub(crate) fn run(binary: &Path) -> Result<(), Failure> {
    let (ours_few, floor_few) = counted(binary, FEW)?;
    let (ours_many, floor_many) = counted(binary, MANY)?;
    let each = |few: u64, many: u64| many.saturating_sub(few) / u64::from(MANY - FEW);
    say(&format!(
        "full sync            {} instructions a contact",
        each(ours_few, ours_many)
    ));
    say(&format!(
        "floor                {} instructions a contact",
        each(floor_few, floor_many)
    ));
    Ok(())
}

fn counted(binary: &Path, contacts: u32) -> Result<(u64, u64), Failure> {
    let server = Server::start(usize::try_from(contacts)?)?;
    let desk = Desk::new(binary)?;
    let connection = desk.connect(&server, 1_000_000)?;
    let ours = under_valgrind(&desk.command(&["sync", &connection]))?;
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("floor.db");
    let floor = under_valgrind(&floor_command(&Crm::of(&server)?, &database)?)?;
    Ok((ours, floor))
}

/// Runs a command to its end; the answer is how many instructions it took.
fn under_valgrind(command: &Command) -> Result<u64, Failure> {
    let mut counting = Command::new("valgrind");
    counting
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(command.get_program())
        .args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => counting.env(key, value),
            None => counting.env_remove(key),
        };
    }
    let ended = counting.output()?;
    let said = String::from_utf8_lossy(&ended.stderr);
    collected(&said).ok_or_else(|| format!("valgrind ended with {}: {said}", ended.status).into())
}

/// The number behind `Collected`.
fn collected(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_what_valgrind_says() {
        let said = "==7== Events    : Ir\n==7== Collected : 2302375240\n==7== \n";
        assert_eq!(collected(said), Some(2_302_375_240));
        assert_eq!(collected("valgrind: nurturehub: command not found"), None);
    }
}
