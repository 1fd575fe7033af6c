//! Listing contacts: five lists one after the other, each by offset and count.
//!
//! There is no filter and no order that could be asked for, so that every sync is a full sweep, and
//! an incremental start is answered by one. What keeps a sweep honest:
//!
//! - The next offset is the one before plus what came, never plus what was asked for.
//! - When the list's total drops between two pages, records have moved towards the front by as many
//!   places at most. The listing steps back by that many, so that none slips past; what comes twice
//!   is for the engine to recognise.
//! - An empty answer before the total is reached is no end. The listing looks again one page
//!   earlier, where a list that has shrunk says so; where the total still stands, the listing fails
//!   as incomplete, and nothing is taken for gone.

use futures_util::stream;
use nurturehub_adapter_kit::HttpResponse;
use nurturehub_adapter_kit::mapping::map_all;
use nurturehub_adapter_kit::paging::PageGuard;
use nurturehub_port::{
    AdapterError, ContactPage, ContactStream, Cursor, ErrorKind, PageRecord, SyncStart,
};
use serde::{Deserialize, Serialize};

use super::map::Mapping;
use super::spec::PAGE_SIZE;
use super::wire::{List, Page};
use super::{AgentOs, errors};

/// The version of the cursor.
const VERSION: u32 = 1;

/// Most pages of one list: a hundred million contacts, at the largest page.
const MOST_PAGES: u32 = 100_000;

/// Where a sweep stands. Holds nothing personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    v: u32,
    list: List,
    offset: u64,
    /// The total of each list as last said, in the order of [`List::ALL`].
    counts: [Option<u64>; 5],
    /// Set once every list was read to its end.
    #[serde(default)]
    done: bool,
}

impl Position {
    const fn start() -> Self {
        Self {
            v: VERSION,
            list: List::Tenant,
            offset: 0,
            counts: [None; 5],
            done: false,
        }
    }

    fn of(start: &SyncStart) -> Result<Self, AdapterError> {
        match start {
            SyncStart::Full | SyncStart::Incremental { .. } => Ok(Self::start()),
            SyncStart::Resume { at } => {
                let position: Self = at.decode()?;
                if position.v == VERSION {
                    return Ok(position);
                }
                Err(AdapterError::new(
                    ErrorKind::Protocol,
                    "the stored position of the last sync is of another version of this app",
                )
                .remedy("Run a full sync; it starts from the beginning and repairs the position."))
            }
        }
    }

    fn count(&self) -> Option<u64> {
        self.counts.get(self.list as usize).copied().flatten()
    }

    fn set_count(&mut self, count: Option<u64>) {
        if let Some(slot) = self.counts.get_mut(self.list as usize) {
            *slot = count.or(*slot);
        }
    }

    /// How many records all lists have, once all have said.
    fn total(&self) -> Option<u64> {
        self.counts
            .iter()
            .try_fold(0_u64, |sum, count| Some(sum.saturating_add((*count)?)))
    }

    /// On to the next list, or to the end.
    fn leave_list(&mut self) {
        match self.list.next() {
            Some(next) => {
                self.list = next;
                self.offset = 0;
            }
            None => self.done = true,
        }
    }

    /// Takes note of a page of `length` records at the present offset, and moves on. Tells whether
    /// it stepped back.
    fn follow(&mut self, length: u64, count: Option<u64>) -> bool {
        let lost = match (self.count(), count) {
            (Some(before), Some(now)) => before.saturating_sub(now),
            _ => 0,
        };
        self.set_count(count);
        if lost > 0 && self.offset > 0 {
            self.offset = self.offset.saturating_sub(lost);
            return true;
        }
        self.offset = self.offset.saturating_add(length);
        if self.count().is_some_and(|count| self.offset >= count) {
            self.leave_list();
        }
        false
    }
}

/// A sweep under way.
struct Sweep<'a> {
    adapter: &'a AgentOs,
    position: Position,
    page_size: u64,
    guard: PageGuard,
    /// The offset of an empty answer that came too early, while the listing looks again.
    doubted: Option<u64>,
    /// Set once the last page was handed out.
    ended: bool,
}

