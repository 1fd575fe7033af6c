//! Walking through a CRM's pages. Each is written down in a log before the next is asked for, so that
//! a kill costs one page at most; a few at a time are merged into the contacts, with the cursor behind
//! them, while the next ones are fetched.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use nurturehub_port::{
    AdapterError, ContactPage, ErrorKind, PageRecord, RejectedRecord, SyncStart,
};
use nurturehub_store::contacts::{self, LoggedPages, PageLog, PageLogKey, PageToStage, Records};
use nurturehub_store::listings::{Listing, ListingCounts};
use nurturehub_store::{StoreError, Timed};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::judged::{Seen, Tally};
use super::{Proof, SyncProgress, SyncReport};
use crate::session::Session;
use crate::{Engine, EngineError};

/// Pages are merged once they have at least so many contacts between them, and at most so many. Each
/// contact falls on a page of the index over the CRM's ids that hardly another one of its transaction
/// falls on, once the index is large: so the more are merged together, the less is written, and the
/// more memory is held.
const MERGED_TOGETHER: RangeInclusive<u64> = 500..=2_000;

/// Between these, one for each so many contacts of the listing.
const LISTED_FOR_EACH: u64 = 10;

/// The longest that a page waits while others follow it: then what it brought is there to be seen, and its
/// requests are there to be counted by other programs that keep to the CRM's limits.
const MOST_WAITING: Duration = Duration::from_secs(1);

/// What is on its way into the contacts.
struct Merging {
    /// Written down, and not handed to be merged yet.
    log: PageLog,
    /// When the first of these was written down, by the clock's `elapsed`.
    since: Option<Duration>,
    /// Something could not be merged. What follows it waits in the log, as it does, for the next run.
    failed: bool,
    /// Being merged.
    under_way: Option<oneshot::Receiver<Timed<ListingCounts>>>,
}

impl Merging {
    /// What waits, to be merged: from then on nothing does.
    fn hand_out(&mut self) -> LoggedPages {
        self.since = None;
        self.log.hand_out()
    }
}

/// How a walk ended, short of an error.
pub(super) enum Walked {
    ToTheEnd,
    Cancelled,
}

pub(super) struct Walk<'a> {
    pub(super) engine: &'a Engine,
    pub(super) session: &'a Session,
    pub(super) start: SyncStart,
    pub(super) run: i64,
    /// What the log of this run is sealed with.
    pub(super) log_key: &'a PageLogKey,
    pub(super) progress: &'a (dyn Fn(SyncProgress) + Send + Sync),
}

/// A page made ready to be stored, off the writing thread.
struct ReadyPage {
    page: ContactPage,
    records: Records,
    rejected: Vec<RejectedRecord>,
    /// How many records it listed, and which fields its contacts have.
    tally: Tally,
    preparing: Duration,
}

