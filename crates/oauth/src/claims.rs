//! What an id token says about who signed in.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::OAuthError;

/// Claims by name, those that are text.
pub(crate) type Claims = BTreeMap<String, String>;

/// Enough for any CRM; the whole must fit the vault.
const MAX_CLAIMS: usize = 50;
const MAX_CLAIM_BYTES: usize = 256;

/// The claims of an id token for this client.
///
/// Its signature is not checked: it came straight from the token address over TLS, which OpenID
/// Connect Core §3.1.3.7 (point 6) takes for proof of where it is from. That it was made for this
/// client is checked.
pub(crate) fn read(id_token: &str, client_id: &str) -> Result<Claims, OAuthError> {
    let fields = payload(id_token).ok_or(OAuthError::BadAnswer {
        why: "its id token is none",
    })?;
    let ours = match fields.get("aud") {
        Some(Value::String(audience)) => audience == client_id,
        Some(Value::Array(audiences)) => audiences.iter().any(|aud| aud == client_id),
        _ => false,
    };
    if !ours {
        return Err(OAuthError::BadAnswer {
            why: "its id token is for another program",
        });
    }
    Ok(fields
        .into_iter()
        .filter_map(|(name, value)| match value {
            Value::String(text) => Some((name, text)),
            _ => None,
        })
        .filter(|(name, text)| name.len() + text.len() <= MAX_CLAIM_BYTES)
        .take(MAX_CLAIMS)
        .collect())
}

fn payload(id_token: &str) -> Option<Map<String, Value>> {
    let mut parts = id_token.split('.');
    let (Some(_), Some(payload), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn claims_for_this_client_are_read_and_others_refused() {
        let claims = read(&token(r#"{"aud":"me","clientCode":"DXX","exp":1}"#), "me").unwrap();
        assert_eq!(claims.get("clientCode").map(String::as_str), Some("DXX"));
        assert!(read(&token(r#"{"aud":["x","me"]}"#), "me").is_ok());
        for bad in [
            token(r#"{"aud":"other"}"#),
            token(r#"{"aud":["other"]}"#),
            token("{}"),
            token("[]"),
            token("not json"),
            "a.b".to_owned(),
            "a.!.c".to_owned(),
            String::new(),
        ] {
            assert!(read(&bad, "me").is_err(), "{bad}");
        }
    }
}
