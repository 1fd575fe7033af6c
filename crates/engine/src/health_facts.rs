//! Gathering the recorded facts that health is computed from.

use jiff::{Timestamp, tz::TimeZone};
use nurturehub_oauth::{Limit, TokenSet};
use nurturehub_port::{ConnectionId, ErrorKind, Owner, ProviderSpec};
use nurturehub_store::runs::{self, RunRecord};
use nurturehub_store::{audit, connections, traces};
use serde::Deserialize;
use serde_json::Value;

use crate::health::{
    GoingOn, Health, HealthInputs, Quota, RunFact, RunWork, TokenExpiry, Trouble, evaluate,
};
use crate::lasting::needs_sign_in;
use crate::{Drift, Engine, EngineError, audit_words, going_on, keep_alive, schedule, verify};

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
        let id = record.id.clone();
        let (found, used, entered_at) = self
            .store
            .read(move |db| {
                // Apart, so that no number of pushes and webhooks hides them.
                let mut found = runs::newest(db, row, Some("sync"), LOOK_BACK)?;
                found.extend(runs::newest(db, row, Some("verify"), LOOK_BACK)?);
                found.extend(runs::newest(db, row, Some("push"), LOOK_BACK)?);
                found.extend(runs::newest(db, row, Some("writeBack"), LOOK_BACK)?);
                found.extend(runs::newest(db, row, Some(keep_alive::RUN), LOOK_BACK)?);
                found.sort_by_key(|run| std::cmp::Reverse(run.row));
                let entered_at = audit::last(db, &id, audit_words::REAUTHORIZED)?;
                Ok((found, traces::sent_on(db, row, now)?, entered_at))
            })
            .await?;
        let refused = self.store.count_contacts(row).await?.refused;
        // A keychain that is locked is no reason to say nothing.
        let tokens = self.stored_tokens(&record.id).await.unwrap_or_default();
        Ok(evaluate(&HealthInputs {
            now,
            created_at: record.created_at,
            paused_at: record.paused_at,
            runs: found.iter().filter_map(fact).collect(),
            refused,
            going_on: going_on::now(&self.options.home, &record.id),
            stale_after: schedule::stale_after(&record, &spec),
            token_expires: tokens.as_ref().and_then(|tokens| expiry(&spec, tokens)),
            signed_in_at: tokens.as_ref().map(TokenSet::obtained_at),
            entered_at,
            quota: spec.limits.per_day.map(|limit| Quota {
                limit,
                used,
                resets_at: midnight(now),
            }),
        }))
    }
}

impl Engine {
    /// What goes on with each connection, in whatever process; those with which nothing does are left
    /// out. Far cheaper than their health, for whoever looks often whether it has changed.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn at_work(&self) -> Result<Vec<(ConnectionId, GoingOn)>, EngineError> {
        let records = self.store.read(connections::all).await?;
        let all = records.into_iter().map(|record| {
            let going_on = going_on::now(&self.options.home, &record.id);
            (record.id, going_on)
        });
        Ok(all.filter(|(_, now)| *now != GoingOn::Nothing).collect())
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
    title: String,
    message: String,
    remedy: String,
    owner: Owner,
}

impl From<Recorded> for Trouble {
    fn from(error: Recorded) -> Self {
        Self {
            kind: error.kind,
            title: error.title,
            message: error.message,
            remedy: error.remedy,
            owner: error.owner,
            since: None,
        }
    }
}

