//! Prints what a store holds: the CRM's own records, one JSON document a line.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use nurturehub_engine::{Engine, EngineOptions, Home, open_from_env};
use rusqlite::{Connection, OpenFlags};

use crate::{Failure, stored};

/// Whose store is printed.
#[derive(Debug, Subcommand)]
pub(crate) enum Whose {
    /// Ours, opened with the vault that the environment names.
    Ours {
        /// The data folder.
        home: PathBuf,
        /// The connection.
        connection: String,
    },
    /// The floor's.
    Floor {
        /// The database.
        database: PathBuf,
    },
}

/// Prints all records of a store.
pub(crate) async fn dump(whose: &Whose) -> Result<(), Failure> {
    match whose {
        Whose::Ours { home, connection } => ours(home, connection).await,
        Whose::Floor { database } => floor(database),
    }
}

async fn ours(home: &Path, connection: &str) -> Result<(), Failure> {
    let vault = open_from_env(home, |name| std::env::var(name).ok())?;
    let engine = Engine::open(EngineOptions::new(Home::at(home), vault, "benchmark")).await?;
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let mut from = 0;
    loop {
        let some = stored::some(&engine, connection, from).await?;
        if some.is_empty() {
            break;
        }
        from += u64::try_from(some.len())?;
        for contact in some {
            writeln!(output, "{}", contact.raw)?;
        }
    }
    Ok(output.flush()?)
}

fn floor(database: &Path) -> Result<(), Failure> {
    let store = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let mut select = store.prepare("SELECT body FROM record")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let body: String = row.get(0)?;
        writeln!(output, "{body}")?;
    }
    Ok(output.flush()?)
}
