//! File notes: written with a title that no user sees, found again by contact, and changed by JSON
//! Patch.

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;

use super::errors::{problem, refusal};
use super::ids::BRANCHES;
use super::record::stamp;
use super::state::State;

/// The longest title, in characters.
const LONGEST_TITLE: usize = 50;

/// The id of the first note.
const FIRST_ID: u64 = 900_001;

/// What a note may be written as.
const TYPES: &[&str] = &[
    "Unspecified",
    "DetailsToVendor",
    "DetailsApproved",
    "FileNote",
    "PhoneCall",
    "EMail",
];

/// A note that was written, as it is read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileNote {
    /// Its id.
    pub id: u64,
    /// Not shown to users.
    pub title: Option<String>,
    /// Its text.
    pub notes: String,
    /// Whom it is about.
    pub contact_ids: Vec<u64>,
    /// The property, where it is about one.
    pub property_id: Option<u64>,
    /// When it was written.
    pub created_date: String,
    /// When it was last changed.
    pub updated_date: Option<String>,
    /// By whom.
    pub negotiator_id: Option<u64>,
    /// What it is.
    pub file_note_type: String,
    /// Whether it counts as contact with the person; not read back from the API.
    #[serde(skip)]
    pub updates_last_contacted: bool,
}

/// All notes.
#[derive(Debug, Default)]
pub(super) struct FileNotes(pub(super) Vec<FileNote>);

/// A note as it is written (CreateFileNoteRequest).
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NewNote {
    negotiator_id: Option<String>,
    property_id: Option<String>,
    contact_ids: Option<Vec<String>>,
    title: Option<String>,
    notes: Option<String>,
    update_last_contacted_date: bool,
    file_note_type: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Patch {
    op: String,
    path: String,
    value: String,
}

/// Answers below `/file-notes`.
pub(super) fn answer(state: &mut State, call: &Call, rest: &[&str]) -> Answer {
    match (&call.method, rest) {
        (&Method::POST, []) => match serde_json::from_slice::<NewNote>(&call.body) {
            Ok(note) => write(state, note, call.now),
            Err(error) => refusal(StatusCode::BAD_REQUEST, "InvalidBody", &error.to_string()),
        },
        (&Method::GET, ["search"]) => search(state, call),
        (&Method::GET, [id]) => match find(state, id) {
            Some(note) => Answer::value(StatusCode::OK, note),
            None => problem(StatusCode::NOT_FOUND),
        },
        (&Method::PATCH, [id]) => patch(state, id, call),
        _ => problem(StatusCode::NOT_FOUND),
    }
}

fn write(state: &mut State, note: NewNote, now: i64) -> Answer {
    let wrong = |code, message| refusal(StatusCode::BAD_REQUEST, code, message);
    let contacts = note.contact_ids.unwrap_or_default();
    let Some(notes) = note.notes.filter(|text| !text.trim().is_empty()) else {
        return wrong("NotesRequired", "notes is required.");
    };
    if contacts.is_empty() && note.property_id.is_none() {
        return wrong(
            "ContactOrPropertyRequired",
            "A file note needs a property or a contact.",
        );
    }
    if contacts.iter().any(|id| state.get(id).is_none()) {
        return wrong("InvalidContactId", "A contact does not exist.");
    }
    if note
        .title
        .as_deref()
        .is_some_and(|title| title.chars().count() > LONGEST_TITLE)
    {
        return wrong("TitleTooLong", "title is too long.");
    }
    let kind = note.file_note_type.unwrap_or_else(|| "Unspecified".into());
    if !TYPES.contains(&kind.as_str()) {
        return wrong("InvalidFileNoteType", "fileNoteType is not known.");
    }
    let known = |id: &str| negotiators().iter().any(|one| one["id"] == *id);
    let negotiator = match note.negotiator_id.as_deref() {
        None => None,
        Some(id) if known(id) => id.parse().ok(),
        Some(_) => return wrong("InvalidNegotiatorId", "The negotiator does not exist."),
    };
    let id = FIRST_ID + state.notes.0.len() as u64;
    state.notes.0.push(FileNote {
        id,
        title: note.title,
        notes,
        contact_ids: contacts.iter().filter_map(|id| id.parse().ok()).collect(),
        property_id: note.property_id.and_then(|id| id.parse().ok()),
        created_date: stamp(now),
        updated_date: None,
        negotiator_id: negotiator,
        file_note_type: kind,
        updates_last_contacted: note.update_last_contacted_date,
    });
    Answer::value(StatusCode::CREATED, &id)
}

/// All notes of a contact, on one page.
fn search(state: &State, call: &Call) -> Answer {
    let Some(id) = call.query.first("contact-id") else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "ContactIdRequired",
            "contact-id is required.",
        );
    };
    let Some(row) = state.get(id) else {
        return problem(StatusCode::NOT_FOUND);
    };
    let found: Vec<&FileNote> = state
        .notes
        .0
        .iter()
        .filter(|note| note.contact_ids.contains(&row.id))
        .collect();
    Answer::value(StatusCode::OK, &found)
}

fn find<'a>(state: &'a State, id: &str) -> Option<&'a FileNote> {
    let id: u64 = id.parse().ok()?;
    state.notes.0.iter().find(|note| note.id == id)
}

fn patch(state: &mut State, id: &str, call: &Call) -> Answer {
    let Ok(patches) = serde_json::from_slice::<Vec<Patch>>(&call.body) else {
        return refusal(StatusCode::BAD_REQUEST, "InvalidBody", "No JSON Patch.");
    };
    let note = id
        .parse::<u64>()
        .ok()
        .and_then(|id| state.notes.0.iter_mut().find(|note| note.id == id));
    let Some(note) = note else {
        return problem(StatusCode::NOT_FOUND);
    };
    for Patch { op, path, value } in patches {
        match (op.as_str(), path.as_str()) {
            ("replace", "/Title") => note.title = Some(value),
            ("replace", "/Notes") => note.notes = value,
            _ => return refusal(StatusCode::BAD_REQUEST, "InvalidPath", "Not patchable."),
        }
    }
    note.updated_date = Some(stamp(call.now));
    Answer::empty(StatusCode::OK)
}

/// The staff. Contacts never name them.
pub(super) fn negotiators() -> Vec<Value> {
    BRANCHES
        .iter()
        .zip(["Ada Bright", "Ben Carver", "Cerys Dunn", "Dev Patel"])
        .map(|((branch, _), name)| {
            json!({
                "id": (branch + 7_000).to_string(), "title": null, "name": name,
                "email": format!("staff{branch}@agency.example"), "loginName": null,
                "phoneNumber": null, "role": "Negotiator", "authorisedSignatory": false,
            })
        })
        .collect()
}
