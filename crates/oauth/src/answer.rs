//! What token addresses answer, as they do and not only as they should.
//!
//! RFC 6749 §5.1 and §5.2, with what CRMs get wrong and does no harm: a life in seconds as text, no
//! token type, null or empty fields, fields that nobody knows. What would do harm is refused: no
//! access token, one that cannot stand in a header, a type other than bearer.

use std::fmt;
use std::time::Duration;

use oauth2::{AccessToken, RefreshToken, Scope};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::untrusted;

/// A token longer than this is none; it must fit the vault with all around it.
const MAX_TOKEN_BYTES: usize = 20 * 1024;

/// No token lives longer, whatever an answer says: ten years.
const MAX_LIFE_SECONDS: u64 = 10 * 365 * 86_400;

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) access_token: AccessToken,
    pub(crate) refresh_token: Option<RefreshToken>,
    pub(crate) expires_in: Option<Duration>,
    pub(crate) scopes: Option<Vec<Scope>>,
    // The crate's type for secrets: its `Debug` shows nothing.
    pub(crate) id_token: Option<AccessToken>,
}

#[derive(serde::Deserialize)]
struct Wire {
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    token_type: Option<Value>,
    #[serde(default)]
    expires_in: Option<Value>,
    #[serde(default)]
    scope: Option<Value>,
    #[serde(default)]
    id_token: Option<String>,
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let bearer = match &wire.token_type {
            None | Some(Value::Null) => true,
            Some(Value::String(kind)) => kind.is_empty() || kind.eq_ignore_ascii_case("bearer"),
            Some(_) => false,
        };
        if !bearer {
            return Err(D::Error::custom("the token type is not bearer"));
        }
        let refresh_token = wire.refresh_token.filter(|token| !token.is_empty());
        if !is_token(&wire.access_token) || !refresh_token.as_deref().is_none_or(is_token) {
            return Err(D::Error::custom("a token is not one"));
        }
        Ok(Self {
            access_token: AccessToken::new(wire.access_token),
            refresh_token: refresh_token.map(RefreshToken::new),
            expires_in: wire.expires_in.as_ref().and_then(seconds),
            scopes: wire.scope.as_ref().and_then(scopes),
            id_token: wire.id_token.map(AccessToken::new),
        })
    }
}

/// Visible ASCII (RFC 6749 appendix A.12, A.17, without the space), of a length that is sane.
fn is_token(token: &str) -> bool {
    (1..=MAX_TOKEN_BYTES).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_graphic())
}

/// A life in whole seconds: a number, or a number as text. Anything else says nothing.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| whole(text.parse().ok()?))
        }
        _ => None,
    }?;
    Some(Duration::from_secs(seconds.min(MAX_LIFE_SECONDS)))
}

fn whole(number: f64) -> Option<u64> {
    // A conversion from `f64` cuts off what is too large, which the caller bounds anyway.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (number.is_finite() && number >= 0.0).then_some(number as u64)
}

fn scopes(value: &Value) -> Option<Vec<Scope>> {
    let words: Vec<&str> = match value {
        Value::String(text) => text.split_whitespace().collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let scopes = words.into_iter().take(200).filter(|word| word.len() <= 256);
    Some(scopes.map(|word| Scope::new(word.to_owned())).collect())
}

/// The only type of token that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Bearer;

impl oauth2::TokenType for Bearer {}

impl oauth2::TokenResponse for Answer {
    type TokenType = Bearer;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &Bearer {
        &Bearer
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.scopes.as_ref()
    }
}

/// The `oauth2` crate asks for it and never uses it; tokens leave through the vault alone.
impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// An error answer. What is in it is not yet fit to be shown.
#[derive(Debug, serde::Serialize)]
pub(crate) struct ErrorAnswer {
    /// A code such as `invalid_grant`.
    pub(crate) code: Option<String>,
    /// The server's words.
    #[serde(skip)]
    pub(crate) description: Option<String>,
}

impl<'de> Deserialize<'de> for ErrorAnswer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Object(fields) = Value::deserialize(deserializer)? else {
            return Err(D::Error::custom("not an object"));
        };
        let text = |key: &str| fields.get(key).and_then(Value::as_str);
        Ok(Self {
            code: text("error").and_then(untrusted::error_code),
            description: text("error_description")
                .or_else(|| text("description"))
                .or_else(|| text("message"))
                .map(str::to_owned),
        })
    }
}

impl fmt::Display for ErrorAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code.as_deref().unwrap_or("no error code"))
    }
}

impl oauth2::ErrorResponse for ErrorAnswer {}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(expires_in: &str) -> Option<u64> {
        let text = format!(r#"{{"access_token":"a","expires_in":{expires_in}}}"#);
        let answer: Answer = serde_json::from_str(&text).unwrap();
        answer.expires_in.map(|life| life.as_secs())
    }

    #[test]
    fn a_life_is_taken_as_crms_write_it() {
        for (written, seconds) in [
            ("3600", Some(3_600)),
            ("3600.5", Some(3_600)),
            (r#""3600""#, Some(3_600)),
            (r#"" 3600 ""#, Some(3_600)),
            ("0", Some(0)),
            ("1e300", Some(MAX_LIFE_SECONDS)),
            ("18446744073709551615", Some(MAX_LIFE_SECONDS)),
            (r#""inf""#, None),
            ("-1", None),
            (r#""soon""#, None),
            ("null", None),
            ("{}", None),
        ] {
            assert_eq!(life(written), seconds, "{written}");
        }
    }

    #[test]
    fn what_would_do_harm_is_refused() {
        for bad in [
            r#"{}"#,
            r#"{"access_token":null}"#,
            r#"{"access_token":""}"#,
            r#"{"access_token":7}"#,
            r#"{"access_token":"a b"}"#,
            r#"{"access_token":"a\r\nX-Injected: 1"}"#,
            r#"{"access_token":"a","refresh_token":"b\u0000"}"#,
            r#"{"access_token":"a","token_type":"mac"}"#,
            r#"{"access_token":"a","access_token":"b"}"#,
            r#"[]"#,
        ] {
            assert!(serde_json::from_str::<Answer>(bad).is_err(), "{bad}");
        }
        let long = format!(
            r#"{{"access_token":"{}"}}"#,
            "x".repeat(MAX_TOKEN_BYTES + 1)
        );
        assert!(serde_json::from_str::<Answer>(&long).is_err(), "endless");
    }

    #[test]
    fn what_does_no_harm_is_taken() {
        for good in [
            r#"{"access_token":"a"}"#,
            r#"{"access_token":"a","token_type":"BEARER","unknown":{"deep":[1]}}"#,
            r#"{"access_token":"a","token_type":null,"refresh_token":"","scope":7}"#,
        ] {
            let answer: Answer = serde_json::from_str(good).unwrap();
            assert!(answer.refresh_token.is_none(), "{good}");
        }
        let answer: Answer =
            serde_json::from_str(r#"{"access_token":"a","scope":["x","y"]}"#).unwrap();
        assert_eq!(answer.scopes.unwrap().len(), 2, "a list instead of a line");
    }

    #[test]
    fn an_answer_shows_and_serialises_nothing() {
        let answer: Answer = serde_json::from_str(
            r#"{"access_token":"marked","refresh_token":"marked","id_token":"marked"}"#,
        )
        .unwrap();
        assert!(!format!("{answer:?}").contains("marked"), "{answer:?}");
        assert_eq!(serde_json::to_string(&answer).unwrap(), "null");
    }
}
