//! API descriptions: OpenAPI 3.0 and 3.1, as far as the vendors use them.

mod operation;
mod parameter;
mod schema;
mod template;

pub(crate) use operation::{Credential, Operation};
pub(crate) use parameter::Parameter;
pub(crate) use schema::translate;
pub(crate) use template::Template;

use serde_json::{Map, Value};
use url::Url;

use crate::Failure;

/// The methods that an operation may have.
pub(crate) const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

/// A description.
#[derive(Debug, Clone)]
pub struct Document {
    title: String,
    value: Value,
}

impl Document {
    /// A description by this name.
    ///
    /// # Errors
    /// [`Failure::Document`] where it is not of version 3, or describes no path.
    pub fn parse(title: &str, value: Value) -> Result<Self, Failure> {
        let version = value.get("openapi").and_then(Value::as_str);
        if !version.is_some_and(|version| version.starts_with("3.")) {
            return Err(Failure::document(title, "it is not OpenAPI 3"));
        }
        let paths = value.get("paths").and_then(Value::as_object);
        if paths.is_none_or(Map::is_empty) {
            return Err(Failure::document(title, "it describes no path"));
        }
        Ok(Self {
            title: title.to_owned(),
            value,
        })
    }

    /// Puts another value at a JSON pointer, of which all but the last part must be there.
    ///
    /// # Errors
    /// [`Failure::Document`] where the rest of the pointer leads nowhere, and where the value is
    /// there already, so that there is nothing to amend.
    pub fn amend(&mut self, pointer: &str, value: Value) -> Result<(), Failure> {
        let target = pointer.rsplit_once('/').and_then(|(parent, key)| {
            let members = self.value.pointer_mut(parent)?.as_object_mut()?;
            Some((members, key.replace("~1", "/").replace("~0", "~")))
        });
        let Some((members, key)) = target else {
            let what = format!("there is nothing at {pointer} to amend");
            return Err(Failure::document(&self.title, what));
        };
        if members.get(&key) == Some(&value) {
            let what = format!("{pointer} needs no amendment any more");
            return Err(Failure::document(&self.title, what));
        }
        members.insert(key, value);
        Ok(())
    }

    /// Its name.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The addresses under which the API is offered, without a slash at the end; one without a
    /// scheme is taken as https.
    #[must_use]
    pub fn servers(&self) -> Vec<String> {
        let servers = self.value.get("servers").and_then(Value::as_array);
        servers
            .into_iter()
            .flatten()
            .filter_map(|server| server.get("url")?.as_str())
            .map(|url| {
                let whole = match url.strip_prefix("//") {
                    Some(rest) => format!("https://{rest}"),
                    None => url.to_owned(),
                };
                whole.trim_end_matches('/').to_owned()
            })
            .filter(|url| Url::parse(url).is_ok())
            .collect()
    }

    /// Every operation: path template and method, in the description's order.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (Template, &'static str)> {
        self.paths().flat_map(|(template, item)| {
            METHODS
                .iter()
                .filter(|method| item.contains_key(**method))
                .map(|method| (Template::new(template), *method))
        })
    }

    fn paths(&self) -> impl Iterator<Item = (&String, &Map<String, Value>)> {
        let paths = self.value.get("paths").and_then(Value::as_object);
        paths
            .into_iter()
            .flatten()
            .filter_map(|(template, item)| Some((template, item.as_object()?)))
    }

    /// An operation, ready to check with.
    ///
    /// # Errors
    /// [`Failure::Document`] where one of its schemas cannot be used.
    pub(crate) fn operation(
        &self,
        template: &Template,
        method: &str,
    ) -> Result<Operation, Failure> {
        let item = self
            .paths()
            .find_map(|(text, item)| (text == template.as_str()).then_some(item));
        let described = item.and_then(|item| Some((item, item.get(method)?.as_object()?)));
        let Some((item, described)) = described else {
            let what = format!("it has no {method} {}", template.as_str());
            return Err(Failure::document(&self.title, what));
        };
        Operation::read(self, template, item, described)
    }

    /// What a `$ref` points to, or the value itself.
    pub(crate) fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value.get("$ref").and_then(Value::as_str);
        target
            .and_then(|target| self.value.pointer(target.strip_prefix('#')?))
            .unwrap_or(value)
    }

    /// What checks values of a schema.
    ///
    /// # Errors
    /// [`Failure::Document`] where the schema cannot be used.
    pub(crate) fn validator(&self, schema: &Value) -> Result<jsonschema::Validator, Failure> {
        validator(&self.title, &translate(&self.value, schema))
    }

    pub(crate) const fn value(&self) -> &Value {
        &self.value
    }
}

/// What checks values of a schema that stands by itself.
///
/// # Errors
/// [`Failure::Document`] where the schema cannot be used.
pub(crate) fn validator(title: &str, schema: &Value) -> Result<jsonschema::Validator, Failure> {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .build(schema)
        .map_err(|error| Failure::document(title, error.to_string()))
}
