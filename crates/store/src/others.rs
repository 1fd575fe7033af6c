//! What other programs do to the same file.

use crate::{StoreError, Write};

/// A number that changes whenever another program has written, and not when this one does: all of this
/// one's writing goes through one connection.
///
/// # Errors
/// What the database answers.
pub fn changes(tx: &Write<'_>) -> Result<i64, StoreError> {
    Ok(tx
        .database
        .query_row("PRAGMA data_version", [], |row| row.get(0))?)
}
