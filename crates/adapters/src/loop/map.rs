//! How a stored record became a contact, by the built-in profile. For a connection with a profile of
//! its own, the registry asks that one.

use nurturehub_adapter_kit::mapping::Explanation;
use nurturehub_adapter_kit::profile;
use nurturehub_port::AdapterError;

use super::wire;
use crate::ExplainOrigin;

/// How a stored record became a contact.
///
/// # Errors
/// `mapping`, where it could not become one.
pub(super) fn explain(raw: &str, origin: &ExplainOrigin) -> Result<Explanation, AdapterError> {
    profile::explain(
        &wire::built_in()?,
        raw,
        &origin.connection,
        &origin.provider,
        &origin.external_type,
        origin.fetched_at,
    )
}
