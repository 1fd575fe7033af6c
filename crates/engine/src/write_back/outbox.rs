//! The outbox: nothing is sent that is not written down first, so that nothing is sent twice.
//!
//! An activity is written down as `sending` in a transaction of its own before the adapter gets it,
//! and with its answer after. One that is found as `sending` later was on its way when a process
//! died. Where the adapter finds again what it wrote, it is pushed again; elsewhere it becomes a dead
//! letter that says so. There, activities are sent one by one, so that a kill leaves one in doubt.
//!
//! New activities go to the adapter together. Those that failed before go one by one: a call that
//! fails as a whole does not say which of its activities it failed of.

use std::collections::BTreeSet;

use jiff::Timestamp;
use nurturehub_port::{Activity, ActivityOutcome, AdapterError, ErrorKind, RunId, WriteBackStatus};
use nurturehub_store::write_back::{self, WriteBackRecord, WriteBackState};
use nurturehub_store::{runs, traces};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::delivered::Delivered;
use super::entries::{Known, left_behind, outcome_of, sending, settled, to_json};
use super::verdict::{self, Attempt, Verdict};
use super::{WriteBackResult, first_refusal};
use crate::session::Session;
use crate::spent::Split;
use crate::support::Heard;
use crate::{Engine, EngineError, ErrorReport, run_log};

/// One run of write-back. Its owner holds the connection's lease.
pub(super) struct Outbox<'a> {
    pub(super) engine: &'a Engine,
    pub(super) session: &'a Session,
    cancel: &'a CancellationToken,
    pub(super) by_hand: bool,
    jitter: u64,
    /// The run's row, once something was sent.
    pub(super) run: Option<i64>,
    /// Its id, and what is logged within it.
    pub(super) logged: Option<(RunId, tracing::Span)>,
    /// What this run sent, or must not send.
    handled: BTreeSet<String>,
    /// Why this run sends nothing more.
    pub(super) stopped: Option<AdapterError>,
    pub(super) results: Vec<WriteBackResult>,
    /// What was said when the CRM last refused something, and why it did.
    pub(super) heard: Option<(Heard, ErrorReport)>,
    /// Where its time goes.
    pub(super) split: Split,
}

impl<'a> Outbox<'a> {
    /// Begins, and settles what a process that died has left behind. `by_hand`: a person asked, so
    /// what waits or was refused is sent as well.
    pub(super) async fn open(
        engine: &'a Engine,
        session: &'a Session,
        cancel: &'a CancellationToken,
        by_hand: bool,
    ) -> Result<Self, EngineError> {
        let jitter = engine.options.random.seed()?;
        let (row, now) = (session.record.row, engine.now());
        let found_again = session.spec.write_back_found_again;
        let mut split = Split::new(&engine.options.clock);
        let began = split.mark();
        let handled = engine
            .store
            .write(move |tx| {
                runs::end_abandoned(tx, row, now)?;
                let left = write_back::sending(tx, row)?;
                for record in &left {
                    write_back::put(tx, row, &left_behind(record, found_again, now))?;
                }
                // A person has not been told yet of those in doubt.
                let doubtful = left.into_iter().filter(|_| !found_again);
                Ok(doubtful.map(|record| record.activity).collect())
            })
            .await?;
        split.stored(began);
        Ok(Self {
            engine,
            session,
            cancel,
            by_hand,
            jitter,
            run: None,
            logged: None,
            handled,
            stopped: None,
            results: Vec::new(),
            heard: None,
            split,
        })
    }

    /// Whether nothing more is sent in this run.
    pub(super) fn is_stopped(&mut self) -> bool {
        if self.stopped.is_none() && self.cancel.is_cancelled() {
            self.stopped = Some(cancelled());
        }
        self.stopped.is_some()
    }

