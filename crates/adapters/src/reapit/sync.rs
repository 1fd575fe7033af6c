//! Lists contacts.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::stream;
use jiff::SignedDuration;
use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::mapping::{map_all, parse_timestamp};
use nurturehub_adapter_kit::numbered_pages::{NumberedPages, PageExtent};
use nurturehub_port::{
    AdapterError, ContactPage, ContactStream, Cursor, MappedContact, PageRecord, SyncStart,
};

use super::Reapit;
use super::lookups::Lookups;
use super::map::{self, Surroundings};
use super::position::{Pass, Position, Rules};
use super::spec::{MAX_PAGE_SIZE, key};
use super::wire::{Applicant, Contact, Extent, Page, Related};

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
    rules: Rules,
    position: Position,
    pages: NumberedPages,
    lookups: Lookups,
}

/// The records of a page, mapped, and what it took.
struct Mapped {
    records: Vec<PageRecord>,
    extent: Extent,
    spent: Duration,
}

impl<'a> Listing<'a> {
    fn begin(adapter: &'a Reapit, start: &SyncStart) -> Result<Self, AdapterError> {
        let settings = &adapter.context.settings;
        let minutes = settings.integer(key::OVERLAP_MINUTES)?.unwrap_or(5);
        let rules = Rules {
            page_size: settings.integer(key::PAGE_SIZE)?.unwrap_or(MAX_PAGE_SIZE),
            overlap: SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(5)),
            applicants: settings.flag(key::APPLICANT_LOOKUP),
        };
        let position = match start {
            SyncStart::Full => Position::full(rules),
            SyncStart::Incremental { since } => Position::incremental(since, rules)?,
            SyncStart::Resume { at } => Position::decode(at)?,
        };
        Ok(Self {
            adapter,
            rules,
            position,
            pages: NumberedPages::default(),
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
            let mapped = if self.position.pass == Pass::Applicants {
                self.applicants_page(&response).await?
            } else {
                self.contacts_page(&response).await?
            };
            let Some(mapped) = mapped else {
                continue;
            };
            let source_total = self.position.source_total();
            self.advance(mapped.extent)?;
            return Ok(ContactPage {
                records: mapped.records,
                removals: Vec::new(),
                cursor: Cursor::encode(&self.position)?,
                source_total,
                complete: self.position.pass == Pass::Done,
                mapping_us: u64::try_from(mapped.spent.as_micros()).unwrap_or(u64::MAX),
            });
        }
    }

    async fn fetch(&self) -> Result<HttpResponse, AdapterError> {
        let mut request = if self.position.pass == Pass::Applicants {
            self.adapter.get("/applicants/", &[])?
        } else {
            self.adapter
                .get("/contacts/", &[])?
                .query("embed", "relationships")
        };
        for (name, value) in self.position.query() {
            request = request.query(name, &value);
        }
        request.send().await
    }

