//! Writes activities as file notes.
//!
//! There is no idempotency key. A note's title is not shown to users, so that it carries a mark made
//! of the activity's id, and the contact's notes are searched for it before anything is written.

use std::collections::BTreeMap;

use nurturehub_adapter_kit::activity_text::activity_text;
use nurturehub_adapter_kit::borrowed_text::Text;
use nurturehub_port::{
    Activity, ActivityKind, ActivityOutcome, AdapterError, ErrorKind, WriteBackStatus,
};
use serde::Serialize;

use super::Alto;
use super::details::is_status;
use super::map::EXTERNAL_TYPE;
use super::spec::key;
use super::wire::FileNote;

/// Longest text of a note, in characters; no limit is documented.
const MAX_TEXT: usize = 3500;

/// Notes that were found, by their marks: their ids.
type Found = BTreeMap<String, Option<String>>;

/// A new note (`CreateFileNoteRequest`).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NewNote<'a> {
    title: String,
    notes: String,
    contact_ids: [&'a str; 1],
    file_note_type: &'static str,
    update_last_contacted_date: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    negotiator_id: Option<&'a str>,
}

/// Writes each activity that is not among its contact's notes yet, one after the other and in order.
pub(super) async fn push(
    adapter: &Alto,
    activities: &[Activity],
) -> Result<Vec<ActivityOutcome>, AdapterError> {
    let mut searched: BTreeMap<&str, Found> = BTreeMap::new();
    let mut outcomes = Vec::with_capacity(activities.len());
    for activity in activities {
        let (status, reference, error) = if is_about_a_contact(activity) {
            let contact = activity.contact.external_id.as_str();
            if !searched.contains_key(contact) {
                searched.insert(contact, search(adapter, contact).await?);
            }
            one(adapter, activity, searched.entry(contact).or_default()).await?
        } else {
            let error = AdapterError::new(
                ErrorKind::Unsupported,
                "Alto takes activities about contacts here, and this one is about something else.",
            );
            (WriteBackStatus::Unsupported, None, Some(error))
        };
        outcomes.push(ActivityOutcome {
            id: activity.id.clone(),
            status,
            reference,
            error,
        });
    }
    Ok(outcomes)
}

async fn one(
    adapter: &Alto,
    activity: &Activity,
    found: &mut Found,
) -> Result<(WriteBackStatus, Option<String>, Option<AdapterError>), AdapterError> {
    let mark = mark(&activity.id);
    if let Some(id) = found.get(&mark) {
        return Ok((WriteBackStatus::Duplicate, id.clone(), None));
    }
    let note = NewNote {
        title: mark.clone(),
        notes: activity_text(activity, MAX_TEXT),
        contact_ids: [activity.contact.external_id.as_str()],
        file_note_type: note_type(activity.kind),
        update_last_contacted_date: is_real_contact(activity.kind),
        negotiator_id: adapter.context.settings.get(key::NEGOTIATOR),
    };
    match adapter.post("/file-notes", &[])?.json(&note).send().await {
        Ok(answer) => {
            // The answer is the bare id. It is written, whatever the answer says.
            let id = answer.json::<Text<'_>>().ok().map(|id| id.to_string());
            found.insert(mark, id.clone());
            Ok((WriteBackStatus::Written, id, None))
        }
        Err(error) if error.kind == ErrorKind::ProviderRejected => {
            Ok((WriteBackStatus::Rejected, None, Some(error)))
        }
        Err(error) => Err(error),
    }
}

/// The marks on a contact's notes, all of which come on one page.
async fn search(adapter: &Alto, contact: &str) -> Result<Found, AdapterError> {
    let answer = adapter
        .get("/file-notes/search", &[])?
        .query("contact-id", contact)
        .send()
        .await;
    let response = match answer {
        Ok(response) => response,
        // An unknown contact has no notes; writing one says so, for each activity.
        Err(error) if is_status(&error, &[400, 404]) => return Ok(Found::new()),
        Err(error) => return Err(error),
    };
    let notes: Option<Vec<Option<FileNote<'_>>>> = response.json()?;
    Ok(notes
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|note| {
            let id = note.id.map(|id| id.to_string());
            Some((note.title?.trim().to_owned(), id))
        })
        .collect())
}

fn is_about_a_contact(activity: &Activity) -> bool {
    activity
        .contact
        .external_type
        .as_deref()
        .is_none_or(|kind| kind == EXTERNAL_TYPE)
}

/// The mark of an activity. A title takes about 50 characters and an id may be longer, so the mark
/// is 96 bits of the id's hash.
fn mark(id: &str) -> String {
    let mut digits = blake3::hash(id.as_bytes()).to_hex();
    digits.truncate(24);
    format!("NurtureHub {digits}")
}

const fn note_type(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::Call => "PhoneCall",
        ActivityKind::EmailSent
        | ActivityKind::EmailDelivered
        | ActivityKind::EmailOpened
        | ActivityKind::EmailClicked
        | ActivityKind::EmailBounced
        | ActivityKind::Unsubscribed => "EMail",
        _ => "FileNote",
    }
}

/// Whether somebody of the agency spoke with the person: a mail that a machine sent does not count.
const fn is_real_contact(kind: ActivityKind) -> bool {
    matches!(
        kind,
        ActivityKind::Call
            | ActivityKind::Viewing
            | ActivityKind::Valuation
            | ActivityKind::Appointment
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_fits_a_title_and_differs_with_the_id() {
        let long = mark(&"x".repeat(5000));
        assert!(long.chars().count() < 40, "with room to spare: {long}");
        assert_ne!(mark("a-1"), mark("a-2"));
        assert_eq!(mark("a-1"), mark("a-1"), "it is found again");
    }
}
