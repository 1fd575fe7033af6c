//! agentOS: what the adapter asks for, and what it makes of the answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail where it stands"
)]

mod errors;
mod listing;
mod records;
mod scripted;
mod verifying;
