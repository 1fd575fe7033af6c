//! Paths, queries and whole addresses.

use crate::Pseudonyms;
use crate::token::scramble;
use crate::values::{self, Mode};

/// The path of a request, held against its template.
pub(crate) fn path(pseudonyms: &Pseudonyms, template: &str, path: &str) -> String {
    let mut written: Vec<String> = Vec::new();
    let mut patterns = template.split('/');
    for segment in path.split('/') {
        let pattern = patterns.next();
        written.push(
            match pattern.and_then(|p| p.strip_prefix('{')?.strip_suffix('}')) {
                Some(name) => encoded(segment, |value| {
                    values::replace(pseudonyms, name, value, Mode::Own)
                }),
                None if pattern == Some(segment) => segment.to_owned(),
                None => part(pseudonyms, segment),
            },
        );
    }
    written.join("/")
}

/// A query: names stay, values are those of fields of these names.
pub(crate) fn query(pseudonyms: &Pseudonyms, query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) => {
            let field = decoded(name);
            // `filter[updated_from]` is about `updated_from`.
            let field = field
                .rsplit_once('[')
                .map_or(field.as_str(), |(outer, inner)| {
                    let inner = inner.trim_end_matches(']');
                    if inner.is_empty() { outer } else { inner }
                });
            let value = encoded(value, |value| {
                values::replace(pseudonyms, field, value, Mode::Own)
            });
            format!("{name}={value}")
        }
        None => part(pseudonyms, pair),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A whole address within an answer: its host stays, as it says where and not who.
pub(crate) fn address(pseudonyms: &Pseudonyms, address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return scramble(pseudonyms, address);
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
    // Somebody's name and password may stand before the host.
    let host = match host.rsplit_once('@') {
        Some((user, host)) => format!("{}@{host}", scramble(pseudonyms, user)),
        None => host.to_owned(),
    };
    format!("{scheme}://{host}{}", relative(pseudonyms, after))
}

/// What follows the host.
pub(crate) fn relative(pseudonyms: &Pseudonyms, text: &str) -> String {
    let (path, asked) = match text.split_once('?') {
        Some((path, asked)) => (path, Some(asked)),
        None => (text, None),
    };
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| part(pseudonyms, segment))
        .collect();
    let path = segments.join("/");
    match asked {
        Some(asked) => format!("{path}?{}", query(pseudonyms, asked)),
        None => path,
    }
}

/// A part of a path: words that name a list stay.
fn part(pseudonyms: &Pseudonyms, segment: &str) -> String {
    let names = segment
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_'));
    let version = matches!(segment.as_bytes(), [b'v' | b'V', b'0'..=b'9']);
    let harmless = segment.split(['-', '_']).all(crate::words::is_harmless);
    if version || (names && harmless) {
        segment.to_owned()
    } else {
        encoded(segment, |value| scramble(pseudonyms, value))
    }
}

/// Rewrites what an encoded text says; it is encoded again only where it has to be.
fn encoded(text: &str, replace: impl Fn(&str) -> String) -> String {
    let plain = decoded(text);
    let replaced = replace(&plain);
    if replaced == plain {
        return text.to_owned();
    }
    if plain == text && replaced.bytes().all(is_plain) {
        return replaced;
    }
    let mut written = String::with_capacity(replaced.len());
    for byte in replaced.bytes() {
        if is_plain(byte) {
            written.push(char::from(byte));
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
    }
    written
}

/// Unreserved characters (RFC 3986 §2.3).
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digits = rest.clone();
                let pair = [digits.next(), digits.next()]
                    .map(|digit| digit.and_then(|digit| char::from(digit).to_digit(16)));
                if let [Some(high), Some(low)] = pair {
                    rest = digits;
                    u8::try_from(high * 16 + low).unwrap_or(b'%')
                } else {
                    b'%'
                }
            }
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
