//! What a store holds, made comparable: each record by its id and a hash of its content.
//!
//! A tool may rename a field to suit its database, leave a null out, or keep a moment as a
//! database's own type. None of this loses anything, so it is evened out on both sides: the names
//! of a record's own fields are compared without case and underscores, nulls of its own fields are
//! left out, moments are compared as moments, and the order of keys counts for nothing. Everything
//! below the record's own fields must be there to the letter.

use std::collections::BTreeMap;
use std::io::BufRead;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Failure;

/// The records of a store by their ids.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows(BTreeMap<String, blake3::Hash>, u64);

/// How a store compares with what the CRM lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verdict {
    /// Rows in the store.
    pub(crate) rows: u64,
    /// Records that are listed and not stored.
    pub(crate) missing: u64,
    /// Records that are stored and not listed.
    pub(crate) extra: u64,
    /// Records whose content is another.
    pub(crate) different: u64,
    /// Rows beyond the first of an id.
    pub(crate) repeated: u64,
    /// One hash over all ids and contents.
    pub(crate) hash: String,
}

impl Verdict {
    /// Whether everything is there, once, and as it was served.
    pub(crate) const fn is_right(&self) -> bool {
        self.missing == 0 && self.extra == 0 && self.different == 0 && self.repeated == 0
    }
}

impl Rows {
    /// Reads records, one JSON document a line.
    pub(crate) fn read(lines: impl BufRead) -> Result<Self, Failure> {
        let mut rows = Self::default();
        for line in lines.lines() {
            let record: Map<String, Value> = serde_json::from_str(&line?)?;
            let record = evened(record);
            let id = record.get("id").and_then(Value::as_str);
            let id = id.ok_or("a stored record has no id")?.to_owned();
            let hash = blake3::hash(Value::Object(record).to_string().as_bytes());
            if rows.0.insert(id, hash).is_some() {
                rows.1 += 1;
            }
        }
        Ok(rows)
    }

    /// How many different records there are.
    pub(crate) fn len(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }

    /// Compares with what there ought to be.
    pub(crate) fn against(&self, listed: &Self) -> Verdict {
        let mut verdict = Verdict {
            rows: self.len() + self.1,
            repeated: self.1,
            ..Verdict::default()
        };
        let mut whole = blake3::Hasher::new();
        for (id, hash) in &self.0 {
            whole.update(id.as_bytes()).update(hash.as_bytes());
            match listed.0.get(id) {
                None => verdict.extra += 1,
                Some(other) => verdict.different += u64::from(other != hash),
            }
        }
        let known = |id: &&String| !self.0.contains_key(*id);
        let missing = listed.0.keys().filter(known).count();
        verdict.missing = u64::try_from(missing).unwrap_or(u64::MAX);
        verdict.hash = whole.finalize().to_hex().chars().take(16).collect();
        verdict
    }
}

/// A record with what may differ evened out.
fn evened(record: Map<String, Value>) -> Map<String, Value> {
    let mut fields: Vec<(String, Value)> = record
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            let name = name.replace('_', "").to_lowercase();
            let value = match value {
                Value::String(text) => moment(&text).unwrap_or(Value::String(text)),
                other => sorted(other),
            };
            (name, value)
        })
        .collect();
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    fields.into_iter().collect()
}

/// The same with the keys of every object in order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields
                .into_iter()
                .map(|(name, value)| (name, sorted(value)))
                .collect();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(values) => values.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// A moment in microseconds, by whichever of its texts: with `T` or a blank, with or without zone.
fn moment(text: &str) -> Option<Value> {
    let microseconds = match text.parse::<Timestamp>() {
        Ok(moment) => moment.as_microsecond(),
        Err(_) => {
            let civil: DateTime = text.parse().ok()?;
            let moment = civil.to_zoned(TimeZone::UTC).ok()?;
            moment.timestamp().as_microsecond()
        }
    };
    Some(Value::from(microseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVED: &str = r#"{"id":"A1","primaryAddress":{"line1":"1 High St","line2":null},"active":true,
        "created":"2020-01-02T03:04:05.0000000Z","title":null,"_eTag":"x"}"#;

    fn rows(records: &[&str]) -> Rows {
        let lines: Vec<String> = records.iter().map(|text| text.replace('\n', "")).collect();
        Rows::read(lines.join("\n").as_bytes()).expect("records")
    }

    #[test]
    fn what_a_database_does_to_names_nulls_and_moments_counts_for_nothing() {
        let stored = r#"{"created":"2020-01-02 03:04:05+00:00","active":true,"e_tag":"x","id":"A1",
            "primary_address":{"line2":null,"line1":"1 High St"}}"#;
        let verdict = rows(&[stored]).against(&rows(&[SERVED]));
        assert!(verdict.is_right(), "nothing was lost: {verdict:?}");
    }

    #[test]
    fn a_loser_is_found_out() {
        let other = |from: &str, to: &str| SERVED.replace(from, to);
        let cases = [
            other("1 High St", "1 High"),
            other("\"line2\":null", "\"line2\":\"\""),
            other("true", "1"),
            other(":05.", ":06."),
            other("\"_eTag\":\"x\"", "\"_eTag\":null"),
        ];
        for case in &cases {
            let verdict = rows(&[case]).against(&rows(&[SERVED]));
            assert_eq!(verdict.different, 1, "another content: {case}");
        }
        let second = other("A1", "A2");
        let both = rows(&[SERVED, &second]);
        let lost = rows(&[&second, &second]).against(&both);
        assert_eq!(
            (lost.rows, lost.missing, lost.repeated, lost.extra),
            (2, 1, 1, 0),
            "a lost record is not made good by another that is there twice"
        );
        assert_eq!(both.against(&rows(&[SERVED])).extra, 1, "one too many");
    }
}
