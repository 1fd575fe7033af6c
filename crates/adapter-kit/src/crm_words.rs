//! What a CRM says of an error, made fit to be shown and kept.

use serde_json::{Map, Value};

/// Longest text of a CRM's that is repeated, in bytes, about.
const MAX_TEXT: usize = 200;

/// Longest body of an error answer that is searched for a reason, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// A CRM's own words: short, on one line, and without what looks like a person's address or number,
/// or like a name. Empty where nothing was said.
#[must_use]
pub fn presentable(said: &str) -> String {
    let mut shown = String::new();
    let mut begins = true;
    for word in said.split_whitespace() {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let personal = word.contains('@') || digits > 4 || (!begins && is_capitalised(word));
        begins = word.ends_with(['.', ':', ';', '!', '?']);
        let word = if personal { "…" } else { word };
        if shown.len() + word.len() > MAX_TEXT {
            shown.push('…');
            break;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        // What stands between these quotation marks in a message of ours is somebody else's.
        let plain = |c: &char| !c.is_control() && !matches!(c, '“' | '”');
        shown.extend(word.chars().filter(plain));
    }
    shown
}

/// The same as part of a sentence: after a colon and between quotation marks, by which it is known as
/// somebody else's wherever the sentence goes. Empty where nothing was said.
#[must_use]
pub fn quoted(said: &str) -> String {
    let said = presentable(said);
    match said.trim_end_matches('.') {
        "" => String::new(),
        said => format!(": “{said}”"),
    }
}

/// The reason that an error answer gives, as [`quoted`] gives it: where its body is a JSON object with a
/// text under one of the usual names. Empty where it gives none.
#[must_use]
pub fn reason_given(body: &[u8]) -> String {
    const NAMES: [&str; 3] = ["Message", "message", "error"];
    if body.len() > MAX_BODY {
        return String::new();
    }
    let body: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let said = NAMES.iter().filter_map(|name| body.get(*name)?.as_str());
    said.map(quoted)
        .find(|said| !said.is_empty())
        .unwrap_or_default()
}

/// Whether a word is written as names are: within a sentence, few others are.
fn is_capitalised(word: &str) -> bool {
    let mut letters = word.chars().skip_while(|c| !c.is_alphanumeric());
    let first = letters.next();
    first.is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
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

    #[test]
    fn a_name_within_a_sentence_is_left_out() {
        assert_eq!(
            presentable(
                "Contact Ada Lovelace-King of 12 Rose Lane is in the ISO list. Not allowed."
            ),
            "Contact … … of 12 … … is in the ISO list. Not allowed."
        );
    }

    #[test]
    fn a_reason_is_found_where_the_body_gives_one_in_words() {
        for (body, reason) in [
            (
                r#"{"Message": "The offset is too large."}"#,
                ": “The offset is too large”",
            ),
            (
                r#"{"statusCode": 400, "message": "No such list"}"#,
                ": “No such list”",
            ),
            (r#"{"error": "bad request"}"#, ": “bad request”"),
            (
                r#"{"Message": "", "error": "bad request"}"#,
                ": “bad request”",
            ),
            (r#"{"error": {"code": 7}, "message": null}"#, ""),
            (r#"["message"]"#, ""),
            ("<html>message</html>", ""),
            ("", ""),
        ] {
            assert_eq!(reason_given(body.as_bytes()), reason, "{body}");
        }
        let personal = r#"{"message": "ada@example.org is no buyer"}"#;
        assert_eq!(reason_given(personal.as_bytes()), ": “… is no buyer”");
        let long = format!(r#"{{"message": "{}"}}"#, "word ".repeat(5000));
        assert!(
            reason_given(long.as_bytes()).len() < 2 * MAX_TEXT,
            "it has an end"
        );
        let endless = format!(r#"{{"message": "{}"}}"#, "word ".repeat(50_000));
        assert_eq!(
            reason_given(endless.as_bytes()),
            "",
            "nobody reads on for ever"
        );
    }

    #[test]
    fn what_is_quoted_can_be_told_from_our_own_words() {
        assert_eq!(quoted("It is “not” allowed."), ": “It is not allowed”");
        assert_eq!(quoted(" . "), "");
    }
}
