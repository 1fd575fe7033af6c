//! What a filter looks at, of every contact of a connection, close together in memory.
//!
//! In the database these columns stand among others on encrypted pages, and a look at each of a
//! million contacts takes a second. Here they take some hundred bytes a contact, and a search through
//! all of them some hundredths of a second, whatever part of a word it is for.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem;
use rusqlite::Row;

use super::codes::{category_code, email_consent, kind_of, lifecycle_code};
use super::filter::ContactFilter;
use crate::{Read, StoreError};

/// Stands behind each contact's text. No text has it.
const END: u8 = 0;

/// The e-mail channel's part of the `consent` column.
const EMAIL: i64 = 3;

#[derive(Debug, Clone, Copy)]
struct Codes {
    category: i8,
    pending: i8,
    lifecycle: i8,
    consent: i8,
    issues: bool,
}

/// The contacts of a connection, in the order in which they were first stored.
#[derive(Debug, Default)]
pub(super) struct Columns {
    rows: Vec<i64>,
    codes: Vec<Codes>,
    /// All texts, one behind the other.
    text: Vec<u8>,
    /// Where in `text` each contact's ends.
    ends: Vec<usize>,
}

/// Codes are small; one that is not fits no filter.
fn narrow(code: i64) -> i8 {
    i8::try_from(code).unwrap_or(i8::MIN)
}

/// The columns as a query reads them.
const SELECTED: &str = "id, category, pending, lifecycle, consent, issues > 0, search";

impl Codes {
    fn of(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            category: narrow(row.get(1)?),
            pending: narrow(row.get(2)?),
            lifecycle: narrow(row.get(3)?),
            consent: narrow(row.get::<_, i64>(4)? & EMAIL),
            issues: row.get(5)?,
        })
    }
}

impl Columns {
    /// Reads them.
    ///
    /// # Errors
    /// What the database answers.
    pub(super) fn read(db: &Read<'_>, connection: i64) -> Result<Self, StoreError> {
        let mut columns = Self::default();
        let mut statement = db.database.prepare_cached(&format!(
            "SELECT {SELECTED} FROM contact WHERE connection_id = ?1 ORDER BY id"
        ))?;
        let mut rows = statement.query([connection])?;
        while let Some(row) = rows.next()? {
            columns.append(row)?;
        }
        Ok(columns)
    }

    fn append(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        self.rows.push(row.get(0)?);
        self.codes.push(Codes::of(row)?);
        let text = row.get_ref(6)?.as_bytes().unwrap_or_default();
        self.text.extend_from_slice(text);
        self.text.push(END);
        self.ends.push(self.text.len());
        Ok(())
    }

    /// Reads rows again that have changed, in order and each once. False where all must be read
    /// anew: then nothing is true of what is here.
    ///
    /// # Errors
    /// What the database answers.
    pub(super) fn update(
        &mut self,
        db: &Read<'_>,
        connection: i64,
        changed: &[i64],
    ) -> Result<bool, StoreError> {
        // Rows from all over the file are read one page each; all in order share theirs.
        if changed.len() > self.rows.len() / 8 + 1_000 {
            return Ok(false);
        }
        let mut statement = db.database.prepare_cached(&format!(
            "SELECT {SELECTED} FROM contact WHERE connection_id = ?1 AND id = ?2"
        ))?;
        let mut texts = BTreeMap::new();
        for &id in changed {
            let place = self.rows.binary_search(&id);
            let mut rows = statement.query([connection, id])?;
            match (rows.next()?, place) {
                (Some(row), Ok(at)) => {
                    let text = row.get_ref(6)?.as_bytes().unwrap_or_default();
                    if text != self.text_at(at) {
                        texts.insert(at, text.to_vec());
                    }
                    if let Some(codes) = self.codes.get_mut(at) {
                        *codes = Codes::of(row)?;
                    }
                }
                (Some(row), Err(at)) if at == self.rows.len() => self.append(row)?,
                // Another connection's.
                (None, Err(_)) => {}
                _ => return Ok(false),
            }
        }
        if !texts.is_empty() {
            self.put_texts(&texts);
        }
        Ok(true)
    }

