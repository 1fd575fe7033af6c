//! Walking through a CRM's pages. Each is written down, with the cursor behind it, before the next is
//! asked for, so that a kill costs one page at most; it is merged while the next is fetched.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use nurturehub_port::{
    AdapterError, ContactPage, ErrorKind, PageRecord, RejectedRecord, SyncStart,
};
use nurturehub_store::StoreError;
use nurturehub_store::contacts::{self, PageToStage, Prepared};
use nurturehub_store::listings::{Listing, ListingCounts};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{Proof, SyncProgress, SyncReport};
use crate::session::Session;
use crate::{Engine, EngineError};

/// A page on its way from aside into the contacts.
type Merging = oneshot::Receiver<Result<ListingCounts, StoreError>>;

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
    pub(super) progress: &'a (dyn Fn(SyncProgress) + Send + Sync),
}

/// A page made ready to be stored, off the writing thread.
struct ReadyPage {
    page: ContactPage,
    records: Vec<Prepared>,
    rejected: Vec<RejectedRecord>,
    preparing: Duration,
}

impl Walk<'_> {
    /// Stores page after page. What was stored is counted into `listing` and `report` as it goes,
    /// so that they are right however the walk ends.
    pub(super) async fn run(
        self,
        listing: &mut Listing,
        report: &mut SyncReport,
        cancel: &CancellationToken,
    ) -> Result<Walked, EngineError> {
        let mut merging = None;
        let walked = self.pages(listing, report, &mut merging, cancel).await;
        // However the walk ended, what is being merged is merged and counted.
        let merged = self.merged(merging.take(), listing, report).await;
        let walked = walked?;
        merged.map(|()| walked)
    }

    async fn pages(
        &self,
        listing: &mut Listing,
        report: &mut SyncReport,
        merging: &mut Option<Merging>,
        cancel: &CancellationToken,
    ) -> Result<Walked, EngineError> {
        let clock = &self.engine.options.clock;
        let mut pages = self.session.adapter.sync_contacts(self.start.clone());
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
            self.merged(merging.take(), listing, report).await?;
            *merging = self.store(ready, listing, report).await?;
            (self.progress)(SyncProgress {
                pages: report.pages,
                listed: listing.counts.listed,
                source_total: listing.source_total,
            });
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

    /// Stores a page with the cursor behind it. The last one is merged in the same transaction; any
    /// other while the next is fetched.
    async fn store(
        &self,
        ready: ReadyPage,
        listing: &mut Listing,
        report: &mut SyncReport,
    ) -> Result<Option<Merging>, EngineError> {
        let ReadyPage {
            page,
            records,
            rejected,
            preparing,
        } = ready;
        let mapping = Duration::from_micros(page.mapping_us) + preparing;
        report.spent.mapping_us += microseconds(mapping);
        let staged = Arc::new(PageToStage {
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
        });
        let store = &self.engine.store;
        let began = self.engine.options.clock.elapsed();
        let merging = if page.complete {
            let counts = store.write(move |tx| contacts::stage(tx, &staged)).await?;
            count(&counts, listing, report);
            None
        } else {
            let aside = Arc::clone(&staged);
            store
                .write(move |tx| contacts::set_aside(tx, &aside))
                .await?;
            Some(store.enqueue(move |tx| contacts::merge_aside(tx, &staged))?)
        };
        let storing = self.engine.options.clock.elapsed().saturating_sub(began);
        report.spent.storing_us += microseconds(storing);
        report.cursor_after = Some(page.cursor.as_str().to_owned());
        listing.source_total = page.source_total.or(listing.source_total);
        listing.cursor = Some(page.cursor);
        listing.complete = page.complete;
        report.proof = Proof::of(listing);
        Ok(merging)
    }

    /// Waits until the page that is being merged is merged, and counts it.
    async fn merged(
        &self,
        merging: Option<Merging>,
        listing: &mut Listing,
        report: &mut SyncReport,
    ) -> Result<(), EngineError> {
        let Some(merging) = merging else {
            return Ok(());
        };
        let began = self.engine.options.clock.elapsed();
        let counts = merging.await.map_err(|_| StoreError::Closed)??;
        let waited = self.engine.options.clock.elapsed().saturating_sub(began);
        report.spent.storing_us += microseconds(waited);
        count(&counts, listing, report);
        Ok(())
    }
}

fn count(counts: &ListingCounts, listing: &mut Listing, report: &mut SyncReport) {
    report.count(counts);
    listing.counts.add(counts);
    report.proof = Proof::of(listing);
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn prepare(
    mut page: ContactPage,
    elapsed: impl Fn() -> Duration,
) -> Result<ReadyPage, EngineError> {
    let mut records = Vec::with_capacity(page.records.len());
    let mut rejected = Vec::new();
    for record in std::mem::take(&mut page.records) {
        match record {
            PageRecord::Mapped(mapped) => {
                records.push(Prepared::new(*mapped).map_err(|error: StoreError| {
                    EngineError::new(ErrorKind::Internal, error.to_string())
                })?);
            }
            PageRecord::Rejected(record) => rejected.push(record),
        }
    }
    Ok(ReadyPage {
        page,
        records,
        rejected,
        preparing: elapsed(),
    })
}
