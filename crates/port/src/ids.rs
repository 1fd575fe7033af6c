//! Names of things: types that cannot hold a wrong one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not a {what}: {why}")]
pub struct IdError {
    /// What the text was meant to be.
    pub what: &'static str,
    /// The text, shortened.
    pub value: String,
    /// The rule that it breaks.
    pub why: &'static str,
}

const MAX_ID: usize = 128;

fn check(what: &'static str, value: &str, slug: bool) -> Result<(), IdError> {
    let fail = |why| {
        Err(IdError {
            what,
            value: value.chars().take(40).collect(),
            why,
        })
    };
    if value.is_empty() {
        return fail("it is empty");
    }
    if value.len() > MAX_ID {
        return fail("it is longer than 128 bytes");
    }
    if value.chars().any(char::is_control) {
        return fail("it has control characters");
    }
    if slug
        && !value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    {
        return fail("only letters, digits, `-`, `_` and `.` may stand in it");
    }
    if slug && value.starts_with('.') {
        return fail("it may not start with a dot");
    }
    Ok(())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $slug:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses an id.
            ///
            /// # Errors
            /// The rule that the text breaks.
            pub fn parse(value: impl Into<String>) -> Result<Self, IdError> {
                let value = value.into();
                check($what, &value, $slug)?;
                Ok(Self(value))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(value: &str) -> Result<Self, IdError> {
                Self::parse(value)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(value: String) -> Result<Self, IdError> {
                Self::parse(value)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id!(
    /// A tenant of the NurtureHub platform: one agency. Stands in URLs of the platform's API.
    TenantId, "tenant", true
);
id!(
    /// A connection: one agency's account with one CRM. Stands in file names and arguments.
    ConnectionId, "connection id", true
);
id!(
    /// A kind of CRM, as the provider registry names it.
    ProviderId, "provider id", true
);
id!(
    /// One run of the engine.
    RunId, "run id", true
);
id!(
    /// A record's id in its CRM, unique within one connection. Any text that the CRM likes.
    ExternalId, "record id", false
);

impl ProviderId {
    /// An id that an adapter's code writes, where there is nobody to hand an error to.
    ///
    /// What may not stand in an id is left out, so that the result is always one; the registry's
    /// tests hold that nothing had to be.
    #[must_use]
    pub fn from_static(text: &'static str) -> Self {
        Self::parse(text).unwrap_or_else(|_| {
            let plain = text.chars().filter(char::is_ascii_alphanumeric);
            Self(format!("x{}", plain.take(MAX_ID - 1).collect::<String>()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_refuse_what_would_be_dangerous_in_a_path() {
        for bad in [
            "",
            "../x",
            "a/b",
            "a b",
            ".hidden",
            "a\nb",
            &"x".repeat(129),
        ] {
            assert!(ConnectionId::parse(bad).is_err(), "{bad:?} must be refused");
        }
        assert!(ConnectionId::parse("reserve-north_1.2").is_ok());
    }

    #[test]
    fn external_ids_take_what_crms_use_but_no_control_characters() {
        assert!(ExternalId::parse("tenant/0123-4567").is_ok());
        assert!(ExternalId::parse("a\u{0}b").is_err());
        assert!(
            serde_json::from_str::<ExternalId>("\"\"").is_err(),
            "serde parses, too"
        );
    }
}
