//! What is true of a state wherever it occurs.

use crate::State;

impl State {
    /// All of them; the first that matches is the connection's.
    pub const ALL: [Self; 9] = [
        Self::NeedsReauth,
        Self::ActionNeeded,
        Self::Paused,
        Self::Failing,
        Self::Degraded,
        Self::Stale,
        Self::Expiring,
        Self::New,
        Self::Healthy,
    ];

    /// It, in a few words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::NeedsReauth => "Somebody must sign in again",
            Self::ActionNeeded => "A person must act",
            Self::Paused => "Paused",
            Self::Failing => "Syncing fails",
            Self::Degraded => "Something went wrong lately",
            Self::Stale => "Nothing was synced for too long",
            Self::Expiring => "The sign-in ends soon",
            Self::New => "Not synced yet",
            Self::Healthy => "All is well",
        }
    }

    /// When it is so.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::NeedsReauth => {
                "The CRM no longer lets this connection in, and only a sign-in or another key helps."
            }
            Self::ActionNeeded => {
                "A permission, a setting or the form of the data is not as it must be, and trying \
                 again does not change that."
            }
            Self::Paused => "A person has stopped the syncing.",
            Self::Failing => {
                "Syncing failed three times in a row, ten minutes or more apart, or once in a way \
                 that does not pass by itself."
            }
            Self::Degraded => {
                "The last run failed, for the first or second time in a row, or was not whole: \
                 records were refused, or its result is in doubt."
            }
            Self::Stale => "Nothing has succeeded for longer than the schedule allows.",
            Self::Expiring => "The sign-in ends within three days by the CRM's rules.",
            Self::New => {
                "Nothing was synced yet, for no longer than the schedule allows, and nothing has failed."
            }
            Self::Healthy => "The last sync succeeded, and recently enough.",
        }
    }

    /// From when its `since` counts.
    #[must_use]
    pub const fn counts_from(self) -> &'static str {
        match self {
            Self::NeedsReauth | Self::ActionNeeded | Self::Failing => {
                "the first failure that lasts"
            }
            Self::Paused => "the pause",
            Self::Degraded => "the first failure that lasts, else the run that was not whole",
            Self::Stale => "the moment at which the data became stale",
            Self::Expiring => "three days before the end",
            Self::New => "the making of the connection",
            Self::Healthy => "the first success after the last failure",
        }
    }

    /// What to do, where the state itself is the trouble; an issue says something nearer.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::NeedsReauth | Self::Expiring => "Sign in again, or enter another key.",
            Self::ActionNeeded | Self::Failing | Self::Degraded => {
                "Verify the connection: the step that fails says what to do."
            }
            Self::Paused => "Resume the connection when it should sync again.",
            Self::Stale => {
                "See whether this computer was on and the schedule is running, then sync."
            }
            Self::New => "Sync for the first time.",
            Self::Healthy => "Nothing.",
        }
    }
}
