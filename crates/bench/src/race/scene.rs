//! The scenes of the race.

/// How many contacts the CRM lists, in every scene.
const CONTACTS: usize = 50_000;

/// The same where somebody only tries.
const FEW: usize = 5_000;

/// How many contacts the CRM lists.
pub(crate) const fn contacts(quick: bool) -> usize {
    if quick { FEW } else { CONTACTS }
}

/// Pages a second that the CRM allows where its limit decides.
pub(crate) const LIMIT: u64 = 20;

/// Milliseconds that each answer waits in the scene of a distant CRM.
pub(crate) const DELAY_MS: u64 = 20;

/// What everyone has to go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    /// The CRM answers at once and sets no limit: the processor decides.
    Processor,
    /// Each answer takes a while: waiting decides.
    Delay,
    /// The CRM refuses what is over its limit: keeping to it decides.
    Quota,
    /// Killed half way, and run again.
    Killed,
    /// Run again when nothing has changed.
    Unchanged,
}

impl Scene {
    /// All of them.
    pub(crate) const ALL: &[Self] = &[
        Self::Processor,
        Self::Delay,
        Self::Quota,
        Self::Killed,
        Self::Unchanged,
    ];

    /// Its name on the command line and in the results.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Processor => "cpu",
            Self::Delay => "delay",
            Self::Quota => "quota",
            Self::Killed => "killed",
            Self::Unchanged => "unchanged",
        }
    }

    /// Its title.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Processor => "No delay, no limit",
            Self::Delay => "20 ms a page",
            Self::Quota => "20 requests a second",
            Self::Killed => "Killed half way, run again",
            Self::Unchanged => "Nothing changed since",
        }
    }

    /// How long each answer waits, in milliseconds.
    pub(crate) const fn delay_ms(self) -> u64 {
        match self {
            Self::Delay => DELAY_MS,
            _ => 0,
        }
    }

    /// Whether the CRM's limits hold.
    pub(crate) const fn limits(self) -> bool {
        matches!(self, Self::Quota)
    }

    /// What the CRM allows in a second, where it does not allow anything.
    pub(crate) fn limit(self) -> Option<u64> {
        self.limits().then_some(LIMIT)
    }

    /// Whether a run leaves a store as it was before it, so that the next can go over the same one.
    pub(crate) const fn leaves_the_store(self) -> bool {
        matches!(self, Self::Unchanged)
    }
}
