//! Health: one pure function of recorded facts, never a stored word that can go out of date.

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{ErrorKind, Owner};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::flapping::is_flapping;
use crate::lasting::{Lasting, is_terminal, needs_action, needs_sign_in};

/// How a connection is. The first that matches, in this order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Type,
)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// Somebody must sign in again.
    NeedsReauth,
    /// A person must act: a permission, a setting, the shape of the data.
    ActionNeeded,
    /// Paused by a person.
    Paused,
    /// Three failures in a row, or one that will not go away by itself.
    Failing,
    /// The last run was partial or in doubt, or failed once or twice.
    Degraded,
    /// No success for too long.
    Stale,
    /// The sign-in is about to run out.
    Expiring,
    /// Never synced.
    New,
    /// All is well.
    Healthy,
}

/// What is going on; it never hides the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub enum Activity {
    /// Nothing.
    Idle,
    /// A run is waiting for its turn.
    Queued,
    /// A run is under way.
    Running,
    /// A run waits for the CRM.
    Waiting,
    /// A run is being cancelled.
    Cancelling,
}

/// A connection's health.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// How it is.
    pub state: State,
    /// What is going on.
    pub activity: Activity,
    /// Since when it is so.
    pub since: Timestamp,
    /// The last sync that succeeded or came to its end in part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_synced_at: Option<Timestamp>,
    /// The last verification that passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_verified_at: Option<Timestamp>,
    /// The last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error_at: Option<Timestamp>,
    /// It, in plain English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error_message: Option<String>,
    /// Its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error_kind: Option<ErrorKind>,
    /// Failures since the last success, at least ten minutes apart.
    pub failure_streak: u32,
    /// When the data count as stale, if nothing succeeds before.
    pub stale_after: Timestamp,
    /// When the sign-in ends, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_expires: Option<TokenExpiry>,
    /// How much of the CRM's daily allowance is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// Syncs succeed and fail by turns: at least four turns within a day. It hides no state.
    #[serde(default)]
    pub flapping: bool,
    /// What is wrong, and what to do about it.
    pub issues: Vec<Issue>,
}

/// When a sign-in ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct TokenExpiry {
    /// When.
    pub at: Timestamp,
    /// By which rule.
    pub why: String,
}

/// A CRM's daily allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Quota {
    /// Requests allowed in a day.
    pub limit: u64,
    /// Requests sent today.
    pub used: u64,
    /// When the count begins anew.
    pub resets_at: Timestamp,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// Its kind.
    pub kind: ErrorKind,
    /// It, in a few words.
    pub title: String,
    /// What to do.
    pub remedy: String,
    /// Who must act.
    pub owner: Owner,
    /// Since when.
    pub opened_at: Timestamp,
}

