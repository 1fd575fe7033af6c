//! `verify`

use nurturehub_engine::{EngineError, VerifyReport};

use crate::args::{Globals, One};
use crate::exit::Exit;
use crate::output::table::{Column, table};
use crate::output::{Console, error, text};
use crate::workplace::Workplace;

/// Checks a connection.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: One,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let progress = console.progress();
    let report = workplace
        .engine
        .verify(&args.connection, &|step| {
            progress.line(&format!(
                "{}: {}",
                text::word(&step.step),
                text::word(&step.status)
            ));
        })
        .await?;
    drop(progress);
    console.answer(&report, || show(&report))?;
    Ok(Exit::of_verification(&report))
}

pub(super) fn show(report: &VerifyReport) -> String {
    let columns = [
        Column::Left("step"),
        Column::Left("result"),
        Column::Right("time"),
        Column::Left("found"),
    ];
    let mut shown = table(
        &columns,
        report.steps.iter().map(|step| {
            [
                text::word(&step.step),
                text::word(&step.status),
                text::duration(step.duration_ms),
                text::shown(&step.detail, 120),
            ]
        }),
    );
    for step in &report.steps {
        if let Some(remedy) = &step.remedy {
            shown.push_str("\nwhat to do: ");
            shown.push_str(&text::shown(remedy, 400));
        }
        if let Some(owner) = step.owner {
            shown.push_str("\nwho: ");
            shown.push_str(error::who(owner));
        }
    }
    shown
}
