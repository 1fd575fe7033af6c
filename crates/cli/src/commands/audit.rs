//! `audit`

use nurturehub_engine::{AuditFilter, AuditFormat, AuditLine, EngineError};
use serde::Serialize;

use crate::args::{Audit, AuditForm, Globals};
use crate::exit::Exit;
use crate::output::table::{Column, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

#[derive(Serialize)]
struct Log {
    entries: Vec<AuditLine>,
}

/// Writes out who did what and when, oldest first.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Audit,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let connection = match args.connection {
        // What is said of a connection that is gone is still there under its id.
        Some(wanted) => Some(match workplace.connection(&wanted).await {
            Ok(found) => found.id.to_string(),
            Err(_) => wanted,
        }),
        None => None,
    };
    let filter = AuditFilter {
        since: args.since,
        connection,
    };
    let log = Log {
        entries: workplace.engine.audit_log(filter).await?,
    };
    if console.is_for_scripts() {
        console.document(&log)?;
        return Ok(Exit::Done);
    }
    match args.format {
        AuditForm::Table => console.answer(&log, || shown(&log.entries))?,
        AuditForm::Jsonl => {
            for entry in &log.entries {
                console.line(entry)?;
            }
        }
        AuditForm::Csv => {
            let text = AuditFormat::Csv.text(&log.entries)?;
            console.answer(&log, || text.trim_end().to_owned())?;
        }
    }
    Ok(Exit::Done)
}

fn shown(entries: &[AuditLine]) -> String {
    let columns = ["when", "who", "what", "connection", "more"].map(Column::Left);
    table(
        &columns,
        entries.iter().map(|entry| {
            [
                text::moment(&entry.at),
                text::shown(&entry.actor, 40),
                entry.action.clone(),
                entry.connection.clone().unwrap_or_default(),
                text::value(&entry.detail, 60),
            ]
        }),
    )
}
