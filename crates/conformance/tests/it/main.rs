//! The checks themselves, shown able to fail.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its body does"
)]

mod broken;
mod clients;
mod others;
mod pages;
mod sabotage;
mod suite;
