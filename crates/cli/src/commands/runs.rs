//! `runs` and `run`

use nurturehub_engine::{EngineError, RunDetail, RunSummary};
use serde::Serialize;
use serde_json::Value;

use super::verify;
use crate::args::{Globals, RunId, Runs};
use crate::exit::Exit;
use crate::output::table::{Column, pairs, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

/// What is shown of a request, and how it is called in the trace.
const TRACE: [(&str, &str); 7] = [
    ("method", "method"),
    ("path", "pathTemplate"),
    ("status", "status"),
    ("attempt", "attempt"),
    ("took ms", "durationMs"),
    ("waited ms", "throttledMs"),
    ("bytes", "bytes"),
];

/// Longest text that is shown of what an answer says about limits, in characters.
const MOST_OF_LIMITS: usize = 120;

#[derive(Serialize)]
struct History {
    runs: Vec<RunSummary>,
}

/// Lists a connection's runs.
pub(super) async fn list(
    globals: &Globals,
    console: &Console,
    args: Runs,
) -> Result<Exit, EngineError> {
    let engine = Workplace::open(globals).await?.engine;
    let document = History {
        runs: engine.runs(&args.connection, args.limit).await?,
    };
    console.answer(&document, || {
        if document.runs.is_empty() {
            return "No runs yet.".to_owned();
        }
        let columns = [
            Column::Left("run"),
            Column::Left("what"),
            Column::Left("status"),
            Column::Left("began"),
            Column::Right("contacts"),
            Column::Left("why it failed"),
        ];
        table(
            &columns,
            document.runs.iter().map(|run| {
                [
                    run.run_id.clone(),
                    run.kind.to_string(),
                    run.status.to_string(),
                    text::moment(&run.started_at),
                    run.contacts.to_string(),
                    run.error_kind.clone().unwrap_or_default(),
                ]
            }),
        )
    })?;
    Ok(Exit::Done)
}

/// Shows one run with its requests.
pub(super) async fn one(
    globals: &Globals,
    console: &Console,
    args: RunId,
) -> Result<Exit, EngineError> {
    let detail = Workplace::open(globals).await?.engine.run(&args.id).await?;
    console.answer(&detail, || show(&detail))?;
    Ok(Exit::Done)
}

fn show(detail: &RunDetail) -> String {
    let run = &detail.summary;
    let mut rows = vec![
        ("run", run.run_id.clone()),
        ("what", run.kind.to_string()),
        ("status", run.status.to_string()),
        ("began", text::moment(&run.started_at)),
        ("ended", text::moment_or_dash(run.ended_at.as_ref())),
        ("contacts", run.contacts.to_string()),
    ];
    if let Some(message) = detail.report["error"]["message"].as_str() {
        rows.push(("why it failed", text::shown(message, 200)));
    }
    let mut shown = pairs(rows);
    if !detail.requests.is_empty() {
        let titles = TRACE.iter().map(|(title, _)| *title).chain(["limits"]);
        let columns: Vec<Column> = titles.map(Column::Left).collect();
        let requests = detail.requests.iter().map(|request| {
            let told = |(_, key): &(&str, &str)| {
                text::value(request.get(*key).unwrap_or(&Value::Null), 70)
            };
            let mut row: Vec<String> = TRACE.iter().map(told).collect();
            row.push(limits(request));
            row
        });
        shown.push('\n');
        shown.push_str(&table(&columns, requests));
    }
    if let Some(look) = &detail.look {
        let at = text::moment(&look.at);
        shown.push_str(&format!("\n\nwhat was found afterwards, {at}:\n"));
        shown.push_str(&verify::show(&look.verification));
    }
    shown
}

/// What an answer said about limits: `x-ratelimit-remaining 3, retry-after 60`.
fn limits(request: &Value) -> String {
    let headers = request.get("limitHeaders").and_then(Value::as_array);
    let told = headers.into_iter().flatten().filter_map(|header| {
        let part = |at: usize| header.get(at).and_then(Value::as_str);
        Some(format!("{} {}", part(0)?, part(1)?))
    });
    text::shown(&told.collect::<Vec<_>>().join(", "), MOST_OF_LIMITS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn detail(request: &Value) -> RunDetail {
        serde_json::from_value(json!({
            "runId": "r-1", "kind": "sync", "status": "failed", "contacts": 0,
            "startedAt": "2026-01-01T09:00:00Z", "report": {}, "requests": [request],
        }))
        .unwrap()
    }

    #[test]
    fn a_request_is_shown_with_its_size_and_what_was_said_about_limits() {
        let shown = show(&detail(&json!({
            "method": "GET", "pathTemplate": "/contacts", "status": 429, "attempt": 2,
            "durationMs": 31, "throttledMs": 1500, "bytes": 20480,
            "limitHeaders": [["x-ratelimit-remaining", "0"], ["retry-after", "60"]],
        })));
        for text in [
            "bytes",
            "20480",
            "waited ms",
            "1500",
            "x-ratelimit-remaining 0, retry-after 60",
        ] {
            assert!(shown.contains(text), "no `{text}` in {shown}");
        }
    }

    #[test]
    fn what_was_found_of_a_run_stands_below_it() {
        let mut detail = detail(&json!({}));
        detail.look = serde_json::from_value(json!({
            "at": "2026-01-01T09:01:00Z",
            "verification": { "ok": true, "steps": [
                { "step": "dns", "status": "passed", "detail": "It has one address.", "durationMs": 3 },
            ] },
        }))
        .unwrap();
        let shown = show(&detail);
        for text in ["what was found afterwards", "dns", "It has one address."] {
            assert!(shown.contains(text), "no `{text}` in {shown}");
        }
    }
}
