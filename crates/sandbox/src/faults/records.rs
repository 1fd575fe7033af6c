//! What faults do to the records of a page, whatever CRM they are of.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Nulls;
use crate::simulator::PageShape;

/// Hours that happen twice, or never, where clocks are changed: in London, at the end of October
/// and at the end of March.
const CLOCK_CHANGES: [&str; 2] = ["2024-10-27T01:30:00", "2025-03-30T01:30:00"];

/// The records of a page that are objects.
fn objects(
    page: &mut Map<String, Value>,
    shape: PageShape,
) -> impl Iterator<Item = &mut Map<String, Value>> {
    let records = page.get_mut(shape.records).and_then(Value::as_array_mut);
    let records = records.into_iter().flatten();
    records.filter_map(Value::as_object_mut)
}

/// Gives the page's list of records another name.
pub(super) fn renamed_list(page: &mut Map<String, Value>, shape: PageShape) {
    if let Some(records) = page.shift_remove(shape.records) {
        page.insert(renamed(shape.records), records);
    }
}

/// Gives another name to what says which record it is, in every record.
pub(super) fn renamed_keys(page: &mut Map<String, Value>, shape: PageShape) {
    for record in objects(page, shape) {
        for key in shape.keys {
            if let Some(value) = record.shift_remove(*key) {
                record.insert(renamed(key), value);
            }
        }
    }
}

/// Gives another name to a member, wherever it is in a record.
pub(super) fn renamed_field(page: &mut Map<String, Value>, shape: PageShape, name: &str) {
    for record in objects(page, shape) {
        rename(record, name);
    }
}

fn rename(object: &mut Map<String, Value>, name: &str) {
    if let Some(value) = object.shift_remove(name) {
        object.insert(renamed(name), value);
    }
    for value in object.values_mut() {
        match value {
            Value::Object(inner) => rename(inner, name),
            Value::Array(list) => list
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(|inner| rename(inner, name)),
            _ => {}
        }
    }
}

fn renamed(name: &str) -> String {
    format!("{name}2027")
}

/// Adds members that no document names: to the page, to each record and to the objects in it.
pub(super) fn extra_fields(page: &mut Map<String, Value>, shape: PageShape) {
    for record in objects(page, shape) {
        add_extra(record);
    }
    page.insert("xNewSince2027".to_owned(), extra());
}

fn extra() -> Value {
    json!({ "anything": [1, null, { "goes": "here" }], "since": "2027-01-01T00:00:00Z" })
}

fn add_extra(object: &mut Map<String, Value>) {
    for value in object.values_mut() {
        match value {
            Value::Object(inner) => add_extra(inner),
            Value::Array(list) => list
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(add_extra),
            _ => {}
        }
    }
    object.insert("xNewSince2027".to_owned(), extra());
}

/// Makes members null, but for those that say which record it is.
pub(super) fn nulls(page: &mut Map<String, Value>, shape: PageShape, which: Nulls) {
    for record in objects(page, shape) {
        let members = record.iter_mut();
        for (_, value) in members.filter(|(name, _)| !shape.keys.contains(&name.as_str())) {
            match which {
                Nulls::Values => null_values(value),
                Nulls::Objects if value.is_object() || value.is_array() => *value = Value::Null,
                Nulls::Objects => {}
            }
        }
    }
}

/// Lists stay as they are: a list of nulls is another thing than null, and no document knows it.
fn null_values(value: &mut Value) {
    match value {
        Value::Object(inner) => inner.values_mut().for_each(null_values),
        Value::Array(_) => {}
        other => *other = Value::Null,
    }
}

/// Writes each time of the records without its zone.
pub(super) fn zoneless(page: &mut Map<String, Value>, shape: PageShape) {
    each_time(page, shape, &mut |at| {
        at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
    });
}

/// Puts an hour that happens twice, or never, in the place of each time of the records, without a
/// zone.
pub(super) fn clock_change(page: &mut Map<String, Value>, shape: PageShape) {
    let mut hours = CLOCK_CHANGES.iter().cycle();
    each_time(page, shape, &mut |_| {
        hours.next().copied().unwrap_or_default().to_owned()
    });
}

fn each_time(
    page: &mut Map<String, Value>,
    shape: PageShape,
    write: &mut dyn FnMut(Timestamp) -> String,
) {
    for record in objects(page, shape) {
        record
            .values_mut()
            .for_each(|value| rewrite_times(value, write));
    }
}

fn rewrite_times(value: &mut Value, write: &mut dyn FnMut(Timestamp) -> String) {
    match value {
        Value::String(text) => {
            if let Some(at) = text.contains('T').then(|| text.parse().ok()).flatten() {
                *text = write(at);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|one| rewrite_times(one, write)),
        Value::Object(inner) => inner.values_mut().for_each(|one| rewrite_times(one, write)),
        _ => {}
    }
}

/// Puts a text in the place of every text of a body, as a service does that repeats what it was
/// sent.
pub(super) fn say_everywhere(value: &mut Value, text: &str) {
    match value {
        Value::String(said) => text.clone_into(said),
        Value::Array(list) => list.iter_mut().for_each(|one| say_everywhere(one, text)),
        Value::Object(inner) => inner.values_mut().for_each(|one| say_everywhere(one, text)),
        _ => {}
    }
}
