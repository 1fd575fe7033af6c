//! Loop's answers, as the profile describes them: the built-in one, or the agency's own.

use nurturehub_adapter_kit::Settings;
use nurturehub_adapter_kit::profile::Profile;
use nurturehub_port::AdapterError;

/// The proposed profile. Changing the name of a list in it changes every id on that list.
const BUILT_IN: &str = include_str!("profile.json");

/// The proposed profile, read.
///
/// # Errors
/// `configuration`; a test holds that there is none.
pub(super) fn built_in() -> Result<Profile, AdapterError> {
    Profile::parse(BUILT_IN)
}

/// The profile of a connection.
///
/// # Errors
/// `configuration`, where the agency's own is not right.
pub(super) fn profile(settings: &Settings) -> Result<Profile, AdapterError> {
    settings
        .get("profile")
        .map_or_else(built_in, Profile::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_profile_can_be_read() {
        let profile = built_in().unwrap();
        assert_eq!(
            profile.list_names().collect::<Vec<_>>(),
            ["buyer", "tenantApplicant", "seller", "landlord", "tenant"],
            "the names are part of ids and must not change"
        );
    }
}
