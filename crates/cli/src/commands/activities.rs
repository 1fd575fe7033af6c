//! `activities push`, `activities pull` and `activities failed`

use nurturehub_engine::{EngineError, ErrorReport, FailedActivities, WriteBackReport};
use nurturehub_port::{Activity, ErrorKind, WriteBackStatus};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::failed_run::Attempt;
use super::files;
use crate::args::{Activities, ActivitiesCommand, Globals};
use crate::exit::Exit;
use crate::output::table::{Column, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

/// Largest file of activities, in bytes.
const MOST: u64 = 64 * 1024 * 1024;

/// Writes engagement back to the CRM, or shows what of it was given up.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Activities,
    cancel: &CancellationToken,
) -> Result<Exit, EngineError> {
    let (connection, doctor, given) = match args.command {
        ActivitiesCommand::Push(args) => {
            let activities = parse(&files::read(&args.file, MOST)?)?;
            (args.connection, args.doctor, Some(activities))
        }
        ActivitiesCommand::Pull(args) => (args.connection, args.doctor, None),
        ActivitiesCommand::Failed(args) => {
            let engine = Workplace::open(globals).await?.engine;
            let failed = engine
                .failed_activities(&args.connection, args.page.limit, args.page.offset)
                .await?;
            console.answer(&failed, || show_failed(&failed))?;
            return Ok(Exit::Done);
        }
    };
    let workplace = Workplace::open(globals).await?;
    let engine = &workplace.engine;
    let attempt = Attempt::new(&workplace, console, &connection, doctor, cancel);
    let outcome = match given {
        Some(activities) => {
            engine
                .push_activities(&connection, activities, cancel)
                .await
        }
        None => engine.pull_activities(&connection, cancel).await,
    };
    let report = match outcome {
        Ok(report) => report,
        Err(error) => return Ok(attempt.failed(&error).await),
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
            let waits = result.error.as_ref().is_some_and(|error| error.retryable);
            [
                text::shown(&result.id, 40),
                if waits {
                    "waiting".to_owned()
                } else {
                    text::word(&result.status)
                },
                text::shown(result.reference.as_deref().unwrap_or_default(), 24),
                why(result.error.as_ref()),
            ]
        }),
    )
}

fn show_failed(failed: &FailedActivities) -> String {
    if failed.total == 0 {
        return "No activity was given up.".to_owned();
    }
    let columns = [
        Column::Left("activity"),
        Column::Left("result"),
        Column::Right("attempts"),
        Column::Left("since"),
        Column::Left("why"),
    ];
    let shown = table(
        &columns,
        failed.activities.iter().map(|activity| {
            [
                text::shown(&activity.id, 40),
                text::word(&activity.status),
                activity.attempts.to_string(),
                text::moment(&activity.at),
                why(activity.error.as_ref()),
            ]
        }),
    );
    format!(
        "{shown}\n{} in all",
        text::count(failed.total, "activity", "activities")
    )
}

fn why(error: Option<&ErrorReport>) -> String {
    let message = error.map(|error| error.message.as_str());
    text::shown(message.unwrap_or_default(), 160)
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
