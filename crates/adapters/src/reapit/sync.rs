//! Lists contacts.

use std::time::Duration;

use futures_util::stream;
use jiff::SignedDuration;
use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::paging::{PageGuard, pages_to_step_back};
use nurturehub_port::{
    AdapterError, ContactPage, ContactStream, Cursor, ErrorKind, ExternalId, MappedContact,
    PageRecord, RejectedRecord, SyncStart,
};
use serde_json::value::RawValue;

use super::Reapit;
use super::lookups::Lookups;
use super::map::{self, Surroundings};
use super::position::{Pass, Position};
use super::spec::key;
use super::wire::{Contact, Page};

/// Pages that a listing may have: ten million contacts.
const MAX_PAGES: u32 = 100_000;

/// Times that a pass may step back because its list shrank; more often means that the CRM does not
/// know its own total.
const MAX_STEPS_BACK: u32 = 50;

/// Lists contacts from `start`.
pub(super) fn list(adapter: &Reapit, start: SyncStart) -> ContactStream<'_> {
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
    adapter: &'a Reapit,
    page_size: u64,
    overlap: SignedDuration,
    position: Position,
    guard: PageGuard,
    steps_back: u32,
    lookups: Lookups,
}

/// A record that was read, or why it could not be.
type Read<'a> = Result<(Contact<'a>, ExternalId), Box<RejectedRecord>>;