/// What a run was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunWork {
    /// Bringing contacts from the CRM.
    Sync,
    /// Seeing whether the CRM can be reached and lets us in.
    Verify,
    /// Sending contacts to the platform, which says nothing about the CRM.
    Push,
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
    fn issue(&self, opened_at: Timestamp) -> Issue {
        Issue {
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
    /// A run is under way.
    pub running: bool,
    /// How long the data stay fresh.
    pub stale_after: SignedDuration,
    /// When the sign-in ends by the provider's rules.
    pub token_expires: Option<TokenExpiry>,
    /// When the CRM last gave a token: for a sign-in, or for one that it renewed.
    pub signed_in_at: Option<Timestamp>,
    /// The daily allowance.
    pub quota: Option<Quota>,
}

/// A sign-in that ends within this time is said to be expiring.
const EXPIRING: SignedDuration = SignedDuration::from_hours(72);

/// Failures in a row that make a connection failing.
const FAILING_STREAK: u32 = 3;

/// Computes a connection's health.
#[must_use]
pub fn evaluate(inputs: &HealthInputs) -> Health {
    // A person's own cancel changes nothing.
    let all = inputs.runs.iter().filter(|run| !run.cancelled);
    let last_error = all
        .clone()
        .find(|run| !run.succeeded && run.trouble.is_some());
    let (pushes, runs): (Vec<&RunFact>, Vec<&RunFact>) = all
        .filter(|run| !is_disproved(run, inputs))
        .partition(|run| run.work == RunWork::Push);
    let last_sync_success = runs
        .iter()
        .find(|run| run.work == RunWork::Sync && run.succeeded);
    let (crm, platform) = (Lasting::of_crm(&runs), Lasting::of_platform(&pushes));
    let streak = crm.streak().max(platform.streak());
    let opened_at = crm
        .opened_at()
        .into_iter()
        .chain(platform.opened_at())
        .min();
    let last_synced_at = last_sync_success.map(|run| run.at);
    let stale_from = last_synced_at.unwrap_or(inputs.created_at);
    let stale_after = stale_from
        .checked_add(inputs.stale_after)
        .unwrap_or(Timestamp::MAX);
    let partly = last_sync_success.filter(|run| run.partial);
    let refused = (inputs.refused > 0).then(|| {
        let last = pushes.iter().find(|run| run.succeeded);
        refused(last.map_or(inputs.now, |run| run.at))
    });
    let expiring = inputs
        .token_expires
        .as_ref()
        .filter(|expiry| expiry.at.duration_since(inputs.now) < EXPIRING);

    let kinds = [crm.kind(), platform.kind()];
    let state = if crm.kind().is_some_and(needs_sign_in) {
        State::NeedsReauth
    } else if crm.kind().is_some_and(needs_action)
        // The platform's token is no sign-in to the CRM.
        || platform.kind().is_some_and(|kind| needs_action(kind) || needs_sign_in(kind))
    {
        State::ActionNeeded
    } else if inputs.paused_at.is_some() {
        State::Paused
    } else if streak >= FAILING_STREAK || kinds.into_iter().flatten().any(is_terminal) {
        State::Failing
    } else if streak > 0 || partly.is_some() || refused.is_some() {
        State::Degraded
    } else if last_synced_at.is_some() && inputs.now > stale_after {
        State::Stale
    } else if expiring.is_some() {
        State::Expiring
    } else if last_synced_at.is_none() {
        State::New
    } else {
        State::Healthy
    };
    let since = match state {
        State::NeedsReauth | State::ActionNeeded | State::Failing => opened_at,
        State::Degraded => opened_at
            .or_else(|| partly.map(|run| run.at))
            .or_else(|| refused.as_ref().map(|issue| issue.opened_at)),
        State::Paused => inputs.paused_at,
        State::Stale => Some(stale_after),
        State::Expiring => expiring.and_then(|expiry| expiry.at.checked_sub(EXPIRING).ok()),
        State::Healthy => recovered_at(&runs),
        State::New => None,
    };
    let failing = [&crm, &platform]
        .into_iter()
        .filter_map(|lasting| Some(lasting.trouble()?.issue(lasting.opened_at()?)));
    let in_part = partly
        .into_iter()
        .filter_map(|run| Some(run.trouble.as_ref()?.issue(run.at)));
    let ending = expiring
        .filter(|_| state == State::Expiring)
        .map(|expiry| Issue {
            kind: ErrorKind::AuthExpired,
            title: "The sign-in ends soon".to_owned(),
            remedy: format!("Sign in again before then. {}", expiry.why),
            owner: Owner::Agency,
            opened_at: since.unwrap_or(inputs.now),
        });
    let issues = failing
        .chain(in_part)
        .chain(refused)
        .chain(ending)
        .collect();
    Health {
        state,
        activity: if inputs.running {
            Activity::Running
        } else {
            Activity::Idle
        },
        since: since.unwrap_or(inputs.created_at),
        last_synced_at,
        last_verified_at: runs
            .iter()
            .find(|run| run.work == RunWork::Verify && run.succeeded)
            .map(|run| run.at),
        last_error_at: last_error.map(|run| run.at),
        last_error_message: last_error
            .and_then(|run| run.trouble.as_ref())
            .map(|trouble| trouble.message.clone()),
        last_error_kind: last_error
            .and_then(|run| run.trouble.as_ref())
            .map(|trouble| trouble.kind),
        failure_streak: streak,
        stale_after,
        token_expires: inputs.token_expires.clone(),
        quota: inputs.quota,
        flapping: is_flapping(&inputs.runs, inputs.now),
        issues,
    }
}

/// What to do about contacts that the platform has refused.
fn refused(opened_at: Timestamp) -> Issue {
    Issue {
        kind: ErrorKind::PlatformRejected,
        title: "NurtureHub refused some contacts".to_owned(),
        remedy: "See in the preview why each was refused, correct them in the CRM, then sync and \
                 push again."
            .to_owned(),
        owner: Owner::Agency,
        opened_at,
    }
}

/// A failure that only a sign-in mends is over once the CRM has given a token since.
fn is_disproved(run: &RunFact, inputs: &HealthInputs) -> bool {
    let of_sign_in = run
        .trouble
        .as_ref()
        .is_some_and(|trouble| needs_sign_in(trouble.kind));
    of_sign_in && run.work != RunWork::Push && inputs.signed_in_at.is_some_and(|at| run.at < at)
}

/// The first success after the last failure.
fn recovered_at(runs: &[&RunFact]) -> Option<Timestamp> {
    runs.iter()
        .take_while(|run| run.succeeded)
        .last()
        .map(|run| run.at)
}

/// JSON Schema (draft 2020-12) of [`Health`].
#[must_use]
pub fn health_schema() -> Schema {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Health>()
}
