//! Making text fit to be shown on a terminal.

use std::fmt::Display;

use serde::Serialize;
use serde_json::Value;

/// Text without anything that a terminal would obey or that would turn the reading direction, and
/// no longer than so many characters. What CRMs send is shown in this form alone.
pub(crate) fn shown(text: &str, most: usize) -> String {
    let harmless = |character: char| match character {
        character if character.is_control() => ' ',
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => ' ',
        character => character,
    };
    let mut characters = text.chars().map(harmless);
    let mut shown: String = characters.by_ref().take(most).collect();
    if characters.next().is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// The word that a value of one of our lists has in JSON.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A moment, to the second, in UTC.
pub(crate) fn moment(at: &impl Display) -> String {
    format!("{at:.0}").replace('T', " ").replace('Z', " UTC")
}

/// The same, where there is one.
pub(crate) fn moment_or_dash(at: Option<&impl Display>) -> String {
    at.map_or_else(|| "–".to_owned(), moment)
}

/// Milliseconds, as people say them.
pub(crate) fn duration(milliseconds: u64) -> String {
    if milliseconds < 1000 {
        return format!("{milliseconds} ms");
    }
    format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
}

/// A count with its noun.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {many}")
    }
}

/// A JSON value on one line, texts without their quotes.
pub(crate) fn value(value: &Value, most: usize) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => shown(text, most),
        other => shown(&other.to_string(), most),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_taken_out() {
        assert_eq!(shown("a\u{1b}[2Jb\nc\u{202e}d", 40), "a [2Jb c d");
    }

    #[test]
    fn long_text_says_that_it_goes_on() {
        assert_eq!(shown("abcdef", 6), "abcdef", "it just fits");
        assert_eq!(shown("abcdefg", 6), "abcde…");
        assert_eq!(shown("ééééé", 3), "éé…", "characters count, not bytes");
    }

    #[test]
    fn durations_are_short() {
        assert_eq!(duration(999), "999 ms");
        assert_eq!(duration(61_250), "61.2 s");
    }
}
