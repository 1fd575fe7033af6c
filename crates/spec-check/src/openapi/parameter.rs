//! Parameters of path, query and header.

use jsonschema::Validator;
use serde_json::{Number, Value};

use super::Document;
use crate::Failure;

/// A parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// Its name; a header's in lower case.
    pub(crate) name: String,
    /// `path`, `query` or `header`.
    pub(crate) place: String,
    pub(crate) required: bool,
    /// Several values stand in one, with commas between them.
    joined: bool,
    list: bool,
    kinds: Vec<String>,
    item_kinds: Vec<String>,
    validator: Option<Validator>,
}

impl Parameter {
    pub(super) fn read(document: &Document, parameter: &Value) -> Result<Option<Self>, Failure> {
        let parameter = document.resolved(parameter);
        let text = |key: &str| parameter.get(key).and_then(Value::as_str);
        let (Some(name), Some(place)) = (text("name"), text("in")) else {
            return Ok(None);
        };
        let schema = parameter
            .get("schema")
            .map(|schema| document.resolved(schema));
        let kinds = schema.map(kinds).unwrap_or_default();
        let items = schema.and_then(|schema| schema.get("items"));
        let item_kinds = items.map(|items| self::kinds(document.resolved(items)));
        Ok(Some(Self {
            name: match place {
                "header" => name.to_ascii_lowercase(),
                _ => name.to_owned(),
            },
            place: place.to_owned(),
            required: parameter.get("required") == Some(&Value::Bool(true)),
            joined: parameter.get("explode") == Some(&Value::Bool(false)),
            list: kinds.iter().any(|kind| kind == "array"),
            kinds,
            item_kinds: item_kinds.unwrap_or_default(),
            validator: schema
                .map(|schema| document.validator(schema))
                .transpose()?,
        }))
    }

    /// What is wrong with the values that were given for it, where something is.
    pub(crate) fn fault(&self, values: &[&str]) -> Option<String> {
        let instance = match values {
            [one] if !self.list => typed(one, &self.kinds),
            _ if !self.list => return Some("it is given more than once".to_owned()),
            values => Value::Array(
                values
                    .iter()
                    .flat_map(|value| match self.joined {
                        true => value.split(',').collect(),
                        false => vec![*value],
                    })
                    .map(|value| typed(value, &self.item_kinds))
                    .collect(),
            ),
        };
        let error = self.validator.as_ref()?.iter_errors(&instance).next()?;
        Some(error.to_string())
    }
}

/// The types that a schema names.
fn kinds(schema: &Value) -> Vec<String> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind.clone()],
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(|kind| kind.as_str().map(ToOwned::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// A text as the value that it stands for, where it can be of one of these types.
pub(super) fn typed(text: &str, kinds: &[String]) -> Value {
    let is = |kind: &str| kinds.iter().any(|known| known == kind);
    if is("integer") || is("number") {
        if let Ok(number) = text.parse::<i64>() {
            return Value::Number(number.into());
        }
        if let Some(number) = text.parse::<f64>().ok().and_then(Number::from_f64) {
            return Value::Number(number);
        }
    }
    match text {
        "true" | "false" if is("boolean") => Value::Bool(text == "true"),
        _ => Value::String(text.to_owned()),
    }
}
