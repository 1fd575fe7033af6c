//! What the window may ask for, a file for each screen. Each is a call of the engine's and no more.

pub(crate) mod activity;
pub(crate) mod app;
pub(crate) mod audit;
pub(crate) mod changes;
pub(crate) mod connect;
pub(crate) mod connections;
pub(crate) mod contacts;
pub(crate) mod platform;
pub(crate) mod runs;
pub(crate) mod support;
pub(crate) mod webhooks;

use nurturehub_engine::{EngineError, ErrorReport};

/// The names of all commands; the build script reads the same file.
pub(crate) const NAMES: &[&str] = include!("names.in");

/// What a command answers: data, or a failure as it is shown.
pub(crate) type Answer<T> = Result<T, ErrorReport>;

#[allow(clippy::needless_pass_by_value, reason = "`map_err` gives what it has")]
fn report(error: EngineError) -> ErrorReport {
    error.report()
}
