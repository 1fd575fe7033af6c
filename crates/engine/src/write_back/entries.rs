//! Entries of the outbox, from one state to the next.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nurturehub_port::{Activity, ActivityOutcome};
use nurturehub_store::write_back::{WriteBackRecord, WriteBackState};

use super::verdict::{self, Verdict};
use crate::ErrorReport;

/// What is known of activities, by their ids.
pub(super) type Known = BTreeMap<String, WriteBackRecord>;

/// What becomes of an activity that was on its way when its sender died.
pub(super) fn left_behind(
    record: &WriteBackRecord,
    found_again: bool,
    now: Timestamp,
) -> WriteBackRecord {
    let mut record = record.clone();
    record.at = now;
    if found_again {
        // A kill says nothing about the CRM, so that attempt does not count.
        record.attempts = record.attempts.saturating_sub(1);
        record.state = WriteBackState::Waiting { until: now };
    } else {
        record.error = to_json(&verdict::in_doubt(record.attempts));
        record.state = WriteBackState::Rejected;
    }
    record
}

/// The records of activities that are about to be sent once more.
pub(super) fn sending(group: &[Activity], known: &Known, now: Timestamp) -> Vec<WriteBackRecord> {
    let attempts = |id| known.get(id).map_or(0, |record| record.attempts);
    group
        .iter()
        .map(|activity| WriteBackRecord {
            activity: activity.id.clone(),
            state: WriteBackState::Sending,
            reference: None,
            error: None,
            attempts: attempts(&activity.id).saturating_add(1),
            acknowledged: false,
            at: now,
            content: serde_json::to_string(activity).ok(),
        })
        .collect()
}

/// The answer for an activity, if it stands where it must.
pub(super) fn outcome_of<'o>(
    outcomes: &'o [ActivityOutcome],
    at: usize,
    id: &str,
) -> Option<&'o ActivityOutcome> {
    outcomes.get(at).filter(|outcome| outcome.id == id)
}

pub(super) fn settled(before: WriteBackRecord, verdict: Verdict, at: Timestamp) -> WriteBackRecord {
    WriteBackRecord {
        state: verdict.state,
        reference: verdict.reference,
        error: verdict.error.as_ref().and_then(to_json),
        attempts: verdict.attempts,
        at,
        ..before
    }
}

/// An error as it is kept.
pub(super) fn to_json(error: &ErrorReport) -> Option<String> {
    serde_json::to_string(error).ok()
}
