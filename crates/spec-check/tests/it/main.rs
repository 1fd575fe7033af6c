//! The check itself: that it sees what is bent, and lets pass what is not. None of this needs the
//! vendors' descriptions.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its body does"
)]

mod bending;
mod exceptions;
mod invented;
mod recording;
mod violations;
