//! Pages that are fetched and not yet merged into the contacts, in a log beside the database.
//!
//! Merging takes longer than writing a page down, and a database has one writer. Were the next page
//! asked for only once this one is merged, network and disk would wait for each other; were it asked
//! for before this one is kept, a kill would cost two. So a page is appended to a log first, which is
//! quick and waits for nobody, and whatever happens then, it need not be fetched again. A few at a
//! time are merged in one transaction, together with the cursor behind them: CRMs list their records
//! in no order of their ids, so that each contact of a page falls on another page of the index over
//! them, and merging several pages at once writes each of those once.
//!
//! The log has two files. What is written while the pages of one are merged goes into the other, and
//! a file is emptied once its pages are merged: so neither grows with the listing. Each page is sealed
//! (ChaCha20-Poly1305) with a key of the run, which only the database has, and numbered as a page of
//! its listing. After a kill, the pages that follow those merged are merged before anything is asked
//! for; the first one that cannot be read, such as one that was cut off, ends them.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use nurturehub_port::Secret;
use rusqlite::{OptionalExtension, params};

use super::page_frame;
use super::prepared::PageToStage;
use super::stage::stage_together;
use crate::beside::{beside, remove};
use crate::listings::{self, ListingCounts};
use crate::{StoreError, Write};

/// What each page is sealed with beside its number: it tells the form.
const FORM: &[u8] = b"nurturehub page log, form 1";

/// Bytes that a page's length takes in front of it.
const LENGTH_BYTES: usize = 4;

/// Bytes of its number, behind the length.
const NUMBER_BYTES: usize = 8;

/// A buffer that grew beyond this for one page is let go after it.
const KEPT_BUFFER: usize = 4 * 1024 * 1024;

/// The key of one run's log: 256 bits that no other run has.
#[derive(Debug, Clone)]
pub struct PageLogKey(Secret<[u8; 32]>);

impl PageLogKey {
    /// Takes a key that was drawn for this run.
    #[must_use]
    pub const fn new(key: Secret<[u8; 32]>) -> Self {
        Self(key)
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(self.0.expose().into())
    }
}

/// Pages on their way into the contacts, in the order in which they were fetched.
#[derive(Debug)]
pub struct LoggedPages {
    pages: Vec<PageToStage>,
    /// Pages of the listing before the first of these.
    before: u64,
}

impl LoggedPages {
    /// How many contacts they have.
    #[must_use]
    pub fn contacts(&self) -> usize {
        self.pages.iter().map(|page| page.records.len()).sum()
    }

    /// Adds the page that comes next, which need not be in the log where it is merged at once.
    pub fn push(&mut self, page: PageToStage) {
        self.pages.push(page);
    }
}

/// The log of a connection's run.
pub struct PageLog {
    files: [PathBuf; 2],
    cipher: ChaCha20Poly1305,
    /// Which of the files is written to: the first one, or the second.
    first: bool,
    open: Option<File>,
    /// Pages of the listing that are merged or in the log.
    pages: u64,
    buffer: Vec<u8>,
    waiting: Vec<PageToStage>,
}

impl std::fmt::Debug for PageLog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PageLog")
            .field("files", &self.files)
            .field("pages", &self.pages)
            .finish_non_exhaustive()
    }
}

impl PageLog {
    /// The log of a run over a listing of which so many pages are merged. What an earlier run left in
    /// it goes.
    #[must_use]
    pub fn begin(database: &Path, connection: i64, key: &PageLogKey, merged: u64) -> Self {
        discard_or_warn(database, connection);
        Self {
            files: files(database, connection),
            cipher: key.cipher(),
            first: true,
            open: None,
            pages: merged,
            buffer: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Appends a page. From then on a kill does not cost it.
    ///
    /// # Errors
    /// `Full`, `Folder`.
    pub fn append(&mut self, page: PageToStage) -> Result<(), StoreError> {
        let number = self.pages.saturating_add(1);
        let frame = self.seal(number, &page)?;
        let written = self.write(&frame);
        if frame.capacity() <= KEPT_BUFFER {
            self.buffer = frame;
        }
        written?;
        self.pages = number;
        self.waiting.push(page);
        Ok(())
    }

    fn seal(&mut self, number: u64, page: &PageToStage) -> Result<Vec<u8>, StoreError> {
        let mut frame = std::mem::take(&mut self.buffer);
        frame.clear();
        frame.extend_from_slice(&[0; LENGTH_BYTES]);
        frame.extend_from_slice(&number.to_le_bytes());
        let mut frame = page_frame::write(page, frame).ok_or_else(unfit)?;
        let (head, plain) = frame.split_at_mut(LENGTH_BYTES + NUMBER_BYTES);
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce(number), FORM, plain.into())
            .map_err(|_| unfit())?;
        let size = u32::try_from(plain.len() + tag.len()).map_err(|_| unfit())?;
        if let Some(length) = head.first_chunk_mut() {
            *length = size.to_le_bytes();
        }
        frame.extend_from_slice(&tag);
        Ok(frame)
    }

    fn write(&mut self, frame: &[u8]) -> Result<(), StoreError> {
        let [first, second] = &self.files;
        let path = if self.first { first } else { second };
        let fail = |source| StoreError::of_file(path, source);
        let file = match &mut self.open {
            Some(file) => file,
            none => none.insert(create(path).map_err(fail)?),
        };
        file.write_all(frame).map_err(fail)
    }

    /// How much waits to be handed out: records, whatever became of them, and one for a page that has
    /// none.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let weight = |page: &PageToStage| {
            let records = page.records.len() + page.rejected.len() + page.removals.len();
            records.max(1)
        };
        self.waiting.iter().map(weight).sum()
    }

    /// Whether no page waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Hands out what waits to be merged. What comes next is written to the other file, whose pages
    /// the caller has seen merged.
    pub fn hand_out(&mut self) -> LoggedPages {
        self.first = !self.first;
        self.open = None;
        let pages = std::mem::take(&mut self.waiting);
        let many = u64::try_from(pages.len()).unwrap_or(u64::MAX);
        LoggedPages {
            before: self.pages.saturating_sub(many),
            pages,
        }
    }
}

