//! `runs` and `run`

use nurturehub_engine::{EngineError, RunDetail, RunSummary};
use serde::Serialize;
use serde_json::Value;

use crate::args::{Globals, RunId, Runs};
use crate::exit::Exit;
use crate::output::table::{Column, pairs, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

/// What is shown of a request, and how it is called in the trace.
const TRACE: [(&str, &str); 5] = [
    ("method", "method"),
    ("path", "pathTemplate"),
    ("status", "status"),
    ("attempt", "attempt"),
    ("took ms", "durationMs"),
];

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
        let columns = TRACE.map(|(title, _)| Column::Left(title));
        let requests = detail.requests.iter().map(|request| {
            TRACE.map(|(_, key)| text::value(request.get(key).unwrap_or(&Value::Null), 70))
        });
        shown.push('\n');
        shown.push_str(&table(&columns, requests));
    }
    shown
}
