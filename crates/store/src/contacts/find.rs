//! Looking over all contacts of a connection at once, however many there are: by a filter, or to count
//! them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

use super::codes::{ChangeKind, PendingCounts};
use super::columns::Columns;
use super::filter::{ContactFilter, ContactPage};
use super::journal::Journal;
use super::query::{self, Change};
use super::slice::Slice;
use crate::bodies::BlockCache;
use crate::{DatabaseKey, Read, Store, StoreError, open};

/// How many contacts there are, and what a push would do with them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ContactCounts {
    /// All of them.
    pub contacts: u64,
    /// By what a push would do.
    pub pending: PendingCounts,
    /// Those that the platform has refused as they are now.
    pub refused: u64,
}

/// Keeps what takes long to find out, and brings it up to date where something has changed since, so
/// that nobody is shown what was.
pub(crate) struct Finder {
    database: Connection,
    blocks: RefCell<BlockCache>,
    journal: Arc<Journal>,
    lists: HashMap<i64, List>,
}

struct List {
    columns: Columns,
    /// The number of changes up to which `columns` is true.
    number: i64,
    /// The last filter and what it let through: the next page of the same list is asked for often.
    last: Option<(ContactFilter, Vec<i64>)>,
    /// Since [`Store::forget_unused_lists`] was last called.
    is_used: bool,
}

impl Finder {
    /// Opens its connection. What this program changes, the journal tells.
    ///
    /// # Errors
    /// What the database answers.
    pub(crate) fn open(
        path: &Path,
        key: &DatabaseKey,
        journal: Arc<Journal>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            database: open::reader(path, key)?,
            blocks: RefCell::default(),
            journal,
            lists: HashMap::new(),
        })
    }

    /// Looks at the database as it is now, with what is remembered of it.
    fn look<T>(
        &mut self,
        work: impl FnOnce(&Read<'_>, &mut Memory<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let view = self.database.transaction()?;
        let db = Read {
            database: &view,
            blocks: &self.blocks,
        };
        work(
            &db,
            &mut Memory {
                journal: &self.journal,
                lists: &mut self.lists,
            },
        )
    }
}

/// What a [`Finder`] remembers.
struct Memory<'a> {
    journal: &'a Journal,
    lists: &'a mut HashMap<i64, List>,
}

impl Memory<'_> {
    /// The list of a connection's contacts as they are in this view.
    fn list(&mut self, db: &Read<'_>, connection: i64) -> Result<&mut List, StoreError> {
        let number = db
            .database
            .prepare_cached("SELECT number FROM contact_changes")?
            .query_row([], |row| row.get(0))?;
        let list = match self.lists.entry(connection) {
            Entry::Occupied(list) => list.into_mut(),
            Entry::Vacant(place) => place.insert(List {
                columns: Columns::read(db, connection)?,
                number,
                last: None,
                is_used: true,
            }),
        };
        list.is_used = true;
        if list.number != number {
            let changed = self.journal.between(list.number, number);
            let is_true = match changed {
                Some(rows) => list.columns.update(db, connection, &rows)?,
                None => false,
            };
            if !is_true {
                // Made anew only once the old ones are gone, so that there are never both.
                list.columns = Columns::default();
                list.columns = Columns::read(db, connection)?;
            }
            list.number = number;
            list.last = None;
        }
        Ok(list)
    }
}

impl List {
    fn matching(&mut self, filter: &ContactFilter) -> &[i64] {
        if self.last.as_ref().is_none_or(|(last, _)| last != filter) {
            self.last = Some((filter.clone(), self.columns.matching(filter)));
        }
        self.last.as_ref().map_or(&[], |(_, rows)| rows)
    }
}

impl Store {
    /// A page of the contacts that a filter lets through, in the order in which they were first
    /// stored.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn find(
        &self,
        connection: i64,
        filter: ContactFilter,
        limit: u32,
        offset: u64,
    ) -> Result<ContactPage, StoreError> {
        if filter.is_open() {
            // Nothing that is remembered is of use here, so that nobody waits for it.
            return self
                .read(move |db| {
                    let total = query::counts(db, connection)?.contacts;
                    let rows = query::rows(db, connection, Slice::of(total, limit, offset))?;
                    page(db, total, &rows)
                })
                .await;
        }
        self.look(move |db, memory| {
            let rows = memory.list(db, connection)?.matching(&filter);
            let from = usize::try_from(offset)
                .unwrap_or(usize::MAX)
                .min(rows.len());
            let to = from.saturating_add(limit as usize).min(rows.len());
            let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
            page(db, total, rows.get(from..to).unwrap_or_default())
        })
        .await
    }

    /// Reads what a search looks at, where it is not in memory, so that the first letter need not wait
    /// for it. What has changed since it was read is left to the search.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn prepare_search(&self, connection: i64) -> Result<(), StoreError> {
        self.look(move |db, memory| {
            if !memory.lists.contains_key(&connection) {
                memory.list(db, connection)?;
            }
            Ok(())
        })
        .await
    }

    /// How many contacts a connection has.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn count_contacts(&self, connection: i64) -> Result<ContactCounts, StoreError> {
        self.read(move |db| query::counts(db, connection)).await
    }

    /// What a push would do: counts over all contacts, and a page of changes, of one kind where one is
    /// named, in the order in which a push sends them.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn preview(
        &self,
        connection: i64,
        kind: Option<ChangeKind>,
        limit: u32,
        offset: u64,
    ) -> Result<(PendingCounts, Vec<Change>), StoreError> {
        self.read(move |db| {
            Ok((
                query::counts(db, connection)?.pending,
                query::changes(db, connection, kind, limit, offset)?,
            ))
        })
        .await
    }

    /// Gives back the memory of lists that nobody has looked at since this was last called.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn forget_unused_lists(&self) -> Result<(), StoreError> {
        self.look(|_, memory| {
            memory
                .lists
                .retain(|_, list| std::mem::take(&mut list.is_used));
            Ok(())
        })
        .await
    }

    async fn look<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Read<'_>, &mut Memory<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.with_finder(move |finder| finder.look(work)).await
    }
}

fn page(db: &Read<'_>, total: u64, rows: &[i64]) -> Result<ContactPage, StoreError> {
    Ok(ContactPage {
        total,
        contacts: rows
            .iter()
            .map(|&row| query::canonical(db, row))
            .collect::<Result<_, _>>()?,
    })
}
