//! Writes activities as journal entries.
//!
//! Entries have no id, no idempotency key and no date of their own. So the activity's id is put at
//! the end of the text as `[ref:ID]`, the journal is searched for it before anything is written, and
//! the date stands in the text.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{Activity, ActivityOutcome, AdapterError, ErrorKind, WriteBackStatus};
use serde::Serialize;

use super::Reapit;
use super::map::EXTERNAL_TYPE;
use super::spec::{MAX_PAGE_SIZE, key};
use super::wire::{JournalEntry, Page};

/// Contacts whose journals are searched with one request; their ids stand in its address.
const CONTACTS_AT_ONCE: usize = 50;

/// Pages of journal entries that are searched for those contacts.
const MAX_JOURNAL_PAGES: u32 = 200;

/// Longest text of an entry, in characters, without the marker; no limit is documented.
const MAX_TEXT: usize = 3500;

/// How far before the earliest activity the journal is searched, for clocks that differ.
const SLACK: SignedDuration = SignedDuration::from_hours(24);

/// A new journal entry (`CreateJournalEntryModel`).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NewEntry<'a> {
    type_id: &'a str,
    associated_type: &'static str,
    associated_id: &'a str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    negotiator_id: Option<&'a str>,
}

/// Writes each activity that is not in the journal yet, one after the other and in order.
pub(super) async fn push(
    adapter: &Reapit,
    activities: &[Activity],
) -> Result<Vec<ActivityOutcome>, AdapterError> {
    let mut there = already_there(adapter, activities).await?;
    let mut outcomes = Vec::with_capacity(activities.len());
    for activity in activities {
        outcomes.push(one(adapter, activity, &mut there).await?);
    }
    Ok(outcomes)
}

async fn one<'a>(
    adapter: &Reapit,
    activity: &'a Activity,
    there: &mut BTreeSet<&'a str>,
) -> Result<ActivityOutcome, AdapterError> {
    let outcome = |status, error| ActivityOutcome {
        id: activity.id.clone(),
        status,
        reference: None,
        error,
    };
    if !is_about_a_contact(activity) {
        let error = AdapterError::new(
            ErrorKind::Unsupported,
            "Reapit's journal takes activities about contacts here, and this one is about \
             something else.",
        );
        return Ok(outcome(WriteBackStatus::Unsupported, Some(error)));
    }
    if there.contains(activity.id.as_str()) {
        return Ok(outcome(WriteBackStatus::Duplicate, None));
    }
    let settings = &adapter.context.settings;
    let entry = NewEntry {
        type_id: settings.get(key::JOURNAL_TYPE).unwrap_or("MI"),
        associated_type: EXTERNAL_TYPE,
        associated_id: activity.contact.external_id.as_str(),
        description: description(activity),
        negotiator_id: settings.get(key::JOURNAL_NEGOTIATOR),
    };
    let answer = adapter
        .post("/journalEntries/", &[])?
        .json(&entry)
        .send()
        .await;
    match answer {
        Ok(_) => {
            there.insert(&activity.id);
            Ok(outcome(WriteBackStatus::Written, None))
        }
        Err(error) if error.kind == ErrorKind::ProviderRejected => {
            Ok(outcome(WriteBackStatus::Rejected, Some(error)))
        }
        Err(error) => Err(error),
    }
}

fn is_about_a_contact(activity: &Activity) -> bool {
    activity
        .contact
        .external_type
        .as_deref()
        .is_none_or(|kind| kind == EXTERNAL_TYPE)
}

/// The ids of those activities whose marker is in the journal of their contact.
async fn already_there<'a>(
    adapter: &Reapit,
    activities: &'a [Activity],
) -> Result<BTreeSet<&'a str>, AdapterError> {
    let ours = activities
        .iter()
        .filter(|activity| is_about_a_contact(activity));
    let mut markers = BTreeMap::new();
    let mut contacts = BTreeSet::new();
    let mut earliest: Option<Timestamp> = None;
    for activity in ours {
        markers.insert(marker(&activity.id), activity.id.as_str());
        contacts.insert(activity.contact.external_id.as_str());
        earliest = Some(earliest.map_or(activity.occurred_at, |at| at.min(activity.occurred_at)));
    }
    let Some(earliest) = earliest else {
        return Ok(BTreeSet::new());
    };
    // An activity dated in the future is written today.
    let earliest = earliest.min(adapter.context.clock.now());
    let from = earliest.saturating_sub(SLACK).unwrap_or(earliest);
    let contacts: Vec<&str> = contacts.into_iter().collect();
    let mut there = BTreeSet::new();
    for some in contacts.chunks(CONTACTS_AT_ONCE) {
        search(adapter, some, from, &markers, &mut there).await?;
    }
    Ok(there)
}

