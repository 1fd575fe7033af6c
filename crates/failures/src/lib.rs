//! The catalogue of failures.
//!
//! Each case brings a failure about over real sockets, against the sandbox and its faults, against
//! hosts that misbehave below HTTP, or in the data folder and the keychain; meets it through the
//! real engine; and sees that it is said to be of the right kind, with somebody who must act and
//! what to do, that the connection's health says so too, and that it gets well again: by itself
//! once the cause is gone, or not before a person has done what it takes.
//!
//! ```no_run
//! # async fn example() -> Result<(), String> {
//! let table = nurturehub_failures::run().await?;
//! assert!(table.is_right(), "{}", table.for_people());
//! # Ok(())
//! # }
//! ```
//!
//! Nobody sleeps: a wait lets the same time pass in the sandbox. Only a host that says nothing
//! takes the second that it takes to give it up. This crate names no CRM: what a case is about
//! follows from the provider's specification.

mod case;
mod cases;
mod certificates;
mod clock;
mod desk;
mod door_vault;
mod error_page;
mod finding;
mod front;
mod person;
mod plan;
mod replaying;
mod run;
mod table;
mod verdict;
mod work;

pub use error_page::error_page;
pub use finding::Finding;
pub use run::{run, run_some};
pub use table::{Row, Table};
