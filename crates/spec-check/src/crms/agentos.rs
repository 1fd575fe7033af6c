//! agentOS: a list of the paths that its help articles name, and models of its older interfaces.
//!
//! No model of V4's records is public. What they are held to is weaker: each of their fields must
//! have the name, and the type, of a field of some model in the older documents.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{CrmPlan, Description, no_facts};
use crate::{Document, Exception, Failure, Finding, Folder};

pub(super) const PLAN: CrmPlan = CrmPlan {
    id: "agentos",
    describe: Some(describe),
    undescribed: "",
    variants: &[&[], &[("pageSize", "20")]],
    topics: &[],
    probes: &[
        "/v4/contacts/sandboxlets/company/branches/0/10",
        "/v4/contacts/sandboxlets/person/{contact}/personcontacts",
        "/v4/advertising/sandboxlets/company/company",
    ],
    amendments: &[],
    exceptions: &[Exception {
        operation: "GET /v4/contacts/{shortName}/person/{personID}/personcontacts",
        place: "answer 200 /Data/*/Value",
        finding: Finding::UnknownField,
        reason: "What this path answers is not public, and no adapter asks for it.",
    }],
};

/// The documents of 2019.
const OLDER: &[&str] = &[
    "agentos/v2-basic-tier.openapi.json",
    "agentos/v2-customer.openapi.json",
    "agentos/v3-diary.openapi.json",
    "agentos/v3-reporting.openapi.json",
];

/// Statuses that the articles name for every path. 404 is a record that was deleted or archived.
const FAILURES: &[&str] = &["400", "401", "403", "404", "405", "429", "500"];

fn describe(folder: &Folder) -> Result<Description, Failure> {
    let mut fields = BTreeMap::new();
    for name in OLDER {
        vocabulary(&folder.json(name)?, &mut fields);
    }
    let list = folder.json("agentos/v4-contacts.endpoints.json")?;
    let document = document(&list, &fields).ok_or_else(|| Failure::Document {
        document: "agentos V4".to_owned(),
        why: "the list of endpoints has another form".to_owned(),
    })?;
    Ok(Description {
        documents: vec![Document::parse("agentos V4", document)?],
        delivery: None,
        vectors: Vec::new(),
        facts: no_facts,
    })
}

/// The types of every field of every model, by its name.
fn vocabulary(document: &Value, into: &mut BTreeMap<String, Vec<Value>>) {
    let models = document
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    let properties = models
        .into_iter()
        .flat_map(Map::values)
        .filter_map(|model| model.get("properties")?.as_object())
        .flatten();
    for (name, property) in properties {
        let kind = property.get("type").cloned();
        let known = into.entry(name.clone()).or_default();
        if let Some(kind) = kind.filter(|kind| !known.contains(kind)) {
            known.push(kind);
        }
    }
}

/// The list of endpoints as an OpenAPI document.
fn document(list: &Value, fields: &BTreeMap<String, Vec<Value>>) -> Option<Value> {
    let endpoints = list.get("contacts_tier")?.as_array()?;
    let mut paths = Map::new();
    for endpoint in endpoints.iter().chain(list.get("test_call")) {
        let path = endpoint.get("path")?.as_str()?;
        let method = endpoint.get("method")?.as_str()?.to_ascii_lowercase();
        paths.insert(
            path.to_owned(),
            json!({ method: operation(path, endpoint) }),
        );
    }
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, kinds)| (name.clone(), field(kinds)))
        .collect();
    Some(json!({
        "openapi": "3.1.0",
        "servers": [{ "url": list.get("base")? }],
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": { "type": "apiKey", "in": "header", "name": list.pointer("/auth/header")? },
            },
            "schemas": { "Record": { "type": "object", "properties": properties } },
        },
    }))
}

/// A field of any of these types. The documents of 2019 cannot say that one may be null; the
/// synthetic samples have nulls.
fn field(kinds: &[Value]) -> Value {
    if kinds.is_empty() {
        return json!({});
    }
    let with_null: Vec<Value> = kinds.iter().cloned().chain([json!("null")]).collect();
    json!({ "type": with_null })
}

fn operation(path: &str, endpoint: &Value) -> Value {
    let query = endpoint.get("query").and_then(Value::as_array);
    let mut parameters: Vec<Value> = query
        .into_iter()
        .flatten()
        .map(|name| json!({ "name": name, "in": "query", "schema": { "type": "string" } }))
        .collect();
    for (name, most) in [("offset", None), ("count", Some(1000))] {
        if path.contains(&format!("{{{name}}}")) {
            let mut schema = json!({ "type": "integer", "minimum": 0 });
            if let (Some(most), Some(schema)) = (most, schema.as_object_mut()) {
                schema.insert("maximum".to_owned(), json!(most));
            }
            parameters.push(json!({ "name": name, "in": "path", "schema": schema }));
        }
    }
    let record = json!({ "$ref": "#/components/schemas/Record" });
    let is_list = path.ends_with("/{count}") || path.ends_with("/personcontacts");
    let schema = if is_list {
        json!({
            "type": "object",
            "required": ["Count", "Data"],
            "properties": {
                "Count": { "type": "integer" },
                "Data": { "type": "array", "items": record },
            },
        })
    } else {
        record
    };
    let mut responses = Map::new();
    let good = json!({ "content": { "application/json": { "schema": schema } } });
    responses.insert("200".to_owned(), good);
    responses.insert("204".to_owned(), json!({}));
    for status in FAILURES {
        responses.insert((*status).to_owned(), json!({}));
    }
    json!({ "parameters": parameters, "responses": responses })
}
