//! Replaces what tells a person by what does not, and keeps its shape.
//!
//! A support engineer needs a failing exchange as it was: its structure, its lengths, which values are
//! the same and which are not. Whose data they are, the engineer must not see. So every text is
//! replaced unless it is known to say nothing about anybody, and the replacement has the same length,
//! the same classes of character, and is the same wherever the same text stands.
//!
//! What stays is decided by exclusion: times, numbers that count, words of the protocol. Everything
//! else changes, so that a field that nobody thought of cannot leak.
//!
//! The replacement depends on a random key. Who does not have it cannot try out names to see whether
//! they become what is written. It is no encryption of the whole: that two values are equal stays
//! visible, and is meant to.

mod fields;
mod json;
mod people;
mod permute;
mod requests;
mod token;
mod values;
mod words;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Replacements under one key: the same text always becomes the same.
pub struct Pseudonyms {
    key: [u8; 32],
    /// Texts that must not survive, whatever they look like.
    secrets: Vec<String>,
    /// Words that stand in people's names and addresses, in small letters.
    people: HashSet<String>,
    /// Harmless words that are somebody's name here, in small letters.
    namesakes: HashSet<String>,
    /// Replacements made so far: the same words come again and again.
    known: RefCell<HashMap<String, String>>,
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pseudonyms")
    }
}

impl Pseudonyms {
    /// Replacements under this key, which should be random and be kept from whoever reads them.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            secrets: Vec::new(),
            people: HashSet::new(),
            namesakes: HashSet::new(),
            known: RefCell::default(),
        }
    }

    /// A text that must not survive even where it looks harmless: a key, a password, a token.
    /// Shorter ones than four characters stand everywhere, and are left.
    pub fn never(&mut self, secret: &str) {
        if secret.chars().count() >= 4 && !self.secrets.iter().any(|known| known == secret) {
            self.secrets.push(secret.to_owned());
            // The longest first, so that one within another leaves no rest.
            self.secrets
                .sort_by_key(|known| std::cmp::Reverse(known.len()));
        }
    }

    /// Learns from an answer which words are people's, so that they are replaced wherever else they
    /// stand. To be called with every answer before the first is replaced.
    pub fn learn(&mut self, body: &[u8]) {
        let text = String::from_utf8_lossy(body);
        let found = json::people_in(&text);
        self.people.extend(found.people);
        self.namesakes.extend(found.namesakes);
    }

    /// A body of whatever kind: JSON whole or broken, a web page, text, bytes.
    #[must_use]
    pub fn body(&self, body: &[u8]) -> Vec<u8> {
        let mut written = Vec::with_capacity(body.len());
        for chunk in body.utf8_chunks() {
            let valid = chunk.valid();
            let replaced = if valid.trim_start().starts_with(['{', '[']) {
                json::rewrite(self, valid, values::Mode::Answer)
            } else {
                self.text(valid)
            };
            written.extend_from_slice(self.swept(replaced).as_bytes());
            written.extend_from_slice(chunk.invalid());
        }
        written
    }

    /// A position in a listing: JSON of an adapter's own, whose words are the adapter's.
    #[must_use]
    pub fn position(&self, cursor: &str) -> String {
        let replaced = if cursor.trim_start().starts_with(['{', '[']) {
            json::rewrite(self, cursor, values::Mode::Own)
        } else {
            values::replace(self, "", cursor, values::Mode::Own)
        };
        self.swept(replaced)
    }

    /// A text that is a field's, by the field's name.
    #[must_use]
    pub fn field(&self, name: &str, value: &str) -> String {
        self.swept(values::replace(self, name, value, values::Mode::Answer))
    }

    /// A text of which nothing is known: all of it is replaced.
    #[must_use]
    pub fn opaque(&self, text: &str) -> String {
        token::scramble(self, text)
    }

    /// What a secret looks like: of each letter and digit only that it is one. Some CRMs' keys have
    /// a form, and one that does not have it is an error of its own.
    #[must_use]
    pub fn outline(secret: &str) -> String {
        let of = |character: char| match character {
            character if character.is_numeric() => '0',
            character if character.is_uppercase() => 'A',
            character if character.is_alphabetic() => 'a',
            character => character,
        };
        secret.chars().map(of).collect()
    }

    /// Prose: words of the protocol stay, all others are replaced.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.swept(values::prose(self, text))
    }

    /// A sentence of our own, into which somebody's words may have found their way: only what looks
    /// like an address, a number or a key is replaced, and who is known to be a person.
    #[must_use]
    pub fn said(&self, text: &str) -> String {
        self.swept(values::said(self, text))
    }

    /// The path of a request, held against its template: what stands in a placeholder is a field of
    /// that name.
    #[must_use]
    pub fn path(&self, template: &str, path: &str) -> String {
        self.swept(requests::path(self, template, path))
    }

    /// A query, still encoded.
    #[must_use]
    pub fn query(&self, query: &str) -> String {
        self.swept(requests::query(self, query))
    }

    /// The same text without any of the secrets.
    fn swept(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| {
            if text.contains(secret.as_str()) {
                text.replace(secret.as_str(), &token::scramble(self, secret))
            } else {
                text
            }
        })
    }

    /// Whether a harmless word is somebody's name here.
    fn is_namesake(&self, word: &str) -> bool {
        self.namesakes.contains(&word.to_lowercase())
    }

    /// Whether a word is a person's, as far as is known.
    fn is_persons(&self, word: &str) -> bool {
        self.people.contains(&word.to_lowercase())
    }
}
