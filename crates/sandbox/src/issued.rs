//! The tokens that the simulators have handed out, so that a test can look for them where none may be.

use std::sync::Mutex;

use serde_json::Value;

use crate::answer::Answer;
use crate::locks::lock;

/// The members of a token endpoint's answer that open something.
const OPENERS: [&str; 3] = ["access_token", "refresh_token", "id_token"];

/// Every token that was issued since the sandbox was started, each once, the first first.
#[derive(Debug, Default)]
pub(crate) struct Issued {
    tokens: Mutex<Vec<String>>,
}

impl Issued {
    /// Takes note of what a token endpoint answers; a refusal holds none.
    pub(crate) fn note(&self, answer: &Answer) {
        let Some(body) = answer.whole() else { return };
        let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
            return;
        };
        let mut tokens = lock(&self.tokens);
        for token in OPENERS.iter().filter_map(|name| body.get(*name)?.as_str()) {
            if !tokens.iter().any(|known| known == token) {
                tokens.push(token.to_owned());
            }
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<String> {
        lock(&self.tokens).clone()
    }
}
