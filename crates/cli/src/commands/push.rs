//! `push`

use nurturehub_engine::{EngineError, PushOptions, PushReport};
use tokio_util::sync::CancellationToken;

use super::failed_run::Attempt;
use crate::args::{Globals, Push};
use crate::exit::Exit;
use crate::output::table::{Column, pairs, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

/// Rejections that are shown to a person; the document has more.
const SHOWN: usize = 20;

/// Sends what the preview shows.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Push,
    cancel: &CancellationToken,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let options = PushOptions {
        dry_run: args.dry_run,
        only: args.only,
    };
    let attempt = Attempt::new(&workplace, console, &args.connection, args.doctor, cancel);
    let progress = console.progress();
    let outcome = workplace
        .engine
        .push(
            &args.connection,
            options,
            &|sent| progress.line(&line(sent)),
            cancel,
        )
        .await;
    drop(progress);
    let report = match outcome {
        Ok(report) => report,
        Err(error) => return Ok(attempt.failed(&error).await),
    };
    console.answer(&report, || show(&report))?;
    Ok(Exit::partial_if(report.rejected > 0))
}

/// How far a push has come, on one line.
fn line(sent: u64) -> String {
    format!("pushing: {}", text::count(sent, "contact", "contacts"))
}

fn show(report: &PushReport) -> String {
    if report.dry_run {
        let would = text::count(report.would_send, "contact", "contacts");
        return format!(
            "A push would send {would}. Nothing was sent. It is kept as run {}.",
            report.run_id
        );
    }
    let mut shown = pairs([
        ("status", report.status.to_owned()),
        ("sent", report.sent.to_string()),
        ("accepted", report.accepted.to_string()),
        ("unchanged", report.unchanged.to_string()),
        ("rejected", report.rejected.to_string()),
        ("run", report.run_id.to_string()),
    ]);
    if !report.rejections.is_empty() {
        let columns = ["refused", "reason", "in words"].map(Column::Left);
        let rows = report.rejections.iter().take(SHOWN).map(|rejection| {
            [
                text::shown(&rejection.external_id, 24),
                text::shown(&rejection.code, 24),
                text::shown(&rejection.message, 80),
            ]
        });
        let listed = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        shown.push('\n');
        shown.push_str(&table(&columns, rows));
        let left = report.rejected.saturating_sub(listed);
        if left > 0 {
            shown.push_str(&format!("\nand {left} more"));
        }
    }
    shown
}
