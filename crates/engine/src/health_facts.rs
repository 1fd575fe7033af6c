//! Gathering the recorded facts that health is computed from.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use nurturehub_oauth::TokenSet;
use nurturehub_port::{ErrorKind, Owner, ProviderSpec};
use nurturehub_store::connections::ConnectionRecord;
use nurturehub_store::runs::{self, RunRecord};
use nurturehub_store::traces;
use nurturehub_vault::AccountKey;
use serde::Deserialize;

use crate::health::{Health, HealthInputs, Quota, RunFact, TokenExpiry, evaluate};
use crate::{Engine, EngineError, lease};

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
                Ok((
                    runs::newest(db, row, None, LOOK_BACK)?,
                    traces::sent_on(db, row, now)?,
                ))
            })
            .await?;
        let running = lease::is_taken(&self.options.home, &record.id);
        let token_expires = self.sign_in_ends(&record, &spec).await?;
        Ok(evaluate(&HealthInputs {
            now,
            created_at: record.created_at,
            paused_at: record.paused_at,
            runs: found.iter().filter_map(fact).collect(),
            running,
            stale_after: SignedDuration::from_mins(i64::from(spec.schedule.stale_after_minutes)),
            token_expires,
            quota: spec.limits.per_day.map(|limit| Quota {
                limit,
                used,
                resets_at: midnight(now),
            }),
        }))
    }

    /// When a person's sign-in ends by the provider's rules, where it does.
    async fn sign_in_ends(
        &self,
        record: &ConnectionRecord,
        spec: &ProviderSpec,
    ) -> Result<Option<TokenExpiry>, EngineError> {
        let Some(bytes) = self
            .options
            .vault
            .read(&AccountKey::tokens(&record.id))
            .await?
        else {
            return Ok(None);
        };
        let Ok(tokens) = TokenSet::from_vault_bytes(&bytes) else {
            return Ok(None);
        };
        Ok(tokens
            .sign_in_ends_at(&spec.token_rules)
            .map(|at| TokenExpiry {
                at,
                why: format!(
                    "{} ends a sign-in that is not used or has grown old.",
                    spec.name
                ),
            }))
    }
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

/// Syncs and verifications that have ended; a push says nothing about the CRM.
fn fact(run: &RunRecord) -> Option<RunFact> {
    let at = run.ended_at?;
    if !matches!(run.kind.as_str(), "sync" | "verify") || run.status == "interrupted" {
        return None;
    }
    let error = Recorded::deserialize(&run.report["error"])
        .ok()
        .map(|error| (error.kind, error.message, error.remedy, error.owner));
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
