//! Syncing: the CRM's contacts into the local store.
//!
//! One listing may take several runs: each page and the cursor after it are stored in one
//! transaction, and a run that finds a listing in progress goes on with it. When the listing is
//! complete, it is closed: its counts are proved, what it did not show is settled, and its cursor
//! becomes the start of the next incremental listing.

mod close;
mod doubt;
mod drift;
mod judged;
mod pipeline;
mod report;

use jiff::{SignedDuration, Timestamp};
use nurturehub_adapter_kit::mapping;
use nurturehub_port::{ErrorKind, SyncStart};
use nurturehub_store::connections::ConnectionRecord;
use nurturehub_store::contacts::PageLogKey;
use nurturehub_store::listings::{self, Listing};
use nurturehub_store::runs::{self, RunEnd};
use nurturehub_store::{audit, contacts, recordings, traces};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub use doubt::{Doubt, DoubtReason};
pub use drift::Drift;
pub(crate) use judged::{Judged, Seen, Shown, Tally, Verdict};
pub use report::{Proof, SyncReport, SyncStatus};

use crate::going_on::Asked;
use crate::lease::{self, RunLease};
use crate::session::Session;
use crate::support::Heard;
use crate::{Engine, EngineError, audit_words, run_log};
use drift::Filled;
use pipeline::Walked;

/// A listing that nobody touched for this long is begun anew: what it saw at its start is too old
/// to say what has gone.
const LISTING_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// What kind of sync is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SyncOptions {
    /// List everything, even where the CRM can list changes.
    pub full: bool,
    /// A person has seen that contacts have gone and confirms it: a full listing whose removals
    /// are not held back.
    pub confirm_removals: bool,
    /// The schedule began it, and nobody asked for it.
    pub scheduled: bool,
}

/// How far a sync has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncProgress {
    /// Pages stored by this run.
    pub pages: u64,
    /// Records listed by the whole listing so far; one that is listed twice counts twice until all is
    /// merged.
    pub listed: u64,
    /// How many the CRM says there are.
    pub source_total: Option<u64>,
}

/// A sync at work.
struct Run<'a> {
    engine: &'a Engine,
    lease: &'a RunLease,
    record: ConnectionRecord,
    listing: Listing,
    row: i64,
    /// What this run's pages are sealed with until they are merged.
    log_key: PageLogKey,
    report: SyncReport,
    /// Which fields the listing's contacts have; not known where an earlier run of it was cut off.
    filled: Option<Filled>,
    started_at: Timestamp,
    /// What this run's walk has seen.
    seen: Seen,
    /// What the listing was judged by, where something was found.
    judged: Option<Judged>,
    /// What was said, where it stopped the listing or shows what was found of it.
    heard: Option<Heard>,
}

