//! Loop as data.
//!
//! Sources: the vendor's page on authentication (developers.loop.software), and programs of others
//! that read listings. Nothing is published about contacts: what follows from the profile beside
//! this file is a proposal, and marked as unconfirmed.

use nurturehub_port::{
    Capabilities, Field, Limits, ProviderId, ProviderSpec, RateWindow, SchedulePolicy, SettingKind,
    SignIn, SignInMethod, TokenRules, Unsupported,
};

use super::push::NO_WRITE_BACK;
use super::sync::ABSENCE;
use super::webhook::NO_WEBHOOKS;

/// Loop as data.
pub(super) fn spec() -> ProviderSpec {
    ProviderSpec {
        id: ProviderId::from_static("loop"),
        name: "Loop",
        documentation: "https://developers.loop.software",
        base_url: "https://apiv3.loop.software/api",
        reference_setting: Some("team"),
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
        capabilities: Capabilities {
            // The proposed profile has totals and names of staff; a profile that is given may not.
            total: true,
            assignment: true,
            ..Capabilities::default()
        },
        unsupported: unsupported(),
        // No limit is published; one request a second is what a guest can always ask for.
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
                "Loop cannot say what changed, so every sync reads all contacts, one page a second.",
            ),
        },
        unconfirmed: Some(
            "Loop does not publish its contact interface. This connection follows a proposed \
             profile that no agency has confirmed: it may not work with a real key until Loop's \
             support has named the contact endpoints and a profile with them is given.",
        ),
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::text(
            "team",
            "Team",
            "The team that the key was issued for. Loop does not tell it, so write it as Loop's \
             support did; each team is a connection of its own.",
        ),
        Field::secret(
            "apiKey",
            "API key",
            "The team's key of 36 characters, issued by Loop's support.",
        ),
        Field {
            setting: SettingKind::File,
            ..Field::text(
                "profile",
                "Profile",
                "A file that says how Loop's contacts are read, in place of the built-in proposal.",
            )
            .optional()
        },
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
    vec![
        Unsupported {
            capability: "changedSince",
            reason: "Loop publishes no filter by time, so that every sync reads all contacts.",
        },
        Unsupported {
            capability: "listsRemoved",
            reason: "Loop does not list what was removed. A contact that is missing from two \
                     complete listings is archived.",
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
            reason: "No field for consent is known; everybody's consent is unknown unless a \
                     profile says where it stands.",
        },
    ]
}
