//! Failures that nothing has disproved since.

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{ErrorKind, Retry};

use crate::health::{Issue, RunFact, RunWork, Trouble};

/// One outage is one failure: failures closer together than this count once.
pub(crate) const APART: SignedDuration = SignedDuration::from_mins(10);

/// Whether only a sign-in helps.
pub(crate) const fn needs_sign_in(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::AuthExpired
            | ErrorKind::AuthRevoked
            | ErrorKind::AuthInvalid
            | ErrorKind::WrongAccount
            | ErrorKind::SignInCancelled
            | ErrorKind::SignInTimedOut
            | ErrorKind::SignInRefused
    )
}

/// Whether a person must act, and not by signing in.
pub(crate) const fn needs_action(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ScopeMissing
            | ErrorKind::TenantUnknown
            | ErrorKind::Configuration
            | ErrorKind::SchemaChanged
    )
}

/// Whether new credentials or settings may mend it.
pub(crate) const fn is_of_what_was_entered(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::TenantUnknown | ErrorKind::Configuration) || needs_sign_in(kind)
}

/// Whether a failure goes away by itself.
pub(crate) fn is_terminal(kind: ErrorKind) -> bool {
    matches!(kind.facts().retry, Retry::No)
}

/// Whether a verification would meet such a failure again: it goes the whole way to the CRM, and
/// reads one contact. What else befalls a sync, only a sync disproves.
const fn shows_in_verification(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ScopeMissing
            | ErrorKind::TenantUnknown
            | ErrorKind::RateLimited
            | ErrorKind::QuotaExhausted
            | ErrorKind::ProviderDown
            | ErrorKind::NetworkDns
            | ErrorKind::NetworkConnect
            | ErrorKind::NetworkTls
            | ErrorKind::NetworkTimeout
            | ErrorKind::NetworkInterrupted
            | ErrorKind::NetworkProxy
            | ErrorKind::ClockSkew
            | ErrorKind::Configuration
            | ErrorKind::VaultLocked
            | ErrorKind::VaultUnavailable
            | ErrorKind::VaultRefused
    ) || needs_sign_in(kind)
}

/// How far on the way to the CRM's data a failure of this kind was met. None where that says nothing
/// of the way.
const fn met_at(kind: ErrorKind) -> Option<u8> {
    match kind {
        ErrorKind::VaultLocked | ErrorKind::VaultUnavailable | ErrorKind::VaultRefused => Some(0),
        ErrorKind::NetworkDns => Some(1),
        ErrorKind::NetworkConnect | ErrorKind::NetworkProxy => Some(2),
        ErrorKind::NetworkTls => Some(3),
        // Any gateway may say so before it looks at who asks.
        ErrorKind::NetworkTimeout
        | ErrorKind::NetworkInterrupted
        | ErrorKind::RateLimited
        | ErrorKind::QuotaExhausted
        | ErrorKind::ProviderDown
        | ErrorKind::Protocol
        | ErrorKind::ClockSkew => Some(4),
        // Some settings are found wrong only by what the CRM answers.
        ErrorKind::Configuration | ErrorKind::TenantUnknown | ErrorKind::ScopeMissing => Some(6),
        ErrorKind::SchemaChanged | ErrorKind::Mapping | ErrorKind::IncompleteListing => Some(7),
        _ if needs_sign_in(kind) => Some(5),
        _ => None,
    }
}

/// Whether a later failure shows that an earlier one is over: it came further than where that one
/// stood in the way.
fn is_past(later: ErrorKind, earlier: ErrorKind) -> bool {
    let places = met_at(later).zip(met_at(earlier));
    places.is_some_and(|(later, earlier)| later > earlier)
}

/// Whether a failure stands until something disproves it, whatever else fails meanwhile.
fn stands(kind: ErrorKind) -> bool {
    needs_sign_in(kind) || needs_action(kind) || is_terminal(kind)
}

/// How much a failure of this kind asks of people; the most first.
fn weight(kind: ErrorKind) -> u8 {
    match kind {
        _ if needs_sign_in(kind) => 0,
        _ if needs_action(kind) => 1,
        _ if is_terminal(kind) => 2,
        _ => 3,
    }
}

