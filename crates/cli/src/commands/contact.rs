//! `contact`

use std::collections::BTreeMap;

use nurturehub_engine::{ContactDetail, EngineError};
use serde_json::Value;

use crate::args::{Contact, Globals};
use crate::exit::Exit;
use crate::output::table::{Column, table};
use crate::output::{Console, text};
use crate::workplace::Workplace;

/// Shows one contact beside the CRM's own record.
pub(super) async fn run(
    globals: &Globals,
    console: &Console,
    args: Contact,
) -> Result<Exit, EngineError> {
    let workplace = Workplace::open(globals).await?;
    let detail = workplace
        .engine
        .contact(&args.connection, &args.external_id)
        .await?;
    console.answer(&detail, || show(&detail))?;
    Ok(Exit::Done)
}

fn show(detail: &ContactDetail) -> String {
    let contact: Value = serde_json::from_str(detail.contact.get()).unwrap_or_default();
    let from: BTreeMap<&str, &str> = detail
        .lineage
        .iter()
        .map(|line| (line.field.as_str(), line.from.as_str()))
        .collect();
    let mut fields = Vec::new();
    flatten(String::new(), &contact, &mut fields);
    let rows = fields.into_iter().map(|(field, value)| {
        let origin = origin(&from, &field);
        [
            text::shown(&field, 44),
            text::value(&value, 60),
            text::shown(origin, 44),
        ]
    });
    let columns = ["field", "value", "from the CRM's"].map(Column::Left);
    let mut shown = vec![table(&columns, rows)];
    shown.push(format!("change: {}", text::word(&detail.change)));
    if let Some(blocked) = &detail.blocked_by {
        shown.push(format!("not sent: {}", text::shown(&blocked.message, 200)));
    }
    for issue in &detail.issues {
        shown.push(format!(
            "{}: {}",
            issue.field,
            text::shown(&issue.message, 200)
        ));
    }
    let raw: Value = serde_json::from_str(detail.raw.get()).unwrap_or_default();
    shown.push("the CRM's record:".to_owned());
    let pretty = serde_json::to_string_pretty(&raw).unwrap_or_default();
    shown.extend(pretty.lines().map(|line| text::shown(line, 200)));
    shown.join("\n")
}

/// Where a field came from: what is said of it, or of what it is part of.
fn origin<'a>(from: &BTreeMap<&str, &'a str>, field: &str) -> &'a str {
    let mut part = field;
    loop {
        if let Some(found) = from.get(part) {
            return found;
        }
        match part.rsplit_once(['.', '[']) {
            Some((whole, _)) => part = whole,
            None => return "",
        }
    }
}

/// The leaves of a JSON value with their paths; empty objects and lists have none.
fn flatten(path: String, value: &Value, leaves: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                flatten(path, value, leaves);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                flatten(format!("{path}[{at}]"), value, leaves);
            }
        }
        leaf => leaves.push((path, leaf.clone())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_comes_from_where_its_whole_comes_from() {
        let from = BTreeMap::from([("emails", "email"), ("emails[1].label", "kind")]);
        assert_eq!(origin(&from, "emails[0].address"), "email");
        assert_eq!(
            origin(&from, "emails[1].label"),
            "kind",
            "the nearest word counts"
        );
        assert_eq!(origin(&from, "id"), "", "nothing is made up");
    }

    #[test]
    fn every_leaf_has_its_path() {
        let mut leaves = Vec::new();
        flatten(
            String::new(),
            &json!({"a": [{"b": 1}, 2], "c": {}}),
            &mut leaves,
        );
        assert_eq!(
            leaves,
            [
                ("a[0].b".to_owned(), json!(1)),
                ("a[1]".to_owned(), json!(2))
            ]
        );
    }
}
