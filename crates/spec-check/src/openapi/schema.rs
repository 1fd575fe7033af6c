//! OpenAPI's schemas as JSON Schema, closed: an object that lists its members has no others.
//!
//! OpenAPI 3.0 has a dialect of its own (`nullable`), and a vendor composes with `allOf` in ways
//! under which closing an object is not a matter of one keyword. So the parts of an `allOf` are put
//! together into one object first, member by member.

use serde_json::{Map, Value, json};

/// Deeper than this, a schema composes itself with itself without end, and says nothing.
const MAX_DEPTH: usize = 48;

/// Keywords that say something of a value by themselves and are taken as they are.
const PLAIN: &[&str] = &[
    "const",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "propertyNames",
    "required",
    "uniqueItems",
];

/// A schema of a description as JSON Schema of 2020-12, with all that it refers to in `$defs`.
pub(crate) fn translate(document: &Value, schema: &Value) -> Value {
    let mut translation = Translation {
        document,
        defs: Map::new(),
    };
    let mut root = translation.schema(schema, true, 0);
    if let (Value::Object(root), false) = (&mut root, translation.defs.is_empty()) {
        root.insert("$defs".to_owned(), Value::Object(translation.defs));
    }
    root
}

struct Translation<'a> {
    document: &'a Value,
    defs: Map<String, Value>,
}

impl<'a> Translation<'a> {
    fn schema(&mut self, schema: &Value, closed: bool, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::Bool(true);
        }
        let Value::Object(keywords) = schema else {
            return schema.clone();
        };
        if let (Some(target), true) = (reference(keywords), closed) {
            return self.definition(target, depth);
        }
        let mut parts = Vec::new();
        self.parts(keywords, &mut parts, depth);
        self.joined(&parts, closed, depth)
    }

    /// A reference to a definition, which is translated when it is first met.
    fn definition(&mut self, target: &str, depth: usize) -> Value {
        let name = target.replace(['#', '/', '~'], "_");
        let pointer = json!({ "$ref": format!("#/$defs/{name}") });
        if self.defs.contains_key(&name) {
            return pointer;
        }
        let Some(found) = self.resolve(target) else {
            return Value::Bool(true);
        };
        // Stands in while the definition, which may refer to itself, is translated.
        self.defs.insert(name.clone(), Value::Bool(true));
        let translated = self.schema(found, true, depth + 1);
        self.defs.insert(name, translated);
        pointer
    }

    fn resolve(&self, target: &str) -> Option<&'a Value> {
        self.document.pointer(target.strip_prefix('#')?)
    }

    /// The schema and all that it is composed of by `allOf` and references.
    fn parts(
        &self,
        keywords: &Map<String, Value>,
        into: &mut Vec<Map<String, Value>>,
        depth: usize,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        let composed = keywords.get("allOf").and_then(Value::as_array);
        for part in composed.into_iter().flatten().filter_map(Value::as_object) {
            self.parts(part, into, depth + 1);
        }
        let referred = reference(keywords).and_then(|target| self.resolve(target));
        if let Some(part) = referred.and_then(Value::as_object) {
            self.parts(part, into, depth + 1);
        }
        into.push(keywords.clone());
    }

    fn joined(&mut self, parts: &[Map<String, Value>], closed: bool, depth: usize) -> Value {
        let mut all: Vec<Value> = Vec::new();
        let mut members: Vec<(String, Vec<Value>)> = Vec::new();
        let mut items: Vec<Value> = Vec::new();
        let mut choices: Vec<&Value> = Vec::new();
        let mut open = false;
        let mut others: Vec<Value> = Vec::new();
        for part in parts {
            all.extend(plain(part));
            for (name, schema) in part
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                match members.iter_mut().find(|(known, _)| known == name) {
                    Some((_, schemas)) => schemas.push(schema.clone()),
                    None => members.push((name.clone(), vec![schema.clone()])),
                }
            }
            items.extend(part.get("items").cloned());
            choices.extend(["oneOf", "anyOf"].iter().filter_map(|key| part.get(*key)));
            match part.get("additionalProperties") {
                Some(Value::Bool(allowed)) => open |= allowed,
                Some(schema) => others.push(schema.clone()),
                None => {}
            }
        }
        // Which one of several objects is meant cannot be told once they are closed here and not
        // by their vendor, so that `oneOf` becomes `anyOf`.
        let mut choosable = Vec::new();
        for choice in &choices {
            let alone = members.is_empty();
            let branches = choice.as_array().into_iter().flatten();
            let branches: Vec<Value> = branches
                .map(|branch| {
                    choosable.extend(self.member_names(branch, depth + 1));
                    self.schema(branch, closed && alone, depth + 1)
                })
                .collect();
            all.push(json!({ "anyOf": branches }));
        }
        let mut result = Map::new();
        if !members.is_empty() {
            let mut properties: Map<String, Value> = choosable
                .into_iter()
                .map(|name| (name, Value::Bool(true)))
                .collect();
            for (name, schemas) in members {
                let translated = self.all_of(schemas, depth + 1);
                properties.insert(name, translated);
            }
            result.insert("properties".to_owned(), Value::Object(properties));
            if closed && !open && others.is_empty() {
                result.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        if !others.is_empty() {
            let translated = self.all_of(others, depth + 1);
            result.insert("additionalProperties".to_owned(), translated);
        }
        if !items.is_empty() {
            let translated = self.all_of(items, depth + 1);
            result.insert("items".to_owned(), translated);
        }
        if !all.is_empty() {
            result.insert("allOf".to_owned(), Value::Array(all));
        }
        Value::Object(result)
    }

    fn all_of(&mut self, mut schemas: Vec<Value>, depth: usize) -> Value {
        let schema = match (schemas.pop(), schemas.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                schemas.extend(last);
                json!({ "allOf": schemas })
            }
        };
        self.schema(&schema, true, depth)
    }

    /// The members that a branch of a choice names.
    fn member_names(&self, branch: &Value, depth: usize) -> Vec<String> {
        let mut parts = Vec::new();
        if let Some(keywords) = branch.as_object() {
            self.parts(keywords, &mut parts, depth);
        }
        parts
            .iter()
            .filter_map(|part| part.get("properties").and_then(Value::as_object))
            .flat_map(|properties| properties.keys().cloned())
            .collect()
    }
}

