//! How far a listing has come.

use std::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{AdapterError, ErrorKind};

/// A position in a CRM's listing, opaque to everything but the adapter that wrote it.
///
/// It is text (JSON, by convention with a version inside), small, and holds no secret and no
/// personal data: it is stored in clear and shown in run results.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// Writes an adapter's own position type as a cursor.
    ///
    /// # Errors
    /// `internal`, should the position not be expressible as JSON.
    pub fn encode<P: Serialize>(position: &P) -> Result<Self, AdapterError> {
        serde_json::to_string(position).map(Self).map_err(|error| {
            AdapterError::new(
                ErrorKind::Internal,
                format!("a cursor could not be written: {error}"),
            )
        })
    }

    /// Reads an adapter's own position type back.
    ///
    /// # Errors
    /// `protocol` when the text is not such a position, as after a change of an adapter's format.
    pub fn decode<P: DeserializeOwned>(&self) -> Result<P, AdapterError> {
        serde_json::from_str(&self.0).map_err(|error| {
            AdapterError::new(
                ErrorKind::Protocol,
                format!("the stored position of the last sync cannot be read: {error}"),
            )
            .remedy("Run a full sync; it starts from the beginning and repairs the position.")
        })
    }

    /// The stored form, taken back from the store as it was.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The form to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Cursor({})", self.0)
    }
}
