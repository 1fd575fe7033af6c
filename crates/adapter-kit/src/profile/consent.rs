//! What a profile makes of a person's answers. Silence and strange words are unknown.

use nurturehub_port::ConsentState;
use serde_json::Value;

use super::path::FieldPath;
use super::rules::folded;
use crate::mapping::{Channel, ContactBuilder, parse_timestamp};

/// Where the answers stand.
#[derive(Debug, Clone)]
pub(super) struct ConsentRules {
    pub(super) channels: Vec<(Channel, AnswerTo)>,
    pub(super) updated_at: Option<FieldPath>,
}

/// The answer about one channel: words in lower case, no word in both.
#[derive(Debug, Clone)]
pub(super) struct AnswerTo {
    pub(super) path: FieldPath,
    pub(super) granted: Vec<String>,
    pub(super) denied: Vec<String>,
}

impl AnswerTo {
    /// The answer, and the candidate of the path where it stands; none where nothing is said that
    /// the profile understands. Of contradicting answers, the refusal counts.
    fn read<'r>(&'r self, record: &'r Value) -> Option<(&'r str, ConsentState)> {
        let found = self.path.find(record)?;
        let words: Vec<String> = found.texts().map(|text| folded(&text)).collect();
        let said = |known: &[String]| words.iter().any(|word| known.contains(word));
        let state = if said(&self.denied) {
            ConsentState::Denied
        } else if said(&self.granted) {
            ConsentState::Granted
        } else {
            return None;
        };
        Some((found.from, state))
    }
}

impl ConsentRules {
    /// Puts a record's answers into the contact.
    pub(super) fn apply(&self, builder: &mut ContactBuilder<'_>, record: &Value) {
        for (channel, answer) in &self.channels {
            if let Some((from, state)) = answer.read(record) {
                builder.consent(from, *channel, state);
            }
        }
        if let Some((from, text)) = self.updated_at.as_ref().and_then(|path| path.text(record)) {
            builder.consent_updated_at(from, parse_timestamp(&text));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_words_that_the_profile_knows_are_answers() {
        let answer = AnswerTo {
            path: FieldPath::parse("mail|marketing[]").unwrap(),
            granted: vec!["yes".into(), "true".into()],
            denied: vec!["no".into()],
        };
        for (record, state) in [
            (json!({"mail": " Yes "}), Some(ConsentState::Granted)),
            (json!({"mail": true}), Some(ConsentState::Granted)),
            (json!({"mail": "NO"}), Some(ConsentState::Denied)),
            (json!({"mail": false}), None),
            (json!({"mail": "maybe"}), None),
            (json!({"mail": null}), None),
            (json!({"mail": {"yes": 1}}), None),
            (
                json!({"marketing": ["yes", "no"]}),
                Some(ConsentState::Denied),
            ),
            (json!({}), None),
        ] {
            assert_eq!(
                answer.read(&record).map(|(_, state)| state),
                state,
                "{record} must not be guessed at"
            );
        }
    }
}
