//! What a filter looks at, of every contact of a connection, close together in memory.
//!
//! In the database these columns stand among others on encrypted pages, and a look at each of a
//! million contacts takes a second. Here they take some hundred bytes a contact, and a search through
//! all of them some hundredths of a second, whatever part of a word it is for.

use memchr::memmem;

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

impl Columns {
    /// Reads them.
    ///
    /// # Errors
    /// What the database answers.
    pub(super) fn read(db: &Read<'_>, connection: i64) -> Result<Self, StoreError> {
        let mut columns = Self::default();
        let mut statement = db.database.prepare_cached(
            "SELECT id, category, pending, lifecycle, consent, issues > 0, search FROM contact
             WHERE connection_id = ?1 ORDER BY id",
        )?;
        let mut rows = statement.query([connection])?;
        while let Some(row) = rows.next()? {
            columns.rows.push(row.get(0)?);
            columns.codes.push(Codes {
                category: narrow(row.get(1)?),
                pending: narrow(row.get(2)?),
                lifecycle: narrow(row.get(3)?),
                consent: narrow(row.get::<_, i64>(4)? & EMAIL),
                issues: row.get(5)?,
            });
            let text = row.get_ref(6)?.as_bytes().unwrap_or_default();
            columns.text.extend_from_slice(text);
            columns.text.push(END);
            columns.ends.push(columns.text.len());
        }
        Ok(columns)
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
            passed += self
                .ends
                .get(passed..)?
                .partition_point(|&end| end <= found);
            from = *self.ends.get(passed)?;
            Some(passed)
        })
    }
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
