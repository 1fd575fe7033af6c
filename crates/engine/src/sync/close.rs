//! Closing a complete listing: judge it, settle what it did not show, move the cursor.

use nurturehub_store::contacts::{self, Population};
use nurturehub_store::listings;
use nurturehub_store::runs::{self, RunRecord};

use super::doubt::{Doubt, DoubtReason, Facts};
use super::drift;
use super::judged::{Judged, Tally};
use super::report::shortfall;
use super::{Proof, Run, SyncOptions, SyncStatus};
use crate::EngineError;
use crate::session::Session;

/// Contacts settled in one transaction.
const BATCH: u32 = 500;

/// Runs that are looked back on.
const LOOK_BACK: u32 = 60;

/// Listings of a kind that must have had records for none to be strange.
const STREAK: usize = 10;

impl Run<'_> {
    pub(super) async fn close(
        &mut self,
        session: &Session,
        options: SyncOptions,
    ) -> Result<(), EngineError> {
        let policy = session.spec.absence;
        let (connection, number, full) = (self.record.row, self.listing.number, self.listing.full);
        let (population, before) = self
            .engine
            .store
            .read(move |db| {
                let population = if full {
                    contacts::population(db, connection, number, &policy)?
                } else {
                    Population {
                        living: 0,
                        absent: 0,
                    }
                };
                Ok((
                    population,
                    runs::newest(db, connection, Some("sync"), LOOK_BACK)?,
                ))
            })
            .await?;
        let judged = self.judged_by(&population, &before, options);
        if let Some(error) = judged.unreadable() {
            self.judged = Some(judged);
            // The next run lists anew from where the last good listing ended.
            self.finish(false).await?;
            return Err(error.into());
        }
        let doubt = judged.doubt();
        match doubt {
            None => self.settle(session).await?,
            Some(doubt) => self.hold(session, doubt).await?,
        }
        self.report.proof = Proof::of(&self.listing);
        self.report.drift = judged.drift();
        let is_partial = self.report.in_doubt.is_some()
            || !self.report.drift.is_empty()
            || self.listing.counts.rejected > 0;
        self.report.status = if is_partial {
            self.judged = Some(judged);
            SyncStatus::Partial
        } else {
            SyncStatus::Succeeded
        };
        Ok(())
    }

    /// The numbers by which the listing is judged.
    fn judged_by(
        &self,
        population: &Population,
        before: &[RunRecord],
        options: SyncOptions,
    ) -> Judged {
        let counts = &self.listing.counts;
        let mut judged = Judged {
            facts: Facts {
                full: self.listing.full,
                listed: counts.listed,
                short_by: shortfall(&self.listing),
                listed_before: last_full(before),
                ten_before_had_some: streak(before, self.report.mode),
                living: population.living,
                absent: population.absent,
                confirmed: options.confirm_removals,
            },
            rejected: counts.rejected,
            repeated: counts.repeated,
            source_total: self.listing.source_total,
            filled: self.filled.clone().unwrap_or_default(),
            at: self.started_at,
            before: drift::last_full(before),
            known: drift::known(before),
            verdict: None,
            recorded: Tally::default(),
            pages: None,
        };
        judged.verdict = judged.judge();
        judged
    }

    /// The listing is believed: what it did not show has gone.
    async fn settle(&mut self, session: &Session) -> Result<(), EngineError> {
        let policy = session.spec.absence;
        let (connection, number) = (self.record.row, self.listing.number);
        while self.listing.full {
            let now = self.engine.now();
            let batch = self
                .engine
                .store
                .write(move |tx| {
                    contacts::apply_absences(tx, connection, number, &policy, BATCH, now)
                })
                .await?;
            if batch.is_empty() {
                break;
            }
            self.listing.counts.removed += batch.removed;
            self.report.removed += batch.removed;
            self.report.missing += batch.waiting;
        }
        self.finish(true).await
    }

    /// The listing is in doubt: what it showed is kept, nothing is removed, and the cursor moves
    /// only where what was listed is beyond doubt.
    async fn hold(&mut self, session: &Session, mut doubt: Doubt) -> Result<(), EngineError> {
        let policy = session.spec.absence;
        let (connection, number) = (self.record.row, self.listing.number);
        // Of a list that was cut short, nothing can be said about what it does not show.
        if self.listing.full && doubt.reason != DoubtReason::IncompleteListing {
            doubt.held = self
                .engine
                .store
                .write(move |tx| contacts::hold_absences(tx, connection, number, &policy))
                .await?;
        }
        let moves = doubt.reason == DoubtReason::ManyRemovals;
        self.report.in_doubt = Some(doubt);
        self.finish(moves).await
    }

    /// Ends the listing; its cursor counts from now on where it `moves`.
    pub(super) async fn finish(&mut self, moves: bool) -> Result<(), EngineError> {
        let (connection, listing) = (self.record.row, self.listing.clone());
        let cursor = if moves { listing.cursor.clone() } else { None };
        let after = cursor.clone().or_else(|| self.record.cursor.clone());
        self.report.cursor_after = after.map(|cursor| cursor.as_str().to_owned());
        self.engine
            .store
            .write(move |tx| listings::close(tx, connection, &listing, cursor.as_ref()))
            .await?;
        Ok(())
    }
}

/// Whether a sync came to its end, wholly or in part.
pub(super) fn is_complete(run: &RunRecord) -> bool {
    matches!(run.status.as_str(), "succeeded" | "partial")
}

/// Records of the last full listing that was believed.
fn last_full(runs: &[RunRecord]) -> Option<u64> {
    runs.iter()
        .filter(|run| run.report["mode"] == "full" && run.report["inDoubt"].is_null())
        .find(|run| is_complete(run))
        .and_then(|run| run.report["proof"]["listed"].as_u64())
}

/// Whether the last ten listings of this kind all had records.
fn streak(runs: &[RunRecord], mode: &str) -> bool {
    let last: Vec<u64> = runs
        .iter()
        .filter(|run| run.report["mode"] == mode)
        .filter(|run| is_complete(run))
        .filter_map(|run| run.report["proof"]["listed"].as_u64())
        .take(STREAK)
        .collect();
    last.len() == STREAK && last.iter().all(|&listed| listed > 0)
}
