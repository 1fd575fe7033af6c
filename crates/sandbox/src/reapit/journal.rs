//! Journal entries: written without an id, read back by filters, never changed.

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::{parse_moment, rfc3339};

use super::errors::{refusal, validation};
use super::ids::{JOURNAL_TYPES, Kind, NEGOTIATORS};
use super::listing;
use super::state::State;

/// How many entries one bulk request may have.
const BULK_LIMIT: usize = 100;

/// What an entry may be about.
const ASSOCIATED_TYPES: &[&str] = &[
    "applicant",
    "contact",
    "company",
    "landlord",
    "tenancy",
    "worksOrder",
];

/// An entry as it is written (CreateJournalEntryModel).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NewEntry {
    type_id: Option<String>,
    property_id: Option<String>,
    associated_type: Option<String>,
    associated_id: Option<String>,
    description: Option<String>,
    negotiator_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bulk {
    create_journal_entry: Vec<NewEntry>,
}

/// An entry that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    /// When, RFC 3339.
    pub created: String,
    /// The property, where it is about one.
    pub property_id: Option<String>,
    /// `contact`, `applicant`, `landlord` and so on.
    pub associated_type: Option<String>,
    /// The id of that record.
    pub associated_id: Option<String>,
    /// The entry's type.
    pub type_id: String,
    /// By whom.
    pub negotiator_id: Option<String>,
    /// What happened.
    pub description: String,
}

/// Answers `/journalEntries/`.
pub(super) fn answer(state: &mut State, call: &Call, rest: &[&str]) -> Answer {
    match (&call.method, rest) {
        (&Method::GET, []) => list(&state.journal, call),
        (&Method::POST, []) => match serde_json::from_slice::<NewEntry>(&call.body) {
            Ok(entry) => write(state, &[entry], call.now),
            Err(error) => refusal(StatusCode::BAD_REQUEST, &error.to_string(), call.now),
        },
        (&Method::POST, ["bulk"]) => match serde_json::from_slice::<Bulk>(&call.body) {
            Ok(bulk) if bulk.create_journal_entry.len() > BULK_LIMIT => validation(
                &[("createJournalEntry", "No more than 100 entries at once")],
                call.now,
            ),
            Ok(bulk) => write(state, &bulk.create_journal_entry, call.now),
            Err(error) => refusal(StatusCode::BAD_REQUEST, &error.to_string(), call.now),
        },
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

/// Writes all entries or, where one is refused, none.
fn write(state: &mut State, entries: &[NewEntry], now: i64) -> Answer {
    let mut written = Vec::with_capacity(entries.len());
    for entry in entries {
        match check(state, entry, now) {
            Ok(entry) => written.push(entry),
            Err((field, message)) => return validation(&[(field, message)], now),
        }
    }
    state.journal.extend(written);
    Answer::empty(StatusCode::NO_CONTENT)
}

fn check(
    state: &State,
    entry: &NewEntry,
    now: i64,
) -> Result<JournalEntry, (&'static str, &'static str)> {
    let filled = |field: &Option<String>| field.clone().filter(|text| !text.trim().is_empty());
    let description =
        filled(&entry.description).ok_or(("description", "'description' is required"))?;
    let type_id = filled(&entry.type_id).unwrap_or_else(|| "MI".to_owned());
    if !JOURNAL_TYPES.iter().any(|(id, _)| *id == type_id) {
        return Err(("typeId", "'typeId' is not a known journal entry type"));
    }
    let associated_id = filled(&entry.associated_id);
    let associated_type = filled(&entry.associated_type);
    if associated_id.is_none() && filled(&entry.property_id).is_none() {
        return Err((
            "associatedId",
            "Either 'associatedId' or 'propertyId' is required",
        ));
    }
    if let Some(id) = &associated_id {
        let Some(word) = &associated_type else {
            return Err(("associatedType", "'associatedType' is required"));
        };
        if !ASSOCIATED_TYPES.contains(&word.as_str()) {
            return Err(("associatedType", "'associatedType' is not supported"));
        }
        if !state.knows(word, id) {
            return Err(("associatedId", "The associated record does not exist"));
        }
    }
    if let Some(negotiator) = filled(&entry.negotiator_id)
        && !NEGOTIATORS.iter().any(|(id, ..)| *id == negotiator)
    {
        return Err(("negotiatorId", "The negotiator does not exist"));
    }
    Ok(JournalEntry {
        created: rfc3339(now),
        property_id: filled(&entry.property_id),
        associated_type,
        associated_id,
        type_id,
        negotiator_id: filled(&entry.negotiator_id),
        description,
    })
}

impl State {
    /// Whether a record of a kind, by the word for it, exists.
    fn knows(&self, word: &str, id: &str) -> bool {
        [
            Kind::Contact,
            Kind::Applicant,
            Kind::Landlord,
            Kind::Tenancy,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
        // Companies and works orders are not simulated; any id will do.
        .is_none_or(|kind| {
            self.table(kind)
                .is_some_and(|table| table.get(id).is_some())
        })
    }
}

fn list(journal: &[JournalEntry], call: &Call) -> Answer {
    let one_of = |name: &str, value: Option<&str>| {
        let mut wanted = call.query.all(name).peekable();
        wanted.peek().is_none() || wanted.any(|wanted| Some(wanted) == value)
    };
    let bound = |name: &str| call.query.first(name).and_then(parse_moment);
    let (from, to) = (bound("createdFrom"), bound("createdTo"));
    let found: Vec<Value> = journal
        .iter()
        .filter(|entry| {
            let at = parse_moment(&entry.created).unwrap_or_default();
            one_of("associatedType", entry.associated_type.as_deref())
                && one_of("associatedId", entry.associated_id.as_deref())
                && one_of("propertyId", entry.property_id.as_deref())
                && one_of("negotiatorId", entry.negotiator_id.as_deref())
                && one_of("typeId", Some(&entry.type_id))
                && from.is_none_or(|from| at >= from)
                && to.is_none_or(|to| at <= to)
        })
        .map(model)
        .collect();
    listing::answer_values(call, &found, "/journalEntries/")
}

/// An entry as JournalEntryModel.
fn model(entry: &JournalEntry) -> Value {
    let mut value = json!(entry);
    if let Some(members) = value.as_object_mut() {
        let kind = &entry.type_id;
        members.insert(
            "_links".to_owned(),
            json!({ "type": { "href": format!("/configuration/journalEntryTypes/{kind}") } }),
        );
        members.insert("_embedded".to_owned(), Value::Null);
    }
    value
}
