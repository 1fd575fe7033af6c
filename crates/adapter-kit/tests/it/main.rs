//! What the kit promises, shown from outside.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its body does"
)]

mod hostile;
mod mapping;
mod profile;
mod requests;
mod server;
mod settings;
mod verify;
