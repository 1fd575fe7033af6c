//! Reapit as data.

use std::collections::BTreeMap;

use nurturehub_port::{
    AbsencePolicy, ActivityKind, Capabilities, Field, Lifecycle, Limits, OAuthEndpoints,
    ProviderId, ProviderSpec, RateWindow, RedirectPolicy, SchedulePolicy, SettingKind, SignIn,
    SignInMethod, TokenRules, Unsupported,
};

/// The names of settings and secrets.
pub(super) mod key {
    pub(crate) const SIGN_IN: &str = "signIn";
    pub(crate) const CUSTOMER: &str = "customerId";
    pub(crate) const CLIENT: &str = "clientId";
    pub(crate) const CLIENT_SECRET: &str = "clientSecret";
    pub(crate) const SCOPES: &str = "scopes";
    pub(crate) const JOURNAL_TYPE: &str = "journalType";
    pub(crate) const JOURNAL_NEGOTIATOR: &str = "journalNegotiatorId";
    pub(crate) const APPLICANT_LOOKUP: &str = "applicantLookup";
    pub(crate) const OVERLAP_MINUTES: &str = "overlapMinutes";
    pub(crate) const PAGE_SIZE: &str = "pageSize";
    pub(crate) const WEBHOOK_TOLERANCE: &str = "webhookToleranceSeconds";
    pub(crate) const WEBHOOK_KEY: &str = "webhookSecret";
}

/// The value of `signIn` for a machine client.
pub(super) const BY_CLIENT: &str = "client";

/// The value of `signIn` for a person in the browser.
const BY_BROWSER: &str = "browser";

/// Records on a page at most (`pageSize`: "value can range between 1 and 100").
pub(super) const MAX_PAGE_SIZE: u64 = 100;

/// Seconds for which a webhook's signature is good: its retries span 31 minutes, and whether a retry
/// is signed anew is not documented.
const WEBHOOK_TOLERANCE_SECONDS: u64 = 2400;

/// All that the rest of the product knows of Reapit.
pub(super) fn spec() -> ProviderSpec {
    ProviderSpec {
        id: ProviderId::from_static("reapit"),
        name: "Reapit",
        documentation: "https://foundations-documentation.reapit.cloud/",
        base_url: "https://platform.reapit.cloud",
        reference_setting: Some(key::CUSTOMER),
        sign_in: sign_in(),
        fields: fields(),
        capabilities: Capabilities {
            changed_since: true,
            lists_removed: false,
            total: true,
            activity_write_back: ActivityKind::ALL.to_vec(),
            webhooks: true,
            consent: true,
            assignment: true,
        },
        unsupported: vec![Unsupported {
            capability: "listsRemoved",
            reason: "Reapit archives contacts and lists the archived ones, but an erased contact \
                     just vanishes; it is found by a full sync.",
        }],
        // Documented are 20 a second for the app, 5 at once for a customer and 250,000 a day; half
        // to four fifths of that leaves room for the agency's other apps of ours.
        limits: Limits {
            windows: vec![RateWindow {
                requests: 10,
                seconds: 1,
            }],
            concurrent: 4,
            per_day: Some(200_000),
            wait_after_429_seconds: 1,
        },
        // 3600 s and 15 idle days are documented; 30 days overall follow from "half the lifetime".
        token_rules: TokenRules {
            access_seconds: Some(3600),
            refresh_idle_days: Some(15),
            refresh_max_days: Some(30),
            refresh_rotates: true,
        },
        // A full sync lists the archived contacts, too, so what is on neither list is gone.
        absence: AbsencePolicy {
            listings: 1,
            lifecycle: Lifecycle::Deleted,
            reason: "no longer listed by the CRM",
            withdraws_consent: false,
        },
        // By the mark at the end of an entry's text.
        write_back_found_again: true,
        schedule: SchedulePolicy {
            every_minutes: None,
            stale_after_minutes: 24 * 60,
            notice: Some(
                "Reapit's usage guidelines forbid scheduled bulk extraction into another database \
                 without its agreement, and Reapit bills each request. Set a schedule only once \
                 your agency has that agreement.",
            ),
        },
        unconfirmed: None,
    }
}

