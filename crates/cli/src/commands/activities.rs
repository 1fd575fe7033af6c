//! `activities push` and `activities pull`

use nurturehub_engine::{EngineError, WriteBackReport};
use nurturehub_port::{Activity, ErrorKind, WriteBackStatus};
use serde_json::Value;

use super::files;
use crate::args::{Activities, ActivitiesCommand, Globals};
use crate::exit::Exit;
use crate::output::table::{Column, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

/// Largest file of activities, in bytes.
const MOST: u64 = 64 * 1024 * 1024;

/// Writes engagement back to the CRM.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Activities,
) -> Result<Exit, EngineError> {
    let report = match args.command {
        ActivitiesCommand::Push(args) => {
            let activities = parse(&files::read(&args.file, MOST)?)?;
            let engine = Workplace::open(globals).await?.engine;
            engine.push_activities(&args.connection, activities).await?
        }
        ActivitiesCommand::Pull(args) => {
            Workplace::open(globals)
                .await?
                .engine
                .pull_activities(&args.connection)
                .await?
        }
    };
    console.answer(&report, || show(&report))?;
    let refused = |status| {
        matches!(
            status,
            WriteBackStatus::Rejected | WriteBackStatus::Unsupported
        )
    };
    Ok(Exit::partial_if(
        report.results.iter().any(|result| refused(result.status)),
    ))
}

/// A list of activities, or an object with such a list as the platform sends it.
fn parse(bytes: &[u8]) -> Result<Vec<Activity>, EngineError> {
    let wrong = |message: String| {
        EngineError::with_remedy(
            ErrorKind::Configuration,
            message,
            "Write activities as `nurturehub schema activity` has them.",
        )
    };
    let mut document: Value = serde_json::from_slice(bytes)
        .map_err(|error| wrong(format!("The file is no JSON: {error}.")))?;
    let list = match document.get_mut("activities") {
        Some(list) => list.take(),
        None => document,
    };
    let Value::Array(items) = list else {
        return Err(wrong("The file has no list of activities.".to_owned()));
    };
    items
        .into_iter()
        .enumerate()
        .map(|(at, item)| {
            serde_json::from_value(item)
                .map_err(|error| wrong(format!("Activity {} cannot be read: {error}.", at + 1)))
        })
        .collect()
}

fn show(report: &WriteBackReport) -> String {
    if report.results.is_empty() {
        return "No activities.".to_owned();
    }
    let columns = ["activity", "result", "in the CRM", "why"].map(Column::Left);
    table(
        &columns,
        report.results.iter().map(|result| {
            let why = result.error.as_ref().map(|error| error.message.as_str());
            [
                text::shown(&result.id, 40),
                text::word(&result.status),
                text::shown(result.reference.as_deref().unwrap_or_default(), 24),
                text::shown(why.unwrap_or_default(), 80),
            ]
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"id":"a1","kind":"note","occurredAt":"2026-01-01T00:00:00Z",
        "source":{"system":"nurturehub"},"contact":{"externalId":"c1"}}"#;

    #[test]
    fn a_bare_list_and_the_platforms_page_are_both_read() {
        for text in [
            format!("[{ONE}]"),
            format!("{{\"activities\":[{ONE}],\"next\":\"x\"}}"),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap().len(), 1, "{text}");
        }
    }

    #[test]
    fn the_activity_that_cannot_be_read_is_named() {
        let error = parse(format!("[{ONE},{{\"id\":\"a2\"}}]").as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("Activity 2"), "{error}");
        assert!(
            parse(b"{}").is_err(),
            "an object without a list is no empty list"
        );
    }
}
