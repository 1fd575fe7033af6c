//! Gathering the recorded facts that health is computed from.

use jiff::{Timestamp, tz::TimeZone};
use nurturehub_oauth::{Limit, TokenSet};
use nurturehub_port::{ErrorKind, Owner, ProviderSpec};
use nurturehub_store::runs::{self, RunRecord};
use nurturehub_store::traces;
use serde::Deserialize;

use crate::RunStatus;
use crate::health::{Health, HealthInputs, Quota, RunFact, TokenExpiry, evaluate, needs_sign_in};
use crate::{Engine, EngineError, keep_alive, lease, schedule};

/// Runs that are looked back on: more than any streak needs.
const LOOK_BACK: u32 = 100;

impl Engine {
    /// A connection's health.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn health(&self, connection: &str) -> Result<Health, EngineError> {
        let record = self.connection(connection).await?;
        let spec = self
            .registration_of(&record.provider)?
            .spec_with(&record.settings);
        let (row, now) = (record.row, self.now());
        let (found, used) = self
            .store
            .read(move |db| {
                // Apart, so that no number of pushes and webhooks hides them.
                let mut found = runs::newest(db, row, Some("sync"), LOOK_BACK)?;
                found.extend(runs::newest(db, row, Some("verify"), LOOK_BACK)?);
                found.extend(runs::newest(db, row, Some(keep_alive::RUN), LOOK_BACK)?);
                found.sort_by_key(|run| std::cmp::Reverse(run.row));
                Ok((found, traces::sent_on(db, row, now)?))
            })
            .await?;
        // Looking at a lease takes it for a moment, which would turn away a run that begins just then:
        // only a run that has begun, or one that was cut off, is a reason to look.
        let running = found
            .iter()
            .any(|run| run.status == RunStatus::Running.as_str())
            && lease::is_taken(&self.options.home, &record.id);
        let tokens = self.stored_tokens(&record.id).await?;
        Ok(evaluate(&HealthInputs {
            now,
            created_at: record.created_at,
            paused_at: record.paused_at,
            runs: found.iter().filter_map(fact).collect(),
            running,
            stale_after: schedule::stale_after(&record, &spec),
            token_expires: tokens.as_ref().and_then(|tokens| expiry(&spec, tokens)),
            signed_in_at: tokens.as_ref().map(TokenSet::obtained_at),
            quota: spec.limits.per_day.map(|limit| Quota {
                limit,
                used,
                resets_at: midnight(now),
            }),
        }))
    }
}

/// When a person's sign-in ends by the provider's rules, where it does.
pub(crate) fn expiry(spec: &ProviderSpec, tokens: &TokenSet) -> Option<TokenExpiry> {
    let end = tokens.sign_in_ends(&spec.token_rules)?;
    let name = spec.name;
    Some(TokenExpiry {
        at: end.at,
        why: match end.limit {
            Limit::Idle(days) => format!("{name} ends a sign-in that is not used for {days} days."),
            Limit::Overall(days) => format!("{name} ends every sign-in after {days} days."),
        },
    })
}

/// The next midnight in UTC.
fn midnight(now: Timestamp) -> Timestamp {
    now.to_zoned(TimeZone::UTC)
        .tomorrow()
        .and_then(|tomorrow| tomorrow.start_of_day())
        .map_or(now, |midnight| midnight.timestamp())
}

/// The part of an error report that health shows.
#[derive(Deserialize)]
struct Recorded {
    kind: ErrorKind,
    message: String,
    remedy: String,
    owner: Owner,
}

/// Syncs and verifications that have ended, and renewals that found the sign-in ended; a push says
/// nothing about the CRM.
fn fact(run: &RunRecord) -> Option<RunFact> {
    let at = run.ended_at?;
    let is_renewal = run.kind == keep_alive::RUN;
    if !(matches!(run.kind.as_str(), "sync" | "verify") || is_renewal)
        || run.status == "interrupted"
    {
        return None;
    }
    let error = Recorded::deserialize(&run.report["error"])
        .ok()
        .map(|error| (error.kind, error.message, error.remedy, error.owner));
    if is_renewal
        && !error
            .as_ref()
            .is_some_and(|(kind, ..)| needs_sign_in(*kind))
    {
        return None;
    }
    let cancelled = run.status == "cancelled";
    Some(RunFact {
        is_sync: run.kind == "sync",
        at,
        succeeded: matches!(run.status.as_str(), "succeeded" | "partial"),
        partial: run.status == "partial",
        cancelled,
        error: if cancelled { None } else { error },
    })
}
