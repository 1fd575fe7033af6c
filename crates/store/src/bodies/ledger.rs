//! Who uses what: the one place that makes blocks, counts their use and clears them away.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};

use super::block::{Body, BodyRef};
use super::cache::block;
use super::pack::{BLOCK_BYTES, PackedBlock, pack};
use crate::{StoreError, Write};

/// What a transaction does to the blocks of a connection. Uses are counted when it is settled.
pub(crate) struct Ledger<'a> {
    tx: &'a Write<'a>,
    connection: i64,
    /// Uses gained or lost, by block. A block that is in here has been touched.
    uses: BTreeMap<i64, i64>,
    open: Option<OpenBlock>,
    /// Whether the last contact that came was not known before.
    pub(crate) last_was_new: bool,
}

/// A block that is being filled: it has its number already, and no content yet.
struct OpenBlock {
    number: i64,
    bodies: Vec<Body>,
    size: usize,
}

impl<'a> Ledger<'a> {
    /// Runs work that touches blocks, and settles it.
    pub(crate) fn keep<T>(
        tx: &'a Write<'a>,
        connection: i64,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut ledger = Self {
            tx,
            connection,
            uses: BTreeMap::new(),
            open: None,
            last_was_new: false,
        };
        let done = work(&mut ledger)?;
        ledger.settle()?;
        Ok(done)
    }

    /// The transaction.
    pub(crate) const fn tx(&self) -> &'a Write<'a> {
        self.tx
    }

    /// The connection that the blocks belong to.
    pub(crate) const fn connection(&self) -> i64 {
        self.connection
    }

    /// Stores a block that was packed before. Unless somebody comes to use it, it goes again when
    /// the ledger is settled.
    pub(crate) fn insert(&mut self, block: &PackedBlock) -> Result<i64, StoreError> {
        let number = insert(self.tx, self.connection, block)?;
        self.touch(number);
        Ok(number)
    }

    /// Looks at a block when the ledger is settled, whether it is used or not.
    fn touch(&mut self, number: i64) {
        self.uses.entry(number).or_default();
    }

    /// Stores a body that no packed block has. Whoever comes to use it has to count that.
    pub(crate) fn append(&mut self, body: Body) -> Result<BodyRef, StoreError> {
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.size >= BLOCK_BYTES)
        {
            self.close()?;
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(OpenBlock {
                number: reserve(self.tx, self.connection)?,
                bodies: Vec::new(),
                size: 0,
            }),
        };
        let at = BodyRef {
            block: open.number,
            slot: i64::try_from(open.bodies.len()).unwrap_or(i64::MAX),
        };
        open.size += body.size();
        open.bodies.push(body);
        self.touch(at.block);
        Ok(at)
    }

    /// Counts a use.
    pub(crate) fn retain(&mut self, at: BodyRef) {
        *self.uses.entry(at.block).or_default() += 1;
    }

    /// Counts a use less.
    pub(crate) fn release(&mut self, at: BodyRef) {
        *self.uses.entry(at.block).or_default() -= 1;
    }

    /// Reads a body, also one that was stored a moment ago.
    pub(crate) fn read(&self, at: BodyRef) -> Result<Body, StoreError> {
        match &self.open {
            Some(open) if open.number == at.block => usize::try_from(at.slot)
                .ok()
                .and_then(|slot| open.bodies.get(slot))
                .cloned()
                .ok_or_else(|| StoreError::Damaged("a body is not where it was put".into())),
            _ => self.tx.body(at),
        }
    }

    fn settle(mut self) -> Result<(), StoreError> {
        self.close()?;
        let mut sparse = Vec::new();
        for (number, used, slots) in self.count()? {
            if used == 0 {
                delete(self.tx, number)?;
            } else if used * 2 < slots {
                sparse.push((number, used));
            }
        }
        for (number, used) in sparse {
            self.move_out(number, used)?;
            delete(self.tx, number)?;
        }
        self.close()?;
        // What was moved fills its new place, so that there is nothing further to clear.
        self.count()?;
        Ok(())
    }

    /// Writes the uses down; answers number, uses and slots of each block that was touched.
    fn count(&mut self) -> Result<Vec<(i64, i64, i64)>, StoreError> {
        std::mem::take(&mut self.uses)
            .into_iter()
            .map(|(number, change)| {
                Ok(self
                    .tx
                    .database
                    .prepare_cached(
                        "UPDATE block SET used = used + ?2 WHERE id = ?1
                         RETURNING id, used, slots",
                    )?
                    .query_row([number, change], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                    })?)
            })
            .collect()
    }

    /// Packs and writes the block that is being filled.
    fn close(&mut self) -> Result<(), StoreError> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let packed = pack(&open.bodies)?;
        fill(self.tx, open.number, &packed)
    }

    /// Moves what is in use of a block elsewhere.
    fn move_out(&mut self, number: i64, used: i64) -> Result<(), StoreError> {
        let from = block(self.tx, number)?;
        let mut moved = 0;
        for slot in (0_i64..).take(from.len()) {
            let body = from.body(slot)?;
            let here = BodyRef {
                block: number,
                slot,
            };
            let Some(user) = user_of(self.tx, self.connection, &body.external_id)? else {
                continue;
            };
            let (is, was) = (user.body == here, user.accepted_body == Some(here));
            if !is && !was {
                continue;
            }
            let there = self.append(body)?;
            if is {
                self.retain(there);
                moved += 1;
                self.tx
                    .database
                    .prepare_cached("UPDATE contact SET block_id = ?2, slot = ?3 WHERE id = ?1")?
                    .execute([user.id, there.block, there.slot])?;
            }
            if was {
                self.retain(there);
                moved += 1;
                self.tx
                    .database
                    .prepare_cached(
                        "UPDATE contact SET accepted_block_id = ?2, accepted_slot = ?3
                         WHERE id = ?1",
                    )?
                    .execute([user.id, there.block, there.slot])?;
            }
        }
        if moved == used {
            return Ok(());
        }
        Err(StoreError::Damaged(
            "a block of contacts counts uses that nobody makes of it".into(),
        ))
    }
}