/// What is wrong still.
pub(crate) struct Standing<'a> {
    pub(crate) trouble: &'a Trouble,
    /// The run that met it.
    work: RunWork,
    since: Timestamp,
}

impl Standing<'_> {
    /// It, as people are told of it.
    pub(crate) fn issue(&self) -> Issue {
        self.trouble.issue(self.work, self.since)
    }
}

/// Failures that nothing has disproved since, newest first.
pub(crate) struct Lasting<'a> {
    failures: Vec<&'a RunFact>,
}

impl<'a> Lasting<'a> {
    /// Of the way to the CRM.
    pub(crate) fn of_crm(runs: &[&'a RunFact]) -> Self {
        let mut verified = false;
        let mut failures = Vec::new();
        for run in runs {
            match (run.work, run.succeeded) {
                (RunWork::Sync, true) => break,
                (_, true) => verified = true,
                (work, false) => {
                    let kind = run.trouble.as_ref().map(|trouble| trouble.kind);
                    let disproved =
                        work == RunWork::Verify || kind.is_some_and(shows_in_verification);
                    if !(verified && disproved) {
                        failures.push(*run);
                    }
                }
            }
        }
        Self { failures }
    }

    /// Of writing back to the CRM. A sync or a verification that went well shows that the CRM is there
    /// and lets us in; that it lets us write, only a write-back shows.
    pub(crate) fn of_write_back(runs: &[&'a RunFact]) -> Self {
        let mut reached = false;
        let mut failures = Vec::new();
        for run in runs {
            match (run.work, run.succeeded) {
                (RunWork::WriteBack, true) => break,
                (RunWork::WriteBack, false) => {
                    let kind = run.trouble.as_ref().map(|trouble| trouble.kind);
                    let on_the_way = |kind| shows_in_verification(kind) && !needs_action(kind);
                    if !(reached && kind.is_some_and(on_the_way)) {
                        failures.push(*run);
                    }
                }
                (_, true) => reached = true,
                (_, false) => {}
            }
        }
        Self { failures }
    }

    /// Of the platform.
    pub(crate) fn of_platform(runs: &[&'a RunFact]) -> Self {
        let lasting = runs.iter().take_while(|run| !run.succeeded);
        Self {
            failures: lasting.copied().collect(),
        }
    }

    /// What is wrong: the newest failure, and each before it that stands and that no later one has
    /// come past, each kind once. What asks most of people comes first.
    pub(crate) fn troubles(&self) -> Vec<Standing<'a>> {
        let mut found: Vec<Standing<'a>> = Vec::new();
        let mut later: Vec<ErrorKind> = Vec::new();
        for run in &self.failures {
            let Some(trouble) = &run.trouble else {
                continue;
            };
            let kind = trouble.kind;
            let is_over = later.iter().any(|later| is_past(*later, kind));
            let is_newest = later.is_empty();
            later.push(kind);
            if is_over {
                continue;
            }
            match found.iter_mut().find(|known| known.trouble.kind == kind) {
                Some(known) => known.since = run.at,
                None if is_newest || stands(kind) => found.push(Standing {
                    trouble,
                    work: run.work,
                    since: run.at,
                }),
                None => {}
            }
        }
        if let ([one], Some(first)) = (found.as_mut_slice(), self.opened_at()) {
            one.since = first;
        }
        found.sort_by_key(|known| weight(known.trouble.kind));
        found
    }

    /// What is wrong here and there, each kind once.
    pub(crate) fn and(&self, other: &Self) -> Vec<Standing<'a>> {
        let mut found = self.troubles();
        for more in other.troubles() {
            if found
                .iter()
                .all(|known| known.trouble.kind != more.trouble.kind)
            {
                found.push(more);
            }
        }
        found.sort_by_key(|known| weight(known.trouble.kind));
        found
    }

    pub(crate) fn opened_at(&self) -> Option<Timestamp> {
        self.failures.last().map(|run| run.at)
    }

    /// How many there are, those of one outage counted once.
    pub(crate) fn streak(&self) -> u32 {
        let mut count = 0;
        let mut counted: Option<Timestamp> = None;
        for failure in self.failures.iter().rev() {
            if counted.is_none_or(|before| failure.at.duration_since(before) >= APART) {
                count += 1;
                counted = Some(failure.at);
            }
        }
        count
    }
}
