//! Alto as data.
//!
//! Sources: the vendor's OpenAPI document (api-docs.vebraalto.com) and guides
//! (developers.vebraalto.com). What neither says is a setting here, or named under `unconfirmed`.
//!
//! # What a sync costs
//! A list item lacks the address and all but the first number and e-mail address of each person, so
//! every listed contact is asked for again, 50 at a time. A page of 100 and its details are thus
//! three requests, and a full listing of N contacts costs N/100 pages and N/50 detail calls; at five
//! requests a second that is about 170 contacts a second. What people agreed to is one more call for
//! each contact and therefore off unless `consent` is `on`: 20,000 contacts then take more than an
//! hour instead of two minutes.

use nurturehub_port::{
    AbsencePolicy, ActivityKind, Capabilities, Field, Lifecycle, Limits, OAuthEndpoints,
    ProviderId, ProviderSpec, RateWindow, SchedulePolicy, SignIn, SignInMethod, TokenRules,
    Unsupported,
};

/// The names of settings and secrets.
pub(super) mod key {
    pub(crate) const AGENCY: &str = "agencyRef";
    pub(crate) const CLIENT: &str = "clientId";
    pub(crate) const CLIENT_SECRET: &str = "clientSecret";
    pub(crate) const CONSENT: &str = "consent";
    pub(crate) const WEBHOOK_SECRET: &str = "webhookSecret";
    pub(crate) const WEBHOOK_AUTH: &str = "webhookAuth";
    pub(crate) const WEBHOOK_TOLERANCE: &str = "webhookToleranceSeconds";
    pub(crate) const PAGE_SIZE: &str = "pageSize";
    pub(crate) const DETAIL_BATCH: &str = "detailBatch";
    pub(crate) const OVERLAP_MINUTES: &str = "overlapMinutes";
    pub(crate) const WINDOW_DAYS: &str = "windowDays";
    pub(crate) const NEGOTIATOR: &str = "fileNoteNegotiatorId";
}

/// The value of `consent` by which preferences are asked for.
pub(super) const CONSENT_ON: &str = "on";

/// The value of `webhookAuth` by which the secret comes as user and password.
pub(super) const BY_BASIC: &str = "basic";

/// Contacts on a page, such that its details are two whole batches.
pub(super) const PAGE_SIZE: u64 = 100;

/// Contacts whose details can be asked for at once (`id`: `maxItems` 50).
pub(super) const DETAIL_BATCH: u64 = 50;

/// Minutes of overlap: changes are written late, and clocks differ.
pub(super) const OVERLAP_MINUTES: u64 = 10;

/// Days of a window of changes.
pub(super) const WINDOW_DAYS: u64 = 7;

/// Seconds for which a delivery is taken: its retries span six hours.
const WEBHOOK_TOLERANCE_SECONDS: u64 = 7 * 3600;

