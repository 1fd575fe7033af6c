//! Street as data.
//!
//! Sources: the vendor's Open API document and guide (developers.street.co.uk), and its help centre
//! on tokens and webhooks.

use nurturehub_port::{
    AbsencePolicy, ActivityKind, Capabilities, Field, Lifecycle, Limits, ProviderId, ProviderSpec,
    RateWindow, SchedulePolicy, SettingKind, SignIn, SignInMethod, TokenRules, Unsupported,
};

/// The names of settings and secrets.
pub(super) mod key {
    pub(crate) const TOKEN: &str = "token";
    pub(crate) const WEBHOOK_SECRET: &str = "webhookSecret";
    pub(crate) const APPLICANT_DETAILS: &str = "applicantDetails";
    pub(crate) const NOTE_AUTHOR: &str = "noteAuthor";
    pub(crate) const OVERLAP_MINUTES: &str = "overlapMinutes";
    pub(crate) const DELETED_HOURS: &str = "deletedEveryHours";
    pub(crate) const PAGE_SIZE: &str = "pageSize";
    pub(crate) const WEBHOOK_TOLERANCE: &str = "webhookToleranceSeconds";
}

/// Records on a page unless the setting says otherwise: the guide's cap.
pub(super) const PAGE_SIZE: u64 = 100;

/// The schema's largest page.
const MAX_PAGE_SIZE: u64 = 250;

/// Minutes that a listing reaches back, and for which it lets changes settle.
pub(super) const OVERLAP_MINUTES: u64 = 10;

/// Hours between two readings of the whole list of deleted people.
pub(super) const DELETED_HOURS: u64 = 24;

/// Seconds for which a webhook's signature is good, as Svix advises.
pub(super) const WEBHOOK_TOLERANCE: u64 = 300;

/// All that the rest of the product knows of Street.
pub(super) fn spec() -> ProviderSpec {
    ProviderSpec {
        id: ProviderId::from_static("street"),
        name: "Street",
        documentation: "https://developers.street.co.uk",
        base_url: "https://street.co.uk/open-api/v1",
        // A token belongs to one company, and no request names it.
        reference_setting: None,
        sign_in: SignIn {
            chosen_by: None,
            methods: vec![(
                "token",
                SignInMethod::StaticSecret {
                    secret: key::TOKEN,
                    label: "bearer token",
                },
            )],
        },
        fields: fields(),
        capabilities: Capabilities {
            changed_since: true,
            lists_removed: true,
            total: true,
            activity_write_back: ActivityKind::ALL.to_vec(),
            webhooks: true,
            consent: true,
            assignment: false,
        },
        unsupported: vec![Unsupported {
            capability: "assignment",
            reason: "Street names branch and negotiator on applicants' own records alone, each of \
                     which costs a request; the setting `applicantDetails` reads them all the same.",
        }],
        // The guide allows 600 reads and 100 writes a minute; half of that leaves room for others.
        // Writes are held to their own pace where they are made.
        limits: Limits {
            windows: vec![RateWindow {
                requests: 5,
                seconds: 1,
            }],
            concurrent: 2,
            per_day: None,
            // Neither 429 nor `Retry-After` is documented; the window is a minute.
            wait_after_429_seconds: 15,
        },
        token_rules: TokenRules::default(),
        // A full sync lists the deleted people, too, so who is on neither list is gone.
        absence: AbsencePolicy {
            listings: 1,
            lifecycle: Lifecycle::Deleted,
            reason: "no longer listed by the CRM",
            withdraws_consent: false,
        },
        // What was written on a person cannot be read back.
        write_back_found_again: false,
        schedule: SchedulePolicy {
            every_minutes: Some(30),
            stale_after_minutes: 24 * 60,
            notice: None,
        },
        unconfirmed: Some(
            "Contacts and write-back follow Street's published documents. Street publishes neither \
             how its webhooks are signed (the scheme of Svix is assumed) nor what is in them.",
        ),
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::secret(
            key::TOKEN,
            "Token",
            "A company administrator makes it in Street under Settings, Account Administration, \
             Applications, with the open API scope.",
        ),
        Field::secret(
            key::WEBHOOK_SECRET,
            "Webhook signing secret",
            "Shown in Street under Settings, Account Administration, Webhooks, with the endpoint; \
             it begins with `whsec_`.",
        )
        .optional()
        .advanced(),
        Field {
            setting: SettingKind::Boolean,
            ..Field::text(
                key::APPLICANT_DETAILS,
                "Read applicants one by one",
                "Asks for each applicant, to know branch and negotiator. Costs a request for each \
                 applicant, which makes a full sync slow.",
            )
            .default_value("false")
            .advanced()
        },
        Field::text(
            key::NOTE_AUTHOR,
            "Author of notes",
            "The id of the user in whose name notes are written.",
        )
        .optional()
        .advanced(),
        Field::integer(
            key::OVERLAP_MINUTES,
            "Overlap in minutes",
            "How far an incremental sync reaches back before the last change seen, and how long a \
             full one lets changes settle.",
            (0, 1440),
            OVERLAP_MINUTES,
        ),
        Field::integer(
            key::DELETED_HOURS,
            "Deleted people every so many hours",
            "How often an incremental sync reads the whole list of deleted people. Street does not \
             say whether deleting somebody counts as a change.",
            (0, 24 * 30),
            DELETED_HOURS,
        ),
        Field::integer(
            key::PAGE_SIZE,
            "Page size",
            "Records on a page; Street's guide gives 100 as the most, its schema 250.",
            (1, MAX_PAGE_SIZE),
            PAGE_SIZE,
        ),
        Field::integer(
            key::WEBHOOK_TOLERANCE,
            "Webhook tolerance in seconds",
            "How old a webhook's signature may be.",
            (1, 86_400),
            WEBHOOK_TOLERANCE,
        ),
    ]
}
