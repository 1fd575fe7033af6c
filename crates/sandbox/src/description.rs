//! How to reach the sandbox: what `nurturehub sandbox` prints once it is ready.

use std::collections::BTreeMap;

use serde::Serialize;

/// How to reach every part of a running sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Settings and secrets for `connect`, by provider id.
    pub providers: BTreeMap<String, ProviderAccess>,
    /// For `platform set`.
    pub platform: PlatformAccess,
}

/// What `connect` needs for one CRM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProviderAccess {
    /// Plain settings by key.
    pub settings: BTreeMap<String, String>,
    /// Secrets by key. They open nothing but this sandbox.
    pub secrets: BTreeMap<String, String>,
}

/// What `platform set` needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlatformAccess {
    /// The base address; the API's paths follow it.
    pub url: String,
    /// The bearer token.
    pub token: String,
    /// The tenant that the token is good for.
    pub tenant: String,
}
