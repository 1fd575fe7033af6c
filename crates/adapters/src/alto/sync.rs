//! Lists contacts.

use futures_util::stream;
use jiff::SignedDuration;
use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::mapping::map_all;
use nurturehub_adapter_kit::next_token::TokenGuard;
use nurturehub_adapter_kit::paging::PageGuard;
use nurturehub_port::{
    AdapterError, ContactPage, ContactStream, Cursor, ExternalId, Lifecycle, PageRecord, Removal,
    SyncStart,
};

use super::Alto;
use super::details::{Details, Mode, is_status};
use super::map::{self, Surroundings};
use super::position::{Pass, Position, Rules};
use super::spec::{OVERLAP_MINUTES, PAGE_SIZE, WINDOW_DAYS, key};
use super::wire::{Head, Page};

/// Pages that a listing may have: ten million contacts.
const MAX_PAGES: u32 = 100_000;

/// Times that a listing may begin a pass again because its token was refused.
const MAX_RESTARTS: u32 = 3;

/// Lists contacts from `start`.
pub(super) fn list(adapter: &Alto, start: SyncStart) -> ContactStream<'_> {
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
    adapter: &'a Alto,
    rules: Rules,
    position: Position,
    pages: PageGuard,
    tokens: TokenGuard,
    restarts: u32,
    mode: Mode,
}

impl<'a> Listing<'a> {
    fn begin(adapter: &'a Alto, start: &SyncStart) -> Result<Self, AdapterError> {
        let settings = &adapter.context.settings;
        let whole = |key, default: u64| -> Result<i64, AdapterError> {
            let value = settings.integer(key)?.unwrap_or(default);
            Ok(i64::try_from(value).unwrap_or(i64::MAX))
        };
        let rules = Rules {
            page_size: settings
                .integer(key::PAGE_SIZE)?
                .unwrap_or(PAGE_SIZE)
                .max(1),
            overlap: SignedDuration::from_mins(whole(key::OVERLAP_MINUTES, OVERLAP_MINUTES)?),
            window: SignedDuration::from_hours(whole(key::WINDOW_DAYS, WINDOW_DAYS)? * 24),
        };
        let position = match start {
            SyncStart::Full => Position::full(rules),
            SyncStart::Incremental { since } => {
                Position::incremental(since, rules, adapter.context.clock.now())?
            }
            SyncStart::Resume { at } => Position::decode(at)?,
        };
        Ok(Self {
            adapter,
            rules,
            position,
            pages: PageGuard::new(MAX_PAGES),
            tokens: TokenGuard::default(),
            restarts: 0,
            mode: Mode::Batches,
        })
    }

    /// The next page.
    async fn next(&mut self) -> Result<ContactPage, AdapterError> {
        if self.position.pass == Pass::Done {
            return self.hand_out(Vec::new(), Vec::new(), 0);
        }
        let response = self.fetch().await?;
        let page = Page::parse(&response)?;
        self.position
            .mark
            .answered(response.date(), response.received_at);
        let (first, last) = page.ends();
        self.pages.follow(first, last)?;
        let ids: Vec<&str> = page
            .records
            .iter()
            .filter_map(|(head, _)| head.as_ref().ok()?.id())
            .collect();
        let details = self.adapter.details(&ids, &mut self.mode).await?;
        let incremental = self.position.is_incremental();
        let clock = &self.adapter.context.clock;
        let began = clock.elapsed();
        let records = self.map(&response, &page, &details)?;
        let took = clock.elapsed().saturating_sub(began);
        let removals = if incremental {
            removals(&details)
        } else {
            // A full listing tells what has gone by what it does not show.
            Vec::new()
        };
        self.advance(page.next)?;
        self.hand_out(
            records,
            removals,
            u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        )
    }

    /// Asks for the next page. Where its token is refused, the pass begins again.
    async fn fetch(&mut self) -> Result<HttpResponse, AdapterError> {
        loop {
            let mut request = self.adapter.get("/contacts/all", &[])?;
            for (name, value) in self.position.query() {
                request = request.query(name, &value);
            }
            match request.send().await {
                Err(error)
                    if self.position.token.is_some()
                        && self.restarts < MAX_RESTARTS
                        && is_status(&error, &[400, 404, 410, 422]) =>
                {
                    self.restarts += 1;
                    self.position.token = None;
                    self.start_over();
                }
                answer => return answer,
            }
        }
    }

    /// Maps the records of a page, each by itself; none of those that have gone meanwhile.
    fn map(
        &mut self,
        response: &HttpResponse,
        page: &Page<'_>,
        details: &Details,
    ) -> Result<Vec<PageRecord>, AdapterError> {
        let around = Surroundings::of(self.adapter, response.received_at);
        let by_id = details.by_id()?;
        let one = |(head, item): &(Result<Head<'_>, _>, &str)| {
            let id = match head {
                Ok(head) => head.id(),
                Err(error) => return Some(map::unreadable(item, error)),
            };
            let Some(id) = id else {
                return Some(map::without_id(item));
            };
            match by_id.get(id) {
                Some(detail) => Some(map::record(details.join(id, item, detail), &around)),
                None if details.gone.iter().any(|gone| gone == id) => None,
                None => Some(map::without_detail(id, item)),
            }
        };
        let mapped = map_all(page.records.iter().collect(), one);
        let records: Vec<PageRecord> = mapped.into_iter().flatten().collect();
        for record in &records {
            if let PageRecord::Mapped(mapped) = record {
                let provenance = &mapped.contact.provenance;
                let changed = provenance.updated_at.max(provenance.created_at);
                self.position.mark.saw(changed);
            }
        }
        Ok(records)
    }

    /// Moves on to the next page or pass.
    fn advance(&mut self, next: Option<String>) -> Result<(), AdapterError> {
        match next {
            Some(next) => {
                self.tokens.follow(self.position.token.as_deref(), &next)?;
                self.position.token = Some(next);
            }
            None => {
                let now = self.adapter.context.clock.now();
                self.position.next_pass(self.rules, now);
                self.start_over();
            }
        }
        Ok(())
    }

    /// Forgets the pages before: a pass begins.
    fn start_over(&mut self) {
        self.pages.stepped_back();
        self.tokens.restarted();
    }

    fn hand_out(
        &self,
        records: Vec<PageRecord>,
        removals: Vec<Removal>,
        mapping_us: u64,
    ) -> Result<ContactPage, AdapterError> {
        Ok(ContactPage {
            records,
            removals,
            cursor: Cursor::encode(&self.position)?,
            source_total: None,
            complete: self.position.pass == Pass::Done,
            mapping_us,
        })
    }
}

/// The contacts that were listed and, asked for by their ids, are not there any more.
pub(super) fn removals(details: &Details) -> Vec<Removal> {
    let ids = details.gone.iter();
    ids.filter_map(|id| ExternalId::parse(id.as_str()).ok())
        .map(|external_id| Removal {
            external_id,
            lifecycle: Lifecycle::Deleted,
            reason: "no longer held by the CRM".to_owned(),
        })
        .collect()
}
