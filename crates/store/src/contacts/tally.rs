//! How many contacts there are in each state of `pending`, kept with each change, since counting a
//! million takes longer than a person should wait.
//!
//! Whoever changes that column says so here; what a transaction changed is written down once, as the
//! last thing in it. A trigger would do the same unasked, and cost each contact of a sync much more.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::StoreError;

/// What a transaction has changed of the counts, by connection and state.
#[derive(Debug, Default)]
pub(crate) struct Tally(RefCell<BTreeMap<(i64, i64), i64>>);

impl Tally {
    /// Notes a contact that is new, in this state.
    pub(super) fn came(&self, connection: i64, pending: i64) {
        self.add(connection, pending, 1);
    }

    /// Notes that so many contacts have gone from one state to another.
    pub(super) fn moved(&self, connection: i64, before: i64, after: i64, many: i64) {
        self.add(connection, before, -many);
        self.add(connection, after, many);
    }

    fn add(&self, connection: i64, pending: i64, many: i64) {
        *self
            .0
            .borrow_mut()
            .entry((connection, pending))
            .or_default() += many;
    }

    /// Writes down what has changed. What goes with its connection is not counted here: the counts go
    /// with it, too.
    ///
    /// # Errors
    /// What the database answers.
    pub(crate) fn write(&self, tx: &Connection) -> Result<(), StoreError> {
        for ((connection, pending), many) in self.0.take() {
            if many != 0 {
                tx.prepare_cached(
                    "INSERT INTO contact_count (connection_id, pending, contacts) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET contacts = contacts + excluded.contacts",
                )?
                .execute([connection, pending, many])?;
            }
        }
        Ok(())
    }
}
