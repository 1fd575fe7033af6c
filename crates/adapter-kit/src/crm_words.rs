//! What a CRM says of an error, made fit to be shown and kept.

/// Longest text of a CRM's that is repeated, in bytes, about.
const MAX_TEXT: usize = 200;

/// A CRM's own words: short, on one line, and without what looks like a person's address or number.
/// Empty where nothing was said.
#[must_use]
pub fn presentable(said: &str) -> String {
    let masked = said.split_whitespace().map(|word| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        if word.contains('@') || digits > 4 {
            "…"
        } else {
            word
        }
    });
    let mut shown = String::new();
    for word in masked {
        if shown.len() + word.len() > MAX_TEXT {
            shown.push('…');
            break;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.extend(word.chars().filter(|c| !c.is_control()));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_repeated_without_what_looks_personal_and_have_an_end() {
        assert_eq!(
            presentable("contact 4711123 (ada@example.org)\n is\u{7} unknown"),
            "contact … … is unknown"
        );
        assert_eq!(presentable(" \n"), "", "nothing said, nothing shown");
        assert!(presentable(&"word ".repeat(500)).len() < 2 * MAX_TEXT);
        assert!(presentable(&"x".repeat(50_000)).len() < 2 * MAX_TEXT);
    }
}
