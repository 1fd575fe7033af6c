//! When a connection is synced by itself.
//!
//! Everything follows from recorded facts, so a restart forgets nothing and hurries nothing. Times are
//! spread, so that a hundred agencies on one schedule do not call one CRM at once.

use jiff::{SignedDuration, Timestamp};
use nurturehub_adapter_kit::Settings;
use nurturehub_port::{ErrorKind, ProviderSpec, SignInMethod};
use nurturehub_store::connections::{self, ConnectionRecord};
use nurturehub_store::{audit, runs};
use serde::Serialize;
use serde_json::json;
use specta::Type;

use crate::health::{Health, State};
use crate::session::sign_in_method;
use crate::{Engine, EngineError, audit_words};

/// The shortest time between two scheduled syncs, in minutes: below that, webhooks are the way.
pub const LEAST_MINUTES: u32 = 5;

/// The longest: a week.
pub const MOST_MINUTES: u32 = 7 * 24 * 60;

/// After a first failure, in minutes; doubled with each further one, up to the schedule's own pace.
const AFTER_FAILURE_MINUTES: u32 = 10;

/// At least so long after a key was refused, in minutes. The CRM may have been wrong, or somebody has
/// let the key in again there; asked once a day, nobody is bothered.
const AFTER_REFUSAL_MINUTES: u32 = 24 * 60;

/// When a connection is synced by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// Minutes between syncs; none where only a person starts them.
    pub every_minutes: Option<u32>,
    /// When the next is due, where one is.
    pub next_at: Option<Timestamp>,
}

/// Minutes between syncs, as somebody chose or as the provider has it.
pub(crate) fn every_minutes(record: &ConnectionRecord, spec: &ProviderSpec) -> Option<u32> {
    match record.every_minutes {
        Some(0) => None,
        Some(minutes) => Some(minutes),
        None => spec.schedule.every_minutes,
    }
}

/// How long the data stay fresh: as the provider has it, and no less than two rounds of the schedule.
pub(crate) fn stale_after(record: &ConnectionRecord, spec: &ProviderSpec) -> SignedDuration {
    let least = spec.schedule.stale_after_minutes;
    let rounds = record.every_minutes.unwrap_or_default().saturating_mul(2);
    SignedDuration::from_mins(i64::from(least.max(rounds)))
}

/// What the next sync is reckoned from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// Minutes between syncs.
    pub(crate) every: Option<u32>,
    /// When the last sync began; of a connection without one, when it was made.
    pub(crate) last: Timestamp,
    /// Failures in a row.
    pub(crate) failures: u32,
    /// Whether the CRM lets us in.
    pub(crate) entry: Entry,
    /// Paused or disconnected.
    pub(crate) idle: bool,
    /// Which connection.
    pub(crate) connection: &'a str,
}

/// Whether the CRM lets a connection in, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// It does.
    Open,
    /// It has refused a key or client secret.
    KeyRefused,
    /// Nothing can succeed before somebody signs in.
    NeedsSignIn,
}

/// When the next sync is due.
pub(crate) fn next_at(facts: Facts<'_>) -> Option<Timestamp> {
    let every = facts
        .every
        .filter(|_| !facts.idle && facts.entry != Entry::NeedsSignIn)?;
    let wait = match facts.failures {
        _ if facts.entry == Entry::KeyRefused => every.max(AFTER_REFUSAL_MINUTES),
        0 => every,
        failures => AFTER_FAILURE_MINUTES
            .saturating_mul(1 << (failures - 1).min(10))
            .min(every),
    };
    let seconds = i64::from(wait).saturating_mul(60);
    // Up to a tenth later, the same after a restart: reckoned from what is recorded.
    let mut hasher = blake3::Hasher::new();
    hasher.update(facts.connection.as_bytes());
    hasher.update(&facts.last.as_millisecond().to_le_bytes());
    let [low, high, ..] = *hasher.finalize().as_bytes();
    let spread = seconds / 10 * i64::from(u16::from_le_bytes([low, high])) / i64::from(u16::MAX);
    facts
        .last
        .checked_add(SignedDuration::from_secs(seconds + spread))
        .ok()
}

/// Whether the CRM lets a connection in. Where a person's sign-in has ended, only a person helps.
fn entry(record: &ConnectionRecord, spec: &ProviderSpec, health: &Health) -> Entry {
    if health.state != State::NeedsReauth {
        return Entry::Open;
    }
    let settings = Settings::parse(spec, record.settings.clone()).ok();
    let method = settings.and_then(|settings| sign_in_method(spec, &settings).ok());
    match method {
        Some(SignInMethod::StaticSecret { .. } | SignInMethod::ClientCredentials { .. }) => {
            Entry::KeyRefused
        }
        _ => Entry::NeedsSignIn,
    }
}