/// The pages of a sweep.
pub(super) fn pages<'a>(adapter: &'a AgentOs, start: &SyncStart) -> ContactStream<'a> {
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
    fn begin(adapter: &'a AgentOs, start: &SyncStart) -> Result<Self, AdapterError> {
        let page_size = adapter.context.settings.integer("pageSize")?;
        Ok(Self {
            adapter,
            position: Position::of(start)?,
            page_size: page_size.unwrap_or(PAGE_SIZE).max(1),
            guard: PageGuard::new(MOST_PAGES),
            doubted: None,
            ended: false,
        })
    }

    /// The next page that has something to say; none after the last one.
    async fn next(&mut self) -> Result<Option<ContactPage>, AdapterError> {
        if self.ended {
            return Ok(None);
        }
        while !self.position.done {
            let list = self.position.list;
            let response = self.fetch().await?;
            let page = Page::read(&response)?;
            match page {
                Some(page) if !page.data.is_empty() => {
                    return self.take(list, &page).map(Some);
                }
                Some(page) => self.nothing(page.count, &response)?,
                None => self.nothing(None, &response)?,
            }
        }
        // The lists after the last page with contacts were empty.
        self.hand_out(Vec::new(), 0).map(Some)
    }

    async fn fetch(&self) -> Result<HttpResponse, AdapterError> {
        let (offset, count) = (self.position.offset.to_string(), self.page_size.to_string());
        let path = self.position.list.path();
        let answer = self.adapter.get(path, &[&offset, &count])?.send().await;
        match answer {
            Err(error)
                if error.kind == ErrorKind::AuthInvalid && self.adapter.is_key_known().await =>
            {
                Err(errors::tier_off(error))
            }
            answer => answer,
        }
    }

    /// A page with records.
    fn take(&mut self, list: List, page: &Page<'_>) -> Result<ContactPage, AdapterError> {
        let context = &self.adapter.context;
        let began = context.clock.elapsed();
        let mapping = Mapping {
            connection: &context.connection,
            provider: &context.provider,
            list,
            fetched_at: context.clock.now(),
        };
        let raw: Vec<_> = page.data.iter().collect();
        let records = map_all(raw, |raw| mapping.record(raw.get()));
        let took = context.clock.elapsed().saturating_sub(began);
        self.guard
            .follow(id_of(records.first()), id_of(records.last()))?;
        let length = u64::try_from(records.len()).unwrap_or(u64::MAX);
        if self.position.follow(length, page.count) {
            self.guard.stepped_back();
        }
        if self.position.list != list {
            self.guard = PageGuard::new(MOST_PAGES);
            self.doubted = None;
        }
        self.hand_out(records, u64::try_from(took.as_micros()).unwrap_or(u64::MAX))
    }

    /// An answer without records: the end of a list, or one that came too early.
    fn nothing(&mut self, count: Option<u64>, response: &HttpResponse) -> Result<(), AdapterError> {
        let position = &mut self.position;
        let known = position.count();
        if let (Some(before), Some(now)) = (known, count)
            && now < before
            && position.offset > 0
        {
            position.follow(0, count);
            self.guard.stepped_back();
            return Ok(());
        }
        // At the very beginning, or with a total that agrees, the list is simply at its end.
        let expected = match count {
            Some(now) => now > position.offset,
            None => {
                let looked_again = self.doubted.is_some();
                (position.offset > 0 || looked_again)
                    && known.is_some_and(|known| known > position.offset)
            }
        };
        if !expected {
            position.set_count(count.or((position.offset == 0).then_some(0)));
            position.leave_list();
            self.guard = PageGuard::new(MOST_PAGES);
            self.doubted = None;
            return Ok(());
        }
        if position.offset == 0 || self.doubted == Some(position.offset) {
            return Err(response.error(
                ErrorKind::IncompleteListing,
                format!(
                    "agentOS's list of {} ended after {} of {} records.",
                    people(position.list),
                    position.offset,
                    count.or(known).unwrap_or(position.offset),
                ),
            ));
        }
        self.doubted.get_or_insert(position.offset);
        position.offset = position.offset.saturating_sub(self.page_size);
        self.guard.stepped_back();
        Ok(())
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
            source_total: self.position.total(),
            complete: self.position.done,
            mapping_us,
        })
    }
}

fn id_of(record: Option<&PageRecord>) -> Option<&str> {
    match record? {
        PageRecord::Mapped(mapped) => Some(mapped.contact.provenance.external_id.as_str()),
        PageRecord::Rejected(_) => None,
    }
}

/// A list's name for people.
const fn people(list: List) -> &'static str {
    match list {
        List::Tenant => "tenants",
        List::Landlord => "landlords",
        List::ApplicantLettings => "letting applicants",
        List::ApplicantSales => "sales applicants",
        List::Vendor => "vendors",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64, count: u64) -> Position {
        Position {
            offset,
            counts: [Some(count), None, None, None, None],
            ..Position::start()
        }
    }

    #[test]
    fn a_page_moves_on_by_what_came_and_a_full_list_is_left() {
        let mut position = Position::start();
        assert!(!position.follow(200, Some(350)));
        assert_eq!((position.list, position.offset), (List::Tenant, 200));
        assert!(!position.follow(100, Some(350)), "a short page");
        assert_eq!((position.list, position.offset), (List::Tenant, 300));
        assert!(!position.follow(50, Some(350)));
        assert_eq!((position.list, position.offset), (List::Landlord, 0));
        assert_eq!(position.total(), None, "four lists have not spoken yet");
    }

    #[test]
    fn a_list_that_shrinks_is_read_again_from_as_many_places_before() {
        let mut position = at(400, 1000);
        assert!(position.follow(200, Some(997)));
        assert_eq!(
            (position.offset, position.count()),
            (397, Some(997)),
            "three records may have moved in front of this page"
        );
        assert!(!position.follow(200, Some(997)), "the drop is settled");
        assert_eq!(position.offset, 597);

        let mut emptied = at(400, 1000);
        assert!(emptied.follow(10, Some(410)));
        assert_eq!(emptied.offset, 0, "never before the beginning");
    }

    #[test]
    fn the_first_page_cannot_have_missed_anything() {
        let mut position = at(0, 1000);
        assert!(!position.follow(200, Some(900)));
        assert_eq!(position.offset, 200);
    }

    #[test]
    fn the_last_list_ends_the_sweep_and_all_totals_are_known() {
        let mut position = Position {
            list: List::Vendor,
            counts: [Some(1), Some(2), Some(3), Some(0), None],
            ..Position::start()
        };
        assert!(!position.follow(4, Some(4)));
        assert!(position.done);
        assert_eq!(position.total(), Some(10));
    }
}
