//! Names under which secrets are kept.

use std::fmt;

use nurturehub_port::ConnectionId;

/// The longest name, in bytes. Windows allows 513 characters, and parts of long values get a suffix.
const MAX_BYTES: usize = 440;

/// Why a text is not an [`AccountKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a name for the vault: {why}")]
pub struct AccountKeyError {
    /// The rule that it breaks.
    pub why: &'static str,
}

/// The name of one secret in the vault, such as `connection/reserve-north`.
///
/// Made of lower-case letters, digits, `-`, `_`, `~`, in parts divided by `/`. That is what every
/// store tells apart: Windows ignores case in names and joins them with dots, so a name has neither
/// capitals nor dots.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountKey(String);

impl AccountKey {
    /// Parses a name.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, AccountKeyError> {
        let fail = |why| Err(AccountKeyError { why });
        if text.len() > MAX_BYTES {
            return fail("it is too long");
        }
        if text.split('/').any(str::is_empty) {
            return fail("a part of it is empty");
        }
        if !text
            .bytes()
            .all(|byte| byte == b'/' || is_plain(byte) || byte == b'~')
        {
            return fail("only lower-case letters, digits, `-`, `_`, `~` and `/` may stand in it");
        }
        Ok(Self(text.to_owned()))
    }

    /// What a person entered for a connection: API keys, client secrets.
    #[must_use]
    pub fn connection(id: &ConnectionId) -> Self {
        Self(format!("connection/{}", escape(id.as_str())))
    }

    /// The tokens of a connection. Apart from [`AccountKey::connection`], so that a refresh never
    /// rewrites what a person entered.
    #[must_use]
    pub fn tokens(id: &ConnectionId) -> Self {
        Self(format!("connection/{}/tokens", escape(id.as_str())))
    }

    /// The token for the platform.
    #[must_use]
    pub fn platform() -> Self {
        Self("platform".to_owned())
    }

    /// The key of the local database.
    #[must_use]
    pub fn database_key() -> Self {
        Self("database-key".to_owned())
    }

    /// The key that the local database is being changed to. There only while that lasts, or after
    /// it was cut off: then the database opens with one of the two.
    #[must_use]
    pub fn next_database_key() -> Self {
        Self("database-key/next".to_owned())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AccountKey({})", self.0)
    }
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')
}

/// Writes what a name may not hold as `~` and two hexadecimal digits, so that two ids never share
/// a name.
fn escape(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for byte in id.bytes() {
        if is_plain(byte) {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("~{byte:02x}"));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_every_store_tells_apart_are_taken() {
        for good in [
            "platform",
            "database-key",
            "connection/a_b-1/tokens",
            "probe/0f",
        ] {
            assert!(AccountKey::parse(good).is_ok(), "{good:?} is a fine name");
        }
        let long = "x".repeat(MAX_BYTES + 1);
        for bad in [
            "", "/", "a//b", "a/", "a.b", "A", "a b", "a+b", "a\n", "é", &long,
        ] {
            assert!(AccountKey::parse(bad).is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn ids_that_differ_in_case_or_dots_only_get_different_names() {
        let name = |id: &str| AccountKey::connection(&ConnectionId::parse(id).unwrap());
        assert_ne!(name("North"), name("north"), "Windows ignores case");
        assert_ne!(name("a.b"), name("a-b"));
        let longest = name(&".".repeat(128).replacen('.', "X", 1));
        assert_eq!(
            AccountKey::parse(longest.as_str()).as_ref(),
            Ok(&longest),
            "an escaped name is a name, at any length that an id may have"
        );
    }
}