impl Walk<'_> {
    /// Stores page after page. What was stored is counted into `listing`, `report` and `seen` as it
    /// goes, so that they are right however the walk ends.
    pub(super) async fn run(
        self,
        listing: &mut Listing,
        report: &mut SyncReport,
        seen: &mut Seen,
        cancel: &CancellationToken,
    ) -> Result<Walked, EngineError> {
        let (database, connection) = (self.engine.store.path(), self.session.record.row);
        let merged = listing.counts.pages;
        let mut merging = Merging {
            log: PageLog::begin(database, connection, self.log_key, merged),
            since: None,
            failed: false,
            under_way: None,
        };
        let pages = self.pages(listing, report, seen, &mut merging, cancel);
        let walked = pages.await;
        // However the walk ended, what was written down is merged and counted.
        let merged = self.merge_rest(&mut merging, listing, report).await;
        if !merging.failed {
            contacts::discard_or_warn(database, connection);
        }
        // What stopped the walk comes before what followed from that.
        let walked = walked?;
        merged.map(|()| walked)
    }

    async fn pages(
        &self,
        listing: &mut Listing,
        report: &mut SyncReport,
        seen: &mut Seen,
        merging: &mut Merging,
        cancel: &CancellationToken,
    ) -> Result<Walked, EngineError> {
        let clock = &self.engine.options.clock;
        let mut pages = self.session.adapter.sync_contacts(self.start.clone());
        // Counted as it is written down: the listing's own counts lag behind until it is merged.
        let mut told = SyncProgress {
            pages: report.pages,
            listed: listing.counts.listed,
            source_total: listing.source_total,
        };
        loop {
            let next = tokio::select! {
                biased;
                () = cancel.cancelled() => return Ok(Walked::Cancelled),
                next = pages.next() => next,
            };
            let Some(page) = next else { break };
            let page = page?;
            let began = clock.elapsed();
            let ready = prepare(page, || clock.elapsed().saturating_sub(began))?;
            if ready.tally.rejected > 0 {
                self.session.http.recording().keeps();
            }
            let (tally, cursor) = (ready.tally.clone(), ready.page.cursor.clone());
            self.session.http.recording().goes_on_from(&cursor);
            told.pages += 1;
            told.listed += tally.records;
            self.store(ready, merging, listing, report).await?;
            seen.page(tally, cursor);
            told.source_total = listing.source_total;
            (self.progress)(told);
            if listing.complete {
                return Ok(Walked::ToTheEnd);
            }
        }
        Err(AdapterError::new(
            ErrorKind::IncompleteListing,
            "The CRM's list ended before its last page.",
        )
        .into())
    }

    /// Keeps a page. The last one is merged, and what waits before it; any other is written down, and
    /// merged with some more while the next is fetched.
    async fn store(
        &self,
        ready: ReadyPage,
        merging: &mut Merging,
        listing: &mut Listing,
        report: &mut SyncReport,
    ) -> Result<(), EngineError> {
        let ReadyPage {
            page,
            records,
            rejected,
            preparing,
            ..
        } = ready;
        let mapping = Duration::from_micros(page.mapping_us) + preparing;
        report.spent.add_mapping(mapping);
        let staged = PageToStage {
            connection: self.session.record.row,
            listing: listing.number,
            run: self.run,
            records,
            rejected,
            removals: page.removals,
            cursor: page.cursor.clone(),
            source_total: page.source_total,
            complete: page.complete,
            traces: self.session.drain_trace(),
            at: self.engine.now(),
        };
        let clock = &self.engine.options.clock;
        if page.complete {
            // Takes its own time down.
            self.merged(merging, listing, report).await?;
        }
        let began = clock.elapsed();
        if page.complete {
            let mut last = merging.hand_out();
            last.push(staged);
            let counts = self
                .engine
                .store
                .write(move |tx| contacts::merge_logged(tx, last))
                .await;
            merging.failed |= counts.is_err();
            count(&counts?, listing, report);
        } else {
            merging.log.append(staged)?;
            merging.since.get_or_insert(began);
        }
        let storing = clock.elapsed().saturating_sub(began);
        report.spent.add_storing(storing);
        report.cursor_after = Some(page.cursor.as_str().to_owned());
        listing.source_total = page.source_total.or(listing.source_total);
        listing.cursor = Some(page.cursor);
        listing.complete = page.complete;
        report.proof = Proof::of(listing);
        let waits = |since: Duration| clock.elapsed().saturating_sub(since) >= MOST_WAITING;
        if merging.log.waiting() >= merged_together(listing.counts.listed)
            || merging.since.is_some_and(waits)
        {
            self.merge(merging, listing, report).await?;
        }
        Ok(())
    }

    /// Hands what was written down to be merged, once what was handed over before is done.
    async fn merge(
        &self,
        merging: &mut Merging,
        listing: &mut Listing,
        report: &mut SyncReport,
    ) -> Result<(), EngineError> {
        self.merged(merging, listing, report).await?;
        let pages = merging.hand_out();
        let (store, clock) = (&self.engine.store, &self.engine.options.clock);
        let handed = store.enqueue_timed(Arc::clone(clock), move |tx| {
            contacts::merge_logged(tx, pages)
        });
        merging.failed |= handed.is_err();
        merging.under_way = Some(handed?);
        Ok(())
    }

    async fn merge_rest(
        &self,
        merging: &mut Merging,
        listing: &mut Listing,
        report: &mut SyncReport,
    ) -> Result<(), EngineError> {
        self.merged(merging, listing, report).await?;
        if merging.failed || merging.log.is_empty() {
            return Ok(());
        }
        self.merge(merging, listing, report).await?;
        self.merged(merging, listing, report).await
    }

    /// Waits until what is being merged is merged, and counts it.
    async fn merged(
        &self,
        merging: &mut Merging,
        listing: &mut Listing,
        report: &mut SyncReport,
    ) -> Result<(), EngineError> {
        let Some(under_way) = merging.under_way.take() else {
            return Ok(());
        };
        let merged = under_way.await.unwrap_or(Err(StoreError::Closed));
        merging.failed |= merged.is_err();
        let (counts, took) = merged?;
        // All of it, and not what was waited for alone: pages were fetched and mapped meanwhile.
        report.spent.add_storing(took);
        count(&counts, listing, report);
        Ok(())
    }
}

fn count(counts: &ListingCounts, listing: &mut Listing, report: &mut SyncReport) {
    report.count(counts);
    listing.counts.add(counts);
    report.proof = Proof::of(listing);
}

/// How many contacts are to be merged together, after so many of the listing.
fn merged_together(listed: u64) -> usize {
    let many = (listed / LISTED_FOR_EACH).clamp(*MERGED_TOGETHER.start(), *MERGED_TOGETHER.end());
    usize::try_from(many).unwrap_or(usize::MAX)
}

fn prepare(
    mut page: ContactPage,
    elapsed: impl Fn() -> Duration,
) -> Result<ReadyPage, EngineError> {
    let mut mapped = Vec::with_capacity(page.records.len());
    let mut rejected = Vec::new();
    let tally = Tally::of(&page);
    for record in std::mem::take(&mut page.records) {
        match record {
            PageRecord::Mapped(contact) => mapped.push(*contact),
            PageRecord::Rejected(record) => rejected.push(record),
        }
    }
    Ok(ReadyPage {
        page,
        records: Records::pack(mapped).map_err(|error| unfit(&error))?,
        rejected,
        tally,
        preparing: elapsed(),
    })
}

/// What an adapter made can always be stored; where it cannot, the fault is ours.
fn unfit(error: &StoreError) -> EngineError {
    EngineError::new(ErrorKind::Internal, error.to_string())
}