    /// Reads and maps a page of contacts; none where the listing has to step back first.
    ///
    /// Each record is read by itself, so that a bad one is rejected and the rest go on.
    async fn contacts_page(
        &mut self,
        response: &HttpResponse,
    ) -> Result<Option<Mapped>, AdapterError> {
        let (page, parsing) = self.timed(|| Page::<Contact<'_>>::parse(response));
        let page = page?;
        if !self.follows(response, page.extent, page.ends())? {
            return Ok(None);
        }
        let mut mapped = Mapped {
            records: Vec::with_capacity(page.records.len()),
            extent: page.extent,
            spent: parsing,
        };
        self.map(response, page, &mut mapped).await?;
        Ok(Some(mapped))
    }

    /// Reads a page of applicants, and reads and maps the contacts who they are; none where the
    /// listing has to step back first.
    async fn applicants_page(
        &mut self,
        response: &HttpResponse,
    ) -> Result<Option<Mapped>, AdapterError> {
        let page = Page::<Applicant<'_>>::parse(response)?;
        if !self.follows(response, page.extent, page.ends())? {
            return Ok(None);
        }
        // An applicant that cannot be read is one of whom nothing is known.
        let mut ids = BTreeSet::new();
        for applicant in page.readable() {
            self.position
                .saw(applicant.modified.as_deref().and_then(parse_timestamp));
            let related = applicant.related.iter().flatten();
            ids.extend(related.filter_map(Related::contact_id));
        }
        let mut mapped = Mapped {
            records: Vec::with_capacity(ids.len()),
            extent: page.extent,
            spent: Duration::ZERO,
        };
        let ids: Vec<&str> = ids.into_iter().collect();
        for some in ids.chunks(usize::try_from(MAX_PAGE_SIZE).unwrap_or(1)) {
            let mut request = self
                .adapter
                .get("/contacts/", &[])?
                .query("embed", "relationships")
                .query("pageSize", &MAX_PAGE_SIZE.to_string());
            for id in some {
                request = request.query("id", id);
            }
            let response = request.send().await?;
            let contacts = Page::parse(&response)?;
            self.map(&response, contacts, &mut mapped).await?;
        }
        Ok(Some(mapped))
    }

    /// Takes note of a page's arrival. False where the listing has to step back first.
    fn follows(
        &mut self,
        response: &HttpResponse,
        extent: Extent,
        (first, last): (Option<String>, Option<String>),
    ) -> Result<bool, AdapterError> {
        self.position.at(response.date(), response.received_at);
        let before = self.position.total;
        self.position.total = extent.total.or(before);
        if let Some(page) = self.pages.step_back(self.place(extent), before)? {
            self.position.page = page;
            return Ok(false);
        }
        self.pages.follow(first.as_deref(), last.as_deref())?;
        Ok(true)
    }

    /// What a page says of its list, as far as the CRM ever said it.
    const fn place(&self, extent: Extent) -> PageExtent {
        PageExtent {
            page: self.position.page,
            size: self.position.size,
            count: extent.count,
            total: self.position.total,
            more: Some(extent.has_next),
        }
    }

    /// Maps contacts, once what they point to is looked up.
    async fn map(
        &mut self,
        response: &HttpResponse,
        page: Page<'_, Contact<'_>>,
        mapped: &mut Mapped,
    ) -> Result<(), AdapterError> {
        self.lookups.prepare(self.adapter, page.readable()).await?;
        let around = Surroundings {
            connection: &self.adapter.context.connection,
            provider: &self.adapter.context.provider,
            fetched_at: response.received_at,
            lookups: &self.lookups,
            explain: false,
        };
        let from = mapped.records.len();
        let ((), spent) = self.timed(|| {
            mapped.records.extend(map_all(page.records, |(read, raw)| {
                record(map::admit(read, raw), raw, &around)
            }));
        });
        mapped.spent += spent;
        for record in mapped.records.iter().skip(from) {
            if let PageRecord::Mapped(mapped) = record {
                let provenance = &mapped.contact.provenance;
                self.position
                    .saw(provenance.updated_at.max(provenance.created_at));
            }
        }
        Ok(())
    }

    /// Moves on to the next page or pass.
    fn advance(&mut self, extent: Extent) -> Result<(), AdapterError> {
        if self.pages.is_last(self.place(extent))? {
            self.position.next_pass(self.rules);
            self.pages = NumberedPages::default();
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
            source_total: None,
            complete: true,
            mapping_us: 0,
        })
    }

    fn timed<T>(&self, work: impl FnOnce() -> T) -> (T, Duration) {
        let clock = &self.adapter.context.clock;
        let began = clock.elapsed();
        let done = work();
        (done, clock.elapsed().saturating_sub(began))
    }
}

/// A record of a page, mapped.
fn record(read: map::Read<'_>, raw: &str, around: &Surroundings<'_>) -> PageRecord {
    match read {
        Ok((record, id)) => {
            let built = map::contact(&record, id, around);
            PageRecord::Mapped(Box::new(MappedContact {
                contact: built.contact,
                raw: raw.into(),
                issues: built.issues,
            }))
        }
        Err(rejected) => PageRecord::Rejected(*rejected),
    }
}
