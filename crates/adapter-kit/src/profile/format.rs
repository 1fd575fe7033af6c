//! A profile as it is written: JSON, every field named, unknown ones refused.

use std::collections::BTreeMap;

use nurturehub_port::Category;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Deserialize;

/// JSON Schema (draft 2020-12) of a profile.
#[must_use]
pub fn schema() -> Schema {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<ProfileText>()
}

/// How to read contacts from a plain REST CRM.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Profile")]
pub(super) struct ProfileText {
    /// The version of this format: 1.
    pub(super) version: u32,
    /// The CRM's name, for messages to people.
    pub(super) name: String,
    /// Remarks for whoever reads the profile; not used.
    #[serde(default)]
    #[expect(dead_code, reason = "for people")]
    pub(super) remarks: Vec<String>,
    /// How the key is sent.
    pub(super) key: KeyText,
    /// Further headers of every request. Not for secrets.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// Where an answer keeps what.
    pub(super) answer: AnswerText,
    /// How pages are asked for.
    pub(super) paging: PagingText,
    /// How to ask for what changed, where the CRM can tell.
    #[serde(default)]
    pub(super) changes: Option<ChangesText>,
    /// Limits beyond the provider's own.
    #[serde(default)]
    pub(super) limits: LimitsText,
    /// The lists, read one after another.
    pub(super) lists: Vec<ListText>,
    /// Whether an id means the same record on every list.
    #[serde(default)]
    pub(super) ids: IdsText,
    /// Which field of a record is what.
    pub(super) record: RecordText,
}

/// How the key is sent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Key")]
pub(super) struct KeyText {
    /// The header's name.
    pub(super) header: String,
    /// What stands before the key, such as `Bearer `.
    #[serde(default)]
    pub(super) prefix: String,
}

/// Where an answer keeps what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Answer")]
pub(super) struct AnswerText {
    /// The path to the list of records; `.` where the answer is the list.
    pub(super) records: String,
    /// The path to the number of records that the whole list has.
    #[serde(default)]
    pub(super) total: Option<String>,
    /// Signs that an answer with a status of success is a failure all the same.
    #[serde(default)]
    pub(super) errors: Vec<ErrorMarkText>,
}

/// A sign that an answer is a failure.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ErrorMark")]
pub(super) struct ErrorMarkText {
    /// Where it stands.
    pub(super) path: String,
    /// The values that mean failure, in any case.
    pub(super) values: Vec<String>,
    /// What the failure is.
    #[serde(default)]
    pub(super) means: FailureText,
}

/// What a failure is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Failure")]
pub(super) enum FailureText {
    /// The key is wrong.
    AuthInvalid,
    /// The key may not do this.
    ScopeMissing,
    /// The CRM fails on its side, and may recover.
    ProviderDown,
    /// The CRM refused, and does not say why.
    #[default]
    ProviderRejected,
}

/// How pages are asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(
    tag = "style",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[schemars(rename = "Paging")]
pub(super) enum PagingText {
    /// By the page's number.
    PageNumber {
        /// The parameter with the number.
        page: String,
        /// The number of the first page.
        #[serde(default = "one")]
        first: u64,
        /// The parameter with the number of records on a page.
        #[serde(default)]
        size: Option<String>,
        /// Records on a page.
        records: u64,
        /// What ends a list whose answers have no total.
        #[serde(default)]
        end: EndText,
    },
    /// By the number of records before the page.
    Offset {
        /// The parameter with the number of records before the page.
        offset: String,
        /// The parameter with the number of records on a page.
        #[serde(default)]
        size: Option<String>,
        /// Records on a page.
        records: u64,
        /// What ends a list whose answers have no total.
        #[serde(default)]
        end: EndText,
    },
    /// The whole list in one answer; `{count}` in a list's path, where there is one, is filled with
    /// the number of records that are asked for.
    OnePage {
        /// Records that are asked for: more than any list has.
        records: u64,
    },
    /// Each answer says how to ask for the next page.
    Next {
        /// The path to a token, or to a link, in the answer.
        next: String,
        /// The parameter that the token is sent in. Without one, `next` leads to a link, of which
        /// the part after `?` is used.
        #[serde(default)]
        parameter: Option<String>,
        /// The parameter with the number of records on a page.
        #[serde(default)]
        size: Option<String>,
        /// Records on a page.
        records: u64,
    },
}

