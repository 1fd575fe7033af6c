//! What a failure is said to be.

use nurturehub_engine::{ErrorReport, Issue};
use nurturehub_port::{ErrorKind, Owner, StepName};

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
    /// The step of a verification that found it, where one did.
    pub step: Option<StepName>,
}

impl Finding {
    pub(crate) fn of(report: &ErrorReport) -> Self {
        Self {
            kind: report.kind,
            owner: report.owner,
            remedy: report.remedy.clone(),
            message: report.message.clone(),
            step: None,
        }
    }

    pub(crate) fn of_issue(issue: &Issue) -> Self {
        Self {
            kind: issue.kind,
            owner: issue.owner,
            remedy: issue.remedy.clone(),
            message: issue.title.clone(),
            step: None,
        }
    }
}
