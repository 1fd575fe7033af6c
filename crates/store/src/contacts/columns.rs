//! What a filter looks at, of every contact of a connection, close together in memory.
//!
//! In the database these columns stand among others on encrypted pages, which all have to be read for
//! a look at each contact. Here a search is one pass over what it is about, whatever part of a word it
//! is for (docs/performance.md, each page).

use rusqlite::Row;

use super::codes::{category_code, email_consent, kind_of, lifecycle_code};
use super::filter::ContactFilter;
use super::texts::Texts;
use crate::{Read, StoreError};

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
    texts: Texts,
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
        self.texts
            .push(row.get_ref(6)?.as_bytes().unwrap_or_default());
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
        for &id in changed {
            let place = self.rows.binary_search(&id);
            let mut rows = statement.query([connection, id])?;
            match (rows.next()?, place) {
                (Some(row), Ok(at)) => {
                    let text = row.get_ref(6)?.as_bytes().unwrap_or_default();
                    self.texts.put(at, text);
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
        Ok(true)
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
            Some(needle) => self.texts.with(needle.as_bytes()).filter_map(row).collect(),
        }
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
