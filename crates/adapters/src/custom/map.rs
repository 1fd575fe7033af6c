//! How a stored record became a contact: only the connection's profile knows, and the registry asks
//! it where it has the settings.

use nurturehub_adapter_kit::mapping::Explanation;
use nurturehub_port::AdapterError;

use crate::ExplainOrigin;

/// Nothing, for want of the profile.
///
/// # Errors
/// None.
pub(super) fn explain(_raw: &str, _origin: &ExplainOrigin) -> Result<Explanation, AdapterError> {
    Ok(Explanation::default())
}
