//! Looking over all contacts of a connection at once, however many there are: by a filter, or to count
//! them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use rusqlite::Connection;

use super::codes::{ChangeKind, PendingCounts};
use super::columns::Columns;
use super::filter::{ContactFilter, ContactPage};
use super::query::{self, Change};
use crate::bodies::BlockCache;
use crate::{DatabaseKey, Read, Store, StoreError, open};

/// How many contacts there are, and what a push would do with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactCounts {
    /// All of them.
    pub contacts: u64,
    /// By what a push would do.
    pub pending: PendingCounts,
}

/// Keeps what takes long to find out, for as long as it is so.
///
/// It has a connection of its own, by which SQLite tells whether anybody, in this program or another,
/// has changed anything since. What changed is read anew, so that nobody is shown what was.
pub(crate) struct Finder {
    database: Connection,
    blocks: RefCell<BlockCache>,
    memory: Memory,
}

#[derive(Default)]
struct Memory {
    /// SQLite's number for the state that all of this was read from.
    version: Option<i64>,
    lists: HashMap<i64, List>,
    counts: HashMap<i64, ContactCounts>,
}

#[derive(Default)]
struct List {
    columns: Columns,
    /// The last filter and what it let through: the next page of the same list is asked for often.
    last: Option<(ContactFilter, Vec<i64>)>,
    /// Since [`Store::forget_unused_lists`] was last called.
    is_used: bool,
}

impl Finder {
    /// Opens its connection.
    ///
    /// # Errors
    /// What the database answers.
    pub(crate) fn open(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        Ok(Self {
            database: open::reader(path, key)?,
            blocks: RefCell::default(),
            memory: Memory::default(),
        })
    }

    /// Looks at the database as it is now, with what is remembered of just this state.
    fn look<T>(
        &mut self,
        work: impl FnOnce(&Read<'_>, &mut Memory) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let view = self.database.transaction()?;
        let version = view.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        if self.memory.version != Some(version) {
            self.memory = Memory {
                version: Some(version),
                ..Memory::default()
            };
        }
        let db = Read {
            database: &view,
            blocks: &self.blocks,
        };
        work(&db, &mut self.memory)
    }
}

impl Memory {
    fn counts(&mut self, db: &Read<'_>, connection: i64) -> Result<ContactCounts, StoreError> {
        if let Some(known) = self.counts.get(&connection) {
            return Ok(*known);
        }
        let counts = query::counts(db, connection)?;
        self.counts.insert(connection, counts);
        Ok(counts)
    }

    fn list(&mut self, db: &Read<'_>, connection: i64) -> Result<&mut List, StoreError> {
        let list = match self.lists.entry(connection) {
            Entry::Occupied(list) => list.into_mut(),
            Entry::Vacant(place) => place.insert(List {
                columns: Columns::read(db, connection)?,
                ..List::default()
            }),
        };
        list.is_used = true;
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
        self.look(move |db, memory| {
            if filter.is_open() {
                let total = memory.counts(db, connection)?.contacts;
                let rows = query::rows(db, connection, limit, offset)?;
                return page(db, total, &rows);
            }
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

    /// How many contacts a connection has.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn count_contacts(&self, connection: i64) -> Result<ContactCounts, StoreError> {
        self.look(move |db, memory| memory.counts(db, connection))
            .await
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
        self.look(move |db, memory| {
            Ok((
                memory.counts(db, connection)?.pending,
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
        F: FnOnce(&Read<'_>, &mut Memory) -> Result<T, StoreError> + Send + 'static,
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