fn sign_in() -> SignIn {
    // From the discovery document at connect.reapit.cloud; the older paths are a compatibility layer.
    let endpoints = OAuthEndpoints {
        authorize: Some("https://connect.reapit.cloud/authorize"),
        token: "https://connect.reapit.cloud/oauth/token",
        revoke: Some("https://connect.reapit.cloud/oauth/revoke"),
        issuer: Some("https://connect.reapit.cloud/"),
    };
    SignIn {
        chosen_by: Some(key::SIGN_IN),
        methods: vec![
            (
                BY_CLIENT,
                SignInMethod::ClientCredentials {
                    endpoints: endpoints.clone(),
                    client_id: key::CLIENT,
                    client_secret: key::CLIENT_SECRET,
                    // Granted when the agency installs the app; none are asked for here.
                    scopes: Vec::new(),
                },
            ),
            (
                BY_BROWSER,
                SignInMethod::AuthorizationCode {
                    endpoints,
                    client_id: key::CLIENT,
                    scopes: vec![
                        "openid",
                        "profile",
                        "offline_access",
                        "contacts.read",
                        "applicants.read",
                        "journalEntries.read",
                        "journalEntries.write",
                    ],
                    // The address must be registered to the letter, so the port is always this one.
                    redirect: RedirectPolicy {
                        path: "/callback",
                        fixed_port: Some(48_627),
                    },
                    // "The id token claim `clientCode` is the customer id."
                    account_claim: Some("clientCode"),
                    extra: BTreeMap::new(),
                },
            ),
        ],
    }
}

fn fields() -> Vec<Field> {
    let mut journal_type = Field::text(
        key::JOURNAL_TYPE,
        "Journal entry type",
        "The id of the journal entry type under which activities are written.",
    )
    .default_value("MI");
    journal_type.advanced = true;
    vec![
        Field::choice(
            key::SIGN_IN,
            "Sign in as",
            "`client` for an app with its own client id and secret, `browser` for a person.",
            &[BY_CLIENT, BY_BROWSER],
        ),
        Field::text(
            key::CUSTOMER,
            "Customer id",
            "The agency's id in Reapit, such as RES, or RES-GOGO for one group of offices; it is \
             shown in the Developer Portal once the agency has installed the app.",
        ),
        Field::text(
            key::CLIENT,
            "Client id",
            "Shown in the Developer Portal under the app's authentication.",
        ),
        Field::secret(
            key::CLIENT_SECRET,
            "Client secret",
            "Shown in the Developer Portal under the app's authentication.",
        )
        .only_when(key::SIGN_IN, BY_CLIENT),
        Field::text(
            key::SCOPES,
            "Scopes",
            "What a browser sign-in asks for, separated by blanks, where it must differ.",
        )
        .optional()
        .only_when(key::SIGN_IN, BY_BROWSER)
        .advanced(),
        Field::secret(
            key::WEBHOOK_KEY,
            "Webhook signing key",
            "The `x` value of the app's signing key, where it cannot be fetched from Reapit.",
        )
        .optional()
        .advanced(),
        journal_type,
        Field::text(
            key::JOURNAL_NEGOTIATOR,
            "Journal negotiator",
            "The id of the negotiator in whose name activities are written.",
        )
        .optional()
        .advanced(),
        boolean(
            key::APPLICANT_LOOKUP,
            "Look up applicants",
            "Asks for each page's applicants, to tell buyers from tenants. Costs a request a page; \
             without it an applicant is a lead.",
        ),
        Field::integer(
            key::OVERLAP_MINUTES,
            "Overlap in minutes",
            "How far an incremental sync reaches back before the last change seen.",
            (0, 1440),
            5,
        ),
        Field::integer(
            key::PAGE_SIZE,
            "Page size",
            "Contacts on a page.",
            (1, MAX_PAGE_SIZE),
            MAX_PAGE_SIZE,
        ),
        Field::integer(
            key::WEBHOOK_TOLERANCE,
            "Webhook tolerance in seconds",
            "How old a webhook's signature may be.",
            (0, 86_400),
            WEBHOOK_TOLERANCE_SECONDS,
        ),
    ]
}

/// A switch that is on, for those who know what they do.
fn boolean(key: &str, label: &str, help: &str) -> Field {
    Field {
        setting: SettingKind::Boolean,
        ..Field::text(key, label, help)
            .default_value("true")
            .advanced()
    }
}
