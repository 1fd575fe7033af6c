//! Contacts as they are kept: the canonical form and the CRM's own record, compressed together.
//!
//! Records of one CRM are alike in all but their values, so each body is compressed against the
//! *shape* of a few records, that is, their text with every value blanked. A body is then about an
//! eighth of its size, and a shape holds no personal data. Less is written, encrypted and read.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};
use serde_json::Value;
use zstd::bulk::{Compressor, Decompressor};

use crate::{Read, StoreError, Write};

/// Without entropy coding of the literals: a sync spends more time on packing than on anything else in
/// the store, and level 1 saves a tenth of the file at the price of a tenth of the speed.
const LEVEL: i32 = -1;

/// No body may unpack to more (a guard against a damaged length).
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Bytes that say how long the canonical form is; they stand before it.
const LENGTH_BYTES: usize = 4;

/// The buffer is let go after a body larger than this.
const KEPT_BUFFER: usize = 1024 * 1024;

/// A shape need not be longer: matches beyond would be rare.
const MAX_SHAPE: usize = 16 * 1024;

/// Compressors and decompressors by dictionary, kept because making one costs more than using it.
#[derive(Default)]
pub(crate) struct Codecs {
    current: HashMap<i64, i64>,
    compressors: HashMap<i64, Compressor<'static>>,
    decompressors: HashMap<i64, Decompressor<'static>>,
    buffer: Vec<u8>,
}

impl Codecs {
    pub(crate) fn forget(&mut self) {
        self.current.clear();
        self.compressors.clear();
        self.decompressors.clear();
    }

    #[cfg(test)]
    pub(crate) fn knows_anything(&self) -> bool {
        !(self.current.is_empty() && self.compressors.is_empty() && self.decompressors.is_empty())
    }
}

/// A body, unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) canonical: String,
    pub(crate) raw: String,
}

/// A body, packed, with the dictionary that unpacks it.
pub(crate) struct Packed {
    pub(crate) dictionary: i64,
    pub(crate) bytes: Vec<u8>,
}

fn codec_error(error: &std::io::Error) -> StoreError {
    StoreError::Damaged(format!("a stored contact could not be unpacked: {error}"))
}

/// Packs canonical form and record for a connection, learning its shape from the first.
pub(crate) fn pack(
    tx: &Write<'_>,
    connection: i64,
    canonical: &str,
    raw: &str,
) -> Result<Packed, StoreError> {
    let mut codecs = tx.codecs.borrow_mut();
    let dictionary = match codecs.current.get(&connection) {
        Some(&dictionary) => dictionary,
        None => {
            let dictionary = current_dictionary(tx, connection, canonical, raw)?;
            codecs.current.insert(connection, dictionary);
            dictionary
        }
    };
    let Codecs {
        compressors,
        buffer,
        ..
    } = &mut *codecs;
    let compressor = match compressors.entry(dictionary) {
        std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
        std::collections::hash_map::Entry::Vacant(entry) => {
            let shape = load_shape(tx, dictionary)?;
            entry.insert(
                Compressor::with_dictionary(LEVEL, &shape).map_err(|error| codec_error(&error))?,
            )
        }
    };
    // What is larger could be written, but never read again.
    let length = u32::try_from(canonical.len())
        .ok()
        .filter(|_| canonical.len().saturating_add(raw.len()) <= MAX_BODY - LENGTH_BYTES)
        .ok_or_else(|| {
            StoreError::Damaged("a contact with its record is larger than 64 MiB".into())
        })?;
    buffer.clear();
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(canonical.as_bytes());
    buffer.extend_from_slice(raw.as_bytes());
    let bytes = compressor
        .compress(buffer)
        .map_err(|error| codec_error(&error))?;
    if buffer.capacity() > KEPT_BUFFER {
        *buffer = Vec::new();
    }
    Ok(Packed { dictionary, bytes })
}

/// Unpacks a body.
pub(crate) fn unpack(db: &Read<'_>, dictionary: i64, bytes: &[u8]) -> Result<Body, StoreError> {
    let mut codecs = db.codecs.borrow_mut();
    let decompressor = match codecs.decompressors.entry(dictionary) {
        std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
        std::collections::hash_map::Entry::Vacant(entry) => {
            let shape = load_shape(db, dictionary)?;
            entry
                .insert(Decompressor::with_dictionary(&shape).map_err(|error| codec_error(&error))?)
        }
    };
    let size = Decompressor::upper_bound(bytes)
        .unwrap_or(MAX_BODY)
        .min(MAX_BODY);
    let plain = decompressor
        .decompress(bytes, size)
        .map_err(|error| codec_error(&error))?;
    let damaged = || StoreError::Damaged("a stored contact has lost its form".into());
    let (length, rest) = plain
        .split_first_chunk::<LENGTH_BYTES>()
        .ok_or_else(damaged)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| damaged())?;
    let (canonical, raw) = rest.split_at_checked(length).ok_or_else(damaged)?;
    let text = |part: &[u8]| String::from_utf8(part.to_vec()).map_err(|_| damaged());
    Ok(Body {
        canonical: text(canonical)?,
        raw: text(raw)?,
    })
}

fn load_shape(db: &Read<'_>, dictionary: i64) -> Result<Vec<u8>, StoreError> {
    Ok(db
        .database
        .prepare_cached("SELECT shape FROM dictionary WHERE id = ?1")?
        .query_row([dictionary], |row| row.get(0))?)
}

fn current_dictionary(
    tx: &Write<'_>,
    connection: i64,
    canonical: &str,
    raw: &str,
) -> Result<i64, StoreError> {
    let found = tx
        .database
        .prepare_cached("SELECT max(id) FROM dictionary WHERE connection_id = ?1")?
        .query_row([connection], |row| row.get::<_, Option<i64>>(0))
        .optional()?
        .flatten();
    if let Some(id) = found {
        return Ok(id);
    }
    let mut learnt = shape(raw);
    learnt.push_str(&shape(canonical));
    let end = learnt.floor_char_boundary(MAX_SHAPE);
    learnt.truncate(end);
    tx.database.execute(
        "INSERT INTO dictionary (connection_id, shape) VALUES (?1, ?2)",
        params![connection, learnt.as_bytes()],
    )?;
    Ok(tx.database.last_insert_rowid())
}

/// The text of a record with every value blanked; nothing, where it is not JSON.
fn shape(text: &str) -> String {
    fn blank(value: &mut Value) {
        match value {
            Value::String(text) => text.clear(),
            Value::Number(number) => *number = 0.into(),
            Value::Array(items) => items.iter_mut().for_each(blank),
            Value::Object(fields) => fields.values_mut().for_each(blank),
            Value::Null | Value::Bool(_) => {}
        }
    }
    serde_json::from_str::<Value>(text).map_or_else(
        |_| String::new(),
        |mut value| {
            blank(&mut value);
            value.to_string()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_keeps_the_keys_and_no_value() {
        let shape = shape(r#"{"name":"Ada","n":[7,{"x":"y"}],"ok":true,"none":null}"#);
        assert_eq!(
            shape,
            r#"{"name":"","n":[0,{"x":""}],"ok":true,"none":null}"#
        );
    }
}
