//! The contacts that are stored over and over: as our own command line has mapped them.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use nurturehub_engine::Engine;
use nurturehub_port::{
    ConnectionId, Contact, Cursor, MappedContact, ProviderId, RunId, Secret, TenantId,
};
use nurturehub_store::connections::{self, NewConnection};
use nurturehub_store::contacts::{self, PageLog, PageLogKey, PageToStage, Records};
use nurturehub_store::{DatabaseKey, Store, listings, runs};
use rusqlite::types::Value;
use tempfile::TempDir;

use super::file::{self, Form};
use super::merging;
use crate::process::Server;
use crate::{Failure, scale, stored};

/// Contacts to a page, as the CRM lists them.
pub(super) const PAGE: usize = 100;

/// When all of it happens.
const NOW: Timestamp = Timestamp::constant(1_752_148_800, 0);

/// A contact and the CRM's own record.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) canonical: String,
    pub(super) raw: String,
}

/// A row of a table.
pub(super) type Row = Vec<Value>;

/// What is stored.
#[derive(Debug)]
pub(super) struct Source {
    /// The contacts, in the order in which they were listed.
    pub(super) bodies: Vec<Body>,
    /// The statements that make the store's tables and indexes.
    pub(super) schema: Vec<String>,
    /// The row of the connection.
    pub(super) connection: Row,
    /// The narrow rows of the contacts, in their order.
    pub(super) rows: Vec<Row>,
}

impl Source {
    /// Syncs all that the server lists, and reads it again.
    pub(super) async fn take(binary: &Path, server: &Server) -> Result<Self, Failure> {
        let (desk, connection, _) = scale::full(binary, server)?;
        let engine = scale::open(desk.home()).await?;
        let mut source = Self {
            bodies: bodies(&engine, &connection).await?,
            schema: Vec::new(),
            connection: Row::new(),
            rows: Vec::new(),
        };
        drop(engine);
        let fresh = Fresh::new().await?;
        merging::store(&source, &fresh, merging::IN_FORCE).await?;
        let file = file::open(&fresh.close(), Form::IN_FORCE)?;
        let made =
            "SELECT sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL
                    AND name NOT LIKE 'sqlite_%' ORDER BY rowid";
        source.schema = file
            .prepare(made)?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        source.rows = rows(&file, "SELECT * FROM contact ORDER BY id")?;
        let connection = rows(&file, "SELECT * FROM connection")?;
        source.connection = connection.into_iter().next().ok_or("no connection")?;
        Ok(source)
    }

    /// A page, made ready to be stored.
    pub(super) fn page(&self, number: usize, fresh: &Fresh) -> Result<PageToStage, Failure> {
        let mut mapped = Vec::with_capacity(PAGE);
        for body in self.bodies.chunks(PAGE).nth(number).unwrap_or_default() {
            let contact: Contact = serde_json::from_str(&body.canonical)?;
            mapped.push(MappedContact {
                contact: contact.sealed(),
                raw: body.raw.clone().into(),
                issues: Vec::new(),
            });
        }
        Ok(PageToStage {
            connection: fresh.connection,
            listing: fresh.listing,
            run: fresh.run,
            records: Records::pack(mapped)?,
            rejected: Vec::new(),
            removals: Vec::new(),
            cursor: Cursor::from_stored(format!("\"{number}\"")),
            source_total: None,
            complete: false,
            traces: Vec::new(),
            at: NOW,
        })
    }
}

fn rows(file: &rusqlite::Connection, select: &str) -> Result<Vec<Row>, Failure> {
    let mut statement = file.prepare(select)?;
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..columns)
            .map(|column| row.get(column))
            .collect::<Result<Row, _>>()
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

async fn bodies(engine: &Engine, connection: &str) -> Result<Vec<Body>, Failure> {
    let mut bodies: Vec<Body> = Vec::new();
    loop {
        let from = u64::try_from(bodies.len())?;
        let some = stored::some(engine, connection, from).await?;
        if some.is_empty() {
            return Ok(bodies);
        }
        bodies.extend(some.into_iter().map(|contact| Body {
            canonical: contact.canonical,
            raw: contact.raw,
        }));
    }
}

/// The key of every file that is made here.
pub(super) const KEY: [u8; DatabaseKey::LENGTH] = [7; DatabaseKey::LENGTH];

/// A store with one connection, in a folder of its own, that waits for its first page.
pub(super) struct Fresh {
    pub(super) store: Store,
    pub(super) folder: TempDir,
    connection: i64,
    listing: i64,
    run: i64,
}

impl Fresh {
    /// An empty one.
    pub(super) async fn new() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let key =
            DatabaseKey::new(Secret::new(KEY.to_vec())).ok_or("the key has another length")?;
        let store = Store::open(&folder.path().join("store.db"), key).await?;
        let new = NewConnection {
            id: ConnectionId::parse("one")?,
            provider: ProviderId::parse("some")?,
            tenant: TenantId::parse("agency")?,
            name: "One".into(),
            reference: None,
            settings: BTreeMap::new(),
            at: NOW,
        };
        let run = RunId::parse("run")?;
        let (connection, run, listing) = store
            .write(move |tx| {
                let connection = connections::create(tx, &new)?.row;
                let run = runs::begin(tx, &run, connection, "sync", NOW)?;
                let listing = listings::begin(tx, connection, true, NOW)?.number;
                Ok((connection, run, listing))
            })
            .await?;
        Ok(Self {
            store,
            folder,
            connection,
            listing,
            run,
        })
    }

    /// The log of its pages.
    pub(super) async fn log(&self) -> Result<PageLog, Failure> {
        let (key, connection) = (PageLogKey::new(Secret::new(KEY)), self.connection);
        let sealed_with = key.clone();
        self.store
            .write(move |tx| contacts::seal_log(tx, connection, &sealed_with))
            .await?;
        Ok(PageLog::begin(self.store.path(), connection, &key, 0))
    }

    /// Closes it; its folder stays for as long as the answer.
    fn close(self) -> TempDir {
        let Self { store, folder, .. } = self;
        drop(store);
        folder
    }
}
