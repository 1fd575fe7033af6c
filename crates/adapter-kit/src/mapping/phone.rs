//! Telephone numbers.
//!
//! Whether a text is a number, and which, is for the `phonenumber` crate to say (a port of Google's
//! libphonenumber with its metadata). It is the authority, but it is slow, so that the plain British
//! forms are answered in front of it; a property test holds both to the same answer.

use phonenumber::country;
use phonenumber::metadata::DATABASE;

/// The fewest and the most digits that a number may have: nothing shorter can be dialled from
/// outside its own exchange, and E.164 ends at fifteen, before which a trunk zero or the
/// international prefix may stand.
const FEWEST: usize = 7;
const MOST: usize = 18;

/// The number in E.164 that a text names, with Great Britain as the default region; none where the
/// text names none.
///
/// A number counts when it fits the library's general pattern for its country. Whether the exchange
/// has given it to somebody is not asked: ranges are opened faster than any table follows, and
/// Ofcom's numbers for drama (07700 900000 to 900999) belong to nobody by intent.
///
/// Words beside the number are left aside (`07700 900123 (wife)`, `020 7946 0000 ext 12`), and of
/// several numbers the first that can be read counts; the builder splits such a field first.
#[must_use]
pub fn parse_phone(raw: &str) -> Option<String> {
    // A slash may stand inside a number (`01632/960123`) or behind one (`020 7946 0000/1`).
    read(candidate(raw, true)?).or_else(|| read(candidate(raw, false)?))
}

/// Has the library read its tables, on another thread. That takes a good tenth of a second, once in
/// a process: better while a sync waits for the CRM's first page than once that page is there.
pub fn warm_up() {
    // Any number that is not answered in front of the library will do.
    rayon::spawn(|| drop(parse_phone("+33 6 31 96 65 43")));
}

fn read(run: &str) -> Option<String> {
    let (digits, international) = Digits::of(run)?;
    british(digits.as_str(), international).or_else(|| by_library(digits.as_str(), international))
}

/// Splits a field with several numbers into its parts, each with the words that belong to it.
///
/// A part that is too short to be a number of its own (`020 7946 0000/1`) stays with the one before.
pub(super) fn split_numbers(field: &str) -> Vec<&str> {
    let plain =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'+' | b'(' | b')' | b'-' | b'.');
    if field.len() <= MOST && field.bytes().all(plain) {
        return vec![field];
    }
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(rest) = field.get(at..) {
        let Some((offset, length)) = separator(rest) else {
            break;
        };
        let before = field.get(start..at + offset).unwrap_or("");
        let after = field.get(at + offset + length..).unwrap_or("");
        if digit_count(before) >= FEWEST && digit_count(first_part(after)) >= FEWEST {
            parts.push(before.trim());
            start = at + offset + length;
        }
        at += offset + length;
    }
    let last = field.get(start..).unwrap_or("").trim();
    if digit_count(last) > MOST
        && let Some((one, other)) = split_at_space(last)
    {
        parts.push(one);
        parts.push(other);
    } else {
        parts.push(last);
    }
    parts
}

/// Whether two texts have the same digits, and have digits at all.
pub(super) fn same_digits(one: &str, other: &str) -> bool {
    let digits = |text: &'_ str| -> Vec<u8> { text.bytes().filter(u8::is_ascii_digit).collect() };
    let of_one = digits(one);
    if of_one.is_empty() {
        return one.eq_ignore_ascii_case(other);
    }
    of_one == digits(other)
}

