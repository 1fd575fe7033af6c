//! What a document of the contract is made of: keys, and of each its type or its words.

use serde_json::Value;

/// Keys with what stands under each. A key with `?` may be left out, or null.
///
/// What may stand there: `text` (not empty), `number` (whole, from zero), `truth`, `list`, `object`,
/// `time` (RFC 3339 in UTC with `Z`), `any`, or the words of which it must be one, as in `a / b`.
pub(crate) type Shape<'a> = [(&'a str, &'a str)];

/// A document has the shape. More keys may stand in it.
#[track_caller]
pub(crate) fn holds(document: &Value, shape: &Shape<'_>) {
    if let Some(wrong) = difference(document, shape) {
        panic!("{wrong} in {document}");
    }
}

/// Each of a list has the shape, and there are some.
#[track_caller]
pub(crate) fn each_holds(list: &Value, shape: &Shape<'_>) {
    let items = list.as_array().unwrap_or_else(|| panic!("a list: {list}"));
    assert!(!items.is_empty(), "there is something to look at");
    for item in items {
        holds(item, shape);
    }
}

fn difference(document: &Value, shape: &Shape<'_>) -> Option<String> {
    if !document.is_object() {
        return Some("no object".to_owned());
    }
    shape.iter().find_map(|(key, wanted)| {
        let (key, may_lack) = match key.strip_suffix('?') {
            Some(key) => (key, true),
            None => (*key, false),
        };
        match document.get(key) {
            None | Some(Value::Null) if may_lack => None,
            None => Some(format!("no `{key}`")),
            Some(value) => {
                (!is(value, wanted)).then(|| format!("`{key}` is no {wanted}, but {value},"))
            }
        }
    })
}

fn is(value: &Value, wanted: &str) -> bool {
    match wanted {
        "text" => value.as_str().is_some_and(|text| !text.is_empty()),
        "number" => value.is_u64(),
        "truth" => value.is_boolean(),
        "list" => value.is_array(),
        "object" => value.is_object(),
        "time" => value
            .as_str()
            .is_some_and(|text| text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()),
        "any" => true,
        words => value
            .as_str()
            .is_some_and(|word| words.split(" / ").any(|one| one == word)),
    }
}

#[test]
fn a_key_that_is_not_there_or_of_another_type_is_found() {
    let document = serde_json::json!({
        "name": "a", "none": null, "many": 3, "at": "2026-01-02T03:04:05Z", "state": "new", "blank": "",
    });
    let good: &Shape<'_> = &[
        ("name", "text"),
        ("many", "number"),
        ("at", "time"),
        ("state", "old / new"),
        ("none?", "text"),
        ("absent?", "list"),
    ];
    assert_eq!(difference(&document, good), None);
    for wrong in [
        ("absent", "any"),
        ("none", "text"),
        ("name", "number"),
        ("many?", "text"),
        ("name", "time"),
        ("state", "old / newer"),
        ("blank", "text"),
        ("name", "list"),
        ("many", "truth"),
    ] {
        assert!(difference(&document, &[wrong]).is_some(), "{wrong:?}");
    }
    let offset = serde_json::json!({ "at": "2026-01-02T03:04:05+01:00" });
    assert!(difference(&offset, &[("at", "time")]).is_some(), "in UTC");
}