/// Stores a block of which nothing is in use yet.
fn insert(tx: &Write<'_>, connection: i64, block: &PackedBlock) -> Result<i64, StoreError> {
    tx.database
        .prepare_cached("INSERT INTO block (connection_id, slots, used) VALUES (?1, ?2, 0)")?
        .execute([connection, block.slots])?;
    let number = tx.database.last_insert_rowid();
    write_content(tx, number, block)?;
    Ok(number)
}

fn reserve(tx: &Write<'_>, connection: i64) -> Result<i64, StoreError> {
    tx.database
        .prepare_cached("INSERT INTO block (connection_id, slots, used) VALUES (?1, 0, 0)")?
        .execute([connection])?;
    Ok(tx.database.last_insert_rowid())
}

fn fill(tx: &Write<'_>, number: i64, block: &PackedBlock) -> Result<(), StoreError> {
    tx.database
        .prepare_cached("UPDATE block SET slots = ?2 WHERE id = ?1")?
        .execute([number, block.slots])?;
    write_content(tx, number, block)
}

fn write_content(tx: &Write<'_>, number: i64, block: &PackedBlock) -> Result<(), StoreError> {
    tx.database
        .prepare_cached("INSERT INTO block_content (block_id, packed) VALUES (?1, ?2)")?
        .execute(params![number, block.bytes])?;
    Ok(())
}

fn delete(tx: &Write<'_>, number: i64) -> Result<(), StoreError> {
    tx.database
        .prepare_cached("DELETE FROM block_content WHERE block_id = ?1")?
        .execute([number])?;
    tx.database
        .prepare_cached("DELETE FROM block WHERE id = ?1")?
        .execute([number])?;
    Ok(())
}

struct User {
    id: i64,
    body: BodyRef,
    accepted_body: Option<BodyRef>,
}

fn user_of(tx: &Write<'_>, connection: i64, external_id: &str) -> Result<Option<User>, StoreError> {
    Ok(tx
        .database
        .prepare_cached(
            "SELECT id, block_id, slot, accepted_block_id, accepted_slot FROM contact
             WHERE connection_id = ?1 AND external_id = ?2",
        )?
        .query_row(params![connection, external_id], |row| {
            Ok(User {
                id: row.get(0)?,
                body: BodyRef::of(row, 1)?,
                accepted_body: BodyRef::of_some(row, 3)?,
            })
        })
        .optional()?)
}
