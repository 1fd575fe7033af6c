//! For each check a sabotage that it catches: a broken adapter, or a broken CRM.

use nurturehub_conformance::Subject;

use crate::broken::Break;
use crate::{clients, others, pages};

/// How a subject is broken.
#[derive(Clone, Copy)]
pub(crate) enum How {
    Adapter(Break),
    Otherwise(fn(Subject) -> Subject),
}

/// A check, the provider whose adapter is broken, and how.
pub(crate) type Sabotage = (&'static str, &'static str, How);

impl How {
    pub(crate) fn breaks(self, subject: Subject) -> Subject {
        match self {
            Self::Adapter(how) => how.of(subject),
            Self::Otherwise(how) => how(subject),
        }
    }
}

use How::{Adapter, Otherwise};

pub(crate) const SABOTAGES: &[Sabotage] = &[
    ("full-sync", "reapit", Adapter(pages::LOSES_ONE)),
    ("empty-agency", "street", Adapter(pages::NEVER_COMPLETE)),
    ("one-contact", "alto", Adapter(pages::LOSES_ONE)),
    ("largest-page", "agentos", Adapter(pages::TAKES_A_HUNDRED)),
    ("no-duplicates", "loop", Adapter(pages::REPEATS_ONE)),
    ("contacts-are-sealed", "street", Adapter(pages::RANDOM_IDS)),
    ("total", "reapit", Adapter(pages::MISCOUNTS)),
    ("categories", "agentos", Adapter(pages::ALL_OTHER)),
    ("unicode", "alto", Adapter(pages::ASCII_ALONE)),
    (
        "unmappable-record",
        "reapit",
        Adapter(pages::HIDES_REJECTED),
    ),
    ("odd-record", "reapit", Adapter(pages::STRICT)),
    ("resumed-sync", "street", Adapter(pages::SKIPS_ON_RESUME)),
    (
        "resumed-incremental-sync",
        "reapit",
        Adapter(pages::SKIPS_ON_RESUME),
    ),
    (
        "cursor-round-trip",
        "agentos",
        Adapter(pages::RESUMES_AT_THE_BEGINNING),
    ),
    ("cursor-monotony", "alto", Adapter(pages::STANDING_CURSOR)),
    (
        "foreign-cursor",
        "street",
        Adapter(pages::RESUMES_AT_THE_BEGINNING),
    ),
    ("unfinished-cursor", "reapit", Adapter(pages::ALWAYS_FULL)),
    (
        "cursor-is-impersonal",
        "loop",
        Adapter(pages::TALKING_CURSOR),
    ),
    (
        "incremental-sync",
        "street",
        Adapter(pages::DEAF_TO_CHANGES),
    ),
    ("no-change", "agentos", Adapter(pages::NEVER_THE_SAME)),
    (
        "full-and-incremental-agree",
        "alto",
        Adapter(pages::MARKS_CHANGES),
    ),
    (
        "incremental-is-cheap",
        "reapit",
        Adapter(pages::ALWAYS_FULL),
    ),
    (
        "equal-timestamps",
        "reapit",
        Adapter(pages::ONE_OF_A_MOMENT),
    ),
    (
        "same-moment-as-the-last-sync",
        "street",
        Adapter(pages::AFTER_THE_MOMENT),
    ),
    ("late-commit", "alto", Adapter(pages::NO_OVERLAP)),
    ("archived-contact", "reapit", Adapter(pages::ALL_IN_USE)),
    ("erased-contact", "loop", Otherwise(clients::erases_nobody)),
    ("listed-removals", "street", Adapter(pages::ALL_IN_USE)),
    ("restored-contact", "reapit", Adapter(pages::ALL_SET_ASIDE)),
    ("consent-withdrawn", "street", Adapter(pages::ALL_AGREE)),
    (
        "edited-while-listing",
        "agentos",
        Adapter(pages::LOSES_ONE_LATER),
    ),
    (
        "removed-while-listing",
        "reapit",
        Adapter(pages::LOSES_ONE_LATER),
    ),
    (
        "created-while-listing",
        "alto",
        Adapter(pages::LOSES_ONE_LATER),
    ),
    (
        "edited-while-listing-changes",
        "street",
        Adapter(pages::DEAF_TO_CHANGES),
    ),
    ("at-work", "reapit", Adapter(pages::LOSES_ONE_LATER)),
    ("clock-ahead", "reapit", Adapter(pages::OWN_CLOCK)),
    ("clock-behind", "street", Adapter(pages::OWN_CLOCK)),
    ("times-without-zone", "reapit", Adapter(pages::NEEDS_A_ZONE)),
    (
        "daylight-saving-hour",
        "reapit",
        Adapter(pages::NEEDS_A_ZONE),
    ),
    (
        "wrong-date-header",
        "loop",
        Otherwise(clients::insists_on_the_date),
    ),
    (
        "credentials-refused",
        "agentos",
        Adapter(pages::OUR_OWN_MISTAKE),
    ),
    (
        "permission-missing",
        "street",
        Adapter(pages::OUR_OWN_MISTAKE),
    ),
    (
        "stopped-midway",
        "reapit",
        Adapter(pages::TAKES_ERRORS_FOR_THE_END),
    ),
    ("unknown-status", "loop", Adapter(pages::OUR_OWN_MISTAKE)),
    ("crm-down", "alto", Adapter(pages::TAKES_ERRORS_FOR_THE_END)),
    ("still-limited", "street", Adapter(pages::OUR_OWN_MISTAKE)),
    (
        "timeout",
        "agentos",
        Adapter(pages::TAKES_ERRORS_FOR_THE_END),
    ),
    ("interrupted", "reapit", Adapter(pages::OUR_OWN_MISTAKE)),
    (
        "unreachable",
        "loop",
        Adapter(pages::TAKES_ERRORS_FOR_THE_END),
    ),
    ("untrusted", "agentos", Adapter(pages::OUR_OWN_MISTAKE)),
    ("html", "street", Adapter(pages::TAKES_ERRORS_FOR_THE_END)),
    ("malformed", "alto", Adapter(pages::OUR_OWN_MISTAKE)),
    (
        "wrong-type",
        "reapit",
        Adapter(pages::TAKES_ERRORS_FOR_THE_END),
    ),
    ("token-renewed", "reapit", Otherwise(clients::never_renews)),
    (
        "retry-after-seconds",
        "street",
        Otherwise(clients::impatient),
    ),
    ("retry-after-date", "loop", Otherwise(clients::impatient)),
    (
        "too-many-requests",
        "agentos",
        Otherwise(clients::impatient),
    ),
    ("crm-recovers", "alto", Otherwise(clients::gives_up_at_once)),
    (
        "late-answer",
        "street",
        Otherwise(clients::gives_up_at_once),
    ),
    (
        "cut-inside-a-body",
        "loop",
        Otherwise(clients::gives_up_at_once),
    ),
    (
        "lookup-recovers",
        "alto",
        Otherwise(clients::gives_up_at_once),
    ),
    ("redirect", "agentos", Otherwise(clients::follows_redirects)),
    ("gzip-bomb", "street", Otherwise(clients::takes_any_body)),
    ("endless-body", "reapit", Otherwise(clients::takes_any_body)),
    ("unknown-fields", "loop", Adapter(pages::NO_UNKNOWN_FIELDS)),
    ("null-values", "street", Adapter(pages::NEEDS_A_MAIL)),
    ("null-objects", "reapit", Adapter(pages::NEEDS_AN_ADDRESS)),
    (
        "page-comes-again",
        "agentos",
        Adapter(pages::TAKES_ERRORS_FOR_THE_END),
    ),
    (
        "page-leads-to-itself",
        "alto",
        Adapter(pages::TAKES_ERRORS_FOR_THE_END),
    ),
    (
        "pages-lag",
        "reapit",
        Adapter(pages::TAKES_ERRORS_FOR_THE_END),
    ),
    (
        "page-is-skipped",
        "street",
        Adapter(pages::TAKES_ERRORS_FOR_THE_END),
    ),
    (
        "total-grows",
        "loop",
        Adapter(pages::TAKES_ERRORS_FOR_THE_END),
    ),
    (
        "list-cut-short",
        "reapit",
        Adapter(pages::TAKES_ERRORS_FOR_THE_END),
    ),
    (
        "list-emptied",
        "agentos",
        Adapter(pages::TAKES_ERRORS_FOR_THE_END),
    ),
    ("limits-kept", "loop", Otherwise(clients::knows_no_limits)),
    ("own-client", "street", Otherwise(clients::own_client)),
    ("requests", "reapit", Adapter(others::READS_TWICE)),
    ("one-page-at-a-time", "agentos", Adapter(others::HOARDS)),
    ("cancelled", "reapit", Adapter(others::DETACHED)),
    (
        "secrets-not-in-errors",
        "street",
        Otherwise(clients::key_in_errors),
    ),
    (
        "secrets-not-in-traces",
        "street",
        Otherwise(clients::key_in_the_trace),
    ),
    (
        "secrets-not-in-addresses",
        "loop",
        Otherwise(clients::key_in_the_address),
    ),
    ("verify", "reapit", Adapter(others::BACKWARDS)),
    (
        "verify-empty-agency",
        "agentos",
        Adapter(others::FAILS_THE_LAST_STEP),
    ),
    ("verify-refused", "street", Adapter(others::ALL_IS_WELL)),
    ("verify-forbidden", "alto", Adapter(others::ALL_IS_WELL)),
    ("verify-down", "loop", Adapter(others::ALL_IS_WELL)),
    ("write-back", "reapit", Adapter(others::OUT_OF_ORDER)),
    (
        "write-back-once",
        "street",
        Adapter(others::WRITES_EACH_TIME),
    ),
    (
        "write-back-found-again",
        "alto",
        Adapter(others::WRITES_EACH_TIME),
    ),
    (
        "write-back-per-item",
        "reapit",
        Adapter(others::ALL_OR_NOTHING),
    ),
    (
        "write-back-kinds",
        "street",
        Adapter(others::NOTHING_SUPPORTED),
    ),
    (
        "write-back-in-doubt",
        "alto",
        Adapter(others::WRITES_EACH_TIME),
    ),
    (
        "write-back-refused",
        "reapit",
        Adapter(others::ALWAYS_WRITTEN),
    ),
    (
        "write-back-unsupported",
        "agentos",
        Adapter(others::ALWAYS_WRITTEN),
    ),
    ("webhook", "reapit", Adapter(others::HEARS_NOTHING)),
    ("webhook-erased", "alto", Adapter(others::HEARS_NOTHING)),
    (
        "webhook-forged",
        "street",
        Adapter(others::BELIEVES_EVERYBODY),
    ),
    (
        "webhook-unsigned",
        "reapit",
        Adapter(others::BELIEVES_EVERYBODY),
    ),
    ("webhook-stale", "alto", Adapter(others::BELIEVES_EVERYBODY)),
    (
        "webhook-replayed",
        "street",
        Adapter(others::BELIEVES_EVERYBODY),
    ),
    (
        "webhook-duplicated",
        "reapit",
        Adapter(others::NEW_KEY_EACH_TIME),
    ),
    ("webhook-unknown", "alto", Adapter(others::NO_UNKNOWN_KINDS)),
    (
        "webhook-garbled",
        "street",
        Adapter(others::GARBLED_IS_OUR_MISTAKE),
    ),
    (
        "webhook-unsupported",
        "loop",
        Adapter(others::GARBLED_IS_OUR_MISTAKE),
    ),
];