    fn text_at(&self, at: usize) -> &[u8] {
        let from = at
            .checked_sub(1)
            .map_or(Some(0), |before| self.ends.get(before).copied());
        let to = self.ends.get(at).map(|end| end.saturating_sub(1));
        let range = from.zip(to).map(|(from, to)| from..to);
        range
            .and_then(|range| self.text.get(range))
            .unwrap_or_default()
    }

    /// Puts other texts in the place of some; what lies between is moved as a whole.
    fn put_texts(&mut self, texts: &BTreeMap<usize, Vec<u8>>) {
        let old = std::mem::take(&mut self.text);
        let more: usize = texts.values().map(Vec::len).sum();
        self.text.reserve(old.len() + more);
        // Up to where the old text, and the contacts, have been dealt with.
        let (mut from, mut passed) = (0, 0);
        for (&at, other) in texts {
            let end = self.ends.get(at).copied().unwrap_or(from);
            let begin = match at.checked_sub(1) {
                Some(before) if before >= passed => self.ends.get(before).copied(),
                _ => None,
            };
            let begin = begin.unwrap_or(from);
            self.keep(&old, from..begin, passed..at);
            self.text.extend_from_slice(other);
            self.text.push(END);
            if let Some(end) = self.ends.get_mut(at) {
                *end = self.text.len();
            }
            (from, passed) = (end, at + 1);
        }
        let left = self.ends.len();
        self.keep(&old, from..old.len(), passed..left);
    }

    /// Takes over a part of the old text, which is that of these contacts.
    fn keep(&mut self, old: &[u8], part: Range<usize>, contacts: Range<usize>) {
        let (from, to) = (part.start, self.text.len());
        for end in self.ends.get_mut(contacts).unwrap_or_default() {
            *end = *end - from + to;
        }
        self.text
            .extend_from_slice(old.get(part).unwrap_or_default());
    }

    /// The rows of the contacts that a filter lets through, in order.
    pub(super) fn matching(&self, filter: &ContactFilter) -> Vec<i64> {
        let fits = fits(filter);
        let row = |at: usize| {
            let codes = self.codes.get(at)?;
            fits(codes).then(|| self.rows.get(at).copied()).flatten()
        };
        match filter.needle() {
            None => (0..self.rows.len()).filter_map(row).collect(),
            Some(needle) => self.with_text(needle.as_bytes()).filter_map(row).collect(),
        }
    }

    /// Where the contacts stand whose text has this in it.
    fn with_text<'a>(&'a self, needle: &[u8]) -> impl Iterator<Item = usize> + 'a {
        let finder = memmem::Finder::new(needle).into_owned();
        // A text that spans two contacts is nobody's.
        let possible = !needle.contains(&END);
        let (mut from, mut passed) = (0, 0);
        std::iter::from_fn(move || {
            let rest = self.text.get(from..).filter(|_| possible)?;
            let found = from + finder.find(rest)?;
            passed += ended(self.ends.get(passed..)?, found);
            from = *self.ends.get(passed)?;
            Some(passed)
        })
    }
}

/// How many of these contacts end at or before a place. It is mostly few: the nearest are looked at
/// first.
fn ended(ends: &[usize], place: usize) -> usize {
    let mut near = 1;
    while ends.get(near).is_some_and(|&end| end <= place) {
        near *= 2;
    }
    let near = ends.get(..=near).unwrap_or(ends);
    near.partition_point(|&end| end <= place)
}

/// All that a filter asks for, save for the text.
fn fits(filter: &ContactFilter) -> impl Fn(&Codes) -> bool {
    let category = filter.category.map(category_code).map(narrow);
    let lifecycle = filter.lifecycle.map(lifecycle_code).map(narrow);
    let consent = filter.consent.map(email_consent).map(narrow);
    let (change, with_issues) = (filter.change, filter.with_issues);
    move |codes| {
        category.is_none_or(|wanted| wanted == codes.category)
            && lifecycle.is_none_or(|wanted| wanted == codes.lifecycle)
            && consent.is_none_or(|wanted| wanted == codes.consent)
            && change.is_none_or(|wanted| wanted == kind_of(codes.pending.into()))
            && (!with_issues || codes.issues)
    }
}