/// All that the rest of the product knows of Alto.
pub(super) fn spec() -> ProviderSpec {
    ProviderSpec {
        id: ProviderId::from_static("alto"),
        name: "Alto",
        documentation: "https://developers.vebraalto.com/",
        base_url: "https://api.alto.zoopla.co.uk",
        reference_setting: Some(key::AGENCY),
        sign_in: SignIn {
            chosen_by: None,
            methods: vec![(
                "client",
                SignInMethod::ClientCredentials {
                    endpoints: OAuthEndpoints {
                        token: "/token",
                        ..OAuthEndpoints::default()
                    },
                    client_id: key::CLIENT,
                    client_secret: key::CLIENT_SECRET,
                    // The vendor gives permissions to the integration; none are asked for.
                    scopes: Vec::new(),
                },
            )],
        },
        fields: fields(),
        capabilities: Capabilities {
            changed_since: true,
            lists_removed: false,
            total: false,
            activity_write_back: ActivityKind::ALL.to_vec(),
            webhooks: true,
            consent: true,
            assignment: false,
        },
        unsupported: unsupported(),
        // No limit is documented; clients that are known to work keep to this.
        limits: Limits {
            windows: vec![RateWindow {
                requests: 5,
                seconds: 1,
            }],
            concurrent: 4,
            per_day: None,
            wait_after_429_seconds: 5,
        },
        token_rules: TokenRules {
            access_seconds: Some(3600),
            ..TokenRules::default()
        },
        // A full sync lists the archived contacts, too, so what is on neither list was erased, was
        // merged into another, or belongs to a branch that has left the integration.
        absence: AbsencePolicy {
            listings: 1,
            lifecycle: Lifecycle::Deleted,
            reason: "no longer listed by the CRM",
            withdraws_consent: false,
        },
        // By the mark in a note's title.
        write_back_found_again: true,
        schedule: SchedulePolicy {
            every_minutes: Some(60),
            stale_after_minutes: 24 * 60,
            notice: Some(
                "A full sync costs three requests for each 100 contacts, and one more for each \
                 contact where `consent` is `on`.",
            ),
        },
        unconfirmed: Some(
            "Alto does not document its token address for production, its limits, how long the \
             token of a list's next page is good for, nor whether its list keeps its place while \
             contacts change. Each of these is a setting or is checked, but no agency has confirmed \
             them yet.",
        ),
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::text(
            key::AGENCY,
            "Agency reference",
            "The agency's `AgencyRef`, in the form of a GUID; Alto e-mails it to the partner when \
             the agency activates the integration.",
        ),
        Field::text(
            key::CLIENT,
            "Client id",
            "Comes by e-mail once the integration is registered in Alto Connect.",
        ),
        Field::secret(
            key::CLIENT_SECRET,
            "Client secret",
            "Comes by e-mail once the integration is registered in Alto Connect.",
        ),
        Field::choice(
            key::CONSENT,
            "Read marketing preferences",
            "`on` asks for what each contact agreed to, which costs one request for each contact; \
             `off` leaves consent unknown.",
            &["off", CONSENT_ON],
        ),
        Field::secret(
            key::WEBHOOK_SECRET,
            "Webhook secret",
            "What Alto was asked to send in `x-signature` with each webhook; for `webhookAuth` \
             `basic` it is `user:password`.",
        )
        .optional(),
        Field::choice(
            key::WEBHOOK_AUTH,
            "Webhook sender check",
            "How Alto was asked to prove that it is the sender: `signature` for a secret in \
             `x-signature`, `basic` for a user and password.",
            &["signature", BY_BASIC],
        )
        .advanced(),
        Field::integer(
            key::WEBHOOK_TOLERANCE,
            "Webhook tolerance in seconds",
            "How old the event of a webhook may be; Alto tries again for six hours.",
            (0, 7 * 86_400),
            WEBHOOK_TOLERANCE_SECONDS,
        ),
        Field::integer(
            key::PAGE_SIZE,
            "Page size",
            "Contacts on a page of the list. Alto documents 250 as the most, others say 100.",
            (1, 250),
            PAGE_SIZE,
        ),
        Field::integer(
            key::DETAIL_BATCH,
            "Details at once",
            "Contacts whose details are asked for with one request; 1 asks for each by itself.",
            (1, DETAIL_BATCH),
            DETAIL_BATCH,
        ),
        Field::integer(
            key::OVERLAP_MINUTES,
            "Overlap in minutes",
            "How far an incremental sync reaches back before the last change seen.",
            (0, 1440),
            OVERLAP_MINUTES,
        ),
        Field::integer(
            key::WINDOW_DAYS,
            "Window in days",
            "How many days of changes an incremental sync asks for at once.",
            (1, 365),
            WINDOW_DAYS,
        ),
        Field::text(
            key::NEGOTIATOR,
            "File note negotiator",
            "The id of the negotiator in whose name activities are written.",
        )
        .optional()
        .advanced(),
    ]
}

fn unsupported() -> Vec<Unsupported> {
    vec![
        Unsupported {
            capability: "listsRemoved",
            reason: "Alto archives contacts and lists the archived ones, but an erased or merged \
                     contact just vanishes; it is found by a full sync.",
        },
        Unsupported {
            capability: "total",
            reason: "Alto's list does not say how many contacts there are.",
        },
        Unsupported {
            capability: "assignment",
            reason: "Alto does not say which negotiator looks after a contact; the branch is kept.",
        },
    ]
}
