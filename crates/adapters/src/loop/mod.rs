//! Loop, by a profile: its contact interface is not public.
//!
//! The adapter is the kit's, over the profile beside this file or over one that an agency gives.
//! What is here is what Loop itself says: how its keys look, and whom a key belongs to.

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
            auth::with_checked_key(context),
            profile,
            spec::spec(),
            errors::read,
        ))
    },
    errors: errors::read,
    explain: map::explain,
};