impl Engine {
    /// When a connection is synced by itself.
    pub(crate) async fn schedule(
        &self,
        record: &ConnectionRecord,
        spec: &ProviderSpec,
        health: &Health,
    ) -> Result<Schedule, EngineError> {
        let row = record.row;
        let last = self
            .store
            .read(move |db| runs::newest(db, row, Some("sync"), 1))
            .await?;
        let every = every_minutes(record, spec);
        Ok(Schedule {
            every_minutes: every,
            next_at: next_at(Facts {
                every,
                last: last.first().map_or(record.created_at, |run| run.started_at),
                failures: health.failure_streak,
                entry: entry(record, spec, health),
                idle: record.paused_at.is_some() || record.disconnected_at.is_some(),
                connection: record.id.as_str(),
            }),
        })
    }

    /// Sets how often a connection is synced by itself; none is never.
    ///
    /// # Errors
    /// `configuration` for less than [`LEAST_MINUTES`] or more than [`MOST_MINUTES`], storage errors.
    pub async fn set_schedule(
        &self,
        connection: &str,
        minutes: Option<u32>,
    ) -> Result<Schedule, EngineError> {
        if minutes.is_some_and(|minutes| !(LEAST_MINUTES..=MOST_MINUTES).contains(&minutes)) {
            return Err(EngineError::with_remedy(
                ErrorKind::Configuration,
                "A schedule of that pace is not possible.",
                format!("Choose between {LEAST_MINUTES} minutes and a week."),
            ));
        }
        let record = self.connection(connection).await?;
        let detail = json!({ "everyMinutes": minutes });
        let entry = self.audit_entry(audit_words::SCHEDULED, Some(&record.id), detail);
        let row = record.row;
        self.store
            .write(move |tx| {
                connections::set_every_minutes(tx, row, Some(minutes.unwrap_or(0)))?;
                audit::append(tx, &entry)
            })
            .await?;
        let record = self.connection(record.id.as_str()).await?;
        let spec = self.spec_of(&record)?;
        let health = self.health(record.id.as_str()).await?;
        self.schedule(&record, &spec, &health).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(every: Option<u32>, failures: u32) -> Facts<'static> {
        Facts {
            every,
            last: Timestamp::UNIX_EPOCH,
            failures,
            entry: Entry::Open,
            idle: false,
            connection: "one",
        }
    }

    fn minutes(facts: Facts<'_>) -> i64 {
        next_at(facts).unwrap().as_second() / 60
    }

    #[test]
    fn the_next_sync_comes_at_its_time_or_up_to_a_tenth_later() {
        let pace = minutes(facts(Some(1000), 0));
        assert!((1000..=1100).contains(&pace), "{pace}");
        let other = Facts {
            connection: "two",
            ..facts(Some(1000), 0)
        };
        assert_ne!(
            next_at(other),
            next_at(facts(Some(1000), 0)),
            "two connections do not come at once"
        );
        assert_eq!(
            next_at(facts(Some(1000), 0)),
            next_at(facts(Some(1000), 0)),
            "a restart changes nothing"
        );
    }

    #[test]
    fn a_failure_is_tried_again_sooner_and_ever_less_often() {
        for (failures, least) in [(1, 10), (2, 20), (3, 40), (30, 1000)] {
            let pace = minutes(facts(Some(1000), failures));
            assert!(
                (least..=least + least / 10).contains(&pace),
                "{failures} failures: {pace}"
            );
        }
        let pace = minutes(facts(Some(5), 3));
        assert!(pace <= 5, "never less often than without failures: {pace}");
    }

    #[test]
    fn nothing_is_due_that_cannot_run() {
        assert_eq!(next_at(facts(None, 0)), None, "nobody set a schedule");
        let idle = Facts {
            idle: true,
            ..facts(Some(60), 0)
        };
        assert_eq!(next_at(idle), None, "paused");
        let signed_out = Facts {
            entry: Entry::NeedsSignIn,
            ..facts(Some(60), 1)
        };
        assert_eq!(next_at(signed_out), None, "a person must sign in first");
    }

    #[test]
    fn a_refused_key_is_tried_once_a_day_and_no_more() {
        let refused = |every| Facts {
            entry: Entry::KeyRefused,
            ..facts(Some(every), 1)
        };
        let day = 24 * 60;
        assert!((day..=day + day / 10).contains(&minutes(refused(15))));
        let week = 7 * day;
        assert!(
            minutes(refused(7 * 24 * 60)) >= week,
            "never more often than it is synced"
        );
    }
}