const fn one() -> u64 {
    1
}

/// What ends a list whose answers have no total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "End")]
pub(super) enum EndText {
    /// A page with fewer records than were asked for.
    #[default]
    ShortPage,
    /// A page without records: for a CRM that may give fewer than it was asked for.
    EmptyPage,
}

/// How to ask for what changed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Changes")]
pub(super) struct ChangesText {
    /// The parameter with the moment since when.
    pub(super) parameter: String,
    /// How the moment is written.
    #[serde(default)]
    pub(super) form: MomentText,
    /// How many seconds before the last listing to begin, so that nothing slips past.
    #[serde(default = "five_minutes")]
    pub(super) overlap_seconds: u32,
}

const fn five_minutes() -> u32 {
    300
}

/// How a moment is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Moment")]
pub(super) enum MomentText {
    /// `2025-03-01T09:30:00Z`.
    #[default]
    Rfc3339,
    /// `2025-03-01`, the day in UTC.
    Date,
    /// Seconds since 1970.
    UnixSeconds,
}

/// Limits beyond the provider's own.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Limits")]
pub(super) struct LimitsText {
    /// Seconds from one request to the next, at least; 3600 at most.
    #[serde(default)]
    pub(super) seconds_between_requests: u32,
}

/// A list of people.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "List")]
pub(super) struct ListText {
    /// Its name: letters, digits, `-` and `_`. It becomes part of ids, so it must not change later.
    pub(super) name: String,
    /// Its path below the base address.
    pub(super) path: String,
    /// Further parameters of its requests.
    #[serde(default)]
    pub(super) query: BTreeMap<String, String>,
    /// What being on the list makes of a person.
    #[serde(default)]
    pub(super) category: Option<Category>,
}

/// Whether an id means the same record on every list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Ids")]
pub(super) enum IdsText {
    /// Each list has ids of its own; the list's name becomes part of the id.
    #[default]
    PerList,
    /// An id means one record, on whatever list. No record may be on two lists.
    Shared,
}

/// Which field of a record is what. Each is a path: `contact.firstName`, with alternatives behind
/// `|`, and `[]` to go into each item of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Record")]
pub(super) struct RecordText {
    /// The record's id.
    pub(super) id: String,
    /// Form of address.
    #[serde(default)]
    pub(super) title: Option<String>,
    /// Given name.
    #[serde(default)]
    pub(super) first_name: Option<String>,
    /// Family name.
    #[serde(default)]
    pub(super) last_name: Option<String>,
    /// The whole name; taken apart where neither given nor family name is there.
    #[serde(default)]
    pub(super) full_name: Option<String>,
    /// Company.
    #[serde(default)]
    pub(super) company_name: Option<String>,
    /// E-mail addresses.
    #[serde(default)]
    pub(super) emails: Vec<ReachText>,
    /// Telephone numbers.
    #[serde(default)]
    pub(super) phones: Vec<ReachText>,
    /// Postal addresses.
    #[serde(default)]
    pub(super) addresses: Vec<AddressText>,
    /// Categories by a field of the record; they come before the list's.
    #[serde(default)]
    pub(super) category: Option<CategoryText>,
    /// What the person agreed to. Without it, consent is unknown.
    #[serde(default)]
    pub(super) consent: Option<ConsentText>,
    /// The member of staff who looks after the person.
    #[serde(default)]
    pub(super) negotiator: Option<PartyText>,
    /// The branch that looks after the person.
    #[serde(default)]
    pub(super) office: Option<PartyText>,
    /// What says that the record is set aside.
    #[serde(default)]
    pub(super) archived: Option<MarkText>,
    /// When the record was made. A time without a zone is taken as UTC.
    #[serde(default)]
    pub(super) created_at: Option<String>,
    /// When the record was last changed.
    #[serde(default)]
    pub(super) updated_at: Option<String>,
    /// Where a person can look at the record in the CRM.
    #[serde(default)]
    pub(super) url: Option<String>,
    /// The CRM's labels.
    #[serde(default)]
    pub(super) tags: Vec<String>,
    /// What the model does not name, by the name to give it.
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
}

