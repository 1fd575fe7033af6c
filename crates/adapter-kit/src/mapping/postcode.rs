//! British postcodes.
//!
//! Form as in Royal Mail's Programmer's Guide to PAF (and BS 7666): an outward code of two to four
//! characters and an inward code of a digit and two letters. Only the form is checked: new
//! postcodes come every month, and a list would be wrong by the next one.

/// A British postcode in its normal form, `SW1A 1AA`; none where the text is not one.
///
/// Case, spaces, dots and hyphens do not matter. `GIR 0AA` and the forces' `BFPO 57` are
/// understood, too.
#[must_use]
pub fn parse_postcode(raw: &str) -> Option<String> {
    // The longest form, `BFPO1234`, has eight characters.
    let mut code = [0_u8; 8];
    let mut length = 0;
    for byte in raw.bytes() {
        if byte.is_ascii_alphanumeric() {
            *code.get_mut(length)? = byte.to_ascii_uppercase();
            length += 1;
        } else if !matches!(byte, b' ' | b'.' | b'-' | b'\t') {
            return None;
        }
    }
    let code = code.get(..length)?;
    if let Some(number) = code.strip_prefix(b"BFPO") {
        let usable = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
        return usable.then(|| joined(b"BFPO", number));
    }
    let (outward, inward) = code.split_at(length.checked_sub(3)?);
    (is_outward(outward) && is_inward(inward) || code == b"GIR0AA").then(|| joined(outward, inward))
}

/// The country that a postcode in normal form belongs to: the crown dependencies have areas of
/// their own, and codes of their own in ISO 3166.
pub(super) fn country_of(postcode: &str) -> &'static str {
    match postcode.as_bytes() {
        [b'J', b'E', b'0'..=b'9', ..] => "JE",
        [b'G', b'Y', b'0'..=b'9', ..] => "GG",
        [b'I', b'M', b'0'..=b'9', ..] => "IM",
        _ => "GB",
    }
}

fn joined(outward: &[u8], inward: &[u8]) -> String {
    let mut text = String::with_capacity(outward.len() + inward.len() + 1);
    text.extend(outward.iter().copied().map(char::from));
    text.push(' ');
    text.extend(inward.iter().copied().map(char::from));
    text
}

fn is_outward(code: &[u8]) -> bool {
    // Q, V and X never come first; I, J and Z never second.
    let first = |byte: u8| byte.is_ascii_uppercase() && !matches!(byte, b'Q' | b'V' | b'X');
    let second = |byte: u8| byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'J' | b'Z');
    let digit = |byte: u8| byte.is_ascii_digit();
    let letter = |byte: u8| byte.is_ascii_uppercase();
    match *code {
        [a, d] => first(a) && digit(d),
        [a, b, c] => first(a) && (second(b) && digit(c) || digit(b) && (digit(c) || letter(c))),
        [a, b, c, d] => first(a) && second(b) && digit(c) && (digit(d) || letter(d)),
        _ => false,
    }
}

fn is_inward(code: &[u8]) -> bool {
    let letter = |byte: u8| {
        byte.is_ascii_uppercase() && !matches!(byte, b'C' | b'I' | b'K' | b'M' | b'O' | b'V')
    };
    matches!(*code, [digit, one, two] if digit.is_ascii_digit() && letter(one) && letter(two))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_brought_into_its_normal_form() {
        for (raw, normal) in [
            ("sw1a1aa", "SW1A 1AA"),
            (" M1  1AE ", "M1 1AE"),
            ("CR2-6XH", "CR2 6XH"),
            ("dn55 1pt", "DN55 1PT"),
            ("W1A 1HQ", "W1A 1HQ"),
            ("EC1A1BB", "EC1A 1BB"),
            ("gir0aa", "GIR 0AA"),
            ("bfpo 57", "BFPO 57"),
            ("BFPO1234", "BFPO 1234"),
            ("BF1 2AS", "BF1 2AS"),
        ] {
            assert_eq!(parse_postcode(raw).as_deref(), Some(normal), "{raw:?}");
        }
    }

    #[test]
    fn what_has_another_form_is_none() {
        for raw in [
            "",
            "SW1A",
            "1AA",
            "QA1 1AA",
            "AJ1 1AA",
            "M1 1AC",
            "M1 OAA",
            "90210",
            "1234 AB",
            "K1A 0B1",
            "SW1A 1AAA",
            "BFPO",
            "M1,1AE",
            "\u{E9}1 1AA",
        ] {
            assert_eq!(parse_postcode(raw), None, "{raw:?}");
        }
    }

    #[test]
    fn crown_dependencies_are_countries_of_their_own() {
        assert_eq!(country_of("JE2 3AB"), "JE");
        assert_eq!(country_of("GY1 1AA"), "GG");
        assert_eq!(country_of("IM1 1AA"), "IM");
        assert_eq!(country_of("SW1A 1AA"), "GB");
    }
}
