//! The adapters, each against a server that speaks its CRM.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its body does"
)]

mod agentos;
mod reapit;
mod registry;
