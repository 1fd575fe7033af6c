//! How contacts are packed, and which form the file has, over the store's own tables and rows.

use std::time::Instant;

use rusqlite::{Connection, params, params_from_iter};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use zstd::bulk::Compressor;

use super::merging;
use super::results::Try;
use super::source::{Body, KEY, PAGE, Row, Source};
use crate::Failure;

/// How the file's pages are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Cipher {
    /// By SQLCipher with HMAC-SHA-256.
    Sha256,
    /// By SQLCipher with HMAC-SHA-512, its default.
    Sha512,
    /// Not at all.
    None,
}

/// The form of a file and of what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Form {
    /// How its pages are protected.
    pub(crate) cipher: Cipher,
    /// How large they are.
    pub(crate) page_kib: i64,
    /// The level of zstd.
    pub(crate) level: i32,
    /// Bodies are packed together until they have so many bytes.
    pub(crate) block_bytes: usize,
}

impl Form {
    /// The store's.
    pub(crate) const IN_FORCE: Self = Self {
        cipher: Cipher::Sha256,
        page_kib: 4,
        level: 1,
        block_bytes: 64 * 1024,
    };
}

/// As the store sets up the connection that writes; the log is checkpointed after as many bytes.
const CACHE_KIB: i64 = 8 * 1024;
const CHECKPOINT_KIB: i64 = 16_000;

/// Opens a file of the folder in this form, making it where there is none.
pub(super) fn open(folder: &TempDir, form: Form) -> Result<Connection, Failure> {
    let file = Connection::open(folder.path().join("store.db"))?;
    let page_size = form.page_kib * 1024;
    let sealed = |hmac: &str| -> Result<(), Failure> {
        let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
        file.pragma_update(None, "cipher_log_level", "NONE")?;
        file.pragma_update(None, "key", format!("x'{key}'"))?;
        file.pragma_update(None, "cipher_hmac_algorithm", hmac)?;
        Ok(file.pragma_update(None, "cipher_page_size", page_size)?)
    };
    match form.cipher {
        Cipher::Sha256 => sealed("HMAC_SHA256")?,
        Cipher::Sha512 => sealed("HMAC_SHA512")?,
        Cipher::None => file.pragma_update(None, "page_size", page_size)?,
    }
    file.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    file.pragma_update(None, "foreign_keys", true)?;
    file.pragma_update(None, "temp_store", "MEMORY")?;
    file.pragma_update(None, "synchronous", "NORMAL")?;
    file.pragma_update(None, "cache_size", -CACHE_KIB)?;
    file.pragma_update(None, "secure_delete", true)?;
    let checkpoint = CHECKPOINT_KIB / form.page_kib;
    file.pragma_update_and_check(None, "wal_autocheckpoint", checkpoint, |_| Ok(()))?;
    Ok(file)
}

/// Stores everything in a file of its own, in the pattern in which the store does: the blocks and the
/// rows of some pages in one transaction.
pub(super) fn once(source: &Source, form: Form) -> Result<Try, Failure> {
    store_in(source, form, &tempfile::tempdir()?)
}

fn store_in(source: &Source, form: Form, folder: &TempDir) -> Result<Try, Failure> {
    let mut file = open(folder, form)?;
    for statement in &source.schema {
        file.execute_batch(statement)?;
    }
    insert(
        &file,
        "connection",
        std::slice::from_ref(&source.connection),
    )?;
    let began = Instant::now();
    let mut compressor = Compressor::new(form.level)?;
    let mut rows = source.rows.chunks(merging::IN_FORCE);
    for some in source.bodies.chunks(merging::IN_FORCE) {
        let mut blocks = Vec::new();
        for page in some.chunks(PAGE) {
            blocks.extend(packed(page, form, &mut compressor)?);
        }
        let transaction = file.transaction()?;
        for (slots, block) in blocks {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO block (connection_id, slots, used)
                 SELECT id, ?1, ?1 FROM connection LIMIT 1",
            )?;
            insert.execute([slots])?;
            let id = transaction.last_insert_rowid();
            let mut insert = transaction
                .prepare_cached("INSERT INTO block_content (block_id, packed) VALUES (?1, ?2)")?;
            insert.execute(params![id, block])?;
        }
        insert(&transaction, "contact", rows.next().unwrap_or_default())?;
        transaction.commit()?;
    }
    file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let seconds = began.elapsed().as_secs_f64();
    drop(file);
    let bytes = std::fs::metadata(folder.path().join("store.db"))?.len();
    Ok(Try { seconds, bytes })
}

