//! What an answer of the CRM says: its records, its total, how to go on, or that it is a failure.

use std::collections::BTreeMap;

use nurturehub_port::{AdapterError, ErrorKind, Scope};
use serde_json::Value;
use serde_json::value::RawValue;

use super::format::FailureText;
use super::path::FieldPath;
use super::rules::{AnswerRules, Mark, folded};
use crate::HttpResponse;
use crate::http::describe_json_error;

/// A page of a list.
#[derive(Debug, Default)]
pub(super) struct Page<'a> {
    /// The records, each as it came.
    pub(super) records: Vec<&'a RawValue>,
    /// How many records the whole list has.
    pub(super) total: Option<u64>,
    /// A token or a link that leads to the next page.
    pub(super) next: Option<String>,
}

/// An answer's outermost value.
enum Top<'a> {
    Object(BTreeMap<String, &'a RawValue>),
    Array(Vec<&'a RawValue>),
}

impl<'a> Page<'a> {
    /// Reads an answer with a status of success. `next` is the path to what leads on.
    ///
    /// # Errors
    /// What an error mark in it means; `schemaChanged`, where it is JSON without the records that
    /// the profile promises; `protocol`, where it is not JSON; `network.proxy`.
    pub(super) fn read(
        response: &'a HttpResponse,
        rules: &AnswerRules,
        next: Option<&FieldPath>,
    ) -> Result<Self, AdapterError> {
        if response.status.as_u16() == 204 {
            return Ok(Self::default());
        }
        let top = Top::read(response)?;
        for (mark, means) in &rules.errors {
            if top.bears(mark) {
                return Err(failure(response, *means));
            }
        }
        let records = top.records(rules.records.as_ref()).ok_or_else(|| {
            response
                .error(
                    ErrorKind::SchemaChanged,
                    "The CRM's answer has no list of records where the profile says that it is.",
                )
                .remedy("Check `answer.records` in the profile against what the CRM answers.")
        })?;
        Ok(Self {
            records,
            total: rules.total.as_ref().and_then(|path| top.number(path)),
            next: next
                .and_then(|path| top.leaf(path))
                .and_then(|value| match value {
                    Value::String(text) => Some(text),
                    Value::Number(number) => Some(number.to_string()),
                    _ => None,
                }),
        })
    }
}

impl<'a> Top<'a> {
    fn read(response: &'a HttpResponse) -> Result<Self, AdapterError> {
        let text = response.text()?;
        let read = if text.trim_start().starts_with('[') {
            serde_json::from_str(text).map(Self::Array)
        } else {
            serde_json::from_str(text).map(Self::Object)
        };
        read.map_err(|error| {
            let kind = if error.is_data() {
                ErrorKind::SchemaChanged
            } else {
                ErrorKind::Protocol
            };
            let what = describe_json_error(text, &error);
            response.error(kind, format!("The CRM's answer {what}."))
        })
    }

    /// Where these keys lead.
    fn walk(&self, keys: &[&str]) -> Option<&'a RawValue> {
        let Self::Object(members) = self else {
            return None;
        };
        let (first, rest) = keys.split_first()?;
        let mut value: &'a RawValue = members.get(*first)?;
        for key in rest {
            let inner: BTreeMap<String, &'a RawValue> = serde_json::from_str(value.get()).ok()?;
            value = inner.get(*key)?;
        }
        Some(value)
    }

    /// The values that a path's candidates lead to, in order.
    fn places(&self, path: &FieldPath) -> Vec<&'a RawValue> {
        path.keys()
            .flatten()
            .filter_map(|keys| self.walk(&keys))
            .collect()
    }

    /// The first value of a path that is text or a number, true or false.
    fn leaf(&self, path: &FieldPath) -> Option<Value> {
        self.places(path).into_iter().find_map(|raw| {
            if raw.get().starts_with(['{', '[', 'n']) {
                return None;
            }
            serde_json::from_str::<Value>(raw.get())
                .ok()
                .filter(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
        })
    }

    fn number(&self, path: &FieldPath) -> Option<u64> {
        match self.leaf(path)? {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    fn bears(&self, mark: &Mark) -> bool {
        self.leaf(&mark.path).is_some_and(|value| {
            let word = match value {
                Value::String(text) => folded(&text),
                other => other.to_string(),
            };
            mark.values.contains(&word)
        })
    }

    /// The records; null stands for none of them.
    fn records(&self, path: Option<&FieldPath>) -> Option<Vec<&'a RawValue>> {
        let Some(path) = path else {
            return match self {
                Self::Array(records) => Some(records.clone()),
                Self::Object(_) => None,
            };
        };
        let places = self.places(path);
        places
            .iter()
            .find_map(|raw| serde_json::from_str(raw.get()).ok())
            .or_else(|| {
                let is_null = places.iter().any(|raw| raw.get() == "null");
                is_null.then(Vec::new)
            })
    }
}

/// The error that a mark in an answer stands for. What the CRM says beside it is not repeated: it
/// may hold anything.
fn failure(response: &HttpResponse, means: FailureText) -> AdapterError {
    let (kind, message) = match means {
        FailureText::AuthInvalid => (
            ErrorKind::AuthInvalid,
            "The CRM did not accept the key, by the error mark in its answer.",
        ),
        FailureText::ScopeMissing => (
            ErrorKind::ScopeMissing,
            "The CRM does not allow this key to read the list, by the error mark in its answer.",
        ),
        FailureText::ProviderDown => (
            ErrorKind::ProviderDown,
            "The CRM failed on its side, by the error mark in its answer.",
        ),
        FailureText::ProviderRejected => (
            ErrorKind::ProviderRejected,
            "The CRM marked its answer as an error, though its status says success.",
        ),
    };
    let error = response.error(kind, message);
    if means == FailureText::ProviderRejected {
        return error.scope(Scope::Connection);
    }
    error
}
