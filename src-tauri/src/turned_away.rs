//! Deliveries of which nothing is kept: those that had come before, and those that were refused.
//!
//! What an unproven sender says is not stored. Whoever sets a webhook up must see that it knocks all the
//! same, and why it is not let in: so the last of these are remembered for as long as the receiver is open.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use nurturehub_engine::{ErrorReport, Received};
use nurturehub_port::ErrorKind;
use serde::Serialize;
use specta::Type;

/// How many are remembered: whoever knocks without end fills no memory.
const MOST: usize = 20;

/// A delivery of which nothing is kept.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TurnedAway {
    /// When it came.
    at: Timestamp,
    /// The CRM's name for the kind of event, where it had come before.
    topic: Option<String>,
    /// Why it was refused; none where it had come before.
    refusal: Option<ErrorReport>,
}

/// The last of them, newest first.
#[derive(Debug, Default)]
pub(crate) struct TurnedAwayList(Mutex<VecDeque<TurnedAway>>);

impl TurnedAwayList {
    /// Remembers a delivery, if nothing is kept of it.
    pub(crate) fn note(&self, received: Received, at: Timestamp) {
        let (topic, refusal) = match received.outcome {
            Ok(report) if report.duplicate => (Some(report.event), None),
            Err(error) if error.kind == ErrorKind::AuthInvalid => (None, Some(error)),
            // It is in the list of deliveries, with its reason where it has one.
            Ok(_) | Err(_) => return,
        };
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.push_front(TurnedAway { at, topic, refusal });
        list.truncate(MOST);
    }

    /// As they are shown.
    pub(crate) fn all(&self) -> Vec<TurnedAway> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use nurturehub_engine::{EngineError, SpentReport, WebhookReport};

    use super::*;

    fn taken(event: &str, duplicate: bool) -> Received {
        Received {
            status: 202,
            outcome: Ok(WebhookReport {
                accepted: true,
                duplicate,
                event: event.to_owned(),
                contacts: 0,
                activities: 0,
                ignored: None,
                spent: SpentReport::default(),
            }),
        }
    }

    fn refused(kind: ErrorKind) -> Received {
        Received {
            status: 401,
            outcome: Err(EngineError::new(kind, "No.").report()),
        }
    }

    #[test]
    fn what_is_kept_elsewhere_is_not_noted_and_the_oldest_is_forgotten() {
        let list = TurnedAwayList::default();
        let note = |received| list.note(received, Timestamp::UNIX_EPOCH);
        note(taken("new", false));
        note(refused(ErrorKind::Protocol));
        assert!(list.all().is_empty(), "both are in the list of deliveries");
        note(taken("again", true));
        for _ in 1..MOST {
            note(refused(ErrorKind::AuthInvalid));
        }
        let oldest = list.all().pop().unwrap();
        assert_eq!(oldest.topic.as_deref(), Some("again"));
        assert!(oldest.refusal.is_none(), "it was let in before");
        note(refused(ErrorKind::AuthInvalid));
        assert_eq!(list.all().len(), MOST);
        assert!(list.all().iter().all(|one| one.refusal.is_some()));
    }
}
