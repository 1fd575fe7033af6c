//! E-mail addresses, telephone numbers and postcodes: replaced so that they stay what they are.

use crate::Pseudonyms;
use crate::permute::permute;
use crate::token::{scramble, word};

/// Ends of domains that say nothing about anybody.
const PUBLIC: &[&str] = &[
    "com", "org", "net", "info", "biz", "co", "ac", "gov", "nhs", "ltd", "plc", "me", "uk", "ie",
    "eu", "fr", "de",
];

/// An e-mail address; also something that was meant to be one.
pub(crate) fn email(pseudonyms: &Pseudonyms, text: &str) -> String {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return scramble(pseudonyms, text);
    };
    let mut labels: Vec<String> = Vec::new();
    let mut public = true;
    for label in domain.rsplit('.') {
        let small = label.trim().to_ascii_lowercase();
        // From the end on, for as long as everything is public.
        public = public && PUBLIC.contains(&small.as_str());
        labels.push(if public {
            label.to_owned()
        } else {
            scramble(pseudonyms, label)
        });
    }
    labels.reverse();
    format!("{}@{}", scramble(pseudonyms, local), labels.join("."))
}

/// Digits that a text has.
pub(crate) fn digits(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

/// Whether a text consists of what telephone numbers are written with, and is as long as one.
pub(crate) fn is_phone(text: &str) -> bool {
    (9..=15).contains(&digits(text))
        && text.chars().all(|c| {
            c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | ' ' | '-' | '.' | '/' | '\u{a0}')
        })
}

/// A telephone number. What says of which country and kind it is stays, with all that is no digit;
/// the rest of the number becomes another, and the same one however it is written.
pub(crate) fn phone(pseudonyms: &Pseudonyms, text: &str) -> String {
    let all: String = text.chars().filter(char::is_ascii_digit).collect();
    let prefix = if all.starts_with("0044") {
        4
    } else if all.starts_with("00")
        || (text.trim_start().starts_with('+') && !all.starts_with("44"))
    {
        3
    } else if text.trim_start().starts_with('+') {
        2
    } else {
        usize::from(all.starts_with('0'))
    };
    // "+44 (0)7700": the zero is dialled inside the country only.
    let skipped = prefix + usize::from(prefix > 1 && all.chars().nth(prefix) == Some('0'));
    let national: Vec<char> = all.chars().skip(skipped).collect();
    if national.len() < 6 {
        return scramble(pseudonyms, text);
    }
    let (kind, own) = national.split_at(2);
    let kind: String = kind.iter().collect();
    let own: String = own.iter().collect();
    let size = u32::try_from(own.len())
        .ok()
        .and_then(|length| 10_u64.checked_pow(length))
        .unwrap_or(u64::MAX);
    let number = own.parse::<u64>().unwrap_or_default();
    let replaced = permute(&pseudonyms.key, &format!("phone {kind}"), number, size);
    let replaced = format!("{replaced:0width$}", width = own.len());
    let mut written = all.chars().take(skipped + 2).chain(replaced.chars());
    text.chars()
        .map(|character| {
            if character.is_ascii_digit() {
                written.next().unwrap_or(character)
            } else {
                character
            }
        })
        .collect()
}

/// A postcode, the same with and without its blank.
pub(crate) fn postcode(pseudonyms: &Pseudonyms, text: &str) -> String {
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let replaced = word(pseudonyms, &bare);
    let mut replaced = replaced.chars();
    text.chars()
        .map(|character| {
            if character.is_alphanumeric() {
                replaced.next().unwrap_or(character)
            } else {
                character
            }
        })
        .collect()
}

/// Whether two words in a row are the halves of a postcode.
pub(crate) fn are_postcode(outward: &str, inward: &str) -> bool {
    let is = |text: &str, at: usize, wanted: fn(&u8) -> bool| {
        text.as_bytes().get(at).is_some_and(wanted)
    };
    let outward_fits = (2..=4).contains(&outward.len())
        && is(outward, 0, u8::is_ascii_alphabetic)
        && outward.bytes().any(|byte| byte.is_ascii_digit());
    outward_fits
        && inward.len() == 3
        && is(inward, 0, u8::is_ascii_digit)
        && is(inward, 1, u8::is_ascii_alphabetic)
        && is(inward, 2, u8::is_ascii_alphabetic)
}

/// A day on which somebody was born: another day of another year nearby.
pub(crate) fn birthday(pseudonyms: &Pseudonyms, text: &str) -> String {
    let (Some(year), Some(month), Some(day)) = (text.get(0..4), text.get(5..7), text.get(8..10))
    else {
        return scramble(pseudonyms, text);
    };
    let (Ok(year), Ok(month), Ok(day)) = (
        year.parse::<u64>(),
        month.parse::<u64>(),
        day.parse::<u64>(),
    ) else {
        return scramble(pseudonyms, text);
    };
    // Twenty-eight days in each of twelve months, in any of ten years.
    let decade = year / 10;
    let number = ((year % 10) * 12 + month.clamp(1, 12) - 1) * 28 + day.clamp(1, 28) - 1;
    let number = permute(&pseudonyms.key, "birthday", number, 3360);
    let rest = text.get(10..).unwrap_or_default();
    format!(
        "{:04}-{:02}-{:02}{rest}",
        decade * 10 + number / 336,
        number / 28 % 12 + 1,
        number % 28 + 1
    )
}
