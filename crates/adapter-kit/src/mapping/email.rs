//! E-mail addresses.

use email_address::{EmailAddress, Options};

/// What RFC 5321 §4.5.3.1 leaves for an address: 256 octets of path, less its angle brackets.
const LONGEST: usize = 254;

/// An address as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedEmail {
    /// Trimmed, its domain in lower case; the text as it came where it is not valid.
    pub address: String,
    /// Whether mail could be sent to it, by its form.
    pub valid: bool,
}

/// Reads one address; none where the text is blank.
///
/// `mailto:`, angle brackets, quotes and closing punctuation around an address are taken off. A text
/// that is no address is kept as it is, with `valid` unset. The local part keeps its case, which a
/// mail server may care about (RFC 5321 §2.4).
#[must_use]
pub fn parse_email(raw: &str) -> Option<ParsedEmail> {
    let text = raw.trim();
    if text.is_empty() {
        return None;
    }
    let bare = strip(text);
    Some(match normal(bare) {
        Some(address) => ParsedEmail {
            address,
            valid: true,
        },
        None => ParsedEmail {
            address: text.to_owned(),
            valid: false,
        },
    })
}

/// Reads a field with any number of addresses, separated by `;`, `,` or white space, and whether it
/// has words beside them. A field without a single good address is kept whole, as an unusable one.
pub(super) fn parse_emails(field: &str) -> (Vec<ParsedEmail>, bool) {
    let several = |letter: char| matches!(letter, ';' | ',') || letter.is_whitespace();
    let trimmed = field.trim();
    if !trimmed.contains(several) {
        return (parse_email(trimmed).into_iter().collect(), false);
    }
    let mut words = false;
    let mut found = Vec::new();
    for piece in trimmed.split(several).filter(|piece| !piece.is_empty()) {
        match parse_email(piece) {
            // An unusable address beside good ones is kept; a word is not an address at all.
            Some(email) if email.valid || piece.contains('@') => found.push(email),
            _ => words = true,
        }
    }
    if found.iter().any(|email| email.valid) {
        (found, words)
    } else {
        (parse_email(trimmed).into_iter().collect(), false)
    }
}

/// An address without what people and mail programs put around it.
fn strip(text: &str) -> &str {
    let text = text.trim_matches(['<', '>', '"', '\'', '(', ')', '[', ']']);
    let text = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => text.get(7..).unwrap_or(text),
        _ => text,
    };
    text.trim_matches(['<', '>', ',', ';', ':', '.'])
}

/// The address with its domain in lower case; none where it is not valid.
fn normal(address: &str) -> Option<String> {
    if address.len() > LONGEST {
        return None;
    }
    let at = address.rfind('@')?;
    let (local, domain) = (address.get(..at)?, address.get(at + 1..)?);
    if !is_everyday(local, domain) {
        // Only a mail server would know a quoted local part or a lone host name; in a CRM they are
        // slips. Everything else that the standard allows is allowed.
        let options = Options::default()
            .with_required_tld()
            .without_display_text()
            .without_domain_literal();
        EmailAddress::parse_with_options(address, options).ok()?;
    }
    let mut normal = String::with_capacity(address.len());
    normal.push_str(local);
    normal.push('@');
    if domain.is_ascii() {
        normal.extend(domain.chars().map(|letter| letter.to_ascii_lowercase()));
    } else {
        normal.push_str(&domain.to_lowercase());
    }
    Some(normal)
}

/// The form of nearly every address, known to be valid without the library.
fn is_everyday(local: &str, domain: &str) -> bool {
    let local_fits = !local.is_empty()
        && local.len() <= 64
        && local
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+'))
        && local.split('.').all(|atom| !atom.is_empty());
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let mut labels = 0_usize;
    let domain_fits = domain.split('.').all(|label| {
        labels += 1;
        label_fits(label)
    });
    local_fits && domain_fits && labels >= 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_freed_of_what_surrounds_it() {
        for (raw, address, valid) in [
            (" Jane.Doe@Example.COM ", "Jane.Doe@example.com", true),
            ("mailto:jane@example.com", "jane@example.com", true),
            ("<MAILTO:jane@example.com>;", "jane@example.com", true),
            ("jane@example.com.", "jane@example.com", true),
            ("o'hara@example.co.uk", "o'hara@example.co.uk", true),
            ("jane@b\u{FC}cher.example", "jane@b\u{FC}cher.example", true),
            ("jane@example", "jane@example", false),
            ("jane@@example.com", "jane@@example.com", false),
            ("jane.example.com", "jane.example.com", false),
            ("jane..doe@example.com", "jane..doe@example.com", false),
            ("n/a", "n/a", false),
        ] {
            assert_eq!(
                parse_email(raw),
                Some(ParsedEmail {
                    address: address.into(),
                    valid
                }),
                "{raw:?}"
            );
        }
        assert_eq!(parse_email("  "), None);
    }

    #[test]
    fn a_field_gives_each_address_and_says_what_else_it_holds() {
        let read = |field: &str| {
            let (emails, words) = parse_emails(field);
            let addresses: Vec<_> = emails
                .into_iter()
                .map(|email| (email.address, email.valid))
                .collect();
            (addresses, words)
        };
        let good = |address: &str| (address.to_owned(), true);
        let bad = |address: &str| (address.to_owned(), false);
        assert_eq!(
            read("a@example.com; b@example.com,c@example.com d@example.com"),
            (
                ["a", "b", "c", "d"]
                    .map(|name| good(&format!("{name}@example.com")))
                    .to_vec(),
                false
            )
        );
        assert_eq!(
            read("Jane Doe <jane@example.com> (work)"),
            (vec![good("jane@example.com")], true)
        );
        assert_eq!(
            read("a@example.com; b@"),
            (vec![good("a@example.com"), bad("b@")], false),
            "an unusable address beside a good one is kept"
        );
        assert_eq!(
            read("jane @example.com"),
            (vec![bad("jane @example.com")], false),
            "without a good address the field is kept whole"
        );
        assert_eq!(read(" "), (vec![], false));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_library_agrees_with_the_everyday_form(
            local in "[A-Za-z0-9._+-]{1,66}",
            domain in "([A-Za-z0-9-]{1,8}\\.){0,3}[A-Za-z0-9-]{1,5}",
        ) {
            if is_everyday(&local, &domain) {
                let address = format!("{local}@{domain}");
                prop_assert!(EmailAddress::is_valid(&address), "{address}");
            }
        }

        #[test]
        fn no_text_makes_it_fail(raw in ".{0,80}") {
            let (emails, _) = parse_emails(&raw);
            prop_assert_eq!(emails.is_empty(), raw.trim().is_empty(), "nothing is dropped");
        }
    }
}
