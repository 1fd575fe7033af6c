//! The client of NurtureHub's own API.
//!
//! Contacts go up in batches with an idempotency key, so that a batch whose answer was lost can be
//! sent again; activities that wait for a CRM come down and are acknowledged. Contacts are sent as
//! the JSON in which they were stored and previewed, so that nothing else can go than was shown.

mod activities;
mod batch;
mod client;
mod error;

pub use activities::{Acknowledgement, AcknowledgementError, ActivityPage, UnreadableActivity};
pub use batch::{MAX_BATCH, OutgoingContact, RowError, RowResult, RowStatus};
pub use client::{PlatformClient, PlatformConfig};
pub use error::PlatformError;
