//! Reads a page record by record, in one pass.
//!
//! A page of contacts is a small envelope around a long array. Each record is parsed by itself, so
//! that a bad one does not spoil the rest, and its text is kept as it came. Reading the array as raw
//! values first would cost a second look at every byte, and that is most of the cost of a page.

use serde::Deserialize;
use serde_json::Deserializer;
use serde_json::value::RawValue;

/// A page, its records apart.
#[derive(Debug)]
pub struct Records<'a, T> {
    /// Each record, or why it is not one, with its text. Every text is JSON.
    pub records: Vec<(Result<T, serde_json::Error>, &'a str)>,
    /// The page with the array left empty; not looked into.
    pub envelope: String,
}

/// Reads the array that the object in `text` has under `key`.
///
/// None where there is no such array on the object's own level, or where the text is not JSON up to
/// its end: then it has to be parsed as a whole to say what is the matter.
#[must_use]
pub fn read_records<'a, T: Deserialize<'a>>(text: &'a str, key: &str) -> Option<Records<'a, T>> {
    let mut scan = Scan { text, at: 0 };
    scan.space();
    scan.take(b'{')?;
    loop {
        let (name, _) = scan.value::<String>()?;
        scan.space();
        scan.take(b':')?;
        scan.space();
        if name.is_ok_and(|name| name == key) && scan.peek() == Some(b'[') {
            break;
        }
        scan.value::<&RawValue>()?.0.ok()?;
        scan.space();
        scan.take(b',')?;
    }
    scan.take(b'[')?;
    let begin = scan.at;
    let mut records = Vec::new();
    scan.space();
    while scan.peek()? != b']' {
        if !records.is_empty() {
            scan.take(b',')?;
        }
        records.push(scan.value()?);
        scan.space();
    }
    let envelope = [text.get(..begin)?, text.get(scan.at..)?].concat();
    Some(Records { records, envelope })
}

/// A position in the text.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// The next value as a type, and its text; none where it is not JSON.
    fn value<T: Deserialize<'a>>(&mut self) -> Option<(Result<T, serde_json::Error>, &'a str)> {
        self.space();
        let rest = self.text.get(self.at..)?;
        let mut stream = Deserializer::from_str(rest).into_iter::<T>();
        let read = stream.next()?;
        let length = match &read {
            Ok(_) => stream.byte_offset(),
            // The library stopped where the type did not fit. Where does the value end, if it is one?
            Err(_) => {
                let mut whole = Deserializer::from_str(rest).into_iter::<&RawValue>();
                whole.next()?.ok()?;
                whole.byte_offset()
            }
        };
        self.at = self.at.checked_add(length)?;
        Some((read, rest.get(..length)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[derive(Deserialize)]
    struct Page<'a> {
        #[serde(borrow)]
        rows: Vec<&'a RawValue>,
    }

    /// A type that many values are not of.
    #[derive(Debug, PartialEq, Deserialize)]
    struct Row {
        a: Option<String>,
    }

    fn check(text: &str) {
        let ours = read_records::<Row>(text, "rows");
        let Ok(page) = serde_json::from_str::<Page<'_>>(text) else {
            return;
        };
        let ours = ours.unwrap();
        assert_eq!(ours.records.len(), page.rows.len(), "{text}");
        for ((row, raw), expected) in ours.records.iter().zip(page.rows) {
            assert_eq!(*raw, expected.get(), "{text}");
            let alone = serde_json::from_str::<Row>(raw);
            assert_eq!(row.as_ref().ok(), alone.as_ref().ok(), "{raw}");
            assert_eq!(
                row.as_ref().err().map(ToString::to_string),
                alone.err().map(|error| error.to_string()),
                "the error is about the record: {raw}"
            );
        }
        let envelope: Value = serde_json::from_str(&ours.envelope).unwrap();
        let mut whole: Value = serde_json::from_str(text).unwrap();
        whole["rows"] = Value::Array(vec![]);
        assert_eq!(envelope, whole, "{text}");
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            r#"[a-z"\\\[\]{},: é]{0,12}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((r#"[ab"\\{]{0,2}"#, inner), 0..4)
                    .prop_map(|pairs| pairs.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_agrees_with_the_library_on_whatever_is_json(
            before in value(),
            rows in prop::collection::vec(value(), 0..5),
            after in value(),
            pretty in any::<bool>(),
        ) {
            let page = serde_json::json!({"before": before, "rows": rows, "after": after});
            let text = if pretty {
                serde_json::to_string_pretty(&page)
            } else {
                serde_json::to_string(&page)
            };
            check(&text.unwrap());
        }

        #[test]
        fn it_takes_any_text_without_trouble(text in r#"[\[\]{}",:\\ a1rows]{0,60}"#) {
            check(&text);
            check(&format!("{{\"rows\":[{text}]}}"));
        }
    }

    #[test]
    fn what_is_no_such_array_is_left_to_the_library() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"rows": {}}"#,
            r#"{"other": {"rows": [1]}}"#,
            r#"{"rows": [1, 2"#,
            r#"{"rows": [1,]}"#,
            r#"{"rows": [1 2]}"#,
            r#"{"rows": [{"a": 1, x}]}"#,
            r#"{"rows": ["a]}"#,
            r#"{"rows": ["a\"#,
        ] {
            assert!(read_records::<Row>(text, "rows").is_none(), "{text}");
        }
    }
}
