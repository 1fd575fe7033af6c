//! Any other plain CRM, by a profile that the agency gives.
//!
//! The adapter is the kit's. Nothing is assumed: neither address nor lists nor header.

mod auth;
mod errors;
mod map;
mod push;
mod spec;
mod sync;
mod verify;
mod webhook;
mod wire;

use nurturehub_adapter_kit::profile::ProfileAdapter;

use crate::Registration;

/// Its entry in the registry.
pub(crate) const REGISTRATION: Registration = Registration {
    spec: spec::spec,
    build: |context| {
        let profile = wire::profile(&context.settings);
        Box::new(ProfileAdapter::new(
            context,
            profile,
            spec::spec(),
            errors::read,
        ))
    },
    errors: errors::read,
    explain: map::explain,
};
