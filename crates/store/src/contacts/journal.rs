//! Which contacts this program has changed lately, so that whoever holds something of all contacts in
//! memory need not read all of them again.
//!
//! Each transaction that changes contacts takes the next number, which is in the database, and is noted
//! here under it before it is committed. Whoever looks at the database sees by the number up to where
//! it has come. A number that is not here was taken by another program, or so long ago that it was let
//! go: then all must be read anew.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::StoreError;

/// Rows that are noted at most, over all numbers. Beyond, reading everything anew is no slower.
const KEPT_ROWS: usize = 50_000;

/// The rows that each of the latest transactions changed, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    latest: VecDeque<(i64, Vec<i64>)>,
    rows: usize,
}

impl Journal {
    /// Notes what a transaction has changed, before it is committed.
    pub(crate) fn note(&self, number: i64, rows: Vec<i64>) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.rows += rows.len();
        entries.latest.push_back((number, rows));
        while entries.rows > KEPT_ROWS {
            let Some((_, oldest)) = entries.latest.pop_front() else {
                break;
            };
            entries.rows -= oldest.len();
        }
    }

    /// Takes back what was noted of a transaction that was then undone.
    pub(crate) fn take_back(&self, number: i64) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries
            .latest
            .back()
            .is_some_and(|(last, _)| *last == number)
            && let Some((_, rows)) = entries.latest.pop_back()
        {
            entries.rows -= rows.len();
        }
    }

    /// The rows that were changed after one number and up to another, in order and each once; none
    /// where that is not known of every number between.
    pub(crate) fn between(&self, after: i64, up_to: i64) -> Option<Vec<i64>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows = Vec::new();
        let mut wanted = after + 1;
        for (number, changed) in &entries.latest {
            if *number > up_to {
                break;
            }
            if *number == wanted {
                rows.extend_from_slice(changed);
                wanted += 1;
            }
        }
        drop(entries);
        if wanted <= up_to {
            return None;
        }
        rows.sort_unstable();
        rows.dedup();
        Some(rows)
    }
}

/// What notes the contacts that a connection changes.
pub(crate) struct Noting {
    journal: Arc<Journal>,
    /// Rows that the transaction under way has changed so far.
    changed: Arc<Mutex<Vec<i64>>>,
}

impl Noting {
    /// Has SQLite tell of each contact that this connection changes.
    ///
    /// # Errors
    /// What the database answers.
    pub(crate) fn on(database: &mut Connection, journal: Arc<Journal>) -> Result<Self, StoreError> {
        let changed = Arc::<Mutex<Vec<i64>>>::default();
        let told = Arc::clone(&changed);
        database.update_hook(Some(move |_, _: &str, table: &str, row| {
            if table == "contact" {
                told.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(row);
            }
        }))?;
        Ok(Self { journal, changed })
    }

    /// Forgets what a transaction has changed that was undone.
    pub(crate) fn forget(&self) {
        self.taken();
    }

    /// Notes what the transaction under way has changed, as the last thing in it; answers under which
    /// number, where that is anything.
    ///
    /// # Errors
    /// What the database answers.
    pub(crate) fn note(&self, tx: &Connection) -> Result<Option<i64>, StoreError> {
        let rows = self.taken();
        if rows.is_empty() {
            return Ok(None);
        }
        let number = tx
            .prepare_cached("UPDATE contact_changes SET number = number + 1 RETURNING number")?
            .query_row([], |row| row.get(0))?;
        self.journal.note(number, rows);
        Ok(Some(number))
    }

    /// Takes back what was noted under a number, since its transaction was undone after all.
    pub(crate) fn take_back(&self, number: i64) {
        self.journal.take_back(number);
    }

    fn taken(&self) -> Vec<i64> {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_known_where_every_number_between_is() {
        let journal = Journal::default();
        journal.note(4, vec![7, 3]);
        journal.note(5, vec![3]);
        journal.note(7, vec![9]);
        assert_eq!(journal.between(3, 5), Some(vec![3, 7]));
        assert_eq!(journal.between(5, 5), Some(Vec::new()), "nothing since");
        assert_eq!(journal.between(2, 5), None, "3 was another program's");
        assert_eq!(journal.between(5, 7), None, "so was 6");
    }

    #[test]
    fn what_was_undone_changed_nothing() {
        let journal = Journal::default();
        journal.note(1, vec![1]);
        journal.note(2, vec![2]);
        journal.take_back(2);
        journal.note(2, vec![5]);
        assert_eq!(journal.between(0, 2), Some(vec![1, 5]));
    }

    #[test]
    fn what_is_long_ago_is_let_go() {
        let journal = Journal::default();
        let many: Vec<i64> = (0..).take(KEPT_ROWS).collect();
        journal.note(1, vec![1]);
        journal.note(2, many.clone());
        assert_eq!(journal.between(0, 2), None);
        assert_eq!(journal.between(1, 2), Some(many));
    }
}
