//! Telling people of a connection's trouble: once when it begins, once when it is over.
//!
//! What was told is written down with the connection, so that neither another process nor a restart
//! tells it again. Whoever asks first gets the alert: the desktop app for a notification, the command
//! line for a script, a mail or a webhook.

mod judge;
mod post;

use jiff::Timestamp;
use nurturehub_port::{ErrorKind, Owner};
use nurturehub_store::alerts;
use nurturehub_store::connections::{self, ConnectionRecord};
use serde::{Deserialize, Serialize};

pub use judge::{AlertEvent, Episode, judge};

use crate::{Engine, EngineError, Health, State};

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

impl Engine {
    /// The alerts that nobody has been given yet, those of all connections. Each is given once: what
    /// this answers is noted as told.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn alerts(&self) -> Result<Vec<Alert>, EngineError> {
        let mut found = Vec::new();
        for record in self.store.read(connections::all).await? {
            if record.disconnected_at.is_none() {
                found.extend(self.alert_of(&record).await?);
            }
        }
        Ok(found)
    }

    async fn alert_of(&self, record: &ConnectionRecord) -> Result<Option<Alert>, EngineError> {
        let health = self.health(record.id.as_str()).await?;
        let (row, now, known) = (record.row, self.now(), health.clone());
        // Looking and noting are one transaction, so that of two processes one tells it.
        let told = self
            .store
            .write(move |tx| {
                let open = alerts::open_of(tx, row)?;
                let episode = open.as_ref().map(|open| Episode {
                    state: word_state(&open.state),
                    opened_at: open.opened_at,
                });
                let event = judge(episode.as_ref(), &known);
                if let (Some(_), Some(open)) = (event, &open) {
                    alerts::close(tx, open.id, now)?;
                }
                if event == Some(AlertEvent::Opened) {
                    let kind = known.issues.first().map(|issue| issue.kind.as_str());
                    alerts::open(tx, row, &state_word(known.state), kind, known.since)?;
                }
                Ok(event.map(|event| (event, episode)))
            })
            .await?;
        let spec = self
            .registration_of(&record.provider)?
            .spec_with(&record.settings);
        Ok(told.map(|(event, episode)| {
            let since = match (event, episode) {
                (AlertEvent::Recovered, Some(episode)) => episode.opened_at,
                _ => health.since,
            };
            alert(record, spec.name, event, &health, since, now)
        }))
    }
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
