//! Lists contacts, pass by pass; which passes there are and why nothing is lost between them stands
//! in the module `position`. Each answer makes one page.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::mapping::parse_timestamp;
use nurturehub_adapter_kit::numbered_pages::{NumberedPages, PageExtent};
use nurturehub_port::{
    AdapterError, ContactPage, ContactStream, Cursor, ErrorKind, PageRecord, SyncStart,
};

use super::Street;
use super::position::{Pass, Position, Rules};
use super::related::Related;
use super::spec::{DELETED_HOURS, OVERLAP_MINUTES, PAGE_SIZE, key};
use super::wire::{Extent, Page, Person};

/// Rounds of the changed people; more means that they change faster than they can be read.
const MAX_ROUNDS: u32 = 50;

/// Lists contacts from `start`.
pub(super) fn list(adapter: &Street, start: SyncStart) -> ContactStream<'_> {
    Box::pin(stream::try_unfold(
        State::Before(start),
        move |state| async move {
            let mut listing = match state {
                State::Before(start) => Box::new(Listing::begin(adapter, &start)?),
                State::Under(listing) => listing,
                State::Over => return Ok(None),
            };
            let page = listing.next().await?;
            let state = if page.complete {
                State::Over
            } else {
                State::Under(listing)
            };
            Ok(Some((page, state)))
        },
    ))
}

enum State<'a> {
    Before(SyncStart),
    Under(Box<Listing<'a>>),
    Over,
}

struct Listing<'a> {
    adapter: &'a Street,
    rules: Rules,
    position: Position,
    pages: NumberedPages,
    rounds: u32,
}

/// The records of a page, mapped, and what it took.
struct Mapped {
    records: Vec<PageRecord>,
    extent: Extent,
    /// The latest change on the page.
    latest: Option<Timestamp>,
    spent: Duration,
}

impl<'a> Listing<'a> {
    fn begin(adapter: &'a Street, start: &SyncStart) -> Result<Self, AdapterError> {
        let settings = &adapter.context.settings;
        let number = |key, usual| Ok(settings.integer(key)?.unwrap_or(usual));
        let signed = |value: u64| i64::try_from(value).unwrap_or(i64::from(u32::MAX));
        let rules = Rules {
            page_size: number(key::PAGE_SIZE, PAGE_SIZE)?,
            overlap: SignedDuration::from_mins(signed(number(
                key::OVERLAP_MINUTES,
                OVERLAP_MINUTES,
            )?)),
            deleted_every: SignedDuration::from_hours(signed(number(
                key::DELETED_HOURS,
                DELETED_HOURS,
            )?)),
        };
        let now = adapter.context.clock.now();
        let position = match start {
            SyncStart::Full => Position::full(now, rules),
            SyncStart::Incremental { since } => Position::incremental(since, now, rules)?,
            SyncStart::Resume { at } => Position::decode(at)?,
        };
        Ok(Self {
            adapter,
            rules,
            position,
            pages: NumberedPages::default(),
            rounds: 0,
        })
    }

    /// The next page.
    async fn next(&mut self) -> Result<ContactPage, AdapterError> {
        let mut records = Vec::new();
        let mut spent = Duration::ZERO;
        while self.position.pass != Pass::Done {
            let response = self.fetch().await?;
            let mapped = if self.position.is_of_applicants() {
                self.applicants_page(&response).await?
            } else {
                self.people_page(&response).await?
            };
            let Some(mapped) = mapped else {
                continue;
            };
            self.position.mark.saw(mapped.latest);
            let now = response.date().unwrap_or(response.received_at);
            self.advance(mapped.extent, now, mapped.latest)?;
            records = mapped.records;
            spent = mapped.spent;
            break;
        }
        Ok(ContactPage {
            records,
            removals: Vec::new(),
            cursor: Cursor::encode(&self.position)?,
            source_total: self.position.source_total(),
            complete: self.position.pass == Pass::Done,
            mapping_us: u64::try_from(spent.as_micros()).unwrap_or(u64::MAX),
        })
    }

    async fn fetch(&self) -> Result<HttpResponse, AdapterError> {
        let mut request = self.adapter.get(self.position.path(), &[]);
        for (name, value) in self.position.query() {
            request = request.query(name, &value);
        }
        request.send().await
    }