/// A path, or a path with a label.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected a path, or an object with `path` and `label`"
)]
#[schemars(rename = "Reach")]
pub(super) enum ReachText {
    /// A path alone.
    Path(String),
    /// A path and what the CRM calls such an address or number.
    Labelled(LabelledText),
}

/// A path and what the CRM calls such an address or number.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Labelled")]
pub(super) struct LabelledText {
    /// The path.
    pub(super) path: String,
    /// The label.
    pub(super) label: String,
}

/// A postal address, in parts or as one text.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Address")]
pub(super) struct AddressText {
    /// The address as one text; then nothing else may be given.
    #[serde(default)]
    pub(super) text: Option<String>,
    /// The lines before the town.
    #[serde(default)]
    pub(super) lines: Vec<LineText>,
    /// Post town.
    #[serde(default)]
    pub(super) town: Option<String>,
    /// County.
    #[serde(default)]
    pub(super) county: Option<String>,
    /// Postcode.
    #[serde(default)]
    pub(super) postcode: Option<String>,
    /// Country, by code or name.
    #[serde(default)]
    pub(super) country: Option<String>,
}

/// A line of an address.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a path, or a list of paths")]
#[schemars(rename = "Line")]
pub(super) enum LineText {
    /// One field.
    Path(String),
    /// Several fields, joined by blanks: house number and street.
    Joined(Vec<String>),
}

/// Categories by a field of the record.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "RecordCategory")]
pub(super) struct CategoryText {
    /// Where the CRM's word stands.
    pub(super) path: String,
    /// The category for each of the CRM's words, which are compared in any case.
    pub(super) values: BTreeMap<String, Category>,
}

/// What a person agreed to, by channel.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Consent")]
pub(super) struct ConsentText {
    /// E-mail.
    #[serde(default)]
    pub(super) email: Option<AnswerToText>,
    /// Text messages.
    #[serde(default)]
    pub(super) sms: Option<AnswerToText>,
    /// Calls.
    #[serde(default)]
    pub(super) phone: Option<AnswerToText>,
    /// Letters.
    #[serde(default)]
    pub(super) post: Option<AnswerToText>,
    /// When it was last said.
    #[serde(default)]
    pub(super) updated_at: Option<String>,
}

/// What a person answered about one channel. Any other value is unknown.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ConsentAnswer")]
pub(super) struct AnswerToText {
    /// Where the answer stands.
    pub(super) path: String,
    /// Values that mean yes, in any case.
    #[serde(default)]
    pub(super) granted: Vec<String>,
    /// Values that mean no, in any case.
    #[serde(default)]
    pub(super) denied: Vec<String>,
}

/// A member of staff or a branch.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Party")]
pub(super) struct PartyText {
    /// Its id; where the CRM has none, its name or e-mail address may serve.
    pub(super) id: String,
    /// Its name.
    #[serde(default)]
    pub(super) name: Option<String>,
    /// Its e-mail address; a branch has none.
    #[serde(default)]
    pub(super) email: Option<String>,
}

/// Values of a field that mean something.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Mark")]
pub(super) struct MarkText {
    /// Where the value stands.
    pub(super) path: String,
    /// The values, in any case.
    pub(super) values: Vec<String>,
}
