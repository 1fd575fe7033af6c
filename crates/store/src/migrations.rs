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
    include_str!("../migrations/0006_page_log.sql"),
    include_str!("../migrations/0007_push_history.sql"),
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
    use std::collections::BTreeMap;

    use super::*;

    /// A row or more in each table of the first version.
    const OLD_ROWS: &str = "
        INSERT INTO provider VALUES ('crm', 'A CRM', '{}', 1);
        INSERT INTO connection VALUES
            (1, 'c-1', 'crm', 'acme', 'Acme', 'ref', '{\"a\":1}', 'cur', 3, 10, NULL, NULL),
            (2, 'c-2', 'crm', 'acme', 'Zoë', NULL, '{}', NULL, 0, 11, 12, 13);
        INSERT INTO listing (connection_id, number, full_listing, cursor, started_at, touched_at, listed)
            VALUES (1, 3, 1, 'here', 20, 21, 50);
        INSERT INTO page_aside VALUES (1, 1, '[7]', x'00ff');
        INSERT INTO block VALUES (7, 1, 2, 2);
        INSERT INTO block_content VALUES (7, x'0102');
        INSERT INTO contact (id, connection_id, external_id, content_hash, accepted_hash, raw_hash,
                listing, pending, lifecycle, category, consent, issues, changed_at, fetched_at,
                source_updated_at, block_id, slot, search)
            VALUES (1, 1, 'X1', x'aa', x'ab', 1, 3, 0, 0, 1, 2, 0, 30, 31, 32, 7, 0, 'ann'),
                   (2, 1, 'X2', x'bb', NULL, 2, 3, 1, 0, 1, 2, 1, 30, 31, NULL, 7, 1, 'bob'),
                   (3, 2, 'X1', x'cc', NULL, 3, 1, 1, 0, 1, 2, 1, 30, 31, NULL, 7, 1, 'cy');
        INSERT INTO push_rejection VALUES (2, x'bb', 'code', 'words', NULL, 40);
        INSERT INTO rejected_record VALUES (1, 1, 'key', 'X9', 3, 'code', 'field', 'words', x'7b7d', 41);
        INSERT INTO run VALUES
            (1, 'r-1', 1, 'sync', 'failed', 50, 51, 2, 'protocol', '{\"mode\":\"full\"}'),
            (2, 'r-2', 1, 'push', 'running', 52, NULL, 0, NULL, '{}');
        INSERT INTO request_trace VALUES (1, 1, 1, 60, '{}');
        INSERT INTO request_usage VALUES (1, '2026-01-02', 5);
        INSERT INTO write_back VALUES
            (1, 'a-1', 'written', NULL, 'ref', NULL, 1, 1, 70),
            (1, 'a-2', 'waiting', 71, NULL, '{}', 2, 0, 70);
        INSERT INTO webhook_delivery VALUES (1, 1, 'e-1', 'changed', 80, 81, 0, x'7b7d', '{}');
        INSERT INTO platform VALUES (1, 'https://platform.example');
        INSERT INTO audit VALUES (1, 90, 'ann', 'connected', 'c-1', '{}');
    ";

    /// The columns of each table.
    fn columns(database: &Connection) -> BTreeMap<String, Vec<String>> {
        let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut statement = database
            .prepare(
                "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid",
            )
            .unwrap();
        let found = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        for pair in found {
            let (table, column) = pair.unwrap();
            columns.entry(table).or_default().push(column);
        }
        columns
    }

    /// What stands in these columns of each table, as SQL would write it.
    fn rows(
        database: &Connection,
        columns: &BTreeMap<String, Vec<String>>,
    ) -> BTreeMap<String, Vec<String>> {
        columns
            .iter()
            .map(|(table, columns)| {
                let quoted: Vec<_> = columns
                    .iter()
                    .map(|name| format!("quote({name})"))
                    .collect();
                let sql = format!("SELECT {} FROM {table} ORDER BY 1", quoted.join("||','||"));
                let mut statement = database.prepare(&sql).unwrap();
                let rows = statement.query_map([], |row| row.get(0)).unwrap();
                (table.clone(), rows.map(Result::unwrap).collect())
            })
            .collect()
    }

    #[test]
    fn what_the_first_version_held_is_there_in_the_last() {
        let mut database = Connection::open_in_memory().unwrap();
        database.pragma_update(None, "foreign_keys", true).unwrap();
        database.execute_batch(MIGRATIONS[0]).unwrap();
        database.pragma_update(None, "user_version", 1).unwrap();
        database.execute_batch(OLD_ROWS).unwrap();
        let mut old = columns(&database);
        let mut before = rows(&database, &old);
        for (table, rows) in &before {
            assert!(!rows.is_empty(), "the test has rows of `{table}`");
        }

        // Pages wait in a log beside the database since, and a listing that had some begins anew.
        old.remove("page_aside");
        before.remove("page_aside");
        for row in before.get_mut("listing").into_iter().flatten() {
            *row = row.replace("'here'", "NULL");
        }
        apply(&mut database).unwrap();
        let version: i64 = database
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(
            usize::try_from(version),
            Ok(MIGRATIONS.len()),
            "each was applied, and once"
        );
        assert_eq!(
            rows(&database, &old),
            before,
            "row for row and value for value"
        );
        let wrong: i64 = database
            .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(wrong, 0, "and nothing points nowhere");
        // What later versions derive agrees with what they found.
        let counted = "SELECT group_concat(connection_id || ':' || pending || '=' || contacts, ' ')
                       FROM (SELECT * FROM contact_count ORDER BY connection_id, pending)";
        let counted: String = database.query_row(counted, [], |row| row.get(0)).unwrap();
        assert_eq!(counted, "1:0=1 1:1=1 2:1=1");

        let after = rows(&database, &columns(&database));
        apply(&mut database).unwrap();
        assert_eq!(
            rows(&database, &columns(&database)),
            after,
            "a program that starts again changes nothing"
        );
    }

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
    fn pages_that_an_older_program_left_are_listed_anew_and_leave_nothing_behind() {
        let mut database = as_of(5);
        database.pragma_update(None, "foreign_keys", true).unwrap();
        let rows = "INSERT INTO connection (id, key, provider, tenant, name, settings, created_at)
                        VALUES (1, 'a', 'crm', 't', 'A', '{}', 0), (2, 'b', 'crm', 't', 'B', '{}', 0);
                    INSERT INTO listing
                            (connection_id, number, full_listing, cursor, started_at, touched_at)
                        VALUES (1, 3, 1, 'here', 20, 21), (2, 1, 1, 'there', 20, 21);
                    INSERT INTO block VALUES (7, 1, 2, 0), (8, 1, 2, 1), (9, 2, 2, 2);
                    INSERT INTO block_content VALUES (7, x'01'), (8, x'02'), (9, x'03');
                    INSERT INTO page_aside VALUES (1, 1, '[7,8]', x'00');";
        database.execute_batch(rows).unwrap();
        apply(&mut database).unwrap();
        let found =
            |sql: &str| -> String { database.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(
            found("SELECT group_concat(coalesce(cursor, 'anew'), ' ') FROM listing"),
            "anew there"
        );
        let kept = "SELECT group_concat(block.id || ' ' || hex(packed), ', ') FROM block
                    JOIN block_content ON block_id = block.id";
        assert_eq!(found(kept), "8 02, 9 03", "only what nobody uses has gone");
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