fn digit_count(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// Where the next separator between numbers begins, and how long it is.
fn separator(text: &str) -> Option<(usize, usize)> {
    let signs = text.find(['/', ',', ';', '|', '\n', '&']).map(|at| (at, 1));
    // Only a field with a second number after a word needs the search for words.
    let words = [" or ", " and ", " OR ", " AND "]
        .iter()
        .filter_map(|word| text.find(word).map(|at| (at, word.len())))
        .min();
    match (signs, words) {
        (Some(sign), Some(word)) => Some(sign.min(word)),
        (one, other) => one.or(other),
    }
}

fn first_part(text: &str) -> &str {
    separator(text).map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

/// Two whole numbers with nothing but a space between them: `07700900123 02079460000`.
fn split_at_space(text: &str) -> Option<(&str, &str)> {
    text.match_indices(' ').find_map(|(at, _)| {
        let (one, other) = (text.get(..at)?.trim(), text.get(at..)?.trim());
        let starts_anew = other.starts_with(['0', '+']);
        let (first, second) = (digit_count(one), digit_count(other));
        (starts_anew && (9..=MOST).contains(&first) && (9..=MOST).contains(&second))
            .then_some((one, other))
    })
}

/// The first run of characters that may stand in a number and that has enough digits for one.
fn candidate(raw: &str, slashes: bool) -> Option<&str> {
    let inside = |letter: char| {
        letter.is_ascii_digit()
            || matches!(
                letter,
                '+' | ' ' | '-' | '(' | ')' | '.' | '[' | ']' | '\u{A0}'
            )
            || slashes && letter == '/'
            || matches!(letter, '\u{2010}'..='\u{2015}')
    };
    raw.split(|letter| !inside(letter))
        .find(|run| digit_count(run) >= FEWEST)
}

/// The digits of a number, without room for more than there can be.
struct Digits {
    bytes: [u8; MOST],
    length: usize,
}

impl Digits {
    /// The digits of a run, and whether a plus stands before them. None where there are too many, or
    /// where a plus stands between them.
    fn of(run: &str) -> Option<(Self, bool)> {
        let mut digits = Self {
            bytes: [0; MOST],
            length: 0,
        };
        let mut international = false;
        for byte in run.bytes() {
            if byte.is_ascii_digit() {
                *digits.bytes.get_mut(digits.length)? = byte;
                digits.length += 1;
            } else if byte == b'+' {
                if digits.length > 0 {
                    return None;
                }
                international = true;
            }
        }
        Some((digits, international))
    }

    fn as_str(&self) -> &str {
        self.bytes
            .get(..self.length)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or("")
    }
}

/// The plain British forms of ten significant digits: `07700900123`, `7700900123`, `+447700900123`,
/// `+4407700900123`, `00447700900123`. None says only that the library is to be asked.
fn british(digits: &str, international: bool) -> Option<String> {
    let significant = if international {
        let rest = digits.strip_prefix("44")?;
        rest.strip_prefix('0').unwrap_or(rest)
    } else if let Some(rest) = digits.strip_prefix("0044") {
        rest.strip_prefix('0').unwrap_or(rest)
    } else {
        digits.strip_prefix('0').unwrap_or(digits)
    };
    let ten = significant.len() == 10;
    // The library's general pattern for numbers of ten digits. 180020 is a prefix that it takes off.
    let usual = matches!(
        significant.as_bytes().first(),
        Some(b'1'..=b'3' | b'5' | b'7'..=b'9')
    ) && !significant.starts_with("180020");
    (ten && usual).then(|| {
        let mut text = String::with_capacity(13);
        text.push_str("+44");
        text.push_str(significant);
        text
    })
}

/// The library's answer.
fn by_library(digits: &str, international: bool) -> Option<String> {
    let (digits, international) = match digits.strip_prefix("00") {
        Some(rest) if rest.len() >= FEWEST => (rest, true),
        _ => (digits, international),
    };
    let number = if international {
        // Told the number's own country, the library takes off the trunk prefix of that country;
        // told ours, it would take the zero off an Italian number that needs it.
        phonenumber::parse(home_of(digits)?, ["+", digits].concat()).ok()?
    } else {
        phonenumber::parse(Some(country::GB), digits).ok()?
    };
    let national = number.national().to_string();
    // The library's own match would let digits follow the number.
    let fits = DATABASE
        .by_code(&number.code().value())?
        .iter()
        .any(|region| {
            region
                .descriptors()
                .general()
                .national_number()
                .find(&national)
                .is_some_and(|found| found.start() == 0 && found.end() == national.len())
        })
        || number.is_valid();
    fits.then(|| number.format().mode(phonenumber::Mode::E164).to_string())
}

/// The main country of a number's calling code; `Some(None)` where the code belongs to no country
/// (+800 and the like), none where there is no such code.
#[allow(
    clippy::option_option,
    reason = "the library's own word for no country is None"
)]
fn home_of(digits: &str) -> Option<Option<country::Id>> {
    (1..=3).find_map(|length| {
        let code: u16 = digits.get(..length)?.parse().ok()?;
        let regions = DATABASE.region(&code)?;
        Some(regions.first().and_then(|region| region.parse().ok()))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_whatever_stands_around_them() {
        for (raw, e164) in [
            ("07700 900123", Some("+447700900123")),
            ("(020) 7946 0000", Some("+442079460000")),
            ("+44 (0)20 7946 0000", Some("+442079460000")),
            ("0044 7700 900123", Some("+447700900123")),
            ("7700900123", Some("+447700900123")),
            ("07700 900123 (wife)", Some("+447700900123")),
            ("Mob: 07700-900-123", Some("+447700900123")),
            ("020 7946 0000 ext 12", Some("+442079460000")),
            ("020 7946 0000 x12", Some("+442079460000")),
            ("+33 6 31 96 65 43", Some("+33631966543")),
            ("0033 (0)6 31 96 65 43", Some("+33631966543")),
            ("+1 (650) 253-0000", Some("+16502530000")),
            ("+353 85 123 4567", Some("+353851234567")),
            ("+39 02 3661 8300", Some("+390236618300")),
            ("+44 1534 123456", Some("+441534123456")),
            ("01234 56789", Some("+44123456789")),
            ("01632/960123", Some("+441632960123")),
            ("020 7946 0000/1", Some("+442079460000")),
            ("call the office", None),
            ("n/a", None),
            ("12345", None),
            ("07700 90", None),
            ("07700 9001234567", None),
            ("+999 123 456 789", None),
            ("00000000000", None),
            ("", None),
            ("\u{1F4DE}", None),
        ] {
            assert_eq!(parse_phone(raw).as_deref(), e164, "{raw:?}");
        }
    }

    #[test]
    fn a_field_with_several_numbers_is_split_and_one_with_a_note_is_not() {
        for (field, parts) in [
            ("07700 900123", vec!["07700 900123"]),
            ("07700 900123 (wife)", vec!["07700 900123 (wife)"]),
            (
                "07700 900123 / 020 7946 0000",
                vec!["07700 900123", "020 7946 0000"],
            ),
            (
                "07700900123, 07700900124 (Bob); 07700900125",
                vec!["07700900123", "07700900124 (Bob)", "07700900125"],
            ),
            (
                "07700900123 or 02079460000",
                vec!["07700900123", "02079460000"],
            ),
            (
                "07700900123 02079460000",
                vec!["07700900123", "02079460000"],
            ),
            ("020 7946 0000/1", vec!["020 7946 0000/1"]),
            ("Bob & Jane 07700 900123", vec!["Bob & Jane 07700 900123"]),
            ("n/a", vec!["n/a"]),
        ] {
            assert_eq!(split_numbers(field), parts, "{field:?}");
        }
    }

    fn tails() -> impl Strategy<Value = String> {
        prop_oneof![
            "[0-9]{8,12}",
            "[1-9][0-9]{9}",
            "180020[0-9]{4}",
            "44[0-9]{8}",
            "00[0-9]{8,9}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_the_fast_path_answers_the_library_answers_alike(
            prefix in prop_oneof![Just(""), Just("0"), Just("44"), Just("440"), Just("0044"), Just("00440")],
            tail in tails(),
            international: bool,
        ) {
            let digits = format!("{prefix}{tail}");
            if let Some(fast) = british(&digits, international) {
                prop_assert_eq!(by_library(&digits, international), Some(fast), "{}", digits);
            }
        }

        #[test]
        fn no_text_makes_it_fail(raw in "(\\+|00|0)?[0-9 ()x/#,;.a-z-]{0,30}|.{0,60}") {
            for part in split_numbers(&raw) {
                if let Some(e164) = parse_phone(part) {
                    prop_assert!(e164.starts_with('+') && (8..=16).contains(&e164.len()), "{e164} is no E.164");
                }
            }
        }
    }
}
