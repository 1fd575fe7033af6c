//! A provider, described as data: the form, the router, the docs and the conformance suite need no
//! code for a CRM.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ActivityKind, Lifecycle, ProviderId};

/// All that the rest of the product knows of a CRM.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderSpec {
    /// Its id in the registry.
    pub id: ProviderId,
    /// Its name, as its users write it.
    pub name: &'static str,
    /// Where its interface is documented.
    pub documentation: &'static str,
    /// The address of its API, unless `baseUrl` says otherwise.
    pub base_url: &'static str,
    /// The setting that names the agency in the CRM (the provider's reference), where one does.
    pub reference_setting: Option<&'static str>,
    /// How one signs in.
    pub sign_in: SignIn,
    /// What a person fills in, in order.
    pub fields: Vec<Field>,
    /// What the CRM can do.
    pub capabilities: Capabilities,
    /// What it cannot, and why.
    pub unsupported: Vec<Unsupported>,
    /// How often it may be asked.
    pub limits: Limits,
    /// How long its tokens live.
    pub token_rules: TokenRules,
    /// What it means that a contact is missing from a complete full listing.
    pub absence: AbsencePolicy,
    /// An activity whose answer was lost may be pushed again: the adapter finds in the CRM what it
    /// wrote in an earlier call, and answers `duplicate`. Where this is not set, such an activity is
    /// never sent again unless a person asks for it. Set, too, where nothing is ever written.
    pub write_back_found_again: bool,
    /// When to sync.
    pub schedule: SchedulePolicy,
    /// Set where the adapter rests on guesses that no agency has confirmed.
    pub unconfirmed: Option<&'static str>,
}

/// How one signs in to a CRM.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// The setting whose value picks a method, where there is more than one.
    pub chosen_by: Option<&'static str>,
    /// The methods, by that setting's value; the first is the default.
    pub methods: Vec<(&'static str, SignInMethod)>,
}

/// One way to sign in.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum SignInMethod {
    /// Authorization code with PKCE in the system browser (RFC 6749 §4.1, RFC 7636, RFC 8252).
    #[serde(rename_all = "camelCase")]
    AuthorizationCode {
        /// Endpoints.
        endpoints: OAuthEndpoints,
        /// The setting with the client id.
        client_id: &'static str,
        /// Scopes asked for.
        scopes: Vec<&'static str>,
        /// What the CRM accepts as redirect address.
        redirect: RedirectPolicy,
        /// The claim of the id token that names the agency as `reference_setting` does, where there
        /// is one: whose account was signed in to is held against it.
        account_claim: Option<&'static str>,
        /// Further parameters of the authorization request.
        extra: BTreeMap<&'static str, &'static str>,
    },
    /// Client credentials (RFC 6749 §4.4), the client by HTTP Basic.
    #[serde(rename_all = "camelCase")]
    ClientCredentials {
        /// Endpoints.
        endpoints: OAuthEndpoints,
        /// The setting with the client id.
        client_id: &'static str,
        /// The secret with the client's password.
        client_secret: &'static str,
        /// Scopes asked for; none where the CRM takes none.
        scopes: Vec<&'static str>,
    },
    /// A key or token that does not change, sent in a header.
    #[serde(rename_all = "camelCase")]
    StaticSecret {
        /// The secret that is the key.
        secret: &'static str,
        /// Its name for people: "API key", "bearer token".
        label: &'static str,
    },
}

impl SignInMethod {
    /// The contract's word for it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::AuthorizationCode { .. } => "authorizationCode",
            Self::ClientCredentials { .. } => "clientCredentials",
            Self::StaticSecret { .. } => "staticSecret",
        }
    }
}

/// OAuth endpoints, where settings do not say otherwise.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OAuthEndpoints {
    /// Authorization endpoint; overridden by `authorizeUrl`.
    pub authorize: Option<&'static str>,
    /// Token endpoint; overridden by `tokenUrl`. A path stands below the address of the API.
    pub token: &'static str,
    /// Revocation endpoint (RFC 7009); overridden by `revokeUrl`.
    pub revoke: Option<&'static str>,
    /// The issuer to expect in `iss` (RFC 9207), unless the endpoints are overridden.
    pub issuer: Option<&'static str>,
}

/// What a CRM accepts as redirect address.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RedirectPolicy {
    /// The path.
    pub path: &'static str,
    /// The port, where the CRM wants the address registered to the letter; else any.
    /// Overridden by `redirectPort`.
    pub fixed_port: Option<u16>,
}

/// Something that a person fills in.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// The key after `--set` or `--secret`.
    pub key: String,
    /// Its name on a form.
    pub label: String,
    /// Where to find the value, in a sentence.
    pub help: String,
    /// Goes to the vault, and is never shown.
    pub secret: bool,
    /// Must be there.
    pub required: bool,
    /// Taken where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// What a value may be.
    pub setting: SettingKind,
    /// Shown only where another setting has this value: (key, value).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_when: Option<(String, String)>,
    /// Left for those who know what they do.
    pub advanced: bool,
}

