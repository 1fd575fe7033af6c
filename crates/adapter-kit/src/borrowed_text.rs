//! Text of a CRM's answer, for the types that it is read into.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// Text that is borrowed from the answer where it holds no escapes. (`Option<Cow<str>>` would always
/// copy.) A whole number is taken as its digits: CRMs write ids in both ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text)))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_whole_numbers_are_taken_and_nothing_else() {
        for (json, expected) in [
            (r#""ab""#, Some("ab")),
            (r#""a\u0062""#, Some("ab")),
            ("4711", Some("4711")),
            ("-1", Some("-1")),
            ("1.5", None),
            ("true", None),
            (r#"{"value":"ab"}"#, None),
            ("null", None),
        ] {
            let read = serde_json::from_str::<Text<'_>>(json).ok();
            assert_eq!(read.as_deref(), expected, "{json}");
        }
        let borrowed: Text<'_> = serde_json::from_str(r#""ab""#).unwrap();
        assert!(
            matches!(borrowed, Text(Cow::Borrowed(_))),
            "nothing is copied without need"
        );
    }
}
