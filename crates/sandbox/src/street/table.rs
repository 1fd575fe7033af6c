//! Records of one kind: rendered once, and found again by what a listing asks for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde_json::Value;
use uuid::Uuid;

use crate::locks::lock;

/// How many results of queries are kept. A sweep asks the same query page after page.
const CACHED_QUERIES: usize = 16;

/// A record. `T` is what else is known of it.
#[derive(Debug, Clone)]
pub(super) struct Row<T> {
    pub(super) id: Uuid,
    /// The record up to its attributes, without relationships and the closing brace.
    pub(super) text: Bytes,
    pub(super) created: i64,
    pub(super) updated: i64,
    /// Deleted, and still to be had.
    pub(super) trashed: bool,
    /// Erased: in no listing, found by no id.
    pub(super) gone: bool,
    pub(super) more: T,
}

impl<T> Row<T> {
    /// The record as a tree, without relationships.
    pub(super) fn value(&self) -> Value {
        let mut text = self.text.to_vec();
        text.push(b'}');
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Renders a changed record anew.
    pub(super) fn reseal(&mut self, value: &Value) {
        let mut text = value.to_string().into_bytes();
        text.pop();
        self.text = text.into();
    }

    /// Whether it is listed and found without asking for deleted records.
    pub(super) const fn is_live(&self) -> bool {
        !self.gone && !self.trashed
    }
}

/// Whether deleted records are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Trashed {
    #[default]
    Without,
    With,
    Only,
}

/// In which order records are listed. The vendor promises none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Order {
    /// Newest first, as a third party has seen it.
    #[default]
    Newest,
    /// The last changed first.
    LastChanged,
    /// The last changed last.
    FirstChanged,
}

/// Which records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Filter {
    pub(super) trashed: Trashed,
    /// After, and before; the bounds themselves are neither.
    pub(super) created: (Option<i64>, Option<i64>),
    pub(super) updated: (Option<i64>, Option<i64>),
}

impl Filter {
    fn lets_through<T>(&self, row: &Row<T>) -> bool {
        let within = |(after, before): (Option<i64>, Option<i64>), stamp: i64| {
            after.is_none_or(|after| stamp > after) && before.is_none_or(|before| stamp < before)
        };
        let state = match self.trashed {
            Trashed::Without => !row.trashed,
            Trashed::With => true,
            Trashed::Only => row.trashed,
        };
        !row.gone && state && within(self.created, row.created) && within(self.updated, row.updated)
    }
}

/// The positions of the records that a query gives, in its order.
pub(super) type Positions = Arc<Vec<u32>>;

/// Records of one kind.
#[derive(Debug)]
pub(super) struct Table<T> {
    rows: Vec<Row<T>>,
    by_id: HashMap<Uuid, u32>,
    cache: Mutex<Vec<(Filter, Positions)>>,
    order: Order,
}

impl<T> Table<T> {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self {
            rows: Vec::with_capacity(capacity),
            by_id: HashMap::with_capacity(capacity),
            cache: Mutex::default(),
            order: Order::default(),
        }
    }

    /// Adds a record. One that cannot be looked up is only listed.
    pub(super) fn push(&mut self, row: Row<T>, known: bool) -> Option<u32> {
        let at = u32::try_from(self.rows.len()).ok()?;
        if known {
            self.by_id.insert(row.id, at);
        }
        self.rows.push(row);
        self.forget();
        Some(at)
    }

    pub(super) fn rows(&self) -> &[Row<T>] {
        &self.rows
    }

    pub(super) fn row(&self, at: u32) -> Option<&Row<T>> {
        self.rows.get(at as usize)
    }

    /// A record to be changed.
    pub(super) fn row_mut(&mut self, at: u32) -> Option<&mut Row<T>> {
        self.forget();
        self.rows.get_mut(at as usize)
    }

    /// The position of a record, erased ones included.
    pub(super) fn position(&self, id: &str) -> Option<u32> {
        self.by_id.get(&Uuid::parse_str(id).ok()?).copied()
    }

    /// A record that is neither deleted nor erased.
    pub(super) fn live(&self, id: &str) -> Option<&Row<T>> {
        self.row(self.position(id)?).filter(|row| row.is_live())
    }

    /// Lists in another order from now on.
    pub(super) fn set_order(&mut self, order: Order) {
        self.order = order;
        self.forget();
    }

    /// The positions of the records that a filter lets through.
    pub(super) fn select(&self, filter: &Filter) -> Positions {
        let mut cache = lock(&self.cache);
        if let Some((_, found)) = cache.iter().find(|(known, _)| known == filter) {
            return Arc::clone(found);
        }
        let mut found: Vec<u32> = (0_u32..)
            .zip(&self.rows)
            .filter(|(_, row)| filter.lets_through(row))
            .map(|(at, _)| at)
            .collect();
        let order = self.order;
        found.sort_by_key(|at| {
            self.row(*at).map_or(0, |row| match order {
                Order::Newest => -row.created,
                Order::LastChanged => -row.updated,
                Order::FirstChanged => row.updated,
            })
        });
        let found = Arc::new(found);
        if cache.len() >= CACHED_QUERIES {
            cache.remove(0);
        }
        cache.push((filter.clone(), Arc::clone(&found)));
        found
    }

    fn forget(&mut self) {
        let cache = self.cache.get_mut().unwrap_or_else(PoisonError::into_inner);
        cache.clear();
    }
}