/// Reads the journals of some contacts from a moment on and collects what is marked.
async fn search<'a>(
    adapter: &Reapit,
    contacts: &[&str],
    from: Timestamp,
    markers: &BTreeMap<String, &'a str>,
    there: &mut BTreeSet<&'a str>,
) -> Result<(), AdapterError> {
    for number in 1..=MAX_JOURNAL_PAGES {
        let mut request = adapter
            .get("/journalEntries/", &[])?
            .query("pageSize", &MAX_PAGE_SIZE.to_string())
            .query("pageNumber", &number.to_string())
            .query("sortBy", "created")
            .query("associatedType", EXTERNAL_TYPE)
            .query("createdFrom", &from.to_string());
        for id in contacts {
            request = request.query("associatedId", id);
        }
        let response = request.send().await?;
        let page = Page::<JournalEntry<'_>>::parse(&response)?;
        for text in page
            .readable()
            .filter_map(|entry| entry.description.as_deref())
        {
            if let Some(id) = marked(text).and_then(|marker| markers.get(marker)) {
                there.insert(id);
            }
        }
        if page.extent.count == 0 || !page.extent.has_next {
            return Ok(());
        }
    }
    Err(AdapterError::new(
        ErrorKind::Protocol,
        "The journals of these contacts are too long to be searched for what is there already.",
    )
    .remedy("Push fewer activities at a time."))
}

/// The mark of an activity in the journal.
fn marker(id: &str) -> String {
    format!("[ref:{id}]")
}

/// The mark at the end of an entry's text.
fn marked(text: &str) -> Option<&str> {
    let text = text.trim_end();
    text.get(text.rfind("[ref:")?..)
}

/// The text of an entry: what, when, by which system, the words, and the mark.
fn description(activity: &Activity) -> String {
    let mut text = format!(
        "{} ({}, {})",
        activity.kind.title(),
        activity.occurred_at.strftime("%-d %B %Y %H:%M UTC"),
        activity.source.system.trim()
    );
    for part in [&activity.subject, &activity.body, &activity.link] {
        if let Some(part) = part
            .as_deref()
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            text.push('\n');
            text.extend(part.chars().filter(|c| *c == '\n' || !c.is_control()));
        }
    }
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
        text.push('…');
    }
    text.push('\n');
    text.push_str(&marker(&activity.id));
    text
}

#[cfg(test)]
mod tests {
    use nurturehub_port::{ActivityContact, ActivityKind, ActivitySource, ExternalId};

    use super::*;

    fn activity(id: &str, body: &str) -> Activity {
        Activity {
            id: id.into(),
            kind: ActivityKind::EmailOpened,
            occurred_at: "2026-03-01T09:05:00Z".parse().unwrap(),
            source: ActivitySource {
                system: "NurtureHub".into(),
                reference: None,
            },
            contact: ActivityContact {
                external_id: ExternalId::parse("OXF1").unwrap(),
                external_type: None,
            },
            subject: Some("Spring market".into()),
            body: Some(body.into()),
            link: None,
            attributes: BTreeMap::new(),
        }
    }

    #[test]
    fn the_mark_is_found_again_whatever_the_text_says() {
        for (id, body) in [
            ("a-1", ""),
            ("a-1", "see [ref:other] and\r\nmore"),
            ("weird ] id", "x"),
            ("a-1", &"é".repeat(10_000)),
        ] {
            let text = description(&activity(id, body));
            assert_eq!(
                marked(&text),
                Some(marker(id).as_str()),
                "{id} in {text:.60}"
            );
            assert!(text.chars().count() < MAX_TEXT + 100, "the text has an end");
            assert!(!text.contains('\r'), "no control characters");
        }
        assert_eq!(marked("an entry of somebody else"), None);
    }

    #[test]
    fn the_date_stands_in_the_text_as_entries_cannot_be_back_dated() {
        let text = description(&activity("a-1", "Opened twice"));
        assert_eq!(
            text,
            "Email opened (1 March 2026 09:05 UTC, NurtureHub)\nSpring market\nOpened twice\n[ref:a-1]"
        );
    }
}
