//! What a field's name says about its value.

/// What kind of value stands in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// A word of the protocol: a type, a state, an error's code.
    Code,
    /// A token, key or password.
    Secret,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A postcode.
    Postcode,
    /// When somebody was born.
    Birthday,
    /// Anything else about a person.
    Person,
    /// An id, which may be a person's.
    Id,
    /// When something happened.
    Time,
    /// How many, or which page.
    Count,
    /// What something means, in words.
    Prose,
    /// Nothing is known.
    Unknown,
}

const SECRETS: [&str; 9] = [
    "token",
    "secret",
    "password",
    "passwd",
    "apikey",
    "authorization",
    "credential",
    "signature",
    "cookie",
];
/// Parts of such names; one is cut short where the whole would be a CRM's name, too.
const PEOPLE: [&str; 34] = [
    "name",
    "initial",
    "salutation",
    "address",
    "stree",
    "line1",
    "line2",
    "line3",
    "line4",
    "town",
    "city",
    "county",
    "locality",
    "district",
    "village",
    "building",
    "house",
    "flat",
    "apartment",
    "comment",
    "note",
    "memo",
    "remark",
    "nationality",
    "passport",
    "occupation",
    "employer",
    "spouse",
    "partner",
    "bank",
    "account",
    "label",
    "handle",
    "identity",
];
const CODES: [&str; 15] = [
    "type",
    "types",
    "status",
    "state",
    "kind",
    "mode",
    "role",
    "roles",
    "category",
    "categories",
    "code",
    "error",
    "method",
    "intention",
    "consent",
];
const PROSE: [&str; 8] = [
    "message",
    "description",
    "detail",
    "details",
    "reason",
    "title",
    "cause",
    "instance",
];
const COUNTS: [&str; 14] = [
    "page", "total", "count", "size", "offset", "limit", "skip", "take", "from", "index", "per",
    "length", "version", "items",
];

/// The letters and digits of a name, small.
fn bare(name: &str) -> String {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What a field of this name holds.
pub(crate) fn of(name: &str) -> Field {
    let bare = bare(name);
    let has = |part: &&str| bare.contains(*part);
    let ends = |part: &&str| bare.ends_with(*part);
    if SECRETS.iter().any(has) {
        return Field::Secret;
    }
    if bare.ends_with("postcode") || bare.ends_with("zip") || bare.ends_with("postalcode") {
        return Field::Postcode;
    }
    if CODES.iter().any(ends) {
        return Field::Code;
    }
    if bare.contains("birth") || bare == "dob" {
        return Field::Birthday;
    }
    if ["createdat", "updatedat", "deletedat", "occurredat"].contains(&bare.as_str())
        || [
            "date",
            "time",
            "timestamp",
            "created",
            "modified",
            "updated",
            "since",
            "until",
        ]
        .iter()
        .any(|end| bare.ends_with(end))
    {
        return Field::Time;
    }
    if bare.contains("mail") {
        return Field::Email;
    }
    if ["phone", "mobile", "fax", "landline"]
        .iter()
        .any(|part| bare.contains(part))
        || bare.starts_with("tel")
    {
        return Field::Phone;
    }
    if PROSE.contains(&bare.as_str()) || bare.ends_with("description") || bare.ends_with("message")
    {
        return Field::Prose;
    }
    if is_id(name, &bare) {
        return Field::Id;
    }
    if PEOPLE.iter().any(has) {
        return Field::Person;
    }
    if COUNTS
        .iter()
        .any(|part| bare.starts_with(part) || bare.ends_with(part))
    {
        return Field::Count;
    }
    Field::Unknown
}

/// Whether a field holds a name, or a part of one.
pub(crate) fn is_of_names(name: &str) -> bool {
    bare(name).contains("name")
}

/// `id`, `ids`, `contactId`, `contact_id`, but not a word that happens to end so (`paid`).
fn is_id(name: &str, bare: &str) -> bool {
    let ends = [
        "Id",
        "Ids",
        "ID",
        "IDs",
        "_id",
        "_ids",
        "-id",
        "Ref",
        "_ref",
        "Reference",
        "Guid",
        "Uuid",
    ];
    matches!(
        bare,
        "id" | "ids" | "ref" | "reference" | "uuid" | "guid" | "oid"
    ) || ends.iter().any(|end| name.ends_with(end))
}

/// Whether a key of an object is a field's name, rather than a value that somebody made a key.
pub(crate) fn is_name(key: &str) -> bool {
    let plain = key.chars().all(|c| {
        c.is_ascii_alphanumeric()
            || matches!(c, '_' | '-' | '.' | ':' | '$' | '@' | '/' | '[' | ']')
    });
    let mark = key.trim_start_matches(['@', '$', '_']);
    plain
        && !mark.contains('@')
        && key.len() <= 60
        && mark.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().filter(u8::is_ascii_digit).count() <= 2
}
