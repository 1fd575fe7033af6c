//! `health`

use nurturehub_engine::{EngineError, Health};
use nurturehub_port::ConnectionId;
use serde::Serialize;

use crate::args::{Globals, Health as Arguments};
use crate::exit::Exit;
use crate::output::table::{Column, pairs, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

#[derive(Serialize)]
struct All {
    connections: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: ConnectionId,
    health: Health,
}

#[derive(Serialize)]
struct Single {
    connection: ConnectionId,
    #[serde(flatten)]
    health: Health,
}

/// Shows how connections stand.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Arguments,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    if let Some(wanted) = args.connection {
        let connection = workplace.connection(&wanted).await?.id;
        let health = workplace.engine.health(connection.as_str()).await?;
        let document = Single { connection, health };
        console.answer(&document, || one(&document))?;
        return Ok(Exit::Done);
    }
    let mut connections = Vec::new();
    for connection in workplace.engine.connections().await? {
        let health = workplace.engine.health(connection.id.as_str()).await?;
        connections.push(Entry {
            id: connection.id,
            health,
        });
    }
    let document = All { connections };
    console.answer(&document, || all(&document))?;
    Ok(Exit::Done)
}

fn one(document: &Single) -> String {
    let health = &document.health;
    let mut rows = vec![
        ("connection", document.connection.to_string()),
        ("state", text::word(&health.state)),
        ("activity", activity(health)),
        ("since", text::moment(&health.since)),
        (
            "last synced",
            text::moment_or_dash(health.last_synced_at.as_ref()),
        ),
        (
            "last verified",
            text::moment_or_dash(health.last_verified_at.as_ref()),
        ),
        ("stale after", text::moment(&health.stale_after)),
        ("failures in a row", health.failure_streak.to_string()),
    ];
    if let Some(message) = &health.last_error_message {
        rows.push((
            "last error",
            text::moment_or_dash(health.last_error_at.as_ref()),
        ));
        rows.push(("", text::shown(message, 120)));
    }
    if let Some(expiry) = &health.token_expires {
        rows.push(("sign-in ends", text::moment(&expiry.at)));
    }
    if let Some(quota) = &health.quota {
        rows.push((
            "requests today",
            format!("{} of {}", quota.used, quota.limit),
        ));
    }
    let mut shown = pairs(rows);
    for issue in &health.issues {
        let since = text::moment(&issue.opened_at);
        shown.push_str(&format!(
            "\n{} (since {since})\n  what to do: {}",
            text::shown(&issue.title, 100),
            text::shown(&issue.remedy, 400)
        ));
    }
    shown
}

/// What goes on; of a wait, until when.
fn brief_activity(health: &Health) -> String {
    let word = text::word(&health.activity);
    match &health.activity_until {
        Some(until) => format!("{word} until {}", text::moment(until)),
        None => word,
    }
}

/// The same, with the reason for a wait.
fn activity(health: &Health) -> String {
    let brief = brief_activity(health);
    match &health.activity_why {
        Some(why) => format!("{brief}: {}", text::shown(why, 200)),
        None => brief,
    }
}

fn all(document: &All) -> String {
    if document.connections.is_empty() {
        return "No connections yet. Make one with `nurturehub connect`.".to_owned();
    }
    let columns = [
        "connection",
        "state",
        "activity",
        "since",
        "last synced",
        "what to do",
    ]
    .map(Column::Left);
    table(
        &columns,
        document.connections.iter().map(|Entry { id, health }| {
            let remedy = health.issues.first().map(|issue| issue.remedy.as_str());
            [
                id.to_string(),
                text::word(&health.state),
                brief_activity(health),
                text::moment(&health.since),
                text::moment_or_dash(health.last_synced_at.as_ref()),
                text::shown(remedy.unwrap_or_default(), 80),
            ]
        }),
    )
}
