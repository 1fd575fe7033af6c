//! Runs for whoever collects traces: OpenTelemetry (OTLP over HTTP, JSON), one span for the run and one
//! for each of its requests.
//!
//! It is made from what is recorded of a run, which is masked already, and holds the same: no ids of
//! people, no content. A collector that does not answer costs a run two seconds and nothing else.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{ConnectionId, ProviderId, RunId};
use serde_json::{Value, json};

use crate::outbound::Effort;
use crate::{Engine, EngineError, RunDetail};

/// A run does not wait long for a collector.
const EFFORT: Effort = Effort {
    attempts: 1,
    patience: Some(Duration::from_secs(2)),
};

/// What a span is: work within one program, or a request to another (OTLP, `SpanKind`).
const INTERNAL: u8 = 1;
const CLIENT: u8 = 3;

impl Engine {
    /// Hands an ended run to the collector, where one is set. A failure is logged, and is none of the
    /// run's.
    pub(crate) async fn export(
        &self,
        connection: &ConnectionId,
        provider: &ProviderId,
        run: &RunId,
    ) {
        let Some(collector) = &self.collector else {
            return;
        };
        if let Err(error) = self.hand_over(collector, connection, provider, run).await {
            let kind = error.kind();
            tracing::warn!(%connection, %run, %kind, "The run's trace was not taken by the collector.");
        }
    }

    async fn hand_over(
        &self,
        collector: &str,
        connection: &ConnectionId,
        provider: &ProviderId,
        run: &RunId,
    ) -> Result<(), EngineError> {
        let http = self.outbound("trace collector", collector, EFFORT)?;
        let detail = self.run(run.as_str()).await?;
        let document = document(&detail, connection, provider);
        http.post("/v1/traces", &[]).json(&document).send().await?;
        Ok(())
    }
}

/// The run as OTLP's JSON has it.
fn document(detail: &RunDetail, connection: &ConnectionId, provider: &ProviderId) -> Value {
    let run = &detail.summary;
    // A run's id is a UUID, which is as long as the id of a trace.
    let trace: String = run.run_id.chars().filter(char::is_ascii_hexdigit).collect();
    let root = span_id(&run.run_id, 0);
    let ended = run.ended_at.unwrap_or(run.started_at);
    let mut about = vec![
        text("nurturehub.connection", connection.as_str()),
        text("nurturehub.provider", provider.as_str()),
        text("nurturehub.run.id", &run.run_id),
        text("nurturehub.run.kind", run.kind.as_str()),
        text("nurturehub.run.status", run.status.as_str()),
        number("nurturehub.run.contacts", run.contacts),
    ];
    about.extend(
        run.error_kind
            .as_deref()
            .map(|kind| text("error.type", kind)),
    );
    let mut spans = vec![json!({
        "traceId": trace,
        "spanId": root,
        "name": run.kind,
        "kind": INTERNAL,
        "startTimeUnixNano": nanoseconds(run.started_at),
        "endTimeUnixNano": nanoseconds(ended),
        "attributes": about,
        "status": status(run.error_kind.is_some()),
    })];
    for (at, request) in detail.requests.iter().enumerate() {
        spans.extend(request_span(request, at + 1, &run.run_id, &trace, &root));
    }
    json!({ "resourceSpans": [{
        "resource": { "attributes": [
            text("service.name", "nurturehub-connect"),
            text("service.version", env!("CARGO_PKG_VERSION")),
        ] },
        "scopeSpans": [{ "scope": { "name": "nurturehub" }, "spans": spans }],
    }] })
}

fn request_span(request: &Value, at: usize, run: &str, trace: &str, root: &str) -> Option<Value> {
    let started: Timestamp = request["startedAt"].as_str()?.parse().ok()?;
    let took = request["durationMs"].as_i64().unwrap_or_default();
    let ended = started
        .checked_add(SignedDuration::from_millis(took))
        .unwrap_or(started);
    let method = request["method"].as_str().unwrap_or_default();
    let template = request["pathTemplate"].as_str().unwrap_or_default();
    let mut about = vec![
        text("http.request.method", method),
        text("url.template", template),
        text(
            "server.address",
            request["host"].as_str().unwrap_or_default(),
        ),
        number(
            "http.request.resend_count",
            request["attempt"].as_i64().unwrap_or(1) - 1,
        ),
        number(
            "http.response.body.size",
            request["bytes"].as_i64().unwrap_or_default(),
        ),
    ];
    let answered = request["status"].as_i64();
    about.extend(answered.map(|code| number("http.response.status_code", code)));
    let failed = request["errorKind"].as_str();
    about.extend(failed.map(|kind| text("error.type", kind)));
    Some(json!({
        "traceId": trace,
        "spanId": span_id(run, at),
        "parentSpanId": root,
        "name": format!("{method} {template}"),
        "kind": CLIENT,
        "startTimeUnixNano": nanoseconds(started),
        "endTimeUnixNano": nanoseconds(ended),
        "attributes": about,
        "status": status(failed.is_some()),
    }))
}

/// An id for a span, the same for the same run and place.
fn span_id(run: &str, at: usize) -> String {
    let hash = blake3::hash(format!("{run}/{at}").as_bytes()).to_hex();
    hash.chars().take(16).collect()
}

/// OTLP's JSON writes 64-bit numbers as texts.
fn nanoseconds(at: Timestamp) -> String {
    at.as_nanosecond().to_string()
}

fn status(failed: bool) -> Value {
    if failed {
        json!({ "code": 2 })
    } else {
        json!({})
    }
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn number(key: &str, value: i64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}
