//! The adapter over a profile, by provider `custom`, against servers that speak as each test says.

mod example;
mod failures;
mod moving;
mod paging;
mod records;
pub(crate) mod server;
