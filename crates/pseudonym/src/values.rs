//! A value replaced by what its field is, and by what it looks like itself.

use crate::fields::{self, Field};
use crate::people::{are_postcode, birthday, digits, email, is_phone, phone, postcode};
use crate::token::{is_of_word, pieces, scramble, word};
use crate::words::{is_capital, is_harmless, is_harmless_here, is_of_networks};
use crate::{Pseudonyms, requests};

/// Whose words these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Somebody else's: only what is known to be harmless stays.
    Answer,
    /// Our own adapter's, as in a query or a position: single words stay but for known names.
    Own,
}

/// Longest word of a protocol.
const LONGEST_CODE: usize = 48;

/// A text that stands in a field of this name.
pub(crate) fn replace(pseudonyms: &Pseudonyms, name: &str, value: &str, mode: Mode) -> String {
    let text = value.trim();
    if !text.contains(is_of_word) {
        return scramble(pseudonyms, value);
    }
    let field = fields::of(name);
    match field {
        Field::Secret => return scramble(pseudonyms, value),
        Field::Postcode => return postcode(pseudonyms, value),
        Field::Birthday => return birthday(pseudonyms, value),
        _ => {}
    }
    if is_moment(text) || is_truth(text) {
        return value.to_owned();
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return requests::address(pseudonyms, value);
    }
    if text.starts_with('/') && !text.contains(' ') {
        return requests::relative(pseudonyms, value);
    }
    if text.contains('@') {
        return if text.contains(char::is_whitespace) {
            prose(pseudonyms, value)
        } else {
            email(pseudonyms, value)
        };
    }
    match field {
        Field::Email => email(pseudonyms, value),
        Field::Phone => phone(pseudonyms, value),
        Field::Person | Field::Id => by_looks(pseudonyms, value),
        Field::Prose => prose(pseudonyms, value),
        Field::Code if is_code(pseudonyms, text) => value.to_owned(),
        Field::Count if is_small_number(text) => value.to_owned(),
        Field::Time if is_calendar(text) => value.to_owned(),
        _ if mode == Mode::Own && is_small_number(text) => value.to_owned(),
        _ if mode == Mode::Own && is_word(text) && !is_written_name(pseudonyms, text) => {
            value.to_owned()
        }
        _ if is_word(text) && is_harmless_here(text) && !is_somebody(pseudonyms, text) => {
            value.to_owned()
        }
        _ => by_looks(pseudonyms, value),
    }
}

/// A number that stands in a field of this name, as it is written.
pub(crate) fn number(pseudonyms: &Pseudonyms, name: &str, literal: &str) -> String {
    let whole = literal.bytes().all(|byte| byte.is_ascii_digit());
    let personal = match fields::of(name) {
        Field::Secret
        | Field::Phone
        | Field::Id
        | Field::Person
        | Field::Birthday
        | Field::Postcode => true,
        Field::Count | Field::Time | Field::Code => false,
        // As long as a telephone number.
        _ => whole && literal.len() >= 9,
    };
    if personal && whole {
        scramble(pseudonyms, literal)
    } else {
        literal.to_owned()
    }
}

/// What a word comes after.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// A word that stays, or the end of a sentence.
    Harmless,
    /// A word in small letters that was replaced.
    Replaced,
    /// A word that was replaced and is written as names are.
    Name,
}

/// Whether a word is known to be somebody's and has a capital, as adapters' own words seldom do.
fn is_written_name(pseudonyms: &Pseudonyms, word: &str) -> bool {
    is_capital(word) && is_somebody(pseudonyms, word)
}

/// Prose: harmless words stay, also where they are in capitals; all others are replaced. A harmless
/// word is replaced where it is somebody's name: it is known to be one and written so, or it comes
/// after another part of a name.
pub(crate) fn prose(pseudonyms: &Pseudonyms, text: &str) -> String {
    sentence(pseudonyms, text, |piece, after| {
        let status = piece.len() == 3 && matches!(piece.as_bytes().first(), Some(b'1'..=b'5'));
        let named = match after {
            After::Name => is_capital(piece) || pseudonyms.is_namesake(piece),
            After::Replaced => pseudonyms.is_namesake(piece),
            After::Harmless => false,
        };
        (is_harmless_here(piece) && !named && !is_somebody(pseudonyms, piece))
            || (status && digits(piece) == 3)
    })
}

/// Whether a word is known to be somebody's, as it is written.
fn is_somebody(pseudonyms: &Pseudonyms, word: &str) -> bool {
    pseudonyms.is_persons(word) || (is_capital(word) && pseudonyms.is_namesake(word))
}

/// A sentence of our own, in which somebody else's words stand between quotation marks: of these only
/// harmless ones stay, of ours only what looks personal is replaced.
pub(crate) fn said(pseudonyms: &Pseudonyms, text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, quoted)) = rest.split_once('“') {
        // Where they do not end, they may go on to the end.
        let (quoted, after) = quoted.rsplit_once('”').unwrap_or((quoted, ""));
        written.push_str(&own(pseudonyms, before));
        written.push('“');
        written.push_str(&prose(pseudonyms, quoted));
        written.push('”');
        rest = after;
    }
    written.push_str(&own(pseudonyms, rest));
    written
}

