//! JSON rewritten in place: only texts and numbers change, all between them stays to the byte.
//!
//! It is read piece by piece and never as a whole, so that a document that is cut short or broken is
//! broken in the same place afterwards.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::Pseudonyms;
use crate::fields::{self, Field};
use crate::token::{is_of_word, pieces, scramble};
use crate::values::{self, Mode};
use crate::words::{is_capital, is_harmless};

/// What a document is made of.
enum Piece<'a> {
    /// A text that names the field that follows, without its quotes.
    Name(&'a str),
    /// A text that is a value, without its quotes, and whether it is ended.
    Text(&'a str),
    /// A number.
    Number(&'a str),
    /// Anything else.
    Rest(&'a str),
}

/// The document rewritten.
pub(crate) fn rewrite(pseudonyms: &Pseudonyms, document: &str, mode: Mode) -> String {
    let mut written = String::with_capacity(document.len() + document.len() / 16);
    walk(document, |name, piece| match piece {
        Piece::Name(raw) if fields::is_name(raw) => written.push_str(raw),
        Piece::Name(raw) => written.push_str(&text(raw, |key| scramble(pseudonyms, key))),
        Piece::Text(raw) => {
            written.push_str(&text(raw, |value| {
                values::replace(pseudonyms, name, value, mode)
            }));
        }
        Piece::Number(raw) => written.push_str(&values::number(pseudonyms, name, raw)),
        Piece::Rest(raw) => written.push_str(raw),
    });
    written
}

/// Whom a document names.
#[derive(Default)]
pub(crate) struct Named {
    /// The words, in small letters, that stand where a person's name or address does.
    pub(crate) people: HashSet<String>,
    /// Those of them that are harmless elsewhere.
    pub(crate) namesakes: HashSet<String>,
}

/// Most words of a person's name. What is longer in such a field is a sentence.
const LONGEST_NAME: usize = 6;

/// Whom a document names.
pub(crate) fn people_in(document: &str) -> Named {
    let mut found = Named::default();
    walk(document, |name, piece| {
        let Piece::Text(raw) = piece else { return };
        let personal = matches!(
            fields::of(name),
            Field::Person | Field::Email | Field::Postcode
        );
        if !personal {
            return;
        }
        let words = || pieces(raw).filter(|piece| piece.starts_with(is_of_word));
        let is_name = fields::is_of_names(name) && words().count() <= LONGEST_NAME;
        for word in words() {
            let length = word.chars().count();
            let small = word.to_lowercase();
            if !is_harmless(word) && (length >= 3 || (is_name && length == 2)) {
                found.people.insert(small);
            } else if is_name && length >= 2 && is_capital(word) {
                found.namesakes.insert(small);
            }
        }
    });
    found
}

/// A raw text rewritten: without its escapes, and with those that it needs afterwards.
fn text(raw: &str, replace: impl Fn(&str) -> String) -> String {
    if !raw.contains('\\') {
        return escaped(&replace(raw));
    }
    match serde_json::from_str::<Cow<'_, str>>(&format!("\"{raw}\"")) {
        Ok(value) => escaped(&replace(&value)),
        // A broken escape must stay broken; the words around it are replaced one by one.
        Err(_) => raw
            .split_inclusive('\\')
            .map(|part| match part.chars().next() {
                Some(first) => {
                    let (escape, rest) = part
                        .split_at_checked(first.len_utf8())
                        .unwrap_or((part, ""));
                    format!("{escape}{}", replace(rest))
                }
                None => String::new(),
            })
            .collect(),
    }
}

fn escaped(value: &str) -> String {
    let quoted = serde_json::to_string(value).unwrap_or_default();
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

/// Goes through a document; each piece is told with the name of the field that it is in. What stands
/// in an array is in the array's field.
fn walk<'a>(document: &'a str, mut tell: impl FnMut(&str, Piece<'a>)) {
    // For each open bracket: whether it is an object's, and the field that it is in.
    let mut open: Vec<(bool, &'a str)> = Vec::new();
    let mut name: &'a str = "";
    let mut rest = document;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                tell(name, Piece::Rest("\""));
                let (raw, after) = literal(rest);
                // A text before a colon, in an object, names a field.
                let names = open.last().is_some_and(|(object, _)| *object)
                    && after
                        .strip_prefix('"')
                        .unwrap_or(after)
                        .trim_start()
                        .starts_with(':');
                if names {
                    name = raw;
                    tell(name, Piece::Name(raw));
                } else {
                    tell(name, Piece::Text(raw));
                }
                rest = after;
                if let Some(after) = rest.strip_prefix('"') {
                    tell(name, Piece::Rest("\""));
                    rest = after;
                }
                continue;
            }
            '{' | '[' => {
                open.push((first == '{', name));
                1
            }
            '}' | ']' => {
                if let Some((_, outer)) = open.pop() {
                    name = outer;
                }
                1
            }
            '0'..='9' => rest
                .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '+' | '-'))
                .unwrap_or(rest.len()),
            // Words between: `true`, `null`, and whatever stands in a document that is none.
            _ if is_of_word(first) => rest.find(|c: char| !is_of_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match first {
            '0'..='9' => tell(name, Piece::Number(piece)),
            _ if is_of_word(first) && !matches!(piece, "true" | "false" | "null") => {
                tell(name, Piece::Text(piece));
            }
            _ => tell(name, Piece::Rest(piece)),
        }
        rest = after;
    }
}

/// What stands between a text's quotes, and what comes from the closing one on.
fn literal(quoted: &str) -> (&str, &str) {
    let inner = quoted.strip_prefix('"').unwrap_or(quoted);
    let mut escape = false;
    for (at, character) in inner.char_indices() {
        match character {
            _ if escape => escape = false,
            '\\' => escape = true,
            '"' => return inner.split_at_checked(at).unwrap_or((inner, "")),
            _ => {}
        }
    }
    (inner, "")
}
