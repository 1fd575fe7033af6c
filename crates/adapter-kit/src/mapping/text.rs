//! Text as people typed it, made fit to show and to compare.

use std::borrow::Cow;

/// The most that is taken of one field, in bytes of UTF-8. Real names and address lines are far
/// shorter; a longer field is an accident (a document pasted into a name) and is cut, with an issue.
pub const MAX_FIELD_BYTES: usize = 2_000;

/// A text without the accidents of typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned<'a> {
    /// The text: trimmed, its runs of white space one space each, without control characters.
    pub text: Cow<'a, str>,
    /// Set where the text went on beyond [`MAX_FIELD_BYTES`].
    pub cut: bool,
}

/// Cleans a text; none where nothing of it is left.
#[must_use]
pub fn clean(raw: &str) -> Option<Cleaned<'_>> {
    if raw.is_empty() {
        return None;
    }
    if raw.len() <= MAX_FIELD_BYTES && is_plain(raw.as_bytes()) {
        return Some(Cleaned {
            text: Cow::Borrowed(raw),
            cut: false,
        });
    }
    let mut text = String::with_capacity(raw.len().min(MAX_FIELD_BYTES));
    let mut gap = false;
    let mut cut = false;
    for letter in raw.chars() {
        if letter.is_whitespace() {
            gap = true;
            continue;
        }
        if is_invisible(letter) {
            continue;
        }
        let space = usize::from(gap && !text.is_empty());
        if text.len() + space + letter.len_utf8() > MAX_FIELD_BYTES {
            cut = true;
            break;
        }
        if space == 1 {
            text.push(' ');
        }
        gap = false;
        text.push(letter);
    }
    (!text.is_empty()).then_some(Cleaned {
        text: Cow::Owned(text),
        cut,
    })
}

/// The beginning of a text, at most so many bytes of it, and whether there is more.
pub(super) fn head(raw: &str, most: usize) -> (&str, bool) {
    if raw.len() <= most {
        return (raw, false);
    }
    let end = (0..=most)
        .rev()
        .find(|&at| raw.is_char_boundary(at))
        .unwrap_or(0);
    (raw.get(..end).unwrap_or(""), true)
}

/// The beginning of a list, as [`head`], but ending between two items: half an address or half a
/// number would be a wrong one.
pub(super) fn head_of_list(raw: &str, most: usize) -> (&str, bool) {
    let (start, more) = head(raw, most);
    let between = [',', ';', '/', '|', ' ', '\n'];
    match start.rfind(between) {
        Some(at) if more => (start.get(..at).unwrap_or(start), more),
        _ => (start, more),
    }
}

/// Printable ASCII with single spaces inside: nothing to clean, which is so of most fields.
fn is_plain(bytes: &[u8]) -> bool {
    let mut before = b' ';
    for &byte in bytes {
        if !(b' '..=b'~').contains(&byte) || (byte == b' ' && before == b' ') {
            return false;
        }
        before = byte;
    }
    before != b' '
}

/// Characters that are not seen and only make equal texts differ. The joiner U+200D stays: it holds
/// emoji and Indic letters together.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
                | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(raw: &str) -> Option<String> {
        clean(raw).map(|cleaned| cleaned.text.into_owned())
    }

    #[test]
    fn white_space_and_invisible_characters_go_and_letters_stay() {
        assert_eq!(cleaned(" \t\n\u{A0}"), None, "blank is nothing");
        assert_eq!(
            cleaned("  Ada\u{A0}\u{A0} Lovelace\r\n").as_deref(),
            Some("Ada Lovelace")
        );
        assert_eq!(
            cleaned("\u{FEFF}Zo\u{EB}\u{200B}").as_deref(),
            Some("Zo\u{EB}")
        );
        let family = "\u{1F468}\u{200D}\u{1F469}";
        assert_eq!(
            cleaned(family).as_deref(),
            Some(family),
            "an emoji must not fall apart"
        );
    }

    #[test]
    fn a_plain_text_is_not_copied() {
        assert!(matches!(
            clean("12 High Street").unwrap().text,
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn an_endless_text_is_cut_between_characters() {
        let endless = "\u{E9}".repeat(5_000_000);
        let cut = clean(&endless).unwrap();
        assert!(cut.cut, "the cut must be said");
        assert_eq!(cut.text.len(), MAX_FIELD_BYTES);
        let (start, more) = head(&endless, 3);
        assert_eq!((start, more), ("\u{E9}", true), "half a character is none");
        assert_eq!(
            head_of_list("a@b.example,c@d.example", 20),
            ("a@b.example", true),
            "half an address is none"
        );
    }
}