    /// Sends those activities that are due and says for each what became of it, in order.
    pub(super) async fn deliver(
        &mut self,
        activities: &[Activity],
    ) -> Result<Vec<Delivered>, EngineError> {
        let ids = activities.iter().map(|activity| activity.id.clone());
        let began = self.split.mark();
        let mut known = self.known(ids.collect()).await?;
        self.split.stored(began);
        let now = self.engine.now();
        let mut due = Vec::new();
        for activity in activities {
            let may_go = self.is_due(known.get(&activity.id), now);
            // The same activity twice in one run is sent once.
            if may_go && self.handled.insert(activity.id.clone()) {
                due.push(activity.clone());
            }
        }
        let mut written = BTreeSet::new();
        for group in self.groups(due, &known) {
            if self.is_stopped() {
                break;
            }
            self.send_group(&group, &mut known, &mut written).await?;
        }
        let delivered: Vec<Delivered> = activities
            .iter()
            .map(|activity| {
                let now = written.remove(&activity.id);
                self.delivered(&activity.id, known.get(&activity.id), now)
            })
            .collect();
        Ok(self.reported(delivered))
    }

    /// Settles activities that this version cannot read.
    pub(super) async fn refuse(&mut self, ids: Vec<String>) -> Result<Vec<Delivered>, EngineError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (row, now) = (self.session.record.row, self.engine.now());
        let error = verdict::unreadable();
        let began = self.split.mark();
        let records: Vec<WriteBackRecord> = self
            .engine
            .store
            .write(move |tx| {
                let mut records = Vec::with_capacity(ids.len());
                for activity in ids {
                    if let Some(known) = write_back::find(tx, row, &activity)? {
                        records.push(known);
                        continue;
                    }
                    let record = WriteBackRecord {
                        activity,
                        state: WriteBackState::Rejected,
                        reference: None,
                        error: to_json(&error),
                        attempts: 0,
                        acknowledged: false,
                        at: now,
                        content: None,
                    };
                    write_back::put(tx, row, &record)?;
                    records.push(record);
                }
                Ok(records)
            })
            .await?;
        self.split.stored(began);
        let delivered = records
            .iter()
            .map(|record| self.delivered(&record.activity, Some(record), false))
            .collect();
        Ok(self.reported(delivered))
    }

    /// Writes down that the platform knows how these ended.
    pub(super) async fn acknowledged(&mut self, ids: Vec<String>) -> Result<(), EngineError> {
        let row = self.session.record.row;
        let began = self.split.mark();
        self.engine
            .store
            .write(move |tx| {
                ids.iter()
                    .try_for_each(|id| write_back::acknowledge(tx, row, id))
            })
            .await?;
        self.split.stored(began);
        Ok(())
    }

    async fn known(&self, ids: Vec<String>) -> Result<Known, EngineError> {
        let row = self.session.record.row;
        Ok(self
            .engine
            .store
            .read(move |db| {
                let mut known = Known::new();
                for id in ids {
                    if let Some(record) = write_back::find(db, row, &id)? {
                        known.insert(id, record);
                    }
                }
                Ok(known)
            })
            .await?)
    }

    fn is_due(&self, known: Option<&WriteBackRecord>, now: Timestamp) -> bool {
        match known.map(|record| record.state) {
            None => true,
            Some(WriteBackState::Waiting { until }) => self.by_hand || until <= now,
            Some(WriteBackState::Rejected | WriteBackState::Unsupported) => self.by_hand,
            Some(WriteBackState::Written | WriteBackState::Sending) => false,
        }
    }

    /// What is sent together, in the order in which it is sent.
    fn groups(&self, due: Vec<Activity>, known: &Known) -> Vec<Vec<Activity>> {
        let is_new = |activity: &Activity| known.get(&activity.id).is_none_or(|r| r.attempts == 0);
        let (new, tried): (Vec<_>, Vec<_>) = due.into_iter().partition(is_new);
        let alone = |activities: Vec<Activity>| activities.into_iter().map(|one| vec![one]);
        let mut groups: Vec<Vec<Activity>> = if self.session.spec.write_back_found_again {
            vec![new]
        } else {
            alone(new).collect()
        };
        groups.extend(alone(tried));
        groups.retain(|group| !group.is_empty());
        groups
    }

    /// Sends activities together and keeps what became of each.
    async fn send_group(
        &mut self,
        group: &[Activity],
        known: &mut Known,
        written: &mut BTreeSet<String>,
    ) -> Result<(), EngineError> {
        let sending = sending(group, known, self.engine.now());
        let keeping = self.split.mark();
        self.keep_sending(sending.clone()).await?;
        self.split.stored(keeping);
        let asking = self.split.mark();
        self.session.http.recording().turns();
        let began = self.engine.now();
        let logged = self.logged.as_ref();
        let span = logged.map_or_else(tracing::Span::none, |(_, span)| span.clone());
        let answer = self.send(group).instrument(span).await;
        let answered_at = self.engine.now();
        self.split.asked(asking);
        let refused = match &answer {
            Err(error) => Some(error),
            Ok(outcomes) => first_refusal(outcomes),
        };
        if let Some(error) = refused {
            let report = EngineError::from(error.clone()).report();
            self.heard = Some((Heard::writing(self.session, group, began), report));
        }
        let mut records = Vec::with_capacity(group.len());
        for (at, before) in sending.into_iter().enumerate() {
            let attempt = Attempt {
                answered_at,
                number: before.attempts,
                jitter: self.jitter,
                by_hand: self.by_hand,
            };
            let verdict = match &answer {
                Err(error) => verdict::of_whole_call(error, attempt),
                Ok(outcomes) => match outcome_of(outcomes, at, &before.activity) {
                    Some(outcome) => {
                        if outcome.status == WriteBackStatus::Written {
                            written.insert(outcome.id.clone());
                        }
                        verdict::of_outcome(outcome, attempt)
                    }
                    None => self.unanswered(attempt),
                },
            };
            records.push(settled(before, verdict, answered_at));
        }
        known.extend(
            records
                .iter()
                .map(|record| (record.activity.clone(), record.clone())),
        );
        self.stopped = answer
            .err()
            .filter(|error| error.kind != ErrorKind::Unsupported);
        let keeping = self.split.mark();
        let kept = self.keep_answers(records).await;
        self.split.stored(keeping);
        kept
    }

    /// The adapter's answer. A cancellation does not wait for it, unless that would leave an activity
    /// in doubt.
    async fn send(&self, group: &[Activity]) -> Result<Vec<ActivityOutcome>, AdapterError> {
        let push = self.session.adapter.push_activity(group);
        if !self.session.spec.write_back_found_again {
            return push.await;
        }
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(cancelled()),
            answer = push => answer,
        }
    }

    /// The adapter broke its promise to answer for each.
    fn unanswered(&self, attempt: Attempt) -> Verdict {
        if self.session.spec.write_back_found_again {
            let error = AdapterError::new(ErrorKind::Internal, "There is no answer for it.");
            return verdict::of_whole_call(&error, attempt);
        }
        Verdict {
            state: WriteBackState::Rejected,
            reference: None,
            error: Some(verdict::in_doubt(attempt.number)),
            attempts: attempt.number,
        }
    }

    /// Writes down what is about to be sent; the first time, that there is a run.
    async fn keep_sending(&mut self, records: Vec<WriteBackRecord>) -> Result<(), EngineError> {
        let (row, now, run) = (self.session.record.row, self.engine.now(), self.run);
        let id = self.engine.options.random.run_id(now)?;
        if run.is_none() {
            let span = run_log::span("writeBack", &self.session.record.id, &id);
            span.in_scope(|| tracing::info!("Run begins."));
            self.logged = Some((id.clone(), span));
        }
        self.run = self
            .engine
            .store
            .write(move |tx| {
                for record in &records {
                    write_back::put(tx, row, record)?;
                }
                match run {
                    Some(run) => Ok(Some(run)),
                    None => runs::begin(tx, &id, row, "writeBack", now).map(Some),
                }
            })
            .await?;
        Ok(())
    }

    async fn keep_answers(&self, records: Vec<WriteBackRecord>) -> Result<(), EngineError> {
        let (row, run) = (self.session.record.row, self.run);
        let trace = self.session.drain_trace();
        self.engine
            .store
            .write(move |tx| {
                for record in &records {
                    write_back::put(tx, row, record)?;
                }
                match run {
                    Some(run) => traces::append(tx, row, run, &trace),
                    None => Ok(()),
                }
            })
            .await?;
        Ok(())
    }
}

fn cancelled() -> AdapterError {
    AdapterError::new(ErrorKind::Cancelled, "The write-back was cancelled.")
}
