//! Writing engagement back, which agentOS has no place for.
//!
//! Prospects and appointments can be made by API, but a note must not pose as either.

use nurturehub_port::{Activity, ActivityOutcome, AdapterError, ErrorKind, WriteBackStatus};

use super::spec::NO_WRITE_BACK;

/// `unsupported` for each activity.
pub(super) fn outcomes(activities: &[Activity]) -> Vec<ActivityOutcome> {
    activities
        .iter()
        .map(|activity| ActivityOutcome {
            id: activity.id.clone(),
            status: WriteBackStatus::Unsupported,
            reference: None,
            error: Some(AdapterError::new(ErrorKind::Unsupported, NO_WRITE_BACK)),
        })
        .collect()
}
