//! How much of its run history a connection keeps.

use rusqlite::params;
use serde_json::Value;

use crate::{StoreError, Write};

/// Runs of one kind that are kept for a connection: two weeks of one each quarter of an hour.
const KEPT: i64 = 1_400;

/// Bytes of reports that are kept for a connection; beyond them the oldest runs go, too.
const KEPT_BYTES: i64 = 16 * 1024 * 1024;

/// Runs of one kind that stay whatever their size: health and doubt look back on so many.
const NEEDED: i64 = 120;

/// Bytes of reports that stay whole where even those that are needed are too many. What is left is room
/// for the others, shortened: far more than there are kinds of runs.
const WHOLE_BYTES: i64 = 10 * 1024 * 1024;

/// A shortened report holds no member that is longer, in bytes. What health and doubt look at is shorter;
/// longer are lists: of refused contacts and activities.
const LONGEST_MEMBER: usize = 2048;

/// Lets go of a connection's oldest runs beyond what is kept, with their requests and recordings. Where
/// those that are needed are too large by themselves, the oldest of them lose their lists.
pub(crate) fn trim(tx: &Write<'_>, connection: i64) -> Result<(), StoreError> {
    let (most, bytes) = size(tx, connection)?;
    if most <= KEPT && bytes <= KEPT_BYTES {
        return Ok(());
    }
    tx.database.execute(
        "DELETE FROM run WHERE status <> 'running' AND id IN (
         SELECT id FROM (
             SELECT id, row_number() OVER (PARTITION BY kind ORDER BY id DESC) AS place,
                    sum(octet_length(report)) OVER (ORDER BY id DESC) AS bytes
             FROM run WHERE connection_id = ?1)
         WHERE place > ?2 OR (place > ?3 AND bytes > ?4))",
        params![connection, KEPT, NEEDED, KEPT_BYTES],
    )?;
    let (_, bytes) = size(tx, connection)?;
    if bytes > KEPT_BYTES {
        shorten(tx, connection)?;
    }
    Ok(())
}

/// How many runs there are of the kind that has most, and the bytes of all reports.
fn size(tx: &Write<'_>, connection: i64) -> Result<(i64, i64), StoreError> {
    Ok(tx
        .database
        .prepare_cached(
            "SELECT coalesce(max(runs), 0), coalesce(sum(bytes), 0) FROM (
             SELECT count(*) AS runs, sum(octet_length(report)) AS bytes
             FROM run WHERE connection_id = ?1 GROUP BY kind)",
        )?
        .query_row([connection], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

fn shorten(tx: &Write<'_>, connection: i64) -> Result<(), StoreError> {
    let mut find = tx.database.prepare_cached(
        "SELECT id FROM (
             SELECT id, octet_length(report) AS own,
                    sum(octet_length(report)) OVER (ORDER BY id DESC) AS bytes
             FROM run WHERE connection_id = ?1)
         WHERE bytes > ?2 AND own > ?3",
    )?;
    let longest = i64::try_from(LONGEST_MEMBER).unwrap_or(i64::MAX);
    let found = find.query_map(params![connection, WHOLE_BYTES, longest], |row| row.get(0))?;
    let found: Vec<i64> = found.collect::<Result<_, _>>()?;
    let mut read = tx
        .database
        .prepare_cached("SELECT report FROM run WHERE id = ?1")?;
    let mut write = tx
        .database
        .prepare_cached("UPDATE run SET report = ?2 WHERE id = ?1")?;
    for run in found {
        let report: String = read.query_row([run], |row| row.get(0))?;
        if let Some(shorter) = shortened(&report) {
            write.execute(params![run, shorter])?;
        }
    }
    Ok(())
}

/// A report without its long members, each replaced by an empty one of its type; none where it has none.
fn shortened(report: &str) -> Option<String> {
    let mut report: Value = serde_json::from_str(report).ok()?;
    let mut has_changed = false;
    for member in report.as_object_mut()?.values_mut() {
        if member.to_string().len() > LONGEST_MEMBER {
            has_changed = true;
            *member = match member {
                Value::Array(_) => Value::Array(Vec::new()),
                Value::Object(_) => Value::Object(serde_json::Map::new()),
                _ => Value::Null,
            };
        }
    }
    has_changed.then(|| report.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_shortened_report_keeps_what_is_short_and_the_types_of_the_rest() {
        let long = "x".repeat(3000);
        let report = json!({
            "sent": 5, "error": { "kind": "providerDown" }, "rejections": [long.clone()],
            "detail": { "a": long.clone() }, "note": long,
        });
        let shorter: Value =
            serde_json::from_str(&shortened(&report.to_string()).unwrap()).unwrap();
        let expected = json!({
            "sent": 5, "error": { "kind": "providerDown" }, "rejections": [], "detail": {}, "note": null,
        });
        assert_eq!(shorter, expected);
        assert_eq!(shortened(&expected.to_string()), None, "nothing to shorten");
        assert_eq!(shortened("[]"), None, "no report of ours");
    }
}