/// Syncs, verifications and pushes that have ended, and renewals that found the sign-in ended. A
/// verification that looked into a failed run explains it and neither adds to it nor ends it.
fn fact(run: &RunRecord) -> Option<RunFact> {
    let at = run.ended_at?;
    let is_renewal = run.kind == keep_alive::RUN;
    let work = match run.kind.as_str() {
        "sync" => RunWork::Sync,
        "push" => RunWork::Push,
        "writeBack" => RunWork::WriteBack,
        "verify" if run.report[verify::AFTER].is_null() => RunWork::Verify,
        _ if is_renewal => RunWork::Verify,
        _ => return None,
    };
    if run.status == "interrupted" {
        return None;
    }
    let recorded = Recorded::deserialize(&run.report["error"])
        .ok()
        .map(Trouble::from);
    if is_renewal
        && !recorded
            .as_ref()
            .is_some_and(|error| needs_sign_in(error.kind))
    {
        return None;
    }
    // A refusal of one activity ends some CRMs' call, and is no failure of the way there.
    let is_of_one =
        work == RunWork::WriteBack && run.report["error"]["detail"]["scope"] == "record";
    let status = match run.status.as_str() {
        "failed" if is_of_one => "partial",
        status => status,
    };
    let (cancelled, in_part) = (status == "cancelled", status == "partial");
    // That the CRM has no place for an activity is no trouble.
    let has_refused = run.report["rejected"].as_u64() > Some(0);
    Some(RunFact {
        work,
        at,
        succeeded: in_part || status == "succeeded",
        partial: in_part && (work != RunWork::WriteBack || has_refused),
        cancelled,
        trouble: match (status, work) {
            ("cancelled", _) => None,
            ("partial", RunWork::Sync) => Some(synced_in_part(&run.report)),
            ("partial", RunWork::WriteBack) if has_refused => Some(written_in_part(&run.report)),
            ("partial", _) => None,
            _ => recorded,
        },
    })
}

/// What is wrong with a write-back of which the CRM refused some.
fn written_in_part(report: &Value) -> Trouble {
    let refused = report["refused"].as_array();
    let first = refused.into_iter().flatten().find_map(|one| {
        let is_refused = one["status"] == "rejected";
        let error = is_refused.then(|| Recorded::deserialize(&one["error"]).ok())?;
        error.map(Trouble::from)
    });
    let kind = first.as_ref().map_or(REFUSED, |first| first.kind);
    let rejected = report["rejected"].as_u64().unwrap_or_default();
    Trouble {
        kind,
        title: "Some activities could not be written to the CRM".to_owned(),
        message: format!("{rejected} of the activities could not be written to the CRM."),
        remedy: "See of each activity that failed why it was not written. Those that can pass are \
                 tried again with the next pull."
            .to_owned(),
        owner: first.map_or(REFUSED.facts().owner, |first| first.owner),
        since: None,
    }
}

/// What a refusal is that says nothing of itself.
const REFUSED: ErrorKind = ErrorKind::ProviderRejected;

/// What is wrong with a sync that came to its end in part only.
pub(crate) fn synced_in_part(report: &Value) -> Trouble {
    let trouble = |kind: ErrorKind, title: &str, message: String, remedy: &str, owner| Trouble {
        kind,
        title: title.to_owned(),
        message,
        remedy: remedy.to_owned(),
        owner,
        since: None,
    };
    let rejected = report["rejected"].as_u64().unwrap_or_default();
    let doubt = &report["inDoubt"];
    let cut_short = ErrorKind::IncompleteListing;
    if doubt.is_null()
        && let Some(gone) = Drift::all_of(report).first()
    {
        let facts = Drift::KIND.facts();
        let (title, remedy) = (gone.title(), gone.remedy());
        return Trouble {
            since: Some(gone.since),
            ..trouble(Drift::KIND, &title, gone.message(), &remedy, facts.owner)
        };
    }
    if doubt.is_null() {
        return trouble(
            ErrorKind::Mapping,
            "Some records could not be read",
            format!("{rejected} of the CRM's records could not become contacts."),
            ErrorKind::Mapping.facts().remedy,
            ErrorKind::Mapping.facts().owner,
        );
    }
    let message = doubt["message"].as_str().unwrap_or_default().to_owned();
    if doubt["reason"] == cut_short.as_str() {
        let facts = cut_short.facts();
        return trouble(cut_short, facts.title, message, facts.remedy, facts.owner);
    }
    trouble(
        cut_short,
        "The result of the last sync is in doubt",
        message,
        "Nothing was removed. Look in the CRM whether these contacts have gone: if they have, \
         confirm the removals; if not, ask the CRM's support.",
        Owner::Agency,
    )
}
