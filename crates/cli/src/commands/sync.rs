//! `sync`

use nurturehub_engine::{EngineError, SyncOptions, SyncProgress, SyncReport, SyncStatus};
use tokio_util::sync::CancellationToken;

use super::failed_run::Attempt;
use crate::args::{Globals, Sync};
use crate::exit::Exit;
use crate::output::table::pairs;
use crate::output::{Console, text};
use crate::workplace::Workplace;

/// Brings the local copy up to date.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Sync,
    cancel: &CancellationToken,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let options = SyncOptions {
        full: args.full,
        confirm_removals: args.confirm_removals,
        scheduled: false,
    };
    let attempt = Attempt::new(&workplace, console, &args.connection, args.doctor, cancel);
    let progress = console.progress();
    let outcome = workplace
        .engine
        .sync(
            &args.connection,
            options,
            &|at| progress.line(&line(at)),
            cancel,
        )
        .await;
    drop(progress);
    let report = match outcome {
        Ok(report) => report,
        Err(error) => return Ok(attempt.failed(&error).await),
    };
    console.answer(&report, || show(&report, &args.connection))?;
    Ok(Exit::partial_if(report.status == SyncStatus::Partial))
}

/// How far a sync has come, on one line.
pub(crate) fn line(at: SyncProgress) -> String {
    match at.source_total {
        Some(total) => format!(
            "syncing: {} of {total} records, page {}",
            at.listed, at.pages
        ),
        None => format!("syncing: {} records, page {}", at.listed, at.pages),
    }
}

fn show(report: &SyncReport, connection: &str) -> String {
    let resumed = if report.resumed {
        ", going on where the last one stopped"
    } else {
        ""
    };
    let mut rows = vec![
        (
            "status",
            format!("{} ({}{resumed})", report.status.as_str(), report.mode),
        ),
        ("fetched", text::count(report.fetched, "record", "records")),
        ("created", report.created.to_string()),
        ("updated", report.updated.to_string()),
        ("unchanged", report.unchanged.to_string()),
        ("removed", report.removed.to_string()),
        ("rejected", report.rejected.to_string()),
        (
            "requests",
            format!(
                "{} for {}",
                report.requests,
                text::count(report.pages, "page", "pages")
            ),
        ),
        ("took", text::duration(report.duration_ms)),
        ("run", report.run_id.to_string()),
    ];
    let proof = match report.proof.short_by {
        None if report.proof.adds_up => "adds up".to_owned(),
        None => "does not add up".to_owned(),
        Some(short) => format!("short by {}", text::count(short, "record", "records")),
    };
    rows.insert(7, ("proof", proof));
    let mut shown = pairs(rows);
    if let Some(doubt) = &report.in_doubt {
        shown.push_str("\nin doubt: ");
        shown.push_str(&doubt.message);
        if doubt.held > 0 {
            let held = text::count(doubt.held, "removal waits", "removals wait");
            shown.push_str(&format!(
                "\nwhat to do: {held}. If they are right, confirm them with `nurturehub sync \
                 {connection} --confirm-removals`."
            ));
        }
    }
    for gone in &report.drift {
        let (message, remedy) = (gone.message(), gone.remedy());
        shown.push_str(&format!("\nwarning: {message}\nwhat to do: {remedy}"));
    }
    if report.rejected > 0 {
        shown.push_str(
            "\nRejected records cannot become contacts; they are kept with the reason and come \
             with the next sync once they are mended in the CRM.",
        );
    }
    shown
}
