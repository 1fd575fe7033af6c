//! `diagnose`

use nurturehub_engine::{Diagnosis, EngineError, VerifyStepReport};
use serde::Serialize;

use super::verify;
use crate::args::{Globals, One};
use crate::exit::Exit;
use crate::output::table::pairs;
use crate::output::{Console, error, text};
use crate::workplace::Workplace;

/// Longest sentence that is shown, in characters.
const MOST: usize = 400;

/// What a script gets.
#[derive(Serialize)]
struct Document<'a> {
    /// None where the last run did not fail.
    diagnosis: Option<&'a Diagnosis>,
}

/// Explains the last run, where it failed.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: One,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let progress = console.progress();
    let diagnosis = workplace
        .engine
        .diagnose(&args.connection, &|step| progress.line(&line(step)))
        .await?;
    drop(progress);
    let document = Document {
        diagnosis: diagnosis.as_ref(),
    };
    console.answer(&document, || {
        diagnosis
            .as_ref()
            .map_or_else(|| "The last run did not fail.".to_owned(), show)
    })?;
    Ok(Exit::Done)
}

pub(super) fn line(step: &VerifyStepReport) -> String {
    format!("{}: {}", text::word(&step.step), text::word(&step.status))
}

pub(super) fn show(diagnosis: &Diagnosis) -> String {
    let cause = &diagnosis.cause;
    let mut shown = pairs([
        (
            "run",
            format!("{} {}", diagnosis.run.kind, diagnosis.run.run_id),
        ),
        ("ended with", text::shown(&diagnosis.error.message, MOST)),
        ("cause", format!("{} ({})", cause.title, cause.kind)),
        ("found", text::shown(&cause.message, MOST)),
        ("usually", cause.explanation.to_owned()),
        ("what to do", text::shown(&cause.remedy, MOST)),
        ("who", error::who(cause.owner).to_owned()),
    ]);
    if let Some(why) = &diagnosis.not_asked {
        shown.push('\n');
        shown.push_str(why);
    }
    if let Some(report) = &diagnosis.verification {
        shown.push_str("\n\n");
        shown.push_str(&verify::show(report));
    }
    shown
}
