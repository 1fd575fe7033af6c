//! Whether there is something to tell: a pure function.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Health, State};

/// What an alert says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AlertEvent {
    /// Trouble has begun, or has become such that a person must act.
    Opened,
    /// It is over.
    Recovered,
}

/// What people were last told and is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// The state that they were told of.
    pub state: State,
    /// Since when it lasted.
    pub opened_at: Timestamp,
}

/// How much a state asks of people; none where nobody needs to be told.
const fn weight(state: State) -> Option<u8> {
    match state {
        State::NeedsReauth => Some(4),
        State::ActionNeeded => Some(3),
        State::Failing => Some(2),
        State::Stale | State::Expiring => Some(1),
        State::Paused | State::Degraded | State::New | State::Healthy => None,
    }
}

/// What there is to tell, from what was told and how the connection stands: at most one thing.
///
/// An episode opens once. It is told of again only where it comes to ask more of people than they were
/// told. It is over when there is nothing to tell of any more, not one failure is left, nobody has
/// paused the connection, and it does not go up and down: trouble that comes back within the day is
/// the same trouble.
#[must_use]
pub fn judge(open: Option<&Episode>, health: &Health) -> Option<AlertEvent> {
    let told = open.and_then(|episode| weight(episode.state));
    match (open, weight(health.state)) {
        (None, Some(_)) => Some(AlertEvent::Opened),
        (Some(_), Some(now)) => told
            .is_none_or(|told| now > told)
            .then_some(AlertEvent::Opened),
        (Some(_), None) => {
            let over =
                health.failure_streak == 0 && health.state != State::Paused && !health.flapping;
            over.then_some(AlertEvent::Recovered)
        }
        (None, None) => None,
    }
}
