//! What can go wrong on purpose.
//!
//! # Grammar
//! ```text
//! SPEC   = RULE { ";" RULE }
//! RULE   = SCOPE ":" FAULT { "," OPTION }
//! SCOPE  = "*" | PART [ "." KIND ]         PART is a provider id or `platform`
//! KIND   = token | authorize | revoke | list | record | roles | reference | journal | signing
//!        | tenant | batch | activities | acknowledge | other
//! FAULT  = NAME [ "=" VALUE ]
//! OPTION = after=N      the first N requests in scope are spared
//!        | times=N      at most N requests are hit
//!        | every=K      every Kth request in scope is hit, from the first after `after` on
//!        | path=TEXT    only paths with this text in them are in scope
//!        | retryAfter=SECONDS | retryAfterDate=SECONDS    (with `status` only)
//! ```
//! Commas and semicolons inside a value are written `%2C` and `%3B`.
//!
//! | fault | what happens |
//! |---|---|
//! | `status=CODE` | that status, with the service's own body for it |
//! | `cut` | the answer is worked out, and the connection breaks in the middle of its body |
//! | `truncate` | a whole answer whose JSON ends too early |
//! | `html` | 200 and a page for a browser, as a hotel's Wi-Fi gives |
//! | `malformed` | 200 and something that is not JSON |
//! | `wrongType` | the page's list of records is an object |
//! | `recordWrongType` | one record of the page has an object where text belongs |
//! | `renamedList` | the page's list of records has another name |
//! | `renamedKeys` | what says which record it is has another name in every record |
//! | `renamedField=NAME` | this member has another name, wherever it is in a record |
//! | `refuseRows=N` | the first N contacts of a batch are refused (platform only) |
//! | `extraFields` | members that no document names, on the page and in every record |
//! | `nulls=values` or `nulls=objects` | every value, or every object and list, of each record is null, but its id |
//! | `zoneless` | the times of the records have no zone |
//! | `clockChange` | the times of the records are hours that happen twice or never, without a zone |
//! | `gzipBomb=MIB` | a small compressed body that unpacks to so many MiB |
//! | `oversized=MIB` | a body of so many MiB |
//! | `slow=MS` | the answer waits so long |
//! | `hang` | no answer comes |
//! | `redirect=URL` | 302 to this address |
//! | `shortListing=N` | the listing ends after N records, and its total says otherwise |
//! | `empty` | no records where there are some, and a total of none |
//! | `unmappable=N` | N more records on the page that cannot become contacts |
//! | `echo=CODE` | that status, and all texts of its body are the headers of the request |
//! | `expireToken` | 401: what was issued has run out |
//! | `revokeToken` | 401: what was issued is taken back, until access is reinstated |
//! | `missingScope` | the refusal for a permission that is missing |
//! | `wrongTenant` | the refusal for an account that is not known |
//! | `repeatPage` | the page before the one that was asked for |
//! | `firstPage` | the first page, whichever was asked for |
//! | `skipPage` | the page after the one that was asked for, where pages have numbers |
//! | `totalGrows=N` | the total is N more than what stands up to the end of the page |
//! | `skewedDate=SECONDS` | the `Date` header is off by so much; negative is in the past |
//! | `limitHeaders` | `X-RateLimit-Limit`, `-Remaining` and `-Reset` |

mod apply;
mod parse;
mod records;
mod switchboard;

use std::fmt;

use http::StatusCode;
use serde::Serialize;

pub use parse::FaultError;
pub use switchboard::FaultStatus;

pub(crate) use apply::{Early, after_answer, before_answer, http_date};
pub(crate) use switchboard::Switchboard;

/// A set of faults, each with its scope and its counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(pub(crate) Vec<Rule>);

impl Faults {
    /// Reads a specification in the grammar of this module. An empty one has no faults.
    ///
    /// # Errors
    /// The rule that cannot be read, and why.
    pub fn parse(spec: &str) -> Result<Self, FaultError> {
        parse::faults(spec)
    }
}

impl std::str::FromStr for Faults {
    type Err = FaultError;

    fn from_str(spec: &str) -> Result<Self, FaultError> {
        Self::parse(spec)
    }
}

/// One fault, where it strikes and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The rule as it was written.
    pub(crate) text: String,
    /// `None` is every part.
    pub(crate) part: Option<&'static str>,
    pub(crate) kind: Option<PathKind>,
    pub(crate) path: Option<String>,
    pub(crate) after: u64,
    pub(crate) times: Option<u64>,
    pub(crate) every: u64,
    pub(crate) fault: Fault,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    Status {
        code: StatusCode,
        retry_after: Option<RetryAfter>,
    },
    Cut,
    Truncate,
    Html,
    Malformed,
    WrongType,
    RecordWrongType,
    RenamedList,
    RenamedKeys,
    RenamedField {
        name: String,
    },
    RefuseRows {
        count: usize,
    },
    Oversized {
        mib: u32,
    },
    Slow {
        ms: u64,
    },
    Hang,
    Redirect {
        url: String,
    },
    ShortListing {
        at: usize,
    },
    Empty,
    Unmappable {
        count: usize,
    },
    ExpireToken,
    RevokeToken,
    MissingScope,
    WrongTenant,
    RepeatPage,
    FirstPage,
    SkipPage,
    TotalGrows {
        by: usize,
    },
    ExtraFields,
    Nulls(Nulls),
    Zoneless,
    ClockChange,
    GzipBomb {
        mib: u32,
    },
    Echo {
        code: StatusCode,
    },
    SkewedDate {
        seconds: i64,
    },
    LimitHeaders,
}

/// What of a record is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// Texts, numbers and truth values, at any depth.
    Values,
    /// The objects and lists of the record itself.
    Objects,
}

/// The two forms of a `Retry-After` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    Seconds(u64),
    /// A date so many seconds from now.
    Date(u64),
}

macro_rules! path_kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What a request is for, in words that fit every service.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub enum PathKind {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl PathKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its word in a fault's scope and in the log.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

path_kinds! {
    /// Getting or renewing a token.
    Token = "token",
    /// Signing in in a browser.
    Authorize = "authorize",
    /// Giving a token back.
    Revoke = "revoke",
    /// A page of a listing of people.
    List = "list",
    /// One person.
    Record = "record",
    /// What people are to the agency, where that is asked separately.
    Roles = "roles",
    /// Staff, branches, and lists of codes.
    Reference = "reference",
    /// Activity entries, written or read.
    Journal = "journal",
    /// The keys of webhook signatures.
    Signing = "signing",
    /// The platform's tenant.
    Tenant = "tenant",
    /// A batch of contacts for the platform.
    Batch = "batch",
    /// Activities that wait for write-back.
    Activities = "activities",
    /// Settling those.
    Acknowledge = "acknowledge",
    /// Anything else.
    Other = "other",
}

impl fmt::Display for PathKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
