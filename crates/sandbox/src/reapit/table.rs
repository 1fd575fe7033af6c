//! Records of one kind: rendered once, kept in the orders in which they are asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde_json::Value;

use crate::locks::lock;
use crate::people::Oddity;

/// The place of records without a modified stamp in the order of that stamp: last.
pub(super) const NEVER: i64 = i64::MAX;

/// How many results of queries are kept. A sweep asks the same query page after page.
const CACHED_QUERIES: usize = 16;

/// A record.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) text: Bytes,
    /// Where the value of `_embedded` begins; 0 where the text is sent as it is.
    pub(super) embed_at: u32,
    pub(super) created: i64,
    /// [`NEVER`] for null.
    pub(super) modified: i64,
    pub(super) archived: bool,
    pub(super) active: bool,
    /// Erased: in no listing, found by no id.
    pub(super) gone: bool,
    /// Can become a contact.
    pub(super) mappable: bool,
    pub(super) roles: u8,
    pub(super) odd: Oddity,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Sort {
    pub(super) by: SortKey,
    pub(super) descending: bool,
}

/// By what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum SortKey {
    /// As they were entered.
    Entered,
    Created,
    Modified,
    /// Surname, then forename.
    Name,
    /// First line of the primary address.
    Address,
}

/// Which records.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Filter {
    pub(super) sort: Sort,
    pub(super) archived: Option<bool>,
    pub(super) active: Option<bool>,
    /// Inclusive bounds, in milliseconds since 1970.
    pub(super) created: (Option<i64>, Option<i64>),
    /// Inclusive bounds. With either, a record that was never modified does not match.
    pub(super) modified: (Option<i64>, Option<i64>),
    /// Only records with one of these addresses; none given is any.
    pub(super) emails: Vec<String>,
    /// Only these records; none given is any.
    pub(super) ids: Vec<String>,
}

type Positions = Arc<Vec<u32>>;

#[derive(Debug, Default)]
struct Cache {
    orders: HashMap<Sort, Positions>,
    queries: Vec<(Filter, Positions)>,
}

/// All records of one kind.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Row>,
    by_id: HashMap<Box<str>, u32>,
    cache: Mutex<Cache>,
}