fn reference(keywords: &Map<String, Value>) -> Option<&str> {
    keywords.get("$ref").and_then(Value::as_str)
}

/// What a part says of a value by itself, as schemas of their own.
fn plain(part: &Map<String, Value>) -> Vec<Value> {
    let nullable = part.get("nullable") == Some(&Value::Bool(true));
    let mut said = Map::new();
    for key in PLAIN {
        if let Some(value) = part.get(*key) {
            said.insert((*key).to_owned(), value.clone());
        }
    }
    if let Some(kind) = part.get("type") {
        let kind = match kind {
            Value::String(name) if nullable => json!([name, "null"]),
            other => other.clone(),
        };
        said.insert("type".to_owned(), kind);
    }
    if let Some(Value::Array(values)) = part.get("enum") {
        let mut values = values.clone();
        if nullable && !values.contains(&Value::Null) {
            values.push(Value::Null);
        }
        said.insert("enum".to_owned(), Value::Array(values));
    }
    if said.is_empty() {
        return Vec::new();
    }
    vec![Value::Object(said)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(document: &Value, instance: &Value) -> bool {
        let schema = translate(document, &document["root"]);
        jsonschema::draft202012::new(&schema)
            .unwrap()
            .is_valid(instance)
    }

    #[test]
    fn an_object_composed_of_parts_has_the_members_of_all_and_no_others() {
        let document = json!({
            "base": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string"},
                "link": {"type": "object", "properties": {"id": {"type": "string"}}},
            }},
            "root": {"allOf": [{"$ref": "#/base"}, {"properties": {
                "name": {"type": "string", "nullable": true},
                "link": {"type": "object", "properties": {"kind": {"enum": ["a"]}}},
            }}]},
        });
        for (good, instance) in [
            (
                true,
                json!({"id": "1", "name": null, "link": {"id": "2", "kind": "a"}}),
            ),
            (false, json!({"name": "x"})),
            (false, json!({"id": "1", "nmae": "x"})),
            (false, json!({"id": "1", "link": {"id": "2", "kind": "b"}})),
            (false, json!({"id": "1", "link": {"di": "2"}})),
            (false, json!({"id": null})),
        ] {
            assert_eq!(valid(&document, &instance), good, "{instance}");
        }
    }

    #[test]
    fn a_choice_beside_members_is_closed_over_both() {
        let document = json!({"root": {
            "type": "object",
            "properties": {"kind": {"type": "string"}},
            "oneOf": [
                {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
                {"properties": {"b": {"type": "integer"}}, "required": ["b"]},
            ],
        }});
        assert!(
            valid(&document, &json!({"kind": "x", "a": 1})),
            "a branch's member"
        );
        assert!(!valid(&document, &json!({"kind": "x"})), "no branch fits");
        assert!(
            !valid(&document, &json!({"kind": "x", "a": 1, "c": 1})),
            "nobody's member"
        );
        assert!(
            !valid(&document, &json!({"a": "1"})),
            "a branch's member mistyped"
        );
    }

    #[test]
    fn a_schema_that_refers_to_itself_is_translated_all_the_same() {
        let document = json!({
            "node": {"type": "object", "properties": {"next": {"$ref": "#/node"}}},
            "loop": {"allOf": [{"$ref": "#/loop"}, {"properties": {"x": {"type": "string"}}}]},
            "root": {"type": "object", "properties": {
                "list": {"$ref": "#/node"}, "odd": {"$ref": "#/loop"},
            }},
        });
        assert!(
            valid(&document, &json!({"list": {"next": {"next": {}}}})),
            "any depth"
        );
        assert!(
            !valid(&document, &json!({"list": {"next": {"nxet": {}}}})),
            "at any depth"
        );
    }

    #[test]
    fn an_object_that_lists_no_members_may_have_any() {
        let document = json!({"root": {"type": "object", "properties": {
            "meta": {"type": "object"},
            "links": {"type": "object", "additionalProperties": {"type": "string"}},
        }}});
        assert!(valid(
            &document,
            &json!({"meta": {"x": 1}, "links": {"next": "/"}})
        ));
        assert!(
            !valid(&document, &json!({"links": {"next": 1}})),
            "its values have a type"
        );
    }
}
