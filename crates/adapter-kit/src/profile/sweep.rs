//! Listing contacts by a profile: one list after the other, page by page.
//!
//! What keeps a listing honest:
//!
//! - Where a list's total drops between two pages, records have moved towards the front. The listing
//!   steps back as far as they can have moved; what comes twice is for the engine to recognise.
//! - A list with a total ends only once as many records were read. One that ends before is
//!   incomplete, and nothing is taken for gone.
//! - Without a total, the profile says what ends a list.
//! - A page that comes again ends the listing with an error, however long the circle.

use futures_util::stream;
use jiff::Timestamp;
use nurturehub_port::{
    AdapterError, ContactPage, ContactStream, Cursor, ErrorKind, PageRecord, SyncStart,
};

use super::answer::Page;
use super::cycle::CycleWatch;
use super::format::MomentText;
use super::mapping::Mapping;
use super::position::{Extent, Position, Turn};
use super::rules::{Changes, List, Style};
use super::{Profile, ProfileAdapter};
use crate::HttpResponse;
use crate::paging::PageGuard;

/// Most pages of one list.
const MOST_PAGES: u32 = 100_000;

/// Times that a list may be stepped back in; more often means that the CRM does not know its own
/// total.
const MOST_STEPS_BACK: u32 = 50;

/// Longest token or link that leads to a next page, in bytes.
const MOST_TOKEN: usize = 4_000;

/// A listing under way.
struct Sweep<'a> {
    adapter: &'a ProfileAdapter,
    profile: &'a Profile,
    position: Position,
    watch: Watch,
    /// Set once the last page was handed out.
    ended: bool,
}

/// What is watched while one list is read.
struct Watch {
    guard: PageGuard,
    cycle: CycleWatch,
    doubted: Option<u64>,
    steps_back: u32,
}

impl Watch {
    fn new() -> Self {
        Self {
            guard: PageGuard::new(MOST_PAGES),
            cycle: CycleWatch::default(),
            doubted: None,
            steps_back: 0,
        }
    }

    fn follow(&mut self, records: &[PageRecord], token: Option<&str>) -> Result<(), AdapterError> {
        let mut ids = records.iter().filter_map(id_of);
        let first = ids.next();
        let last = ids.next_back().or(first);
        // A page of which no record can be mapped is known by the records as they came.
        let first = first.or(records.first().map(raw_of));
        let last = last.or(records.last().map(raw_of));
        self.guard.follow(first, last)?;
        if let Some(token) = token {
            return self.cycle.follow(token);
        }
        match (first, last) {
            (Some(first), Some(last)) => self.cycle.follow(&format!("{first}\n{last}")),
            _ => Ok(()),
        }
    }
}

/// The pages of a listing.
pub(super) fn pages<'a>(adapter: &'a ProfileAdapter, start: &SyncStart) -> ContactStream<'a> {
    let sweep = Sweep::begin(adapter, start);
    Box::pin(stream::try_unfold(
        Err::<Sweep<'_>, _>(sweep),
        |state| async move {
            let mut sweep = match state {
                Ok(sweep) => sweep,
                Err(begun) => begun?,
            };
            Ok(sweep.next().await?.map(|page| (page, Ok(sweep))))
        },
    ))
}

impl<'a> Sweep<'a> {
    fn begin(adapter: &'a ProfileAdapter, start: &SyncStart) -> Result<Self, AdapterError> {
        let profile = adapter.profile()?;
        Ok(Self {
            adapter,
            profile,
            position: Position::of(start, profile)?,
            watch: Watch::new(),
            ended: false,
        })
    }

    /// The next page that has something to say; none after the last one.
    async fn next(&mut self) -> Result<Option<ContactPage>, AdapterError> {
        if self.ended {
            return Ok(None);
        }
        while !self.position.done {
            let list = self.list()?;
            let response = self.fetch(list).await?;
            self.position
                .began
                .get_or_insert(response.date().unwrap_or(response.received_at));
            let (records, mapping_us) = self.take(list, &response)?;
            if !records.is_empty() {
                return self.hand_out(records, mapping_us).map(Some);
            }
        }
        // The lists after the last page with contacts were empty.
        self.hand_out(Vec::new(), 0).map(Some)
    }

