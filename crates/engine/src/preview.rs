//! What a push would do, field by field. Nothing goes to the platform that is not shown here.

use nurturehub_port::ErrorKind;
use nurturehub_store::contacts::{ChangeKind, PendingCounts};
use serde::Serialize;
use serde_json::Value;
use specta::Type;

use crate::contacts::BlockedView;
use crate::{Engine, EngineError};

/// A page of the preview.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreviewPage {
    /// Counts over all contacts.
    pub summary: PendingCounts,
    /// The changes of this page, in the order in which they are sent.
    pub changes: Vec<ChangeView>,
    /// What the adapter rests on without its having been confirmed, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unconfirmed: Option<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangeView {
    /// The contact's id in the CRM.
    pub external_id: String,
    /// The contact's name, to know it by.
    pub full_name: String,
    /// What would be done.
    pub kind: ChangeKind,
    /// The fields that differ.
    pub fields: Vec<FieldChange>,
    /// Why it is not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<BlockedView>,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// Its path, such as `identity.fullName`.
    pub field: String,
    /// What the platform has.
    pub before: Value,
    /// What it would have.
    pub after: Value,
}

/// Fields that differ whenever any other does, and mean nothing to a reader.
const SILENT: [&str; 2] = ["provenance.contentHash", "provenance.fetchedAt"];

/// The fields that differ between two contacts. Objects are gone into; a list is one field.
#[must_use]
pub fn diff(before: Option<&Value>, after: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    walk(
        String::new(),
        before.unwrap_or(&Value::Null),
        after,
        &mut changes,
    );
    changes.retain(|change| !SILENT.contains(&change.field.as_str()));
    changes
}

fn walk(path: String, before: &Value, after: &Value, changes: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    let empty = serde_json::Map::new();
    let fields = |value: &'_ Value| match value {
        Value::Object(map) => Some(map.clone()),
        Value::Null => Some(empty.clone()),
        _ => None,
    };
    let nested =
        (before.is_object() || after.is_object()).then(|| fields(before).zip(fields(after)));
    let Some(Some((old, new))) = nested else {
        changes.push(FieldChange {
            field: path,
            before: before.clone(),
            after: after.clone(),
        });
        return;
    };
    let keys = new
        .keys()
        .chain(old.keys().filter(|key| !new.contains_key(*key)));
    for key in keys {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        let of =
            |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(Value::Null);
        walk(path, &of(&old), &of(&new), changes);
    }
}

impl Engine {
    /// A page of what a push would do, of one kind of change where one is named.
    ///
    /// # Errors
    /// Storage errors.
    pub async fn preview(
        &self,
        connection: &str,
        kind: Option<ChangeKind>,
        limit: u32,
        offset: u64,
    ) -> Result<PreviewPage, EngineError> {
        let record = self.connection(connection).await?;
        let unconfirmed = self.unconfirmed(&record);
        let (summary, found) = self.store.preview(record.row, kind, limit, offset).await?;
        let parse = |text: &str| {
            serde_json::from_str::<Value>(text).map_err(|_| {
                EngineError::new(
                    ErrorKind::StorageCorrupt,
                    "A stored contact has lost its form.",
                )
            })
        };
        let mut changes = Vec::with_capacity(found.len());
        for change in found {
            let before = change.before.as_deref().map(parse).transpose()?;
            let after = parse(&change.after)?;
            let name = after["identity"]["fullName"].as_str().unwrap_or_default();
            changes.push(ChangeView {
                external_id: change.external_id,
                full_name: name.to_owned(),
                kind: change.kind,
                fields: diff(before.as_ref(), &after),
                blocked_by: change.blocked.map(Into::into),
            });
        }
        Ok(PreviewPage {
            summary,
            changes,
            unconfirmed,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_shown_with_its_path() {
        let before = json!({"identity": {"fullName": "A", "title": "Mr"}, "tags": ["x"], "n": 1});
        let after = json!({"identity": {"fullName": "B"}, "tags": ["x", "y"], "n": 1});
        let changes = diff(Some(&before), &after);
        let fields: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["identity.fullName", "identity.title", "tags"]);
        assert_eq!(
            changes[1].after,
            Value::Null,
            "a field that is gone shows as null"
        );
    }

    #[test]
    fn a_new_contact_shows_every_field_it_has() {
        let after = json!({"identity": {"fullName": "B"}, "provenance": {"fetchedAt": "now"}});
        let changes = diff(None, &after);
        assert_eq!(changes.len(), 1, "the time of fetching is no news");
        assert_eq!(changes[0].before, Value::Null);
    }
}
