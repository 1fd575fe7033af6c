//! What is promised, shown from outside.
#![allow(clippy::unwrap_used, clippy::panic)]

mod namesakes;
mod survival;
