//! The CRM's answers, as the connection's profile describes them.

use nurturehub_adapter_kit::Settings;
use nurturehub_adapter_kit::profile::Profile;
use nurturehub_port::AdapterError;

/// The profile of a connection.
///
/// # Errors
/// `configuration`, where it is missing or not right.
pub(super) fn profile(settings: &Settings) -> Result<Profile, AdapterError> {
    Profile::parse(settings.required("profile")?)
}
