//! The request: parameters, headers, credentials, body.

use http::header::AUTHORIZATION;
use serde_json::{Map, Value};

use super::{Finding, Side, Violation, shape};
use crate::Exchange;
use crate::openapi::{Credential, Operation};

/// What the request breaks. The caller fills in the operation.
pub(super) fn check(
    operation: &Operation,
    exchange: &Exchange,
    arguments: &[(String, String)],
) -> Vec<Violation> {
    let mut violations = parameters(operation, exchange, arguments);
    violations.extend(signed_in(operation, exchange));
    violations.extend(accepts(operation, exchange));
    violations.extend(body(operation, exchange));
    violations
}

fn violation(place: impl Into<String>, finding: Finding, message: impl Into<String>) -> Violation {
    Violation {
        side: Side::Adapter,
        operation: String::new(),
        place: place.into(),
        finding,
        message: message.into(),
    }
}

fn parameters(
    operation: &Operation,
    exchange: &Exchange,
    arguments: &[(String, String)],
) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (name, _) in &exchange.query {
        let known = operation
            .parameters
            .iter()
            .any(|parameter| parameter.place == "query" && parameter.name == *name);
        if !known {
            let place = format!("query {name}");
            let message = "no such parameter is described";
            violations.push(violation(place, Finding::UnknownParameter, message));
        }
    }
    for parameter in &operation.parameters {
        let of = |pairs: &'_ [(String, String)]| -> Vec<String> {
            let named = pairs.iter().filter(|(name, _)| *name == parameter.name);
            named.map(|(_, value)| value.clone()).collect()
        };
        let values = match parameter.place.as_str() {
            "query" => of(&exchange.query),
            "path" => of(arguments),
            "header" => {
                let header = exchange.request.header(&parameter.name);
                header.map(ToOwned::to_owned).into_iter().collect()
            }
            _ => continue,
        };
        let place = format!("{} {}", parameter.place, parameter.name);
        if values.is_empty() {
            if parameter.required {
                violations.push(violation(place, Finding::Missing, "it must be there"));
            }
            continue;
        }
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        if let Some(why) = parameter.fault(&values) {
            violations.push(violation(place, Finding::BadParameter, why));
        }
    }
    violations
}

fn signed_in(operation: &Operation, exchange: &Exchange) -> Option<Violation> {
    let has = |credential: &Credential| match credential {
        Credential::Header(name) => exchange.request.header(name).is_some(),
        Credential::Scheme(scheme) => exchange
            .request
            .header(AUTHORIZATION.as_str())
            .and_then(|value| value.split_once(' '))
            .is_some_and(|(given, _)| given.eq_ignore_ascii_case(scheme)),
    };
    let met = operation.security.is_empty()
        || operation.security.iter().any(|group| group.iter().all(has));
    (!met).then(|| {
        let message = "it carries none of the credentials that are described";
        violation("headers", Finding::NotSignedIn, message)
    })
}

/// Whether the answer's media type is one that the request asks for.
fn accepts(operation: &Operation, exchange: &Exchange) -> Option<Violation> {
    let accept = exchange.request.header("accept")?;
    let asked: Vec<&str> = accept
        .split(',')
        .map(|one| one.split(';').next().unwrap_or(one).trim())
        .collect();
    let mut offers = operation.offers().peekable();
    offers.peek()?;
    let met = asked.contains(&"*/*") || offers.any(|offer| asked.contains(&offer));
    (!met).then(|| {
        let message = format!("`{accept}` is none of the media types that are described");
        violation("header accept", Finding::MediaType, message)
    })
}

fn body(operation: &Operation, exchange: &Exchange) -> Vec<Violation> {
    let given = !exchange.request.body.is_empty();
    let Some(described) = &operation.body else {
        return match given {
            true => vec![violation(
                "body",
                Finding::UnexpectedBody,
                "none is described",
            )],
            false => Vec::new(),
        };
    };
    if !given {
        return match described.required {
            true => vec![violation("body", Finding::Missing, "it must be there")],
            false => Vec::new(),
        };
    }
    let media_type = exchange.request.media_type().unwrap_or_default();
    let Some(schema) = described.content.get(&media_type) else {
        let message = format!("`{media_type}` is none of the media types that are described");
        return vec![violation("body", Finding::MediaType, message)];
    };
    let value = if media_type == "application/x-www-form-urlencoded" {
        Some(form(&exchange.request.body))
    } else {
        exchange.request.json()
    };
    let Some(value) = value else {
        return vec![violation("body", Finding::Shape, "it is no JSON")];
    };
    let faults = schema
        .iter()
        .flat_map(|schema| shape::faults(schema, &value));
    faults
        .map(|fault| violation(format!("body {}", fault.path), fault.finding, fault.message))
        .collect()
}

/// A form as the object of texts that its schema describes.
fn form(body: &[u8]) -> Value {
    let fields: Map<String, Value> = url::form_urlencoded::parse(body)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    Value::Object(fields)
}
