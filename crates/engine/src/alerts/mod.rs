//! Telling people of a connection's trouble: once when it begins, once when it is over.
//!
//! There are several channels: a notification at the desktop, a line for a script, a webhook. What a
//! channel was told is written down with the connection, so that neither another process nor a restart
//! tells it again; what one was told is still news to the others.

mod judge;
mod post;

use jiff::Timestamp;
use nurturehub_port::{ErrorKind, Owner};
use nurturehub_store::alerts::{self, OpenEpisode};
use nurturehub_store::connections::{self, ConnectionRecord};
use nurturehub_store::{Read, StoreError, Write};
use serde::{Deserialize, Serialize};

pub use judge::{AlertEvent, Episode, judge};
pub use post::{NotPosted, Posted};

use crate::{Engine, EngineError, Health, State};

/// Who is told, of those that take what they are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertChannel {
    /// A person, by the desktop's notifications.
    Desktop,
    /// A script that reads the command line's lines.
    Script,
}

impl AlertChannel {
    const fn word(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Script => "script",
        }
    }
}

/// Something that a person should know, fit to be sent as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// Whether trouble began or is over.
    pub event: AlertEvent,
    /// The connection's id.
    pub connection: String,
    /// What people call it.
    pub name: String,
    /// The CRM's name.
    pub provider: String,
    /// How the connection stands now.
    pub state: State,
    /// The kind of error behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ErrorKind>,
    /// Since when the trouble lasts, or lasted.
    pub since: Timestamp,
    /// When this was found.
    pub at: Timestamp,
    /// A line to put above it.
    pub subject: String,
    /// It, in plain English.
    pub body: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Who must act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

/// What there is to tell a channel of a connection.
#[derive(Debug, Clone, Copy)]
struct Finding {
    event: AlertEvent,
    /// The episode that the channel was told of and that is not over.
    episode: Option<i64>,
    /// Since when the trouble lasts, or lasted.
    since: Timestamp,
}

impl Engine {
    /// The alerts that a channel was not given yet, those of all connections. Each is given once: what
    /// this answers is noted as told by this channel.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn alerts(&self, channel: AlertChannel) -> Result<Vec<Alert>, EngineError> {
        let mut found = Vec::new();
        for record in self.connected().await? {
            let health = self.health(record.id.as_str()).await?;
            let (row, now, known) = (record.row, self.now(), health.clone());
            // Looking and noting are one transaction, so that of two processes one tells it.
            let finding = self
                .store
                .write(move |tx| {
                    let finding = look(tx, row, channel.word(), &known)?;
                    if let Some(finding) = finding {
                        note(tx, row, channel.word(), finding, &known, now)?;
                    }
                    Ok(finding)
                })
                .await?;
            if let Some(finding) = finding {
                found.push(self.alert(&record, finding, &health)?);
            }
        }
        Ok(found)
    }

    async fn connected(&self) -> Result<Vec<ConnectionRecord>, EngineError> {
        let mut all = self.store.read(connections::all).await?;
        all.retain(|record| record.disconnected_at.is_none());
        Ok(all)
    }

    fn alert(
        &self,
        record: &ConnectionRecord,
        finding: Finding,
        health: &Health,
    ) -> Result<Alert, EngineError> {
        let spec = self
            .registration_of(&record.provider)?
            .spec_with(&record.settings);
        let Finding { event, since, .. } = finding;
        Ok(alert(record, spec.name, event, health, since, self.now()))
    }
}

/// What there is to tell a channel.
fn look(
    db: &Read<'_>,
    connection: i64,
    channel: &str,
    health: &Health,
) -> Result<Option<Finding>, StoreError> {
    let open = alerts::open_of(db, connection, channel)?;
    // Of a channel that nobody asked while all was well again, the episode is over, and this is another.
    let is_another = |open: &OpenEpisode| {
        let between = |synced| open.opened_at < synced && synced < health.since;
        !health.flapping && health.last_synced_at.is_some_and(between)
    };
    let told = open.as_ref().filter(|open| !is_another(open));
    let episode = told.map(|open| Episode {
        state: word_state(&open.state),
        opened_at: open.opened_at,
    });
    Ok(judge(episode.as_ref(), health).map(|event| Finding {
        event,
        since: match (event, episode) {
            (AlertEvent::Recovered, Some(episode)) => episode.opened_at,
            _ => health.since,
        },
        episode: open.map(|open: OpenEpisode| open.id),
    }))
}

/// Notes that a channel was told.
fn note(
    tx: &Write<'_>,
    connection: i64,
    channel: &str,
    finding: Finding,
    health: &Health,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(before) = finding.episode {
        alerts::close(tx, before, now)?;
    }
    if finding.event == AlertEvent::Opened {
        let kind = health.issues.first().map(|issue| issue.kind.as_str());
        let state = state_word(health.state);
        alerts::open(tx, connection, channel, &state, kind, health.since)?;
    }
    Ok(())
}

fn alert(
    record: &ConnectionRecord,
    provider: &str,
    event: AlertEvent,
    health: &Health,
    since: Timestamp,
    at: Timestamp,
) -> Alert {
    let issue = health
        .issues
        .first()
        .filter(|_| event == AlertEvent::Opened);
    let name = &record.name;
    let (subject, said) = match event {
        AlertEvent::Recovered => (
            format!("{name}: working again"),
            format!("The trouble that began at {since:.0} is over. Nothing needs to be done."),
        ),
        AlertEvent::Opened => {
            let what = issue.map_or(health.state.title(), |issue| issue.title.as_str());
            // What failed last may be less than what asks for somebody.
            let is_of_issue = health.last_error_kind == issue.map(|issue| issue.kind);
            let message = health.last_error_message.clone();
            let message = message.filter(|_| health.failure_streak > 0 && is_of_issue);
            let said = message.unwrap_or_else(|| health.state.meaning().to_owned());
            (format!("{name}: {what}"), said)
        }
    };
    let remedy = match (event, issue) {
        (AlertEvent::Recovered, _) => None,
        (_, Some(issue)) => Some(issue.remedy.clone()),
        (_, None) => Some(health.state.remedy().to_owned()),
    };
    let mut body = format!("{said}\n\nConnection: {name} ({provider}), since {since:.0}.");
    if let Some(remedy) = &remedy {
        body.push_str(&format!("\nWhat to do: {remedy}"));
    }
    Alert {
        event,
        connection: record.id.to_string(),
        name: name.clone(),
        provider: provider.to_owned(),
        state: health.state,
        kind: issue.map(|issue| issue.kind),
        since,
        at,
        subject,
        body,
        remedy,
        owner: match event {
            AlertEvent::Recovered => None,
            AlertEvent::Opened => Some(issue.map_or(Owner::Agency, |issue| issue.owner)),
        },
    }
}

fn state_word(state: State) -> String {
    match serde_json::to_value(state) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A state as it was noted; one that a newer version wrote counts as failing.
fn word_state(word: &str) -> State {
    State::deserialize(serde_json::Value::from(word)).unwrap_or(State::Failing)
}
