//! Where contacts are pushed to. The token is in the vault.

use rusqlite::OptionalExtension;

use crate::{Read, StoreError, Write};

/// Sets the platform's address.
///
/// # Errors
/// What the database answers.
pub fn set_url(tx: &Write<'_>, url: &str) -> Result<(), StoreError> {
    tx.database.execute(
        "INSERT INTO platform (id, url) VALUES (1, ?1) ON CONFLICT DO UPDATE SET url = excluded.url",
        [url],
    )?;
    Ok(())
}

/// The platform's address, where it was set.
///
/// # Errors
/// What the database answers.
pub fn url(db: &Read<'_>) -> Result<Option<String>, StoreError> {
    Ok(db
        .database
        .query_row("SELECT url FROM platform WHERE id = 1", [], |row| {
            row.get(0)
        })
        .optional()?)
}