/// Words of our own: only what looks personal is replaced.
fn own(pseudonyms: &Pseudonyms, text: &str) -> String {
    let ours = |piece: &str, after: After| {
        let key = piece.len() >= 16 && digits(piece) >= 2;
        let number = piece.len() >= 9 && digits(piece) == piece.len();
        let named = after != After::Harmless && pseudonyms.is_namesake(piece);
        !key && !number && !named && (is_harmless(piece) || !pseudonyms.is_persons(piece))
    };
    text.split_inclusive(char::is_whitespace)
        .map(|part| {
            let bare = part.trim();
            match bare.split_once('@') {
                Some((local, domain)) if !local.is_empty() && domain.contains('.') => {
                    part.replace(bare, &email(pseudonyms, bare))
                }
                _ => part.to_owned(),
            }
        })
        .reduce(|all, part| all + &part)
        .map(|text| sentence(pseudonyms, &text, ours))
        .unwrap_or_default()
}

fn sentence(pseudonyms: &Pseudonyms, text: &str, stays: impl Fn(&str, After) -> bool) -> String {
    let mut written = String::with_capacity(text.len());
    let pieces: Vec<&str> = pieces(text).collect();
    let mut at = 0;
    let mut after = After::Harmless;
    while let Some(piece) = pieces.get(at) {
        let next = |ahead: usize| pieces.get(at + ahead).copied().unwrap_or_default();
        if !piece.starts_with(is_of_word) {
            let before = at.checked_sub(1).and_then(|before| pieces.get(before));
            if !joins(before.copied().unwrap_or_default(), piece) {
                after = After::Harmless;
            }
            written.push_str(&scramble(pseudonyms, piece));
            at += 1;
        } else if let Some(length) = run_of_phone(&pieces, at) {
            let run: String = pieces.iter().skip(at).take(length).copied().collect();
            written.push_str(&phone(pseudonyms, &run));
            at += length;
        } else if next(1).trim().is_empty() && are_postcode(piece, next(2)) {
            written.push_str(&postcode(
                pseudonyms,
                &format!("{piece}{}{}", next(1), next(2)),
            ));
            at += 3;
        } else {
            let compound = format!("{piece}{}{}", next(1), next(2));
            if is_of_networks(&compound) || (next(1) == "_" && is_harmless(&compound)) {
                written.push_str(&compound);
                after = After::Harmless;
                at += 3;
                continue;
            }
            if is_of_networks(piece) || stays(piece, after) {
                written.push_str(piece);
                after = After::Harmless;
            } else {
                written.push_str(&word(pseudonyms, piece));
                after = if is_capital(piece) {
                    After::Name
                } else {
                    After::Replaced
                };
            }
            at += 1;
        }
    }
    written
}

/// Longest title or initials before a full stop: `Mrs.`, `J.`.
const LONGEST_TITLE: usize = 4;

/// Whether what stands between two words lets both be parts of one name: a blank, a hyphen, an
/// apostrophe, the comma of `Smith, Jane`, the full stop of `Dr. Smith`.
fn joins(before: &str, between: &str) -> bool {
    let plain = |text: &str| {
        text.chars()
            .all(|c| c.is_whitespace() || matches!(c, '-' | '‐' | '\'' | '’' | ',' | '(' | '"'))
    };
    let is_title = before.chars().count() <= LONGEST_TITLE;
    plain(between) || (is_title && between.strip_prefix('.').is_some_and(plain))
}

/// How many pieces from here on are one telephone number.
fn run_of_phone(pieces: &[&str], at: usize) -> Option<usize> {
    let mut run = String::new();
    let mut found = None;
    for (length, piece) in pieces.iter().skip(at).enumerate().take(12) {
        let numeric = piece.bytes().all(|byte| byte.is_ascii_digit());
        let between = piece
            .chars()
            .all(|c| matches!(c, ' ' | '-' | '(' | ')' | '.' | '\u{a0}'));
        if !numeric && !between {
            break;
        }
        run.push_str(piece);
        if numeric && is_phone(&run) {
            found = Some(length + 1);
        }
    }
    found
}

/// A value of which only its looks are known.
fn by_looks(pseudonyms: &Pseudonyms, value: &str) -> String {
    if is_phone(value.trim()) && (value.trim_start().starts_with(['+', '0']) || value.contains(' '))
    {
        return phone(pseudonyms, value);
    }
    let halves: Vec<&str> = value.split_whitespace().collect();
    if let [outward, inward] = halves.as_slice()
        && are_postcode(outward, inward)
    {
        return postcode(pseudonyms, value);
    }
    scramble(pseudonyms, value)
}

/// A word or a few that name a kind of thing: no digits to speak of, nobody's name.
fn is_code(pseudonyms: &Pseudonyms, text: &str) -> bool {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ' | '/' | '.' | ':' | '&'));
    plain
        && text.len() <= LONGEST_CODE
        && digits(text) <= 3
        && text.split_whitespace().count() <= 4
        && !pieces(text).any(|piece| !is_harmless(piece) && pseudonyms.is_persons(piece))
}

/// One word, as adapters write them: `applicantLettings`, `page_size`.
fn is_word(text: &str) -> bool {
    text.len() <= LONGEST_CODE
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b',' | b'.'))
}

fn is_small_number(text: &str) -> bool {
    text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_truth(text: &str) -> bool {
    matches!(
        text,
        "true" | "false" | "True" | "False" | "null" | "yes" | "no" | "Y" | "N"
    )
}

/// A date, with a time or without.
fn is_calendar(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| {
            byte.is_ascii_digit()
                || matches!(byte, b'-' | b':' | b'.' | b'T' | b'Z' | b'+' | b' ' | b'/')
        })
}

/// A moment by RFC 3339, or a date alone.
fn is_moment(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits_at = |places: &[usize]| {
        places
            .iter()
            .all(|at| bytes.get(*at).is_some_and(u8::is_ascii_digit))
    };
    is_calendar(text)
        && digits_at(&[0, 1, 2, 3, 5, 6, 8, 9])
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && matches!(bytes.get(10), None | Some(b'T' | b' '))
}
