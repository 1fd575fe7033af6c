//! `preview`

use nurturehub_engine::{ChangeView, EngineError, PreviewPage};

use crate::args::{Globals, Preview};
use crate::exit::Exit;
use crate::output::table::{Column, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

/// Fields that are shown of one change to a person; the document has them all.
const FIELDS: usize = 8;

/// Shows what a push would send.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Preview,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let page = workplace
        .engine
        .preview(&args.connection, None, args.page.limit, args.page.offset)
        .await?;
    console.answer(&page, || show(&page))?;
    Ok(Exit::Done)
}

fn show(page: &PreviewPage) -> String {
    let columns = ["contact", "change", "field", "before", "after"].map(Column::Left);
    let mut shown = Vec::new();
    if !page.changes.is_empty() {
        shown.push(table(&columns, page.changes.iter().flat_map(rows)));
    }
    let summary = page.summary;
    shown.push(format!(
        "create {}, update {}, archive {}, unchanged {}, blocked {}",
        summary.create, summary.update, summary.archive, summary.unchanged, summary.blocked
    ));
    shown.join("\n")
}

fn rows(change: &ChangeView) -> Vec<[String; 5]> {
    let mut rows: Vec<[String; 5]> = change
        .fields
        .iter()
        .take(FIELDS)
        .map(|field| {
            [
                String::new(),
                String::new(),
                text::shown(&field.field, 32),
                text::value(&field.before, 32),
                text::value(&field.after, 48),
            ]
        })
        .collect();
    let left = change.fields.len().saturating_sub(FIELDS);
    if left > 0 {
        let more = format!("and {left} more");
        rows.push([
            String::new(),
            String::new(),
            more,
            String::new(),
            String::new(),
        ]);
    }
    if let Some(blocked) = &change.blocked_by {
        let why = text::shown(&blocked.message, 60);
        rows.push([
            String::new(),
            String::new(),
            "not sent".into(),
            String::new(),
            why,
        ]);
    }
    if rows.is_empty() {
        rows.push(Default::default());
    }
    if let Some([contact, kind, ..]) = rows.first_mut() {
        *contact = text::shown(&change.external_id, 24);
        *kind = text::word(&change.kind);
    }
    rows
}
