//! The adapters, each against a server that speaks its CRM.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its body does"
)]

mod agentos;
mod alto;
mod conformance;
mod loop_crm;
mod profile;
mod reapit;
mod registry;
mod street;
