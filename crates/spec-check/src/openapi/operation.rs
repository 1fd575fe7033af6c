//! One operation of a description, ready to check with.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::{Map, Value};

use super::{Document, Parameter, Template};
use crate::Failure;

/// How a request may say who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    /// A header of this name.
    Header(String),
    /// `Authorization` with this scheme, in lower case.
    Scheme(String),
}

/// What stands in a request or an answer, by media type; a type without a schema may hold anything.
pub(crate) type Content = BTreeMap<String, Option<Validator>>;

/// A request's body.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) required: bool,
    pub(crate) content: Content,
}

/// An answer with one status, or with one of a range of them.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Empty where the description says nothing of a body.
    pub(crate) content: Content,
}

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) parameters: Vec<Parameter>,
    /// Any one of these groups must be there; none are asked for where there are none.
    pub(crate) security: Vec<Vec<Credential>>,
    pub(crate) body: Option<Body>,
    /// By status, range (`4XX`) or `default`.
    replies: BTreeMap<String, Reply>,
}

impl Operation {
    pub(super) fn read(
        document: &Document,
        template: &Template,
        item: &Map<String, Value>,
        described: &Map<String, Value>,
    ) -> Result<Self, Failure> {
        let list = |from: &Map<String, Value>| {
            let list = from.get("parameters").and_then(Value::as_array);
            list.cloned().unwrap_or_default()
        };
        let mut parameters = Vec::new();
        for parameter in list(described).iter().chain(&list(item)) {
            parameters.extend(Parameter::read(document, parameter)?);
        }
        let body = described
            .get("requestBody")
            .map(|body| document.resolved(body));
        let mut replies = BTreeMap::new();
        let answers = described.get("responses").and_then(Value::as_object);
        for (status, answer) in answers.into_iter().flatten() {
            let answer = document.resolved(answer);
            let reply = Reply {
                content: content(document, answer)?,
            };
            replies.insert(status.to_ascii_uppercase(), reply);
        }
        if replies.is_empty() {
            let what = format!("{} has no answers", template.as_str());
            return Err(Failure::document(document.title(), what));
        }
        Ok(Self {
            parameters,
            security: security(document, described),
            body: match body {
                Some(body) => Some(Body {
                    required: body.get("required") == Some(&Value::Bool(true)),
                    content: content(document, body)?,
                }),
                None => None,
            },
            replies,
        })
    }

    /// The answer that a status may have.
    pub(crate) fn reply(&self, status: u16) -> Option<&Reply> {
        let exact = status.to_string();
        let range = format!("{}XX", status / 100);
        [exact.as_str(), &range, "DEFAULT"]
            .iter()
            .find_map(|key| self.replies.get(*key))
    }

    /// The statuses of failure that it names.
    pub(crate) fn failures(&self) -> impl Iterator<Item = u16> {
        self.replies
            .keys()
            .filter_map(|status| status.parse().ok())
            .filter(|status| *status >= 400)
    }

    /// The media types of what it answers when all is well.
    pub(crate) fn offers(&self) -> impl Iterator<Item = &str> {
        self.replies
            .iter()
            .filter(|(status, _)| status.starts_with('2'))
            .flat_map(|(_, reply)| reply.content.keys().map(String::as_str))
    }
}

fn content(document: &Document, of: &Value) -> Result<Content, Failure> {
    let mut content = Content::new();
    let types = of.get("content").and_then(Value::as_object);
    for (media_type, described) in types.into_iter().flatten() {
        let schema = described.get("schema");
        let validator = schema
            .map(|schema| document.validator(schema))
            .transpose()?;
        content.insert(media_type.to_ascii_lowercase(), validator);
    }
    Ok(content)
}

fn security(document: &Document, described: &Map<String, Value>) -> Vec<Vec<Credential>> {
    let whole = document.value();
    let groups = described.get("security").or_else(|| whole.get("security"));
    let groups = groups.and_then(Value::as_array);
    let credential = |name: &String| {
        let scheme = whole.pointer("/components/securitySchemes")?.get(name)?;
        let text = |key: &str| scheme.get(key).and_then(Value::as_str);
        match (text("type")?, text("in")) {
            ("apiKey", Some("header")) => {
                Some(Credential::Header(text("name")?.to_ascii_lowercase()))
            }
            ("http", _) => Some(Credential::Scheme(text("scheme")?.to_ascii_lowercase())),
            _ => None,
        }
    };
    groups
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(|group| group.keys().filter_map(credential).collect())
        .collect()
}