impl Engine {
    /// Syncs a connection. `progress` is called after each page that was stored.
    ///
    /// # Errors
    /// `alreadyRunning`, `configuration` where the connection is paused or disconnected, and
    /// whatever stops the listing, as [`EngineError::Run`] with the report of what was done: what
    /// was stored stays, and the next sync goes on from there.
    pub async fn sync(
        &self,
        connection: &str,
        options: SyncOptions,
        progress: &(dyn Fn(SyncProgress) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<SyncReport, EngineError> {
        let record = self.connection(connection).await?;
        refuse_idle(&record)?;
        let lease = lease::try_take(&self.options.home, &record.id)?;
        let work = self.sync_under(&lease, record, options, progress, cancel);
        lease.during(cancel, Box::pin(work)).await
    }

    async fn sync_under(
        &self,
        lease: &RunLease,
        record: ConnectionRecord,
        options: SyncOptions,
        progress: &(dyn Fn(SyncProgress) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<SyncReport, EngineError> {
        let began = self.options.clock.elapsed();
        let mut run = self.begin(lease, record, options).await?;
        let span = run_log::span("sync", &run.record.id, &run.report.run_id);
        span.in_scope(|| tracing::info!(mode = run.report.mode, "Run begins."));
        let work = run.work(options, progress, cancel).instrument(span.clone());
        let outcome = work.await;
        let elapsed = self.options.clock.elapsed().saturating_sub(began);
        run.report.duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        run.end(outcome, &span).await
    }

    async fn begin<'a>(
        &'a self,
        lease: &'a RunLease,
        record: ConnectionRecord,
        options: SyncOptions,
    ) -> Result<Run<'a>, EngineError> {
        let spec = self
            .registration_of(&record.provider)?
            .spec_with(&record.settings);
        let now = self.now();
        let id = self.options.random.run_id(now)?;
        let full = options.full
            || options.confirm_removals
            || !spec.capabilities.changed_since
            || record.cursor.is_none();
        let (row, run_id) = (record.row, id.clone());
        let log_key = self.options.random.page_log_key()?;
        let sealed_with = log_key.clone();
        let confirmed = options.confirm_removals.then(|| {
            self.audit_entry(audit_words::REMOVALS_CONFIRMED, Some(&record.id), json!({}))
        });
        // What the schedule starts would bury what people do.
        let asked = (!options.scheduled).then(|| {
            let about = json!({ "runId": id, "full": full });
            self.audit_entry(audit_words::SYNC_STARTED, Some(&record.id), about)
        });
        let (listing, run_row, resumed, filled) = self
            .store
            .write(move |tx| {
                runs::end_abandoned(tx, row, now)?;
                contacts::merge_left_over(tx, row)?;
                for entry in asked.iter().chain(&confirmed) {
                    audit::append(tx, entry)?;
                }
                // A full listing in progress serves whoever wants one; an incremental one serves
                // only who does not want more.
                let open = listings::find(tx, row)?
                    .filter(|open| open.cursor.is_some() && (open.full || !full))
                    .filter(|open| now.duration_since(open.touched_at) < LISTING_LIFE);
                let (listing, resumed) = match open {
                    Some(open) => (open, true),
                    None => (listings::begin(tx, row, full, now)?, false),
                };
                contacts::seal_log(tx, row, &sealed_with)?;
                let filled = if resumed {
                    let before = runs::newest(tx, row, Some("sync"), 1)?;
                    before.first().and_then(drift::filled_of)
                } else {
                    Some(Filled::default())
                };
                let begun = runs::begin(tx, &run_id, row, "sync", now)?;
                Ok((listing, begun, resumed, filled))
            })
            .await?;
        Ok(Run {
            engine: self,
            lease,
            report: SyncReport::new(
                id,
                &listing,
                resumed,
                record.cursor.as_ref(),
                self.unconfirmed(&record),
            ),
            filled,
            record,
            listing,
            row: run_row,
            log_key,
            started_at: now,
            seen: Seen::default(),
            judged: None,
            heard: None,
        })
    }
}

/// Refuses to work for a connection that is paused or disconnected.
pub(crate) fn refuse_idle(record: &ConnectionRecord) -> Result<(), EngineError> {
    if record.disconnected_at.is_some() {
        return Err(EngineError::with_remedy(
            ErrorKind::Configuration,
            format!("`{}` is disconnected.", record.id),
            "Connect it again; its data are still here.",
        ));
    }
    if record.paused_at.is_some() {
        return Err(EngineError::with_remedy(
            ErrorKind::Configuration,
            format!("`{}` is paused.", record.id),
            "Resume it, and it goes on where it stopped.".to_owned(),
        ));
    }
    Ok(())
}

impl Run<'_> {
    async fn work(
        &mut self,
        options: SyncOptions,
        progress: &(dyn Fn(SyncProgress) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<(), EngineError> {
        mapping::warm_up();
        let session = match self.engine.session(self.record.clone()).await {
            Ok(session) => session,
            Err(error) => {
                self.heard = self
                    .engine
                    .heard_nothing(true, &self.record, self.started_at);
                return Err(error);
            }
        };
        self.lease.note().watch(&session.http, Asked::Crm);
        let start = self.start();
        if !self.listing.complete {
            let walked = self.walk(&session, progress, cancel).await;
            if walked.is_err() {
                self.heard = Some(Heard::listing(&session, start.clone(), self.started_at));
            }
            self.report.requests = session.http.requests();
            let left = session.drain_trace();
            if !left.is_empty() {
                let (connection, run) = (self.record.row, self.row);
                self.engine
                    .store
                    .write(move |tx| traces::append(tx, connection, run, &left))
                    .await?;
            }
            self.report.spent.add_http(session.http.spent());
            if let Err(error) = &walked
                && error.kind() == ErrorKind::IncompleteListing
            {
                // What was passed over does not come back by going on: the next run lists anew.
                self.finish(false).await?;
            }
            if let Walked::Cancelled = walked? {
                return Err(EngineError::new(
                    ErrorKind::Cancelled,
                    "The sync was cancelled.",
                ));
            }
        }
        let closed = self.close(&session, options).await;
        if let Some(judged) = self.judged.clone() {
            self.heard = Heard::closing(&session, start, self.started_at, judged, &self.seen);
        }
        closed
    }

    fn start(&self) -> SyncStart {
        match (&self.listing.cursor, self.listing.full, &self.record.cursor) {
            (Some(cursor), _, _) => SyncStart::Resume { at: cursor.clone() },
            (None, false, Some(since)) => SyncStart::Incremental {
                since: since.clone(),
            },
            (None, _, _) => SyncStart::Full,
        }
    }

    async fn walk(
        &mut self,
        session: &Session,
        progress: &(dyn Fn(SyncProgress) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<Walked, EngineError> {
        let walk = pipeline::Walk {
            engine: self.engine,
            session,
            start: self.start(),
            run: self.row,
            log_key: &self.log_key,
            progress,
        };
        let (listing, report) = (&mut self.listing, &mut self.report);
        let walked = walk.run(listing, report, &mut self.seen, cancel).await;
        if let Some(filled) = &mut self.filled {
            filled.add(&self.seen.filled);
        }
        walked
    }

    /// Writes down how the run ended, whatever happened.
    async fn end(
        mut self,
        outcome: Result<(), EngineError>,
        span: &tracing::Span,
    ) -> Result<SyncReport, EngineError> {
        let error = match &outcome {
            Ok(()) => None,
            Err(error) if error.kind() == ErrorKind::Cancelled => {
                self.report.status = SyncStatus::Cancelled;
                Some(error.report())
            }
            Err(error) => {
                self.report.status = SyncStatus::Failed;
                Some(error.report())
            }
        };
        let mut report = serde_json::to_value(&self.report).unwrap_or_default();
        if let Some(filled) = &self.filled {
            report[drift::FILLED] = serde_json::to_value(filled).unwrap_or_default();
        }
        if let Some(error) = &error {
            report["error"] = serde_json::to_value(error).unwrap_or_default();
        }
        let end = RunEnd {
            status: self.report.status.as_str(),
            at: self.engine.now(),
            contacts: self.report.fetched,
            error_kind: error.as_ref().map(|error| error.kind.as_str()),
            report: report.clone(),
        };
        run_log::ended(span, end.status, end.error_kind, &report);
        let in_part = || Some(EngineError::from(self.judged.as_ref()?.found()?.1).report());
        let recording = match error.clone().or_else(in_part) {
            Some(why) => self.engine.recording(self.heard, "listing", &why).await,
            None => None,
        };
        let (connection, row) = (self.record.row, self.row);
        let kept = self
            .engine
            .store
            .write(move |tx| {
                runs::end(tx, row, &end)?;
                if let Some(recording) = &recording {
                    if end.status == SyncStatus::Partial.as_str() {
                        recordings::forget_in_part(tx, connection)?;
                    }
                    recordings::keep(tx, connection, row, recording)?;
                }
                Ok(())
            })
            .await;
        let (id, provider) = (&self.record.id, &self.record.provider);
        self.engine.export(id, provider, &self.report.run_id).await;
        match (outcome, kept) {
            (Ok(()), Ok(())) => Ok(self.report),
            (Ok(()), Err(error)) => Err(error.into()),
            (Err(error), _) => Err(EngineError::Run {
                source: Box::new(error),
                report: Box::new(report),
            }),
        }
    }
}
