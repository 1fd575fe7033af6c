//! The local database: connections, cursors, contacts, changes, runs, audit.
//!
//! [`Store::open`] is the one door, and it takes the key: personal data at rest is encrypted
//! (SQLCipher). One thread writes, in transactions that are handed to it whole; a few connections
//! read beside it (WAL). What the tables mean stands in `migrations/`.
//!
//! Work on the data is a function over [`Read`] or [`Write`], one module for each table, so that a
//! use case can do several things in one transaction:
//!
//! ```ignore
//! store.write(move |tx| { connections::create(tx, &new)?; audit::append(tx, &entry) }).await?
//! ```

pub mod alerts;
pub mod audit;
mod beside;
pub mod bodies;
pub mod connections;
pub mod contacts;
mod database;
mod error;
pub mod listings;
mod migrations;
mod open;
pub mod others;
pub mod platform;
pub mod providers;
pub mod recordings;
pub mod rekey;
mod run_budget;
pub mod runs;
mod search_text;
pub mod traces;
pub mod webhooks;
pub mod write_back;

pub use database::{Read, Store, Timed, Write};
pub use error::StoreError;
pub use open::DatabaseKey;
