//! The schema that an example suggests, where a vendor gives an example and no schema.

use serde_json::{Map, Value, json};

/// A schema under which every value has the type that it has in the example, or is null, and every
/// object has the example's members and no others.
pub(super) fn schema(example: &Value) -> Value {
    match example {
        Value::Null => json!({}),
        Value::Bool(_) => json!({ "type": ["boolean", "null"] }),
        Value::Number(number) if number.is_i64() || number.is_u64() => {
            json!({ "type": ["integer", "null"] })
        }
        Value::Number(_) => json!({ "type": ["number", "null"] }),
        Value::String(_) => json!({ "type": ["string", "null"] }),
        Value::Array(elements) => {
            json!({ "type": ["array", "null"], "items": elements.first().map_or(json!({}), schema) })
        }
        Value::Object(members) => {
            let properties: Map<String, Value> = members
                .iter()
                .map(|(name, member)| (name.clone(), schema(member)))
                .collect();
            json!({
                "type": ["object", "null"],
                "properties": properties,
                "additionalProperties": false,
            })
        }
    }
}
