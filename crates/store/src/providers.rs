//! The provider registry, as this build knows it.

use jiff::Timestamp;
use nurturehub_port::ProviderSpec;
use rusqlite::params;

use crate::{Read, StoreError, Write};

/// Records what a provider is, so that the data folder can be read without this build.
/// Writes only where something has changed.
///
/// # Errors
/// What the database answers.
pub fn record(tx: &Write<'_>, spec: &ProviderSpec, now: Timestamp) -> Result<(), StoreError> {
    let text = serde_json::to_string(spec)
        .map_err(|error| StoreError::Damaged(format!("a provider cannot be written: {error}")))?;
    tx.database.execute(
        "INSERT INTO provider (id, name, spec, updated_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE
             SET name = excluded.name, spec = excluded.spec, updated_at = excluded.updated_at
             WHERE spec IS NOT excluded.spec OR name IS NOT excluded.name",
        params![spec.id.as_str(), spec.name, text, now.as_millisecond()],
    )?;
    Ok(())
}

/// Ids of the providers on record, with their descriptions as JSON.
///
/// # Errors
/// What the database answers.
pub fn all(db: &Read<'_>) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = db
        .database
        .prepare_cached("SELECT id, spec FROM provider ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
