//! Takes the records out of a page without parsing them.
//!
//! A page of contacts is a small envelope around a long array, and each record is parsed by itself so
//! that a bad one does not spoil the rest. The JSON library could hand out the records as raw
//! values, but it would read every byte with care for that and then again for the record; here only
//! quotes and brackets are looked at. What is handed out is therefore not known to be JSON: whoever
//! parses it finds out.

use memchr::memchr2;

/// An object's array, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct SplitArray<'a> {
    /// The elements' texts, in order.
    pub elements: Vec<&'a str>,
    /// The object with the array left empty.
    pub envelope: String,
}

/// Takes the array out that the object in `text` has under `key`.
///
/// None where there is no such array on the object's own level, or where brackets do not match: then
/// the library has to say what is the matter.
#[must_use]
pub fn split_array<'a>(text: &'a str, key: &str) -> Option<SplitArray<'a>> {
    let mut scan = Scan { text, at: 0 };
    scan.space();
    scan.take(b'{')?;
    loop {
        scan.space();
        let name = scan.string()?;
        scan.space();
        scan.take(b':')?;
        scan.space();
        let found = name == key && scan.peek() == Some(b'[');
        if found {
            break;
        }
        scan.value()?;
        scan.space();
        scan.take(b',')?;
    }
    scan.take(b'[')?;
    let begin = scan.at;
    let mut elements = Vec::new();
    scan.space();
    if scan.peek() != Some(b']') {
        loop {
            scan.space();
            elements.push(scan.value()?);
            scan.space();
            if scan.peek() == Some(b']') {
                break;
            }
            scan.take(b',')?;
        }
    }
    let envelope = [text.get(..begin)?, text.get(scan.at..)?].concat();
    Some(SplitArray { elements, envelope })
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

    /// A string, as it stands between its quotes.
    fn string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let begin = self.at;
        self.string_end()?;
        self.text.get(begin..self.at.checked_sub(1)?)
    }

    /// Goes on past the quote that ends a string, from within it.
    fn string_end(&mut self) -> Option<()> {
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let next = memchr2(b'"', b'\\', rest)?;
            self.at += next + 1;
            if rest.get(next) == Some(&b'"') {
                return Some(());
            }
            self.at += 1;
        }
    }

    /// A value: an object or array up to its own end, a string, or a plain word. Never empty.
    fn value(&mut self) -> Option<&'a str> {
        let begin = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    self.string_end()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b'}' | b']' if depth == 0 => break,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            if depth == 0 {
                break;
            }
        }
        let value = self.text.get(begin..self.at)?.trim_ascii_end();
        (!value.is_empty()).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::Value;
    use serde_json::value::RawValue;

    use super::*;

    #[derive(Deserialize)]
    struct Page<'a> {
        #[serde(borrow)]
        rows: Vec<&'a RawValue>,
    }

    fn check(text: &str) {
        let library: Result<Page<'_>, _> = serde_json::from_str(text);
        let ours = split_array(text, "rows");
        let Ok(page) = library else {
            return;
        };
        let expected: Vec<&str> = page.rows.iter().map(|row| row.get()).collect();
        let ours = ours.unwrap();
        assert_eq!(ours.elements, expected, "{text}");
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
                prop::collection::vec((r#"[a-z"\\{]{0,5}"#, inner), 0..4)
                    .prop_map(|pairs| pairs.into_iter().collect()),
            ]
        })
    }

    proptest! {
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
            r#"{"rows": ["a]}"#,
            r#"{"rows": ["a\"#,
        ] {
            assert_eq!(split_array(text, "rows"), None, "{text}");
        }
    }
}