impl Table {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self {
            rows: Vec::with_capacity(capacity),
            by_id: HashMap::with_capacity(capacity),
            cache: Mutex::default(),
        }
    }

    /// Adds a record; one without an id is listed and cannot be looked up.
    pub(super) fn push(&mut self, id: Option<String>, row: Row) -> usize {
        let position = self.rows.len();
        if let (Some(id), Ok(at)) = (id, u32::try_from(position)) {
            self.by_id.insert(id.into_boxed_str(), at);
        }
        self.rows.push(row);
        self.forget();
        position
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// A record to be changed.
    pub(super) fn row_mut(&mut self, position: usize) -> Option<&mut Row> {
        self.forget();
        self.rows.get_mut(position)
    }

    /// The position of a record, erased ones included.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).map(|at| *at as usize)
    }

    /// A record that is there.
    pub(super) fn get(&self, id: &str) -> Option<&Row> {
        self.rows.get(self.position(id)?).filter(|row| !row.gone)
    }

    /// The positions of the records that a filter lets through, in its order.
    pub(super) fn select(&self, filter: &Filter) -> Positions {
        if !filter.ids.is_empty() {
            return Arc::new(self.select_ids(filter));
        }
        let mut cache = lock(&self.cache);
        if let Some((_, found)) = cache.queries.iter().find(|(known, _)| known == filter) {
            return Arc::clone(found);
        }
        let found = if filter.is_open() {
            self.order(&mut cache, filter.sort)
        } else {
            Arc::new(self.narrow(&mut cache, filter))
        };
        if cache.queries.len() >= CACHED_QUERIES {
            cache.queries.remove(0);
        }
        cache.queries.push((filter.clone(), Arc::clone(&found)));
        found
    }

    fn forget(&mut self) {
        let cache = self.cache.get_mut().unwrap_or_else(PoisonError::into_inner);
        cache.queries.clear();
        cache.orders.clear();
    }

    fn select_ids(&self, filter: &Filter) -> Vec<u32> {
        let mut found: Vec<u32> = filter
            .ids
            .iter()
            .filter_map(|id| self.by_id.get(id.as_str()).copied())
            .filter(|at| self.row(*at).is_some_and(|row| filter.lets_through(row)))
            .collect();
        found.sort_unstable();
        found.dedup();
        self.sort(&mut found, filter.sort);
        found
    }

    fn row(&self, at: u32) -> Option<&Row> {
        self.rows.get(at as usize).filter(|row| !row.gone)
    }

    /// All records that are there, in an order.
    fn order(&self, cache: &mut Cache, sort: Sort) -> Positions {
        if let Some(order) = cache.orders.get(&sort) {
            return Arc::clone(order);
        }
        let mut order: Vec<u32> = (0_u32..)
            .zip(&self.rows)
            .filter(|(_, row)| !row.gone)
            .map(|(at, _)| at)
            .collect();
        self.sort(&mut order, sort);
        let order = Arc::new(order);
        cache.orders.insert(sort, Arc::clone(&order));
        order
    }

    fn sort(&self, positions: &mut [u32], sort: Sort) {
        let row = |at: &u32| self.rows.get(*at as usize);
        let sign = if sort.descending { -1 } else { 1 };
        match sort.by {
            SortKey::Entered => {
                if sort.descending {
                    positions.reverse();
                }
            }
            SortKey::Created => {
                positions.sort_by_key(|at| row(at).map_or(0, |row| row.created) * sign);
            }
            SortKey::Modified => positions.sort_by_key(|at| {
                // Those never modified come last, whichever way round.
                let modified = row(at).map_or(NEVER, |row| row.modified);
                (
                    modified == NEVER,
                    if modified == NEVER {
                        0
                    } else {
                        modified * sign
                    },
                )
            }),
            SortKey::Name | SortKey::Address => {
                positions.sort_by_cached_key(|at| {
                    row(at).map_or_else(String::new, |row| row.text_key(sort.by))
                });
                if sort.descending {
                    positions.reverse();
                }
            }
        }
    }

    /// Applies a filter: a bound on a stamp is found by halving in the order of that stamp.
    fn narrow(&self, cache: &mut Cache, filter: &Filter) -> Vec<u32> {
        let (by, (from, to)) = if filter.modified != (None, None) {
            (SortKey::Modified, filter.modified)
        } else if filter.created != (None, None) {
            (SortKey::Created, filter.created)
        } else {
            return self
                .order(cache, filter.sort)
                .iter()
                .copied()
                .filter(|at| self.row(*at).is_some_and(|row| filter.lets_through(row)))
                .collect();
        };
        let sort = Sort {
            by,
            descending: false,
        };
        let order = self.order(cache, sort);
        let stamp = |at: &u32| {
            self.rows.get(*at as usize).map_or(NEVER, |row| match by {
                SortKey::Created => row.created,
                _ => row.modified,
            })
        };
        let start = from.map_or(0, |from| order.partition_point(|at| stamp(at) < from));
        let end = to.map_or(order.len(), |to| {
            order.partition_point(|at| stamp(at) <= to)
        });
        let mut found: Vec<u32> = order
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .copied()
            .filter(|at| self.row(*at).is_some_and(|row| filter.lets_through(row)))
            .collect();
        if filter.sort != sort {
            found.sort_unstable();
            self.sort(&mut found, filter.sort);
        }
        found
    }
}

impl Filter {
    /// Whether it lets everything through.
    fn is_open(&self) -> bool {
        self.archived.is_none()
            && self.active.is_none()
            && self.created == (None, None)
            && self.modified == (None, None)
            && self.emails.is_empty()
            && self.ids.is_empty()
    }

    fn lets_through(&self, row: &Row) -> bool {
        let within = |(from, to): (Option<i64>, Option<i64>), stamp: i64| {
            from.is_none_or(|from| stamp >= from) && to.is_none_or(|to| stamp <= to)
        };
        let modified_asked = self.modified != (None, None);
        self.archived
            .is_none_or(|archived| row.archived == archived)
            && self.active.is_none_or(|active| row.active == active)
            && within(self.created, row.created)
            && (!modified_asked || (row.modified != NEVER && within(self.modified, row.modified)))
            && (self.emails.is_empty() || row.has_email(&self.emails))
    }
}

impl Row {
    /// Appends the record to a page.
    pub(super) fn append(&self, page: &mut Vec<u8>, with_relationships: bool) {
        let split = self.embed_at as usize;
        match self.text.get(..split) {
            Some(head) if split > 0 && !with_relationships => {
                page.extend_from_slice(head);
                page.extend_from_slice(b"null}");
            }
            _ => page.extend_from_slice(&self.text),
        }
    }

    /// The record as a tree.
    pub(super) fn value(&self) -> Value {
        serde_json::from_slice(&self.text).unwrap_or_default()
    }

    fn has_email(&self, wanted: &[String]) -> bool {
        let value = self.value();
        let Some(email) = value.get("email").and_then(Value::as_str) else {
            return false;
        };
        wanted
            .iter()
            .any(|wanted| wanted.eq_ignore_ascii_case(email))
    }

    fn text_key(&self, by: SortKey) -> String {
        let value = self.value();
        let field = |pointer: &str| {
            value
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_lowercase()
        };
        match by {
            SortKey::Address => field("/primaryAddress/line1"),
            _ => format!("{}\0{}", field("/surname"), field("/forename")),
        }
    }
}
