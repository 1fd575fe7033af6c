//! How a stored record became a contact, by a profile.

use jiff::Timestamp;
use nurturehub_port::{AdapterError, ConnectionId, ErrorKind, ProviderId};

use super::Profile;
use super::mapping::Mapping;
use crate::mapping::{Built, Explanation};

/// Tells how a record, as it came, becomes a contact. `list` is the record's external type.
///
/// # Errors
/// `mapping`, where it cannot, or where the profile has no such list.
pub fn explain(
    profile: &Profile,
    raw: &str,
    connection: &ConnectionId,
    provider: &ProviderId,
    list: &str,
    fetched_at: Timestamp,
) -> Result<Explanation, AdapterError> {
    let unreadable = |message: String| AdapterError::new(ErrorKind::Mapping, message);
    let list = profile
        .list(list)
        .ok_or_else(|| unreadable("The record is of no list that the profile has.".to_owned()))?;
    let mapping = Mapping {
        profile,
        list,
        connection,
        provider,
        fetched_at,
    };
    mapping
        .build(raw, true)
        .map(Built::into_explanation)
        .map_err(|issue| unreadable(issue.message))
}
