//! A value against its schema, told so that a person can find the place.

use std::collections::BTreeSet;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::Finding;

/// Longest account of one fault, in characters: an error message repeats the value.
const MAX_MESSAGE: usize = 160;

/// One difference between a value and its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where, with `*` for any element of a list; empty for the whole value.
    pub(crate) path: String,
    pub(crate) finding: Finding,
    pub(crate) message: String,
}

/// All differences between a value and its schema: of those of one place and one way, the first.
pub(crate) fn faults(schema: &Validator, value: &Value) -> Vec<Fault> {
    let mut all = Vec::new();
    for error in schema.iter_errors(value) {
        collect(&error, &mut all);
    }
    let mut seen = BTreeSet::new();
    all.retain(|fault: &Fault| seen.insert((fault.path.clone(), fault.finding)));
    all
}

fn collect(error: &ValidationError<'_>, into: &mut Vec<Fault>) {
    let path = general(error.instance_path().as_str());
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            // The branch that was meant is most likely the one that went wrong least and deepest.
            let depth = |branch: &Vec<ValidationError<'_>>| {
                let depths = branch
                    .iter()
                    .map(|error| error.instance_path().as_str().len());
                (std::cmp::Reverse(depths.min().unwrap_or(0)), branch.len())
            };
            match context
                .iter()
                .filter(|branch| !branch.is_empty())
                .min_by_key(|branch| depth(branch))
            {
                Some(branch) => branch.iter().for_each(|error| collect(error, into)),
                None => into.push(plain(error, path)),
            }
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            into.extend(unexpected.iter().map(|name| Fault {
                path: format!("{path}/{name}"),
                finding: Finding::UnknownField,
                message: "no such member is described".to_owned(),
            }));
        }
        _ => into.push(plain(error, path)),
    }
}

fn plain(error: &ValidationError<'_>, path: String) -> Fault {
    let is_null = error.instance().is_null();
    let finding = match error.kind() {
        ValidationErrorKind::Type { .. } | ValidationErrorKind::Enum { .. } if is_null => {
            Finding::Null
        }
        _ => Finding::Shape,
    };
    let mut message = error.to_string();
    if message.chars().count() > MAX_MESSAGE {
        message = message.chars().take(MAX_MESSAGE).chain(['…']).collect();
    }
    Fault {
        path,
        finding,
        message,
    }
}

/// A JSON pointer with `*` for each index.
fn general(pointer: &str) -> String {
    let segments = pointer.split('/').map(|segment| {
        let index = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        if index { "*" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}