impl<'a> Listing<'a> {
    fn begin(adapter: &'a Reapit, start: &SyncStart) -> Result<Self, AdapterError> {
        let settings = &adapter.context.settings;
        let minutes = settings.integer(key::OVERLAP_MINUTES)?.unwrap_or(5);
        let overlap = SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(5));
        let position = match start {
            SyncStart::Full => Position::full(),
            SyncStart::Incremental { since } => Position::incremental(since, overlap)?,
            SyncStart::Resume { at } => Position::decode(at)?,
        };
        Ok(Self {
            adapter,
            page_size: settings.integer(key::PAGE_SIZE)?.unwrap_or(100),
            overlap,
            position,
            guard: PageGuard::new(MAX_PAGES),
            steps_back: 0,
            lookups: Lookups::default(),
        })
    }

    /// The next page.
    async fn next(&mut self) -> Result<ContactPage, AdapterError> {
        if self.position.pass == Pass::Done {
            return self.finished_page();
        }
        loop {
            let response = self.fetch().await?;
            let began = self.adapter.context.clock.elapsed();
            let page = Page::parse(&response)?;
            self.position.at(response.date(), response.received_at);
            if self.step_back(&page)? {
                continue;
            }
            let read: Vec<Read<'_>> = page
                .records()
                .iter()
                .map(|raw| map::read(raw.get()))
                .collect();
            self.follow(&read)?;
            let reading = self.adapter.context.clock.elapsed().saturating_sub(began);
            let contacts = read.iter().flatten().map(|(contact, _)| contact);
            self.lookups.prepare(self.adapter, contacts).await?;
            return self.finish_page(&response, &page, read, reading);
        }
    }

    async fn fetch(&self) -> Result<HttpResponse, AdapterError> {
        let mut request = self
            .adapter
            .get("/contacts/", &[])?
            .query("pageSize", &self.page_size.to_string())
            .query("embed", "relationships");
        for (name, value) in self.position.query() {
            request = request.query(name, &value);
        }
        request.send().await
    }

    /// Steps back where the list shrank since the page before: then records moved towards the front,
    /// past where we were, and a page before this one has to be read again.
    fn step_back(&mut self, page: &Page<'_>) -> Result<bool, AdapterError> {
        let before = self.position.total;
        self.position.total = page.total_count.or(before);
        let (Some(before), Some(now)) = (before, page.total_count) else {
            return Ok(false);
        };
        let pages = pages_to_step_back(before, now, self.page_size);
        if pages == 0 || self.position.page == 1 {
            return Ok(false);
        }
        self.steps_back += 1;
        if self.steps_back > MAX_STEPS_BACK {
            return Err(incomplete(
                "Reapit's list kept shrinking while it was read, so it cannot be known to be whole."
                    .to_owned(),
            ));
        }
        let pages = u32::try_from(pages).unwrap_or(u32::MAX);
        self.position.page = self.position.page.saturating_sub(pages).max(1);
        self.guard.stepped_back();
        Ok(true)
    }

    fn follow(&mut self, read: &[Read<'_>]) -> Result<(), AdapterError> {
        let id = |record: Option<&Read<'_>>| match record? {
            Ok((_, id)) => Some(id.clone()),
            Err(rejected) => rejected.external_id.clone(),
        };
        let (first, last) = (id(read.first()), id(read.last()));
        self.guard.follow(
            first.as_ref().map(ExternalId::as_str),
            last.as_ref().map(ExternalId::as_str),
        )
    }

    /// Maps the page's records and moves the position past it.
    fn finish_page(
        &mut self,
        response: &HttpResponse,
        page: &Page<'_>,
        read: Vec<Read<'_>>,
        reading: Duration,
    ) -> Result<ContactPage, AdapterError> {
        let clock = &self.adapter.context.clock;
        let began = clock.elapsed();
        let around = Surroundings {
            connection: &self.adapter.context.connection,
            provider: &self.adapter.context.provider,
            fetched_at: response.received_at,
            lookups: &self.lookups,
            explain: false,
        };
        let records: Vec<PageRecord> = read
            .into_iter()
            .zip(page.records())
            .map(|(read, raw)| record(read, raw, &around))
            .collect();
        for record in &records {
            if let PageRecord::Mapped(mapped) = record {
                let provenance = &mapped.contact.provenance;
                self.position
                    .saw(provenance.updated_at.max(provenance.created_at));
            }
        }
        let source_total = self.position.source_total();
        self.advance(page)?;
        let mapping = clock.elapsed().saturating_sub(began) + reading;
        Ok(ContactPage {
            records,
            removals: Vec::new(),
            cursor: Cursor::encode(&self.position)?,
            source_total,
            complete: self.position.pass == Pass::Done,
            mapping_us: u64::try_from(mapping.as_micros()).unwrap_or(u64::MAX),
        })
    }

    /// Moves on to the next page or pass.
    ///
    /// A short page, or one without a link to the next, ends a pass only once as many records were
    /// passed as the CRM says there are; until then the next page is asked for all the same.
    fn advance(&mut self, page: &Page<'_>) -> Result<(), AdapterError> {
        let count = u64::try_from(page.records().len()).unwrap_or(u64::MAX);
        let before = u64::from(self.position.page - 1).saturating_mul(self.page_size);
        let reached = before.saturating_add(count);
        let total = self.position.total;
        if count == 0
            && let Some(total) = total
            && before < total
        {
            return Err(incomplete(format!(
                "Reapit says that its list has {total} contacts, but it ended within the first \
                 {before}."
            )));
        }
        let at_an_end = count == 0 || count < self.page_size || !page.has_next();
        if at_an_end && total.is_none_or(|total| reached >= total) {
            self.position.next_pass(self.overlap);
            self.guard.stepped_back();
            self.steps_back = 0;
        } else {
            self.position.next_page();
        }
        Ok(())
    }

    /// What follows the end of a complete listing: nothing more.
    fn finished_page(&self) -> Result<ContactPage, AdapterError> {
        Ok(ContactPage {
            records: Vec::new(),
            removals: Vec::new(),
            cursor: Cursor::encode(&self.position)?,
            source_total: Some(self.position.known).filter(|known| *known > 0),
            complete: true,
            mapping_us: 0,
        })
    }
}

/// A record of a page, mapped.
fn record(read: Read<'_>, raw: &RawValue, around: &Surroundings<'_>) -> PageRecord {
    match read {
        Ok((record, id)) => {
            let built = map::contact(&record, id, around);
            PageRecord::Mapped(Box::new(MappedContact {
                contact: built.contact,
                raw: raw.get().into(),
                issues: built.issues,
            }))
        }
        Err(rejected) => PageRecord::Rejected(*rejected),
    }
}

fn incomplete(message: String) -> AdapterError {
    AdapterError::new(ErrorKind::IncompleteListing, message)
}
