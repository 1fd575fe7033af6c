//! The schema's versions, applied in order, each once and whole.

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

/// Migration N takes the schema from version N to N + 1.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_desk.sql"),
    include_str!("../migrations/0003_support.sql"),
    include_str!("../migrations/0004_counts.sql"),
    include_str!("../migrations/0005_channels.sql"),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema as a program that knew this many migrations left it.
    fn as_of(version: usize) -> Connection {
        let database = Connection::open_in_memory().unwrap();
        for migration in &MIGRATIONS[..version] {
            database.execute_batch(migration).unwrap();
        }
        database
            .pragma_update(None, "user_version", i64::try_from(version).unwrap())
            .unwrap();
        database
    }

    #[test]
    fn what_was_told_before_alerts_had_channels_counts_as_told_by_all_of_them() {
        let mut database = as_of(4);
        let connection = "INSERT INTO connection (id, key, provider, tenant, name, settings, created_at)
                          VALUES (1, 'a', 'crm', 't', 'A', '{}', 0), (2, 'b', 'crm', 't', 'B', '{}', 0)";
        database.execute_batch(connection).unwrap();
        let episodes =
            "INSERT INTO alert_episode (connection_id, state, kind, opened_at, closed_at)
                        VALUES (1, 'failing', 'providerDown', 5, 6), (1, 'stale', NULL, 7, NULL)";
        database.execute_batch(episodes).unwrap();
        apply(&mut database).unwrap();
        let open = "SELECT channel || ' ' || state || ' ' || opened_at FROM alert_episode
                    WHERE connection_id = 1 AND closed_at IS NULL ORDER BY channel";
        let mut statement = database.prepare(open).unwrap();
        let open: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(
            open,
            ["desktop stale 7", "script stale 7", "webhook stale 7"]
        );
        let of_other = "SELECT count(*) FROM alert_episode WHERE connection_id = 2";
        let of_other: i64 = database.query_row(of_other, [], |row| row.get(0)).unwrap();
        assert_eq!(of_other, 0, "of which nothing was told");
    }
}
