//! Whether every body is where it is said to be.

use rusqlite::OptionalExtension;

use super::block::BodyRef;
use crate::{Read, StoreError};

/// Reads every body of every contact, and counts the uses of every block anew.
///
/// # Errors
/// `Damaged`, with the first thing that is not as it should be.
pub fn verify(db: &Read<'_>) -> Result<(), StoreError> {
    let mut statement = db.database.prepare(
        "SELECT external_id, block_id, slot, accepted_block_id, accepted_slot FROM contact
         ORDER BY block_id, slot",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let external_id: String = row.get(0)?;
        let bodies = [Some(BodyRef::of(row, 1)?), BodyRef::of_some(row, 3)?];
        for at in bodies.into_iter().flatten() {
            if db.body(at)?.external_id != external_id {
                return Err(StoreError::Damaged(
                    "a stored contact has another one's content".into(),
                ));
            }
        }
    }
    let wrong: Option<i64> = db
        .database
        .query_row(
            "SELECT block.id FROM block LEFT JOIN (
                 SELECT block_id, count(*) AS uses FROM (
                     SELECT block_id FROM contact
                     UNION ALL
                     SELECT accepted_block_id FROM contact WHERE accepted_block_id IS NOT NULL
                 ) GROUP BY block_id
             ) counted ON counted.block_id = block.id
             LEFT JOIN block_content ON block_content.block_id = block.id
             WHERE block.used <> coalesce(counted.uses, 0) OR block_content.block_id IS NULL
                OR block.used * 2 < block.slots
             LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    match wrong {
        None => Ok(()),
        Some(block) => Err(StoreError::Damaged(format!(
            "the uses of block {block} of stored contacts are not what it counts"
        ))),
    }
}
