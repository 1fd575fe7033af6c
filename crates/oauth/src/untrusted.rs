//! Text from a server or a browser, made fit to be shown.

use nurturehub_port::Secret;

/// Characters shown at most.
const MAX_CHARS: usize = 200;

/// A longer run without a space is more likely a token than a word.
const MAX_WORD: usize = 40;

/// A server's words as plain text on one line: what we sent in confidence is taken out, then
/// control characters, characters that reorder or hide text, long runs, and all beyond a limit.
/// Nothing where nothing is left.
pub(crate) fn shown(text: &str, confidential: &[&Secret<String>]) -> Option<String> {
    // A bound on the work, far above what is shown.
    let mut text: String = text.chars().take(8 * 1024).collect();
    for secret in confidential {
        if !secret.expose().is_empty() {
            text = text.replace(secret.expose().as_str(), "…");
        }
    }
    let visible: String = text
        .chars()
        // Between these it is quoted, so it must not end them.
        .filter(|c| !is_deceptive(*c) && !matches!(c, '“' | '”'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<&str> = visible
        .split_whitespace()
        .map(|word| {
            if word.chars().count() > MAX_WORD {
                "…"
            } else {
                word
            }
        })
        .collect();
    let line: String = words.join(" ").chars().take(MAX_CHARS).collect();
    (!line.is_empty()).then_some(line)
}

/// Characters that make text look other than it is: they have no width, or turn its direction.
const fn is_deceptive(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// An error code (RFC 6749 §5.2), if the text can be one.
pub(crate) fn error_code(text: &str) -> Option<String> {
    let fits = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_words_become_one_plain_line() {
        let secret = Secret::new("s3cr3t".to_owned());
        let text = "Bad\r\nSet-Cookie: x\u{1b}[31m \u{202e}gnp.exe s3cr3t eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0";
        assert_eq!(
            shown(text, &[&secret]).as_deref(),
            Some("Bad Set-Cookie: x [31m gnp.exe … …")
        );
        assert_eq!(shown("\u{200b}\n\t ", &[]), None, "nothing is left to show");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_short_plain_and_without_the_secret(
            text in "\\PC*|(.|\n){0,600}", secret in "[a-zA-Z0-9]{6,30}", at in 0_usize..600
        ) {
            let at = text.char_indices().nth(at).map_or(text.len(), |(index, _)| index);
            let (head, tail) = text.split_at(at);
            let text = format!("{head}{secret}{tail}");
            let shown = shown(&text, &[&Secret::new(secret.clone())]).unwrap_or_default();
            prop_assert!(shown.chars().count() <= MAX_CHARS);
            prop_assert!(!shown.chars().any(char::is_control));
            prop_assert!(!shown.contains(&secret), "{shown}");
        }
    }
}
