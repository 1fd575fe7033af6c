//! Finding contacts by a filter, at once, however many there are.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use rusqlite::Connection;

use super::columns::Columns;
use super::filter::{ContactFilter, ContactPage};
use super::query;
use crate::bodies::BlockCache;
use crate::{DatabaseKey, Read, Store, StoreError, open};

/// Holds the columns that filters look at, for as long as they are those of the database.
///
/// It has a connection of its own, by which SQLite tells whether anybody, in this program or another,
/// has changed anything since. What changed is read anew, so that nobody is shown what was.
pub(crate) struct Finder {
    database: Connection,
    blocks: RefCell<BlockCache>,
    /// SQLite's number for the state that `held` was read from.
    version: Option<i64>,
    held: HashMap<i64, Held>,
}

#[derive(Default)]
struct Held {
    columns: Columns,
    /// The last filter and what it let through: the next page of the same list is asked for often.
    last: Option<(ContactFilter, Vec<i64>)>,
    /// Since [`Finder::forget_unused`] was last here.
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
            version: None,
            held: HashMap::new(),
        })
    }

    /// A page of the contacts that a filter lets through, in the order in which they were first
    /// stored.
    ///
    /// # Errors
    /// What the database answers.
    pub(crate) fn find(
        &mut self,
        connection: i64,
        filter: &ContactFilter,
        limit: u32,
        offset: u64,
    ) -> Result<ContactPage, StoreError> {
        let view = self.database.transaction()?;
        let db = Read {
            database: &view,
            blocks: &self.blocks,
        };
        let version = db
            .database
            .query_row("PRAGMA data_version", [], |row| row.get(0))?;
        if self.version != Some(version) {
            self.held.clear();
            self.version = Some(version);
        }
        let held = match self.held.entry(connection) {
            std::collections::hash_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => place.insert(Held {
                columns: Columns::read(&db, connection)?,
                ..Held::default()
            }),
        };
        held.is_used = true;
        let rows = held.matching(filter);
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let shown = rows.iter().skip(from).take(limit as usize);
        Ok(ContactPage {
            total: u64::try_from(rows.len()).unwrap_or(u64::MAX),
            contacts: shown
                .map(|&row| query::canonical(&db, row))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Lets go of what nobody has used since this was last called.
    pub(crate) fn forget_unused(&mut self) {
        self.held
            .retain(|_, held| std::mem::take(&mut held.is_used));
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
            return self
                .read(move |db| query::page(db, connection, limit, offset))
                .await;
        }
        self.with_finder(move |finder| finder.find(connection, &filter, limit, offset))
            .await
    }

    /// Gives back the memory of lists that nobody has looked at since this was last called.
    ///
    /// # Errors
    /// What stands in the way of opening the database.
    pub async fn forget_unused_lists(&self) -> Result<(), StoreError> {
        self.with_finder(|finder| {
            finder.forget_unused();
            Ok(())
        })
        .await
    }
}

impl Held {
    fn matching(&mut self, filter: &ContactFilter) -> &[i64] {
        if self.last.as_ref().is_none_or(|(last, _)| last != filter) {
            self.last = Some((filter.clone(), self.columns.matching(filter)));
        }
        self.last.as_ref().map_or(&[], |(_, rows)| rows)
    }
}
