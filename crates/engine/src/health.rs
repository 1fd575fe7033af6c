//! Health: one pure function of recorded facts, never a stored word that can go out of date.

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{ErrorKind, Owner};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::{Deserialize, Serialize};
use specta::Type;

pub use crate::facts::{GoingOn, HealthInputs, RunFact, RunWork, Trouble};
use crate::flapping::is_flapping;
use crate::lasting::{
    Lasting, Standing, is_of_what_was_entered, is_terminal, needs_action, needs_sign_in,
};

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
    /// A run is waiting for its turn. Nothing makes a run wait now: one that is asked for beside another
    /// of its connection is refused, and those of different connections run side by side. The word is
    /// the contract's, so whoever reads health is ready for it.
    Queued,
    /// A run is under way.
    Running,
    /// A run waits before its next request; `activityUntil` and `activityWhy` say until when and why.
    Waiting,
    /// A run was told to stop and has not ended yet.
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
    /// Until when a run waits, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_until: Option<Timestamp>,
    /// Why it waits, in plain English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_why: Option<String>,
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

/// What an issue is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub enum IssueAbout {
    /// Sending contacts to the platform.
    Push,
    /// Writing activities back to the CRM.
    WriteBack,
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
    /// What it is about, where that is not the contacts' way from the CRM to here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<IssueAbout>,
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
    let (pushes, of_crm_runs): (Vec<&RunFact>, Vec<&RunFact>) = all
        .filter(|run| !is_disproved(run, inputs))
        .partition(|run| run.work == RunWork::Push);
    let written = Lasting::of_write_back(&of_crm_runs);
    let last_written = of_crm_runs
        .iter()
        .find(|run| run.work == RunWork::WriteBack && run.succeeded);
    let runs: Vec<&RunFact> = of_crm_runs
        .iter()
        .copied()
        .filter(|run| run.work != RunWork::WriteBack)
        .collect();
    let last_sync_success = runs
        .iter()
        .find(|run| run.work == RunWork::Sync && run.succeeded);
    let (crm, platform) = (Lasting::of_crm(&runs), Lasting::of_platform(&pushes));
    let lasting = [&crm, &written, &platform];
    let streak = lasting.into_iter().map(Lasting::streak).max();
    let streak = streak.unwrap_or_default();
    let opened_at = lasting.into_iter().filter_map(Lasting::opened_at).min();
    let last_synced_at = last_sync_success.map(|run| run.at);
    let stale_from = last_synced_at.unwrap_or(inputs.created_at);
    let stale_after = stale_from
        .checked_add(inputs.stale_after)
        .unwrap_or(Timestamp::MAX);
    let partly = [last_sync_success, last_written];
    let partly = partly.map(|run| run.filter(|run| run.partial));
    let in_part = || partly.into_iter().flatten();
    let refused = (inputs.refused > 0).then(|| {
        let last = pushes.iter().find(|run| run.succeeded);
        refused(last.map_or(inputs.now, |run| run.at))
    });
    let expiring = inputs
        .token_expires
        .as_ref()
        .filter(|expiry| expiry.at.duration_since(inputs.now) < EXPIRING);

    let of_crm = crm.and(&written);
    let of_platform = platform.troubles();
    let any = |standing: &[Standing<'_>], is: fn(ErrorKind) -> bool| {
        standing.iter().any(|one| is(one.trouble.kind))
    };
    let state = if any(&of_crm, needs_sign_in) {
        State::NeedsReauth
    } else if any(&of_crm, needs_action)
        // The platform's token is no sign-in to the CRM.
        || any(&of_platform, |kind| needs_action(kind) || needs_sign_in(kind))
    {
        State::ActionNeeded
    } else if inputs.paused_at.is_some() {
        State::Paused
    } else if streak >= FAILING_STREAK
        || any(&of_crm, is_terminal)
        || any(&of_platform, is_terminal)
    {
        State::Failing
    } else if streak > 0 || in_part().next().is_some() || refused.is_some() {
        State::Degraded
    } else if inputs.now > stale_after {
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
            .or_else(|| in_part().map(|run| run.at).min())
            .or_else(|| refused.as_ref().map(|issue| issue.opened_at)),
        State::Paused => inputs.paused_at,
        State::Stale => Some(stale_after),
        State::Expiring => expiring.and_then(|expiry| expiry.at.checked_sub(EXPIRING).ok()),
        State::Healthy => recovered_at(&of_crm_runs),
        State::New => None,
    };
    let failing = of_crm.iter().chain(&of_platform).map(Standing::issue);
    let not_whole = in_part().filter_map(|run| Some(run.trouble.as_ref()?.issue(run.work, run.at)));
    let ending = expiring
        .filter(|_| state == State::Expiring)
        .map(|expiry| Issue {
            kind: ErrorKind::AuthExpired,
            title: "The sign-in ends soon".to_owned(),
            remedy: format!("Sign in again before then. {}", expiry.why),
            owner: Owner::Agency,
            opened_at: since.unwrap_or(inputs.now),
            about: None,
        });
    let issues = failing
        .chain(not_whole)
        .chain(refused)
        .chain(ending)
        .collect();
    let (activity, activity_until, activity_why) = inputs.going_on.shown(inputs.now);
    Health {
        state,
        activity,
        activity_until,
        activity_why,
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
        about: Some(IssueAbout::Push),
    }
}

/// A failure that only a sign-in mends is over once the CRM has given a token since, and one of what
/// was entered once that was entered anew.
fn is_disproved(run: &RunFact, inputs: &HealthInputs) -> bool {
    let Some(kind) = run.trouble.as_ref().map(|trouble| trouble.kind) else {
        return false;
    };
    let after = |at: Option<Timestamp>| at.is_some_and(|at| run.at < at);
    let is_mended = (needs_sign_in(kind) && after(inputs.signed_in_at))
        || (is_of_what_was_entered(kind) && after(inputs.entered_at));
    is_mended && run.work != RunWork::Push && !run.succeeded
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