    fn list(&self) -> Result<&'a List, AdapterError> {
        self.profile
            .list(&self.position.list)
            .ok_or_else(|| AdapterError::new(ErrorKind::Internal, "The listing has lost its list."))
    }

    async fn fetch(&self, list: &List) -> Result<HttpResponse, AdapterError> {
        let position = &self.position;
        if let (
            Style::Next {
                parameter: None, ..
            },
            Some(link),
        ) = (&self.profile.paging.style, &position.token)
        {
            let pairs = url::form_urlencoded::parse(link.as_bytes());
            let pairs: Vec<(String, String)> = pairs.into_owned().collect();
            return self.adapter.ask(self.profile, list, &pairs, None).await;
        }
        let mut pairs = list.query.clone();
        if let (Some(changes), Some(since)) = (&self.profile.changes, position.since) {
            pairs.push((changes.parameter.clone(), moment(changes, since)));
        }
        match &self.profile.paging.style {
            Style::PageNumber { parameter, first } => {
                let number = position.at.saturating_add(*first);
                pairs.push((parameter.clone(), number.to_string()));
            }
            Style::Offset { parameter } => pairs.push((parameter.clone(), position.at.to_string())),
            Style::Next {
                parameter: Some(parameter),
                ..
            } => {
                let token = position.token.clone();
                pairs.extend(token.map(|token| (parameter.clone(), token)));
            }
            Style::Next {
                parameter: None, ..
            }
            | Style::OnePage => {}
        }
        let records = self.profile.paging.records;
        self.adapter
            .ask(self.profile, list, &pairs, Some(records))
            .await
    }

    /// Takes an answer: its records, mapped, and how many microseconds that took.
    fn take(
        &mut self,
        list: &List,
        response: &HttpResponse,
    ) -> Result<(Vec<PageRecord>, u64), AdapterError> {
        let context = &self.adapter.context;
        let began = context.clock.elapsed();
        let page = self.adapter.read(self.profile, response)?;
        let mapping = Mapping {
            profile: self.profile,
            list,
            connection: &context.connection,
            provider: &context.provider,
            fetched_at: response.received_at,
        };
        let records: Vec<PageRecord> = page
            .records
            .iter()
            .map(|raw| mapping.record(raw.get()))
            .collect();
        let took = context.clock.elapsed().saturating_sub(began);
        let extent = Extent {
            length: u64::try_from(records.len()).unwrap_or(u64::MAX),
            total: page.total,
            next: self.lead(&page, response)?,
        };
        if !records.is_empty() || extent.next.is_some() {
            self.watch.follow(&records, extent.next.as_deref())?;
        }
        self.turn(list, extent, response)?;
        Ok((records, u64::try_from(took.as_micros()).unwrap_or(u64::MAX)))
    }

    /// What leads to the next page: a token, or the parameters of a link. The link's host and path
    /// are never followed.
    fn lead(
        &self,
        page: &Page<'_>,
        response: &HttpResponse,
    ) -> Result<Option<String>, AdapterError> {
        let Some(next) = &page.next else {
            return Ok(None);
        };
        let unusable = |what: &str| {
            response.error(
                ErrorKind::Protocol,
                format!("What the CRM gives to go on to the next page {what}."),
            )
        };
        if next.len() > MOST_TOKEN {
            return Err(unusable("is too long"));
        }
        let Style::Next { parameter, .. } = &self.profile.paging.style else {
            return Ok(None);
        };
        if parameter.is_some() {
            return Ok(Some(next.clone()));
        }
        match next.split_once('?') {
            Some((_, query)) => {
                let query = query.split('#').next().unwrap_or_default();
                Ok(Some(query.to_owned()))
            }
            None => Err(unusable("is no link with parameters")),
        }
    }

    /// Moves on by what a page says.
    fn turn(
        &mut self,
        list: &List,
        extent: Extent,
        response: &HttpResponse,
    ) -> Result<(), AdapterError> {
        let doubted = &mut self.watch.doubted;
        match self.position.follow(self.profile, list, extent, doubted) {
            Turn::On => Ok(()),
            Turn::Ended => {
                self.watch = Watch::new();
                Ok(())
            }
            Turn::Back => {
                self.watch.guard.stepped_back();
                self.watch.cycle = CycleWatch::default();
                self.watch.steps_back += 1;
                if self.watch.steps_back <= MOST_STEPS_BACK {
                    return Ok(());
                }
                Err(response.error(
                    ErrorKind::IncompleteListing,
                    format!(
                        "The list `{}` kept shrinking while it was read, so it cannot be known to \
                         be whole.",
                        list.name
                    ),
                ))
            }
            Turn::TotalOfPage => Err(response
                .error(
                    ErrorKind::SchemaChanged,
                    format!(
                        "The list `{}` gives more records than the total that the profile reads.",
                        list.name
                    ),
                )
                .remedy(
                    "Correct `answer.total` in the profile: it must lead to the number of records \
                     of the whole list, not of the page.",
                )),
            Turn::Short { total, reached } => Err(short(list, total, reached, response)),
        }
    }

    fn hand_out(
        &mut self,
        records: Vec<PageRecord>,
        mapping_us: u64,
    ) -> Result<ContactPage, AdapterError> {
        self.ended = self.position.done;
        Ok(ContactPage {
            records,
            removals: Vec::new(),
            cursor: Cursor::encode(&self.position)?,
            source_total: self.position.total(self.profile),
            complete: self.position.done,
            mapping_us,
        })
    }
}

fn short(list: &List, total: Option<u64>, reached: u64, response: &HttpResponse) -> AdapterError {
    match total {
        Some(total) => response.error(
            ErrorKind::IncompleteListing,
            format!(
                "The list `{}` ended after {reached} of {total} records.",
                list.name
            ),
        ),
        None => response
            .error(
                ErrorKind::IncompleteListing,
                format!(
                    "The list `{}` gave as many records as were asked for ({reached}); there may \
                     be more.",
                    list.name
                ),
            )
            .remedy("Raise `paging.records` in the profile beyond the length of any list."),
    }
}

/// A moment as the CRM wants it written.
fn moment(changes: &Changes, at: Timestamp) -> String {
    match changes.form {
        MomentText::Rfc3339 => format!("{at:.0}"),
        MomentText::Date => at.strftime("%Y-%m-%d").to_string(),
        MomentText::UnixSeconds => at.as_second().to_string(),
    }
}

fn id_of(record: &PageRecord) -> Option<&str> {
    match record {
        PageRecord::Mapped(mapped) => Some(mapped.contact.provenance.external_id.as_str()),
        PageRecord::Rejected(_) => None,
    }
}

fn raw_of(record: &PageRecord) -> &str {
    match record {
        PageRecord::Mapped(mapped) => &mapped.raw,
        PageRecord::Rejected(rejected) => &rejected.raw,
    }
}
