//! Writes activities: a sent mail as a campaign activity with its own date, everything else as a note.
//!
//! Street takes no idempotency key, and what was written on a person cannot be read back. So nothing
//! is ever sent a second time by itself: where it is not certain that Street took an activity, the
//! answer for it is a refusal that says so and that a person has to settle. What was answered is never
//! lost either: once something was written, the batch ends with an answer for each and not with an
//! error. That an activity was written in an earlier batch is for the outbox to know.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nurturehub_adapter_kit::activity_text::activity_text;
use nurturehub_port::{
    Activity, ActivityKind, ActivityOutcome, AdapterError, Clock, ErrorKind, Owner, Retry, Scope,
    WriteBackStatus,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Street;
use super::map::EXTERNAL_TYPE;
use super::spec::key;

/// Least time from one write to the next: 100 a minute are allowed, and 60 leave room for others.
const PACE: Duration = Duration::from_secs(1);

/// Longest text of a note, in characters, without the marker; no limit is documented.
const MAX_TEXT: usize = 3500;

/// Longest title of a campaign activity, in characters; no limit is documented.
const MAX_TITLE: usize = 200;

/// The answer to a note, as far as it is read.
#[derive(Debug, Deserialize)]
struct Created {
    data: CreatedData,
}

#[derive(Debug, Deserialize)]
struct CreatedData {
    id: Option<String>,
}

/// Writes each activity, one after the other and in order.
pub(super) async fn push(
    adapter: &Street,
    activities: &[Activity],
) -> Result<Vec<ActivityOutcome>, AdapterError> {
    let mut outcomes: Vec<ActivityOutcome> = Vec::with_capacity(activities.len());
    // What was sent, and why it is in doubt whether it arrived, where it is.
    let mut sent: BTreeMap<&str, Option<AdapterError>> = BTreeMap::new();
    let mut stopped: Option<AdapterError> = None;
    for activity in activities {
        let id = activity.id.as_str();
        let outcome = if let Some(error) = &stopped {
            answer(
                activity,
                WriteBackStatus::Rejected,
                None,
                Some(error.clone()),
            )
        } else if !is_about_a_person(activity) {
            let error = AdapterError::new(
                ErrorKind::Unsupported,
                "Street takes activities about people here, and this one is about something else.",
            );
            answer(activity, WriteBackStatus::Unsupported, None, Some(error))
        } else if let Some(before) = sent.get(id) {
            let status = match before {
                Some(_) => WriteBackStatus::Rejected,
                None => WriteBackStatus::Duplicate,
            };
            answer(activity, status, None, before.clone())
        } else {
            adapter.pace.wait(adapter.context.clock.as_ref()).await;
            match write(adapter, activity).await {
                Ok(reference) => {
                    sent.insert(id, None);
                    answer(activity, WriteBackStatus::Written, reference, None)
                }
                Err(error) if error.kind == ErrorKind::ProviderRejected => {
                    answer(activity, WriteBackStatus::Rejected, None, Some(error))
                }
                Err(error) if may_have_arrived(&error) => {
                    let error = in_doubt(error);
                    sent.insert(id, Some(error.clone()));
                    answer(activity, WriteBackStatus::Rejected, None, Some(error))
                }
                // Nothing was sent so far, so that nothing is lost with the batch.
                Err(error) if sent.is_empty() => return Err(error),
                Err(error) => {
                    let error = stopped.insert(not_sent(error)).clone();
                    answer(activity, WriteBackStatus::Rejected, None, Some(error))
                }
            }
        };
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn answer(
    activity: &Activity,
    status: WriteBackStatus,
    reference: Option<String>,
    error: Option<AdapterError>,
) -> ActivityOutcome {
    ActivityOutcome {
        id: activity.id.clone(),
        status,
        reference,
        error,
    }
}

fn is_about_a_person(activity: &Activity) -> bool {
    let kind = activity.contact.external_type.as_deref();
    kind.is_none_or(|kind| kind == EXTERNAL_TYPE)
}

/// Writes one; gives Street's id for it, where there is one.
async fn write(adapter: &Street, activity: &Activity) -> Result<Option<String>, AdapterError> {
    if activity.kind == ActivityKind::EmailSent {
        adapter
            .post("/activity", &campaign(activity))
            .send()
            .await?;
        return Ok(None);
    }
    let author = adapter.context.settings.get(key::NOTE_AUTHOR);
    let response = adapter
        .post("/notes", &note(activity, author))
        .send()
        .await?;
    // It is written, whatever the answer's content.
    let created = response.json::<Created>().ok();
    Ok(created.and_then(|created| created.data.id))
}

fn person(activity: &Activity) -> Value {
    let id = activity.contact.external_id.as_str();
    json!({ "person": { "data": { "type": EXTERNAL_TYPE, "id": id } } })
}

fn note(activity: &Activity, author: Option<&str>) -> Value {
    let text = activity_text(activity, MAX_TEXT);
    let mut attributes = json!({ "body": format!("{text}\n[ref:{}]", activity.id) });
    if let (Some(author), Some(members)) = (author, attributes.as_object_mut()) {
        members.insert("author".to_owned(), json!(author));
    }
    json!({ "data": {
        "type": "note",
        "attributes": attributes,
        "relationships": person(activity),
    }})
}

/// An activity of the one type that there is; it can be dated.
fn campaign(activity: &Activity) -> Value {
    let text = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim);
        text.filter(|text| !text.is_empty()).map(ToOwned::to_owned)
    };
    let title = text(&activity.subject).unwrap_or_else(|| activity.kind.title().to_owned());
    let title: String = title.chars().take(MAX_TITLE).collect();
    let mut attributes = json!({
        "activity_type": "campaign_sent",
        "title": title,
        "source": "email_marketing",
        "meta": { "reference": activity.id, "system": activity.source.system },
        "created_at": activity.occurred_at.to_string(),
    });
    if let Some(members) = attributes.as_object_mut() {
        for (name, value) in [("description", &activity.body), ("url", &activity.link)] {
            if let Some(value) = text(value) {
                members.insert(name.to_owned(), json!(value));
            }
        }
    }
    json!({ "data": {
        "type": "activity",
        "attributes": attributes,
        "relationships": person(activity),
    }})
}

/// Whether Street may have acted on a request that ended with this error. A 503 says that it was not
/// taken on.
fn may_have_arrived(error: &AdapterError) -> bool {
    match error.kind {
        ErrorKind::ProviderDown => error.evidence.status != Some(503),
        ErrorKind::NetworkTimeout | ErrorKind::NetworkInterrupted | ErrorKind::Protocol => true,
        _ => false,
    }
}

fn in_doubt(mut error: AdapterError) -> AdapterError {
    error.message = format!(
        "Street may have written this activity or not: {} It is not sent again by itself.",
        error.message
    );
    error
        .retry(Retry::No)
        .owner(Owner::Agency)
        .scope(Scope::Record)
        .remedy("Look at the person's notes and activities in Street. If it is not there, send it again.")
}

fn not_sent(mut error: AdapterError) -> AdapterError {
    error.message = format!("Not sent: {}", error.message);
    error
}

/// Holds writes to their pace, over all calls of one adapter: the outbox sends one at a time.
#[derive(Default)]
pub(super) struct Pace {
    next: Mutex<Duration>,
}

impl Pace {
    async fn wait(&self, clock: &dyn Clock) {
        let left = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = clock.elapsed();
            let due = now.max(*next);
            *next = due.saturating_add(PACE);
            due.saturating_sub(now)
        };
        if !left.is_zero() {
            clock.sleep(left).await;
        }
    }
}
