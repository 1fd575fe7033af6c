//! agentOS: what the adapter asks for, and what it makes of the answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it stands"
)]

mod errors;
mod listing;
mod records;
mod sandboxed;
mod scripted;
mod verifying;
