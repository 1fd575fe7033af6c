//! What a failure is said to be.

use nurturehub_engine::{ErrorReport, Issue};
use nurturehub_port::{ErrorKind, Owner};

/// What a failure is said to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which of the closed list.
    pub kind: ErrorKind,
    /// Who must act.
    pub owner: Owner,
    /// What to do.
    pub remedy: String,
    /// What happened.
    pub message: String,
}

impl Finding {
    pub(crate) fn of(report: &ErrorReport) -> Self {
        Self {
            kind: report.kind,
            owner: report.owner,
            remedy: report.remedy.clone(),
            message: report.message.clone(),
        }
    }

    pub(crate) fn of_issue(issue: &Issue) -> Self {
        Self {
            kind: issue.kind,
            owner: issue.owner,
            remedy: issue.remedy.clone(),
            message: issue.title.clone(),
        }
    }
}
