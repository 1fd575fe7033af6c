//! `audit`

use nurturehub_engine::{AuditFilter, AuditLine, EngineError};
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
        AuditForm::Csv => console.answer(&log, || csv(&log.entries))?,
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

fn csv(entries: &[AuditLine]) -> String {
    let mut lines = vec!["at,actor,action,connection,detail".to_owned()];
    lines.extend(entries.iter().map(|entry| {
        let fields = [
            entry.at.to_string(),
            entry.actor.clone(),
            entry.action.clone(),
            entry.connection.clone().unwrap_or_default(),
            entry.detail.to_string(),
        ];
        fields.map(|field| quoted(&field)).join(",")
    }));
    lines.join("\r\n")
}

/// A field of a comma-separated file. One that a spreadsheet would take for a formula is made text.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_stays_one_field_and_is_no_formula() {
        assert_eq!(quoted("a \"b\", c"), r#""a ""b"", c""#);
        assert_eq!(
            quoted("=1+1"),
            r#""'=1+1""#,
            "a spreadsheet does not work it out"
        );
    }
}
