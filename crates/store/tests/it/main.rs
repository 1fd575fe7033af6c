//! What the store promises, shown from outside.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its body does"
)]

mod absences;
mod atomic;
mod audit;
mod bodies;
mod desk;
mod model;
mod opening;
mod outbox;
mod page_log;
mod purge;
mod push;
mod rekey;
mod runs;
mod search;
mod staging;
mod traces;
mod two_programs;
