//! The outbox: activities on their way to the CRM, and what became of them.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use crate::runs::timestamp;
use crate::{Read, StoreError, Write};

/// How far an activity has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteBackState {
    /// It is being sent. Whoever holds the connection's lease and finds one so knows that its
    /// sender died, and that nobody knows whether it reached the CRM.
    Sending,
    /// It is not in the CRM, as far as is known, and is sent again.
    Waiting {
        /// Not before.
        until: Timestamp,
    },
    /// It is in the CRM.
    Written,
    /// It is not sent again by itself: a dead letter.
    Rejected,
    /// The CRM has no place for it.
    Unsupported,
}

impl WriteBackState {
    /// Its word in the table.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Waiting { .. } => "waiting",
            Self::Written => "written",
            Self::Rejected => "rejected",
            Self::Unsupported => "unsupported",
        }
    }

    /// Whether there is nothing left to do but to say so.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Written | Self::Rejected | Self::Unsupported)
    }
}

/// An activity in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteBackRecord {
    /// The activity's id.
    pub activity: String,
    /// How far it has come.
    pub state: WriteBackState,
    /// The CRM's id for the entry.
    pub reference: Option<String>,
    /// Why it was not written, as JSON text.
    pub error: Option<String>,
    /// Attempts so far.
    pub attempts: u32,
    /// Whether the platform knows how it ended.
    pub acknowledged: bool,
    /// When it came into this state.
    pub at: Timestamp,
    /// The activity itself, as JSON text; none of one that this version could not read.
    pub content: Option<String>,
}

const COLUMNS: &str =
    "activity_id, state, next_attempt_at, reference, error, attempts, acknowledged, at, activity";

fn read_row(row: &Row<'_>) -> Result<WriteBackRecord, StoreError> {
    let state: String = row.get(1)?;
    let until: Option<i64> = row.get(2)?;
    let state = match (state.as_str(), until) {
        ("sending", None) => WriteBackState::Sending,
        ("waiting", Some(until)) => WriteBackState::Waiting {
            until: timestamp(until),
        },
        ("written", None) => WriteBackState::Written,
        ("rejected", None) => WriteBackState::Rejected,
        ("unsupported", None) => WriteBackState::Unsupported,
        _ => {
            return Err(StoreError::Damaged(
                "an activity in the outbox is in no known state".into(),
            ));
        }
    };
    Ok(WriteBackRecord {
        activity: row.get(0)?,
        state,
        reference: row.get(3)?,
        error: row.get(4)?,
        attempts: row.get(5)?,
        acknowledged: row.get(6)?,
        at: timestamp(row.get(7)?),
        content: row.get(8)?,
    })
}

/// An activity, where it was tried before.
///
/// # Errors
/// What the database answers.
pub fn find(
    db: &Read<'_>,
    connection: i64,
    activity: &str,
) -> Result<Option<WriteBackRecord>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM write_back WHERE connection_id = ?1 AND activity_id = ?2");
    db.database
        .prepare_cached(&sql)?
        .query_row(params![connection, activity], |row| Ok(read_row(row)))
        .optional()?
        .transpose()
}

/// Activities that are being sent, or were when their sender died.
///
/// # Errors
/// What the database answers.
pub fn sending(db: &Read<'_>, connection: i64) -> Result<Vec<WriteBackRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM write_back
         WHERE connection_id = ?1 AND state <> 'written' AND state = 'sending'"
    );
    let mut statement = db.database.prepare_cached(&sql)?;
    statement
        .query_and_then([connection], read_row)?
        .collect::<Result<_, _>>()
}

/// Writes down how far an activity has come, over what was known of it.
///
/// # Errors
/// What the database answers.
pub fn put(tx: &Write<'_>, connection: i64, record: &WriteBackRecord) -> Result<(), StoreError> {
    let until = match record.state {
        WriteBackState::Waiting { until } => Some(until.as_millisecond()),
        _ => None,
    };
    tx.database
        .prepare_cached(
            "INSERT INTO write_back (connection_id, activity_id, state, next_attempt_at, reference,
                 error, attempts, acknowledged, at, activity)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT DO UPDATE SET state = excluded.state,
                 next_attempt_at = excluded.next_attempt_at, reference = excluded.reference,
                 error = excluded.error, attempts = excluded.attempts,
                 acknowledged = excluded.acknowledged, at = excluded.at,
                 activity = coalesce(excluded.activity, activity)",
        )?
        .execute(params![
            connection,
            record.activity,
            record.state.as_str(),
            until,
            record.reference,
            record.error,
            record.attempts,
            record.acknowledged,
            record.at.as_millisecond(),
            record.content,
        ])?;
    Ok(())
}

/// How many activities there are in each state, by its word.
///
/// # Errors
/// What the database answers.
pub fn counts(db: &Read<'_>, connection: i64) -> Result<Vec<(String, u64)>, StoreError> {
    let mut statement = db.database.prepare_cached(
        "SELECT state, count(*) FROM write_back WHERE connection_id = ?1 GROUP BY state",
    )?;
    let rows = statement.query_map([connection], |row| {
        let count: i64 = row.get(1)?;
        Ok((row.get(0)?, u64::try_from(count).unwrap_or_default()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Activities, newest first; of some states, where any are named by their words.
///
/// # Errors
/// What the database answers.
pub fn page(
    db: &Read<'_>,
    connection: i64,
    states: &[&str],
    limit: u32,
    offset: u64,
) -> Result<Vec<WriteBackRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM write_back WHERE connection_id = ?1
           AND (?2 = '[]' OR state IN (SELECT value FROM json_each(?2)))
         ORDER BY at DESC, activity_id LIMIT ?3 OFFSET ?4"
    );
    let states = serde_json::Value::from(states).to_string();
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let mut statement = db.database.prepare_cached(&sql)?;
    statement
        .query_and_then(params![connection, states, limit, offset], read_row)?
        .collect::<Result<_, _>>()
}

/// Writes down that the platform knows how an activity ended.
///
/// # Errors
/// What the database answers.
pub fn acknowledge(tx: &Write<'_>, connection: i64, activity: &str) -> Result<(), StoreError> {
    tx.database
        .prepare_cached(
            "UPDATE write_back SET acknowledged = 1
             WHERE connection_id = ?1 AND activity_id = ?2",
        )?
        .execute(params![connection, activity])?;
    Ok(())
}

/// Dead letters: activities that the CRM does not have and that are not sent again by themselves,
/// newest first, and how many there are in all.
///
/// # Errors
/// What the database answers.
pub fn failed(
    db: &Read<'_>,
    connection: i64,
    limit: u32,
    offset: u64,
) -> Result<(u64, Vec<WriteBackRecord>), StoreError> {
    const DEAD: &str = "connection_id = ?1 AND state <> 'written'
                        AND state IN ('rejected', 'unsupported')";
    let total: i64 = db
        .database
        .prepare_cached(&format!("SELECT count(*) FROM write_back WHERE {DEAD}"))?
        .query_row([connection], |row| row.get(0))?;
    let total = u64::try_from(total).unwrap_or_default();
    let sql = format!(
        "SELECT {COLUMNS} FROM write_back WHERE {DEAD}
         ORDER BY at DESC, activity_id LIMIT ?2 OFFSET ?3"
    );
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    let mut statement = db.database.prepare_cached(&sql)?;
    let records = statement
        .query_and_then(params![connection, limit, offset], read_row)?
        .collect::<Result<_, _>>()?;
    Ok((total, records))
}
