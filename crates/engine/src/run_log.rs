//! What the log says of runs: that they begin and how they end, with the ids by which they are found.

use nurturehub_port::{ConnectionId, ErrorKind, RunId};
use serde_json::Value;

/// The span of a run: what is logged within it carries its ids.
pub(crate) fn span(kind: &'static str, connection: &ConnectionId, run: &RunId) -> tracing::Span {
    tracing::info_span!("run", kind, %connection, %run)
}

/// Says how a run ended. Of its report only words of ours and counts are told.
pub(crate) fn ended(span: &tracing::Span, status: &str, error: Option<&str>, report: &Value) {
    let count = |key: &str| report[key].as_u64().unwrap_or_default();
    let (requests, contacts) = (
        count("requests"),
        count("fetched").max(count("sent")).max(count("written")),
    );
    let milliseconds = count("durationMs");
    match error {
        // That a CRM has no such function is no failure: its provider's description says so beforehand.
        Some(kind) if status != "cancelled" && kind != ErrorKind::Unsupported.as_str() => {
            tracing::warn!(parent: span, status, kind, requests, contacts, milliseconds, "Run failed.");
        }
        kind => {
            let kind = kind.unwrap_or_default();
            tracing::info!(parent: span, status, kind, requests, contacts, milliseconds, "Run ended.");
        }
    }
}
