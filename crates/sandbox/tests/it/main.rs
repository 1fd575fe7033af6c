//! The simulators' own promises, tried over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its body does"
)]

mod agentos;
mod alto;
mod caller;
mod control;
mod faults;
mod loop_crm;
mod platform;
mod reapit;
mod reapit_changes;
mod reapit_sign_in;
mod street;
mod street_changes;
