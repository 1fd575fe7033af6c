//! Any other CRM as data: what can be said without knowing it.

use nurturehub_port::{
    Capabilities, Field, Limits, ProviderId, ProviderSpec, RateWindow, SchedulePolicy, SettingKind,
    SignIn, SignInMethod, TokenRules, Unsupported,
};

use super::push::NO_WRITE_BACK;
use super::sync::ABSENCE;
use super::webhook::NO_WEBHOOKS;

/// Stands where an address must; `baseUrl` is asked for, so that it is never used. RFC 2606 keeps
/// the name from leading anywhere.
const NO_ADDRESS: &str = "https://crm.invalid";

/// Any other CRM as data.
pub(super) fn spec() -> ProviderSpec {
    ProviderSpec {
        id: ProviderId::from_static("custom"),
        name: "Another CRM (with a profile)",
        documentation: "docs/profiles.md",
        base_url: NO_ADDRESS,
        reference_setting: Some("reference"),
        sign_in: SignIn {
            chosen_by: None,
            methods: vec![(
                "key",
                SignInMethod::StaticSecret {
                    secret: "apiKey",
                    label: "API key",
                },
            )],
        },
        fields: fields(),
        capabilities: Capabilities::default(),
        unsupported: unsupported(),
        limits: Limits {
            windows: vec![RateWindow {
                requests: 1,
                seconds: 1,
            }],
            concurrent: 1,
            per_day: None,
            wait_after_429_seconds: 30,
        },
        token_rules: TokenRules::default(),
        absence: ABSENCE,
        write_back_found_again: true,
        schedule: SchedulePolicy {
            every_minutes: Some(12 * 60),
            stale_after_minutes: 24 * 60,
            notice: Some(
                "Every sync reads all contacts, one page a second. Ask the CRM's vendor whether \
                 more is welcome.",
            ),
        },
        unconfirmed: Some(
            "This CRM is known by its profile alone. What the profile says is as right as whoever \
             wrote it.",
        ),
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field {
            setting: SettingKind::Url,
            ..Field::text(
                "baseUrl",
                "Address",
                "The address of the CRM's API; the paths of the profile follow it.",
            )
        },
        Field {
            setting: SettingKind::File,
            ..Field::text(
                "profile",
                "Profile",
                "The file that says how the CRM's contacts are read; docs/profiles.md describes it.",
            )
        },
        Field::text(
            "reference",
            "Reference",
            "What the CRM calls the agency, for your own use; it is not sent.",
        )
        .optional(),
        Field::secret("apiKey", "API key", "The key that the CRM issued."),
        Field::text(
            "keyHeader",
            "Key header",
            "The name of the header that carries the key, in place of the profile's.",
        )
        .optional()
        .advanced(),
    ]
}

fn unsupported() -> Vec<Unsupported> {
    let by_profile = "It depends on the profile and is not promised: a profile that names a place \
                      for it is honoured.";
    vec![
        Unsupported {
            capability: "changedSince",
            reason: "Whether the CRM can tell what changed depends on the profile, so that every \
                     sync reads all contacts.",
        },
        Unsupported {
            capability: "listsRemoved",
            reason: "A profile does not describe lists of what was removed. A contact that is \
                     missing from two complete listings is archived.",
        },
        Unsupported {
            capability: "total",
            reason: by_profile,
        },
        Unsupported {
            capability: "activityWriteBack",
            reason: NO_WRITE_BACK,
        },
        Unsupported {
            capability: "webhooks",
            reason: NO_WEBHOOKS,
        },
        Unsupported {
            capability: "consent",
            reason: by_profile,
        },
        Unsupported {
            capability: "assignment",
            reason: by_profile,
        },
    ]
}