/// What a setting's value may be.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq, JsonSchema, Type)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum SettingKind {
    /// Any text on one line.
    Text,
    /// An address: https, or http on loopback.
    Url,
    /// A whole number within bounds, both included.
    Integer {
        /// Least.
        min: u64,
        /// Most.
        max: u64,
    },
    /// `true` or `false`.
    Boolean,
    /// One of these.
    Choice {
        /// The values.
        values: Vec<String>,
    },
    /// A path to a file.
    File,
}

impl Field {
    /// A required line of text.
    #[must_use]
    pub fn text(key: &str, label: &str, help: &str) -> Self {
        Self {
            key: key.into(),
            label: label.into(),
            help: help.into(),
            secret: false,
            required: true,
            default: None,
            setting: SettingKind::Text,
            only_when: None,
            advanced: false,
        }
    }

    /// A required secret.
    #[must_use]
    pub fn secret(key: &str, label: &str, help: &str) -> Self {
        Self {
            secret: true,
            ..Self::text(key, label, help)
        }
    }

    /// A choice with a default.
    #[must_use]
    pub fn choice(key: &str, label: &str, help: &str, values: &[&str]) -> Self {
        Self {
            required: false,
            default: values.first().map(|value| (*value).to_owned()),
            setting: SettingKind::Choice {
                values: values.iter().map(|value| (*value).to_owned()).collect(),
            },
            ..Self::text(key, label, help)
        }
    }

    /// A whole number with a default, for those who know what they do.
    #[must_use]
    pub fn integer(key: &str, label: &str, help: &str, bounds: (u64, u64), default: u64) -> Self {
        Self {
            required: false,
            default: Some(default.to_string()),
            setting: SettingKind::Integer {
                min: bounds.0,
                max: bounds.1,
            },
            advanced: true,
            ..Self::text(key, label, help)
        }
    }

    /// Not required.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// With a value to take where nothing is given.
    #[must_use]
    pub fn default_value(mut self, value: &str) -> Self {
        self.required = false;
        self.default = Some(value.to_owned());
        self
    }

    /// Asked for only where another setting has a value.
    #[must_use]
    pub fn only_when(mut self, key: &str, value: &str) -> Self {
        self.only_when = Some((key.to_owned(), value.to_owned()));
        self
    }

    /// Left for those who know what they do.
    #[must_use]
    pub fn advanced(mut self) -> Self {
        self.advanced = true;
        self
    }
}

/// What a CRM can do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Type)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// Lists only what changed since a moment.
    pub changed_since: bool,
    /// Lists what was removed.
    pub lists_removed: bool,
    /// Says how many records a listing has.
    pub total: bool,
    /// Kinds of activity that it takes.
    pub activity_write_back: Vec<ActivityKind>,
    /// Sends webhooks.
    pub webhooks: bool,
    /// Says what people agreed to.
    pub consent: bool,
    /// Says who looks after a contact.
    pub assignment: bool,
}

/// Something that a CRM cannot do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Unsupported {
    /// The capability's name in [`Capabilities`].
    pub capability: &'static str,
    /// Why not, in plain English.
    pub reason: &'static str,
}

/// How often a CRM may be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Rolling windows, all of which hold.
    pub windows: Vec<RateWindow>,
    /// Requests under way at once.
    pub concurrent: usize,
    /// Requests in a day (UTC), where there is such a limit.
    pub per_day: Option<u64>,
    /// Seconds to wait after a 429 that does not say how long.
    pub wait_after_429_seconds: u64,
}

/// So many requests in any span of so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RateWindow {
    /// Requests.
    pub requests: u32,
    /// Seconds.
    pub seconds: u32,
}

/// How long a CRM's tokens live.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenRules {
    /// Seconds that an access token lives where the answer does not say.
    pub access_seconds: Option<u64>,
    /// Days after which an unused refresh token dies.
    pub refresh_idle_days: Option<u32>,
    /// Days after which a refresh token dies in any case.
    pub refresh_max_days: Option<u32>,
    /// Each refresh gives a new refresh token and ends the old one.
    pub refresh_rotates: bool,
}

/// What it means that a contact is missing from a complete full listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AbsencePolicy {
    /// Complete full listings in a row that it must be missing from.
    pub listings: u32,
    /// What becomes of it then.
    pub lifecycle: Lifecycle,
    /// Why, in plain English; recorded with the contact.
    pub reason: &'static str,
    /// Consent becomes unknown at the first absence, so that nothing more is sent meanwhile.
    pub withdraws_consent: bool,
}

/// When to sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SchedulePolicy {
    /// Minutes between scheduled syncs; none where a person must switch the schedule on.
    pub every_minutes: Option<u32>,
    /// Minutes without success after which the data count as stale.
    pub stale_after_minutes: u32,
    /// What a person must know before setting a schedule.
    pub notice: Option<&'static str>,
}
