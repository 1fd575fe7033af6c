//! Health: one pure function of recorded facts, never a stored word that can go out of date.

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{ErrorKind, Owner};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::{Deserialize, Serialize};

/// How a connection is. The first that matches, in this order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// What is wrong, and what to do about it.
    pub issues: Vec<Issue>,
}

/// When a sign-in ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenExpiry {
    /// When.
    pub at: Timestamp,
    /// By which rule.
    pub why: String,
}

/// A CRM's daily allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// What is recorded of one ended run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFact {
    /// A sync, rather than a verification.
    pub is_sync: bool,
    /// When it ended.
    pub at: Timestamp,
    /// It succeeded, wholly or in part.
    pub succeeded: bool,
    /// It came to its end, but records were rejected or the result is in doubt.
    pub partial: bool,
    /// A person stopped it.
    pub cancelled: bool,
    /// Why it failed: kind, message, remedy, owner.
    pub error: Option<(ErrorKind, String, String, Owner)>,
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

/// One outage is one failure: failures closer together than this count once.
const APART: SignedDuration = SignedDuration::from_mins(10);

/// A sign-in that ends within this time is said to be expiring.
const EXPIRING: SignedDuration = SignedDuration::from_hours(72);

/// Failures in a row that make a connection failing.
const FAILING_STREAK: u32 = 3;

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

const fn needs_action(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ScopeMissing
            | ErrorKind::TenantUnknown
            | ErrorKind::Configuration
            | ErrorKind::SchemaChanged
    )
}

/// Whether a failure goes away by itself.
fn is_terminal(kind: ErrorKind) -> bool {
    matches!(kind.facts().retry, nurturehub_port::Retry::No)
}

/// Computes a connection's health.
#[must_use]
pub fn evaluate(inputs: &HealthInputs) -> Health {
    // A person's own cancel changes nothing.
    let all = inputs.runs.iter().filter(|run| !run.cancelled);
    let last_error = all.clone().find(|run| run.error.is_some());
    let runs: Vec<&RunFact> = all.filter(|run| !is_disproved(run, inputs)).collect();
    let last_sync_success = runs.iter().find(|run| run.is_sync && run.succeeded);
    // A verification proves the way to the CRM; only a sync disproves a failed sync's own trouble.
    let failures: Vec<&&RunFact> = runs.iter().take_while(|run| !run.succeeded).collect();
    let streak = streak(&failures);
    let current = failures.first().and_then(|run| run.error.as_ref());
    let opened_at = failures.last().map(|run| run.at);
    let last_synced_at = last_sync_success.map(|run| run.at);
    let stale_from = last_synced_at.unwrap_or(inputs.created_at);
    let stale_after = stale_from
        .checked_add(inputs.stale_after)
        .unwrap_or(Timestamp::MAX);
    let partial = runs
        .iter()
        .find(|run| run.is_sync && run.succeeded)
        .is_some_and(|run| run.partial);
    let expiring = inputs
        .token_expires
        .as_ref()
        .filter(|expiry| expiry.at.duration_since(inputs.now) < EXPIRING);

    let kind = current.map(|(kind, ..)| *kind);
    let state = if kind.is_some_and(needs_sign_in) {
        State::NeedsReauth
    } else if kind.is_some_and(needs_action) {
        State::ActionNeeded
    } else if inputs.paused_at.is_some() {
        State::Paused
    } else if streak >= FAILING_STREAK || kind.is_some_and(is_terminal) {
        State::Failing
    } else if streak > 0 || partial {
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
        State::Degraded => opened_at.or(last_synced_at),
        State::Paused => inputs.paused_at,
        State::Stale => Some(stale_after),
        State::Expiring => expiring.and_then(|expiry| expiry.at.checked_sub(EXPIRING).ok()),
        State::Healthy => recovered_at(&runs),
        State::New => None,
    };
    let failure = current.map(|(kind, _, remedy, owner)| Issue {
        kind: *kind,
        title: kind.facts().title.to_owned(),
        remedy: remedy.clone(),
        owner: *owner,
        opened_at: opened_at.unwrap_or(inputs.now),
    });
    let ending = expiring
        .filter(|_| state == State::Expiring)
        .map(|expiry| Issue {
            kind: ErrorKind::AuthExpired,
            title: "The sign-in ends soon".to_owned(),
            remedy: format!("Sign in again before then. {}", expiry.why),
            owner: Owner::Agency,
            opened_at: since.unwrap_or(inputs.now),
        });
    let issues = failure.into_iter().chain(ending).collect();
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
            .find(|run| !run.is_sync && run.succeeded)
            .map(|run| run.at),
        last_error_at: last_error.map(|run| run.at),
        last_error_message: last_error
            .and_then(|run| run.error.as_ref())
            .map(|(_, message, ..)| message.clone()),
        last_error_kind: last_error
            .and_then(|run| run.error.as_ref())
            .map(|(kind, ..)| *kind),
        failure_streak: streak,
        stale_after,
        token_expires: inputs.token_expires.clone(),
        quota: inputs.quota,
        issues,
    }
}

/// A failure that only a sign-in mends is over once the CRM has given a token since.
fn is_disproved(run: &RunFact, inputs: &HealthInputs) -> bool {
    let of_sign_in = run
        .error
        .as_ref()
        .is_some_and(|(kind, ..)| needs_sign_in(*kind));
    of_sign_in && inputs.signed_in_at.is_some_and(|at| run.at < at)
}

/// Failures since the last success, those of one outage counted once. Newest first.
fn streak(failures: &[&&RunFact]) -> u32 {
    let mut count = 0;
    let mut counted: Option<Timestamp> = None;
    for failure in failures.iter().rev() {
        if counted.is_none_or(|before| failure.at.duration_since(before) >= APART) {
            count += 1;
            counted = Some(failure.at);
        }
    }
    count
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
