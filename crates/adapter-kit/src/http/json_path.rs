//! Says where JSON is wrong without saying what stands there.
//!
//! The library's own messages quote the value, which may be anybody's name. The place is enough.

use serde_json::error::Category;

/// Longest key that is named.
const MAX_KEY: usize = 40;

/// Most steps of a path that are named.
const MAX_DEPTH: usize = 8;

/// What is wrong with `text`, as the end of a sentence: "has another type than expected at
/// `_embedded[3].email`". Keys are named, values never.
#[must_use]
pub fn describe(text: &str, error: &serde_json::Error) -> String {
    let place = place(text, error);
    match error.classify() {
        Category::Syntax => format!("is not valid JSON at {place}"),
        Category::Eof => "is JSON that breaks off before its end".to_owned(),
        Category::Data if error.to_string().starts_with("missing field") => {
            format!("lacks a field at {place}")
        }
        Category::Data => format!("has another type than expected at {place}"),
        Category::Io => "could not be read".to_owned(),
    }
}

fn place(text: &str, error: &serde_json::Error) -> String {
    let end = offset(text, error.line(), error.column());
    let path = path_at(text.as_bytes().get(..end).unwrap_or_default());
    if path.is_empty() {
        return format!("line {}, column {}", error.line(), error.column());
    }
    format!("`{path}`")
}

/// The byte offset of a line and column as the library counts them: both from 1, columns in bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    start.saturating_add(column).min(text.len())
}

/// One level of nesting.
enum Level {
    Object(Option<String>),
    Array(usize),
}

/// The path to where `head` ends.
fn path_at(head: &[u8]) -> String {
    let mut levels: Vec<Level> = Vec::new();
    let mut bytes = head.iter().copied();
    let mut last_text = None;
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' => levels.push(Level::Object(None)),
            b'[' => levels.push(Level::Array(0)),
            // A closing bracket at the very end belongs to the value that is complained about.
            b'}' | b']' if bytes.len() > 0 => {
                levels.pop();
            }
            b',' if bytes.len() > 0 => match levels.last_mut() {
                Some(Level::Array(index)) => *index += 1,
                Some(Level::Object(key)) => *key = None,
                None => {}
            },
            b'"' => last_text = Some(text_literal(&mut bytes)),
            b':' => {
                if let (Some(Level::Object(key)), Some(text)) =
                    (levels.last_mut(), last_text.take())
                {
                    *key = Some(text);
                }
            }
            _ => {}
        }
    }
    let mut path = String::new();
    for level in levels.iter().take(MAX_DEPTH) {
        match level {
            Level::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Level::Object(None) => {}
            Level::Array(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

/// The rest of a string, as a key to name: plain characters alone, shortened.
fn text_literal(bytes: &mut impl Iterator<Item = u8>) -> String {
    let mut key = String::new();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' => {
                bytes.next();
            }
            _ if key.len() < MAX_KEY
                && (byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$')) =>
            {
                key.push(char::from(byte));
            }
            _ => {}
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Page {
        #[serde(rename = "_embedded")]
        #[expect(dead_code, reason = "only its type matters")]
        embedded: Vec<Row>,
    }

    #[derive(Debug, Deserialize)]
    struct Row {
        #[expect(dead_code, reason = "only its type matters")]
        email: Option<String>,
    }

    fn say(text: &str) -> String {
        describe(text, &serde_json::from_str::<Page>(text).unwrap_err())
    }

    #[test]
    fn the_place_is_named_and_the_value_is_not() {
        let said =
            say(r#"{"n": {"a": [1,2]}, "_embedded": [{"email": "a\"]b"}, {"email": 4711}]}"#);
        assert_eq!(
            said,
            "has another type than expected at `_embedded[1].email`"
        );

        let said = say("{\n \"_embedded\": \"ada@example.org\"}");
        assert_eq!(said, "has another type than expected at `_embedded`");
        assert!(!said.contains("ada"), "no datum may be echoed");
    }

    #[test]
    fn other_ways_to_be_wrong_have_their_own_words() {
        assert_eq!(say("{}"), "lacks a field at line 1, column 2");
        assert_eq!(
            say(r#"{"_embedded": [{"email": "ada"#),
            "is JSON that breaks off before its end"
        );
        assert!(say("ada@example.org").starts_with("is not valid JSON at line 1"));
    }

    #[test]
    fn hostile_keys_are_shortened_and_stripped() {
        let text = format!(
            "{{\"_embedded\": [], \"{}\u{7}<b>\": [1,]}}",
            "k".repeat(500)
        );
        let said = say(&text);
        assert!(said.len() < 120, "{said}");
        assert!(!said.contains('<'), "{said}");
    }
}
