//! The recorded facts that health is computed from.

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{ErrorKind, Owner};

use crate::health::{Activity, Issue, IssueAbout, Quota, TokenExpiry};

/// What a run was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunWork {
    /// Bringing contacts from the CRM.
    Sync,
    /// Seeing whether the CRM can be reached and lets us in.
    Verify,
    /// Sending contacts to the platform, which says nothing about the CRM.
    Push,
    /// Writing activities back to the CRM.
    WriteBack,
}

impl RunWork {
    /// What an issue is about that such a run leaves, where it is not about the contacts' way here.
    pub(crate) const fn about(self) -> Option<IssueAbout> {
        match self {
            Self::Sync | Self::Verify => None,
            Self::Push => Some(IssueAbout::Push),
            Self::WriteBack => Some(IssueAbout::WriteBack),
        }
    }
}

/// What is wrong with a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its kind.
    pub kind: ErrorKind,
    /// It, in a few words.
    pub title: String,
    /// It, in plain English.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// Who must act.
    pub owner: Owner,
    /// Since when, where it is known to be older than the run.
    pub since: Option<Timestamp>,
}

impl Trouble {
    /// It, as an issue that such a run left, open since it, or since when it is known to be.
    pub(crate) fn issue(&self, work: RunWork, opened_at: Timestamp) -> Issue {
        Issue {
            about: work.about(),
            kind: self.kind,
            title: self.title.clone(),
            remedy: self.remedy.clone(),
            owner: self.owner,
            opened_at: self.since.unwrap_or(opened_at),
        }
    }
}

/// What is recorded of one ended run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFact {
    /// What it was for.
    pub work: RunWork,
    /// When it ended.
    pub at: Timestamp,
    /// It succeeded, wholly or in part.
    pub succeeded: bool,
    /// It came to its end, but records were rejected or the result is in doubt.
    pub partial: bool,
    /// A person stopped it.
    pub cancelled: bool,
    /// Why it failed, or came to its end in part only.
    pub trouble: Option<Trouble>,
}

/// What goes on with a connection, in whatever process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum GoingOn {
    /// Nothing.
    #[default]
    Nothing,
    /// A run is under way.
    Running,
    /// A run is under way, and a request of it is held back.
    Waiting {
        /// Until when.
        until: Timestamp,
        /// Why, in plain English.
        why: String,
    },
    /// A run has heard that it is cancelled, and has not ended yet.
    Cancelling,
}

impl GoingOn {
    /// It as health shows it: the word, and of a wait until when and why. A wait whose time has come
    /// is over, whatever its note says.
    pub(crate) fn shown(&self, now: Timestamp) -> (Activity, Option<Timestamp>, Option<String>) {
        match self {
            Self::Nothing => (Activity::Idle, None, None),
            Self::Waiting { until, why } if *until > now => {
                (Activity::Waiting, Some(*until), Some(why.clone()))
            }
            Self::Running | Self::Waiting { .. } => (Activity::Running, None, None),
            Self::Cancelling => (Activity::Cancelling, None, None),
        }
    }
}

/// All that health is computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthInputs {
    /// Now.
    pub now: Timestamp,
    /// When the connection was made.
    pub created_at: Timestamp,
    /// When it was paused, where it is.
    pub paused_at: Option<Timestamp>,
    /// Ended runs, newest first.
    pub runs: Vec<RunFact>,
    /// Contacts that the platform has refused as they are now.
    pub refused: u64,
    /// What goes on.
    pub going_on: GoingOn,
    /// How long the data stay fresh.
    pub stale_after: SignedDuration,
    /// When the sign-in ends by the provider's rules.
    pub token_expires: Option<TokenExpiry>,
    /// When the CRM last gave a token: for a sign-in, or for one that it renewed.
    pub signed_in_at: Option<Timestamp>,
    /// When somebody last entered credentials or settings anew.
    pub entered_at: Option<Timestamp>,
    /// The daily allowance.
    pub quota: Option<Quota>,
}