/// Puts rows into a table as they are.
fn insert(file: &Connection, table: &str, rows: &[Row]) -> Result<(), Failure> {
    for row in rows {
        let places = vec!["?"; row.len()].join(", ");
        let sql = format!("INSERT INTO {table} VALUES ({places})");
        file.prepare_cached(&sql)?.execute(params_from_iter(row))?;
    }
    Ok(())
}

/// The bodies of a page in blocks: how many each has, and its bytes.
fn packed(
    page: &[Body],
    form: Form,
    compressor: &mut Compressor<'_>,
) -> Result<Vec<(i64, Vec<u8>)>, Failure> {
    let mut blocks = Vec::new();
    let (mut slots, mut plain) = (0, Vec::new());
    for body in page {
        plain.extend_from_slice(body.canonical.as_bytes());
        plain.extend_from_slice(body.raw.as_bytes());
        slots += 1;
        if plain.len() >= form.block_bytes {
            blocks.push((slots, compressor.compress(&plain)?));
            slots = 0;
            plain.clear();
        }
    }
    if slots > 0 {
        blocks.push((slots, compressor.compress(&plain)?));
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::types::Value;

    fn source() -> Source {
        let text = |number: usize| format!("{{\"name\":\"Somebody {number}\",\"id\":{number}}}");
        let body = |number| Body {
            canonical: text(number),
            raw: text(number).repeat(3),
        };
        let row = |number: i64| vec![Value::Integer(number), Value::Text(format!("A{number}"))];
        let table = |text: &str| text.to_owned();
        Source {
            bodies: (0..1_030).map(body).collect(),
            schema: vec![
                table("CREATE TABLE connection (id INTEGER PRIMARY KEY)"),
                table("CREATE TABLE block (id INTEGER PRIMARY KEY, connection_id, slots, used)"),
                table("CREATE TABLE block_content (block_id INTEGER PRIMARY KEY, packed BLOB)"),
                table("CREATE TABLE contact (id INTEGER PRIMARY KEY, external_id TEXT)"),
            ],
            connection: vec![Value::Integer(1)],
            rows: (0..1_030).map(row).collect(),
        }
    }

    #[test]
    fn every_form_holds_all_contacts_and_only_the_open_one_can_be_read_without_a_key() {
        let source = source();
        let with = |change: fn(&mut Form)| {
            let mut form = Form::IN_FORCE;
            change(&mut form);
            form
        };
        for form in [
            Form::IN_FORCE,
            with(|form| form.cipher = Cipher::Sha512),
            with(|form| form.cipher = Cipher::None),
            with(|form| form.page_kib = 16),
            with(|form| form.block_bytes = 1),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let tried = store_in(&source, form, &folder).expect("stored");
            assert!(tried.bytes > 0 && tried.seconds > 0.0, "{form:?}");
            let file = open(&folder, form).expect("opened again");
            let count =
                |sql: &str| -> i64 { file.query_row(sql, [], |row| row.get(0)).expect("a number") };
            assert_eq!(count("SELECT count(*) FROM contact"), 1_030, "{form:?}");
            assert_eq!(count("SELECT sum(slots) FROM block"), 1_030, "{form:?}");
            let pages = count("PRAGMA page_count");
            let size = u64::try_from(pages * form.page_kib * 1024).expect("a size");
            assert_eq!(tried.bytes, size, "{form:?} has pages of its size");
            let blocks = count("SELECT count(*) FROM block_content");
            assert_eq!(blocks > 1_000, form.block_bytes == 1, "{form:?}: {blocks}");
            let bytes = std::fs::read(folder.path().join("store.db")).expect("the file");
            assert_eq!(
                bytes.starts_with(b"SQLite format 3"),
                form.cipher == Cipher::None,
                "{form:?}"
            );
        }
    }
}