    /// Reads and maps a page of people; none where the listing has to step back first.
    async fn people_page(
        &mut self,
        response: &HttpResponse,
    ) -> Result<Option<Mapped>, AdapterError> {
        let clock = &self.adapter.context.clock;
        let began = clock.elapsed();
        let page = Page::<Person<'_>>::parse(response)?;
        let parsing = clock.elapsed().saturating_sub(began);
        let extent = page.extent;
        if !self.follows(response, extent, page.ends())? {
            return Ok(None);
        }
        if self.position.pass == Pass::Count {
            // Its one record was listed before, and only the total is wanted.
            return Ok(Some(Mapped {
                records: Vec::new(),
                extent,
                latest: None,
                spent: parsing,
            }));
        }
        let trashed = self.position.pass == Pass::Trashed;
        let waited = self.adapter.context.http.requests();
        let began = clock.elapsed();
        let adapter = self.adapter;
        let records = adapter
            .map_page(page, response.received_at, trashed)
            .await?;
        let mapping = clock.elapsed().saturating_sub(began);
        let latest = records.iter().filter_map(changed).max();
        // Where applicants were asked for one by one, the time went into waiting.
        let asked = adapter.context.http.requests() > waited;
        Ok(Some(Mapped {
            records,
            extent,
            latest,
            spent: if asked { parsing } else { parsing + mapping },
        }))
    }

    /// Reads a page of applicants, and again the people who they are; none where the listing has to
    /// step back first.
    async fn applicants_page(
        &mut self,
        response: &HttpResponse,
    ) -> Result<Option<Mapped>, AdapterError> {
        let page = Page::<Related>::parse(response)?;
        let extent = page.extent;
        if !self.follows(response, extent, page.ends())? {
            return Ok(None);
        }
        // An applicant that cannot be read is one of whom nothing is known.
        let mut latest = None;
        let mut ids = BTreeSet::new();
        for applicant in page
            .records
            .iter()
            .filter_map(|(read, _)| read.as_ref().ok())
        {
            let attributes = applicant.attributes.0.as_ref();
            let updated = attributes.and_then(|it| it.updated_at.as_deref());
            latest = latest.max(updated.and_then(parse_timestamp));
            ids.extend(applicant.people());
        }
        let mut records = Vec::with_capacity(ids.len());
        for id in ids {
            // Who was deleted is on the list of the deleted.
            records.extend(self.adapter.read_person(id).await?);
        }
        Ok(Some(Mapped {
            records,
            extent,
            latest,
            spent: Duration::ZERO,
        }))
    }

    /// Takes note of a page's arrival. False where it has to be asked for again, or one before it.
    fn follows(
        &mut self,
        response: &HttpResponse,
        extent: Extent,
        (first, last): (Option<String>, Option<String>),
    ) -> Result<bool, AdapterError> {
        let (date, received) = (response.date(), response.received_at);
        if !self.position.answered(date, received, self.rules) {
            return Ok(false);
        }
        let asked = u64::from(self.position.page);
        if let Some(given) = extent.page.filter(|given| *given != asked) {
            let message =
                format!("Street gave page {given} of its list where {asked} was asked for.");
            return Err(response.error(ErrorKind::Protocol, message));
        }
        self.take_cap(extent);
        let before = self.position.total;
        self.position.total = extent.total.or(before);
        if let Some(page) = self.pages.step_back(self.place(extent), before)? {
            self.position.page = page;
            return Ok(false);
        }
        self.pages.follow(first.as_deref(), last.as_deref())?;
        Ok(true)
    }

    /// What a page says of its list, as far as Street ever said it.
    const fn place(&self, extent: Extent) -> PageExtent {
        PageExtent {
            page: self.position.page,
            size: self.position.size,
            count: extent.count,
            total: self.position.total,
            more: None,
        }
    }

    /// A smaller page than asked for, with more to follow, is Street's cap; pages are counted by it.
    fn take_cap(&mut self, extent: Extent) {
        let more = extent.total.is_some_and(|total| total > extent.count);
        if let Some(size) = extent.per_page.filter(|size| *size > 0)
            && more
            && self.position.page == 1
            && self.position.pass != Pass::Count
        {
            self.position.size = size.min(self.position.size);
        }
    }

    /// Moves on to the next page or pass.
    fn advance(
        &mut self,
        extent: Extent,
        now: Timestamp,
        seen: Option<Timestamp>,
    ) -> Result<(), AdapterError> {
        // One record stands for all there, and only the total is wanted.
        let at_end = self.position.pass == Pass::Count || self.pages.is_last(self.place(extent))?;
        if !at_end {
            self.position.next_page(now, seen);
            return Ok(());
        }
        let pass = self.position.pass;
        self.position.end_pass(self.rules);
        if self.position.pass == pass {
            self.rounds += 1;
        }
        if self.rounds > MAX_ROUNDS {
            return Err(AdapterError::new(
                ErrorKind::IncompleteListing,
                "Street's people changed faster than they could be read.",
            ));
        }
        self.pages = NumberedPages::default();
        Ok(())
    }
}

/// When a record was last changed, as far as it was understood.
fn changed(record: &PageRecord) -> Option<Timestamp> {
    match record {
        PageRecord::Mapped(mapped) => mapped.contact.provenance.updated_at,
        PageRecord::Rejected(_) => None,
    }
}
