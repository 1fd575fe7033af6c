//! The schema's versions, applied in order, each once and whole.

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

/// Migration N takes the schema from version N to N + 1.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_desk.sql"),
    include_str!("../migrations/0003_support.sql"),
    include_str!("../migrations/0004_counts.sql"),
];

/// Brings the schema up to date. Safe against a second process that does the same.
pub(crate) fn apply(database: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    loop {
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found > known {
            return Err(StoreError::Newer { found, known });
        }
        let Some(migration) = usize::try_from(found)
            .ok()
            .and_then(|at| MIGRATIONS.get(at))
        else {
            return Ok(());
        };
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", found + 1)?;
        transaction.commit()?;
        tracing::info!(version = found + 1, "Database schema updated.");
    }
}
