//! The plain figures: our own command line and the floor, one scene after the other.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::desk::{Crm, Desk};
use crate::figures::{least_ms, mebibytes, median, number};
use crate::process::{self, Ended, Server, say};
use crate::scale::{self, Change};
use crate::{Failure, machine};

/// Requests a second in the scene in which the limit decides.
const LIMIT: u64 = 20;

/// Contacts in that scene: small, since it is the limit that takes the time.
const LIMITED_CONTACTS: usize = 10_000;

/// Runs every scene and prints its figures.
pub(crate) async fn run(binary: &Path, contacts: usize, runs: usize) -> Result<(), Failure> {
    say(&format!(
        "{contacts} contacts, medians of {runs} runs, {}",
        machine::name()
    ));
    let server = Server::start(contacts)?;
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    let mut peak = 0;
    let mut last: Option<(Desk<'_>, String)> = None;
    // In turn, so that a drift of the machine's speed touches both alike.
    for round in 1..=runs {
        let bare = floor_once(&server)?;
        floor.push(number(&bare.json["records"]) * 1000.0 / number(&bare.json["durationMs"]));
        let desk = Desk::new(binary)?;
        let connection = desk.connect(&server, 1_000_000)?;
        let full = desk.run(&["sync", &connection])?;
        ours.push(number(&full.json["fetched"]) * 1000.0 / number(&full.json["durationMs"]));
        peak = peak.max(full.peak_kib);
        say(&format!(
            "  run {round}: floor {:.0}/s ({:.1} MiB); full sync {:.0}/s ({:.1} MiB), {} requests, \
             spent {}, database {:.0} bytes a contact",
            floor.last().copied().unwrap_or(f64::NAN),
            mebibytes(bare.peak_kib),
            ours.last().copied().unwrap_or(f64::NAN),
            mebibytes(full.peak_kib),
            full.json["requests"],
            full.json["spent"],
            size_each(&desk, number(&full.json["fetched"])),
        ));
        last = Some((desk, connection));
    }
    let (floor, ours) = (median(floor), median(ours));
    say(&format!(
        "full sync            {ours:.0} contacts/s, {:.1} MiB peak",
        mebibytes(peak)
    ));
    say(&format!(
        "floor                {floor:.0} contacts/s; full sync / floor = {:.2}",
        ours / floor
    ));
    looked_up(binary, &server)?;
    let (desk, connection) = last.ok_or("no run")?;
    let at_few = changes(&desk, &connection, &server, contacts).await?;
    platform(&desk, &connection)?;
    drop(server);
    limited(binary)?;
    other_size(binary, contacts / 10)?;
    let many = contacts * 3;
    let (server, desk, connection) = other_size(binary, many)?;
    let at_many = changes(&desk, &connection, &server, many).await?;
    for line in compared((contacts, &at_few), (many, &at_many)) {
        say(&line);
    }
    Ok(())
}

fn size_each(desk: &Desk<'_>, contacts: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "file sizes are far below 2^52")]
    let bytes = process::database_size(desk.home()) as f64;
    bytes / contacts
}

/// With a request more for each page, as by default.
fn looked_up(binary: &Path, server: &Server) -> Result<(), Failure> {
    let desk = Desk::new(binary)?;
    let connection = desk.connect_with(server, 1_000_000, true)?;
    let full = desk.run(&["sync", &connection])?;
    say(&format!(
        "with applicants      {:.0} contacts/s, {} requests, {:.1} MiB peak",
        number(&full.json["fetched"]) * 1000.0 / number(&full.json["durationMs"]),
        full.json["requests"],
        mebibytes(full.peak_kib),
    ));
    Ok(())
}

/// Nothing changed, then a hundred changes: the middle of some runs each.
async fn changes(
    desk: &Desk<'_>,
    connection: &str,
    server: &Server,
    held: usize,
) -> Result<Vec<Change>, Failure> {
    let changes = scale::after_changes(desk, connection, server).await?;
    for change in &changes {
        say(&format!("incremental, {held} held: {change}"));
    }
    Ok(changes)
}

/// Whether a sync's cost follows what has changed, and not what is held.
fn compared(few: (usize, &[Change]), many: (usize, &[Change])) -> Vec<String> {
    let pairs = few.1.iter().zip(many.1);
    pairs
        .map(|(at_few, at_many)| {
            #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
            let times = many.0 as f64 / few.0 as f64;
            format!(
                "incremental, {} changed: with {times:.1} times as many held, {:.2} times the time \
                 and {:.2} times the memory",
                at_few.changed,
                at_many.sync_ms / at_few.sync_ms,
                at_many.peak_mib.unwrap_or(f64::NAN) / at_few.peak_mib.unwrap_or(f64::NAN),
            )
        })
        .collect()
}

fn platform(desk: &Desk<'_>, connection: &str) -> Result<(), Failure> {
    let preview = desk.run(&["preview", connection, "--limit", "50"])?;
    say(&format!(
        "preview, 50 of {}   {} ms with the process, {:.1} MiB peak",
        preview.json["summary"]["create"],
        preview.wall.as_millis(),
        mebibytes(preview.peak_kib)
    ));
    let push = desk.run(&["push", connection])?;
    let sent = number(&push.json["sent"]);
    say(&format!(
        "push                 {:.0} contacts/s, {} sent, {} accepted, {} rejected, {:.1} MiB peak",
        sent / push.wall.as_secs_f64(),
        push.json["sent"],
        push.json["accepted"],
        push.json["rejected"],
        mebibytes(push.peak_kib)
    ));
    Ok(())
}

/// The limit decides: how near to the time that it allows?
fn limited(binary: &Path) -> Result<(), Failure> {
    let server = Server::start(LIMITED_CONTACTS)?;
    let desk = Desk::new(binary)?;
    let connection = desk.connect(&server, LIMIT)?;
    let ended = desk.run(&["sync", &connection])?;
    let requests = number(&ended.json["requests"]);
    #[expect(clippy::cast_precision_loss, reason = "a small constant")]
    let limit = LIMIT as f64;
    let allowed = least_ms(requests, limit);
    say(&format!(
        "limit {LIMIT}/s           {} ms for {requests} requests; the limit allows {allowed:.0} ms, ratio {:.3}",
        ended.json["durationMs"],
        number(&ended.json["durationMs"]) / allowed
    ));
    Ok(())
}

/// Speed and peak memory of a full sync at another size.
fn other_size(binary: &Path, size: usize) -> Result<(Server, Desk<'_>, String), Failure> {
    let server = Server::start(size)?;
    let (desk, connection, full) = scale::full(binary, &server)?;
    say(&format!(
        "full sync of {size:<8} {:.0} contacts/s, {:.1} MiB peak",
        full.listed * 1000.0 / full.sync_ms,
        full.peak_mib
    ));
    Ok((server, desk, connection))
}

/// Runs the floor once, into a database of its own.
fn floor_once(server: &Server) -> Result<Ended, Failure> {
    let folder = tempfile::tempdir()?;
    let database: PathBuf = folder.path().join("floor.db");
    process::run(&mut floor_command(&Crm::of(server)?, &database)?, "")
}

/// The floor as a process of its own.
pub(crate) fn floor_command(crm: &Crm, database: &Path) -> Result<Command, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("floor")
        .arg(&crm.url)
        .arg(format!("{}:{}", crm.client, crm.secret))
        .arg(&crm.customer)
        .arg(database);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_that_follows_the_total_is_seen() {
        let change = |sync_ms| Change {
            changed: 100,
            updated: 100.0,
            sync_ms,
            waiting_ms: 1.0,
            process_ms: 50.0,
            peak_mib: Some(20.0),
            runs: 5,
        };
        let said = compared((100, &[change(10.0)]), (300, &[change(30.0)]));
        assert_eq!(
            said,
            [
                "incremental, 100 changed: with 3.0 times as many held, 3.00 times the time and 1.00 \
              times the memory"
            ]
        );
    }
}
