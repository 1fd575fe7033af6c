//! agentOS as data.
//!
//! Sources: the vendor's help articles (hub.agentos.com) on the V4 contacts tier, rate limits and
//! error codes, and its Swagger documents of 2019 for the older tiers.
//!
//! # Consent
//! The V4 contacts tier returns a person only while their "Third Party Marketing" consent is on
//! (vendor's article on the tier). That is an answer of the person's, not silence, so it is recorded;
//! but it names no channel. It is therefore read as narrowly as it can be: `email` is granted, which
//! is the channel that third-party marketing on the strength of this feed uses, and `sms`, `phone`
//! and `post` stay unknown. The attribute `consentBasis` says where the answer comes from. A person
//! who vanishes has probably taken it back, so consent becomes unknown at the first absence and the
//! contact is archived, not deleted, at the second.

use nurturehub_port::{
    AbsencePolicy, Capabilities, Field, Lifecycle, Limits, ProviderId, ProviderSpec, RateWindow,
    SchedulePolicy, SignIn, SignInMethod, TokenRules, Unsupported,
};

/// The id in the registry.
pub(super) const ID: &str = "agentos";

/// Records on a page unless the setting says otherwise.
pub(super) const PAGE_SIZE: u64 = 200;

/// Most records on a page (vendor's article: "limit 1000").
const MOST_ON_A_PAGE: u64 = 1000;

/// Why a contact that is no longer listed, or listed without anything in it, is archived.
pub(super) const NO_LONGER_SHARED: &str = "no longer shared";

/// Why nothing is written back.
pub(super) const NO_WRITE_BACK: &str =
    "agentOS has no call that puts a note or journal entry on a contact.";

/// Why there are no webhooks.
pub(super) const NO_WEBHOOKS: &str = "agentOS does not send webhooks.";

/// agentOS as data.
pub(super) fn spec() -> ProviderSpec {
    ProviderSpec {
        id: ProviderId::from_static(ID),
        name: "agentOS",
        documentation: "https://hub.agentos.com",
        base_url: "https://live-api.letmc.com",
        reference_setting: Some("shortName"),
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
            changed_since: false,
            lists_removed: false,
            total: true,
            activity_write_back: Vec::new(),
            webhooks: false,
            consent: true,
            assignment: false,
        },
        unsupported: unsupported(),
        // The vendor allows 50 a minute over a rolling window, and blocks those who go on hitting
        // it; 40 leaves room for whatever else uses the same key.
        limits: Limits {
            windows: vec![RateWindow {
                requests: 40,
                seconds: 60,
            }],
            concurrent: 1,
            per_day: None,
            wait_after_429_seconds: 60,
        },
        token_rules: TokenRules::default(),
        absence: AbsencePolicy {
            listings: 2,
            lifecycle: Lifecycle::Archived,
            reason: NO_LONGER_SHARED,
            withdraws_consent: true,
        },
        write_back_found_again: true,
        schedule: SchedulePolicy {
            every_minutes: Some(12 * 60),
            stale_after_minutes: 24 * 60,
            notice: Some(
                "agentOS cannot say what changed, so every sync reads all contacts. Twice a day is \
                 usual; a withdrawn consent is noticed at the next sync.",
            ),
        },
        unconfirmed: Some(
            "agentOS does not publish the field names of its V4 contacts. All spellings of its \
             older interfaces are understood; no agency has confirmed them yet.",
        ),
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::text(
            "shortName",
            "Short name",
            "The agency's short name in agentOS: the part of the API address after the tier.",
        ),
        Field::secret(
            "apiKey",
            "API key",
            "Made in agentOS under its API settings. The key must be ticked for the Contacts tier \
             (V4).",
        ),
        Field::text(
            "keyHeader",
            "Key header",
            "The name of the header that carries the key. The vendor's articles say `api_key`, its \
             documents of 2019 `ApiKey`.",
        )
        .default_value("api_key")
        .advanced(),
        Field::integer(
            "pageSize",
            "Page size",
            "How many contacts are asked for at once.",
            (1, MOST_ON_A_PAGE),
            PAGE_SIZE,
        ),
    ]
}

fn unsupported() -> Vec<Unsupported> {
    vec![
        Unsupported {
            capability: "changedSince",
            reason: "agentOS cannot list what changed since a moment, so that every sync reads all \
                     contacts.",
        },
        Unsupported {
            capability: "listsRemoved",
            reason: "agentOS does not list what was removed. A contact that is missing from two \
                     complete listings is archived as no longer shared.",
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
            capability: "assignment",
            reason: "agentOS does not say who looks after a contact; the branch is kept where a \
                     record names one.",
        },
    ]
}