/// Merges pages into the contacts and moves the listing's cursor past them: all, or nothing.
///
/// # Errors
/// `NotFound` where the listing is no longer the one in progress, or a page before these is not
/// merged.
pub fn merge_logged(tx: &Write<'_>, logged: LoggedPages) -> Result<ListingCounts, StoreError> {
    let Some(first) = logged.pages.first() else {
        return Ok(ListingCounts::default());
    };
    let connection = first.connection;
    let merged = listings::find(tx, connection)?.map(|listing| listing.counts.pages);
    if merged != Some(logged.before) {
        return Err(StoreError::NotFound {
            what: "page before these",
            key: logged.before.to_string(),
        });
    }
    stage_together(tx, connection, logged.pages)
}

/// Seals the log of the run that begins with this key. What an earlier one left can no longer be read.
///
/// # Errors
/// What the database answers.
pub fn seal_log(tx: &Write<'_>, connection: i64, key: &PageLogKey) -> Result<(), StoreError> {
    tx.database
        .prepare_cached("UPDATE listing SET page_key = ?2 WHERE connection_id = ?1")?
        .execute(params![connection, key.0.expose()])?;
    Ok(())
}

/// Merges the pages that an earlier run wrote down and did not come to merge, where there are any.
///
/// A log that cannot be read gives none, and they are fetched again.
///
/// # Errors
/// What the database answers.
pub fn merge_left_over(tx: &Write<'_>, connection: i64) -> Result<(), StoreError> {
    let found: Option<(i64, Option<Vec<u8>>)> = tx
        .database
        .prepare_cached("SELECT pages, page_key FROM listing WHERE connection_id = ?1")?
        .query_row([connection], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let key = found.and_then(|(merged, key)| {
        let key = <[u8; 32]>::try_from(key?).ok()?;
        Some((u64::try_from(merged).ok()?, PageLogKey(Secret::new(key))))
    });
    let (Some((merged, key)), Some(database)) = (key, tx.database.path()) else {
        return Ok(());
    };
    let mut left = Vec::new();
    for path in files(Path::new(database), connection) {
        match fs::read(&path) {
            Ok(bytes) => left.extend(opened(&key.cipher(), &bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, "A log of pages cannot be read."),
        }
    }
    left.sort_by_key(|(number, _)| *number);
    let missing = left.into_iter().skip_while(|(number, _)| *number <= merged);
    let pages: Vec<PageToStage> = (merged.saturating_add(1)..)
        .zip(missing)
        .take_while(|(expected, (number, _))| expected == number)
        .map_while(|(_, (_, plain))| page_frame::read(connection, &plain))
        .collect();
    tracing::info!(pages = pages.len(), "Pages of an earlier run are merged.");
    stage_together(tx, connection, pages).map(drop)
}

/// The pages of a file, each with its number, up to the first that cannot be opened.
fn opened(cipher: &ChaCha20Poly1305, mut bytes: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let mut pages = Vec::new();
    while let Some((number, sealed, rest)) = frame(bytes) {
        let mut plain = sealed.to_vec();
        let open = cipher.decrypt_in_place(&nonce(number), FORM, &mut plain);
        if open.is_err() {
            break;
        }
        pages.push((number, plain));
        bytes = rest;
    }
    pages
}

/// The first page of some bytes, still sealed, with its number and what follows it.
fn frame(bytes: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let (length, bytes) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    let (number, bytes) = bytes.split_first_chunk::<NUMBER_BYTES>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (sealed, rest) = bytes.split_at_checked(length)?;
    Some((u64::from_le_bytes(*number), sealed, rest))
}

/// Takes away what the log of a connection has.
///
/// # Errors
/// `Folder`.
pub fn discard(database: &Path, connection: i64) -> Result<(), StoreError> {
    files(database, connection)
        .iter()
        .try_for_each(|path| remove(path))
}

/// The same, where nothing depends on it: what stays cannot be read any more once another run has begun or
/// the listing is closed.
pub fn discard_or_warn(database: &Path, connection: i64) {
    if let Err(error) = discard(database, connection) {
        tracing::warn!(%error, "A log of pages cannot be removed.");
    }
}

/// Where the two files of a connection's log are.
fn files(database: &Path, connection: i64) -> [PathBuf; 2] {
    ["a", "b"].map(|which| beside(database, &format!("-pages-{connection}-{which}")))
}

/// Makes a file anew, which only its owner may read where the system knows such a thing.
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// No two pages of a run have the same number, and no two runs the same key.
fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; 12];
    if let Some(start) = nonce.first_chunk_mut() {
        *start = number.to_le_bytes();
    }
    Nonce::from(nonce)
}

fn unfit() -> StoreError {
    StoreError::Damaged("a page of contacts is too large to be written down".into())
}
