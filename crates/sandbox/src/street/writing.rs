//! What callers write: notes, activities, and the few fields of a person that can be changed.

use http::StatusCode;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::rfc3339;

use super::CONTENT_TYPE;
use super::errors::{pointer, refusal};
use super::ids::{STAFF, Thing, id_of};
use super::record::stamp;
use super::state::{State, Written};

/// What an activity may come from.
const SOURCES: &[&str] = &["property_reports", "print", "social", "email_marketing"];

/// Answers `POST /notes` and `POST /activity`.
pub(super) fn write(state: &mut State, call: &Call, resource: Option<&&str>) -> Answer {
    let body: Value = match serde_json::from_slice(&call.body) {
        Ok(body) => body,
        Err(_) => return refusal(StatusCode::BAD_REQUEST, "The body is not valid JSON."),
    };
    let is_note = resource == Some(&"notes");
    let made = if is_note {
        note(state, &body["data"], call.now)
    } else {
        activity(state, &body["data"], call.now)
    };
    match made {
        Err((place, detail)) => pointer(StatusCode::BAD_REQUEST, place, detail),
        Ok(written) => {
            let answer = if is_note {
                let body = json!({ "data": note_resource(&written, call.now) }).to_string();
                Answer::typed(StatusCode::CREATED, CONTENT_TYPE, body)
            } else {
                Answer::empty(StatusCode::CREATED)
            };
            state.written.push(written);
            answer
        }
    }
}

type Refused = (&'static str, &'static str);

/// Where something is attached to: a person that is there, or anything else that is named.
fn about(state: &State, data: &Value, others: bool) -> Result<String, Refused> {
    let links = data["relationships"].as_object();
    let Some((name, link)) = links.and_then(|links| links.iter().next()) else {
        return Err(("/data/relationships", "A relationship is required."));
    };
    let Some(id) = link["data"]["id"].as_str() else {
        return Err(("/data/relationships", "The relationship has no id."));
    };
    if name != "person" {
        return if others || name == "property" {
            Ok(id.to_owned())
        } else {
            Err(("/data/relationships", "The relationship is not supported."))
        };
    }
    if link["data"]["type"] != "person" || state.people.live(id).is_none() {
        return Err((
            "/data/relationships/person/data/id",
            "The selected person is invalid.",
        ));
    }
    Ok(id.to_owned())
}

fn note(state: &State, data: &Value, now: i64) -> Result<Written, Refused> {
    if data["type"] != "note" {
        return Err(("/data/type", "The type must be note."));
    }
    let attributes = &data["attributes"];
    let Some(text) = filled(&attributes["body"]) else {
        return Err(("/data/attributes/body", "The body field is required."));
    };
    if let Some(author) = attributes["author"].as_str() {
        let known = (0..STAFF.len())
            .any(|number| id_of(Thing::User, number as u64, state.seed).to_string() == author);
        if !known {
            return Err(("/data/attributes/author", "The selected author is invalid."));
        }
    }
    let number = state.written.len() as u64;
    Ok(Written {
        id: Some(id_of(Thing::Note, number, state.seed).to_string()),
        kind: "note",
        about: about(state, data, true)?,
        text: text.to_owned(),
        attributes: attributes.clone(),
        created: rfc3339(now),
    })
}

fn note_resource(note: &Written, now: i64) -> Value {
    let pinned = note.attributes["pinned"] == true;
    json!({
        "type": "note",
        "id": note.id,
        "attributes": {
            "body": note.text,
            "author": note.attributes.get("author").cloned().unwrap_or(Value::Null),
            "pinned_at": pinned.then(|| stamp(now)),
            "created_at": stamp(now),
            "updated_at": stamp(now),
        },
    })
}

fn activity(state: &State, data: &Value, now: i64) -> Result<Written, Refused> {
    if data["type"] != "activity" {
        return Err(("/data/type", "The type must be activity."));
    }
    let attributes = &data["attributes"];
    if attributes["activity_type"] != "campaign_sent" {
        return Err((
            "/data/attributes/activity_type",
            "The selected activity type is invalid.",
        ));
    }
    let Some(title) = filled(&attributes["title"]) else {
        return Err(("/data/attributes/title", "The title field is required."));
    };
    if !SOURCES.iter().any(|source| attributes["source"] == *source) {
        return Err(("/data/attributes/source", "The selected source is invalid."));
    }
    if let Some(url) = attributes["url"].as_str()
        && url::Url::parse(url).is_err()
    {
        return Err(("/data/attributes/url", "The url must be a valid URL."));
    }
    Ok(Written {
        id: None,
        kind: "activity",
        about: about(state, data, false)?,
        text: title.to_owned(),
        attributes: attributes.clone(),
        created: attributes["created_at"]
            .as_str()
            .map_or_else(|| rfc3339(now), ToOwned::to_owned),
    })
}

fn filled(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}

/// Answers `PATCH /people/{id}`: names, consent and channel preferences, and nothing else.
pub(super) fn patch_person(
    state: &mut State,
    call: &Call,
    id: &str,
) -> Result<Option<Answer>, Box<Answer>> {
    let Ok(body) = serde_json::from_slice::<Value>(&call.body) else {
        let detail = "The body is not valid JSON.";
        return Err(Box::new(refusal(StatusCode::BAD_REQUEST, detail)));
    };
    let given = &body["data"]["attributes"];
    for (name, place) in [
        ("first_name", "/data/attributes/first_name"),
        ("last_name", "/data/attributes/last_name"),
    ] {
        if filled(&given[name]).is_none() {
            return Err(Box::new(pointer(
                StatusCode::UNPROCESSABLE_ENTITY,
                place,
                "The field is required.",
            )));
        }
    }
    let Some(at) = state
        .people
        .live(id)
        .and_then(|_| state.people.position(id))
    else {
        return Ok(None);
    };
    let Some(row) = state.people.row_mut(at) else {
        return Ok(None);
    };
    let mut value = row.value();
    for name in [
        "title",
        "first_name",
        "last_name",
        "marketing_consent",
        "contact_preferences",
    ] {
        if let Some(given) = given.get(name) {
            value["attributes"][name] = given.clone();
        }
    }
    row.updated = call.now / 1_000 * 1_000;
    value["attributes"]["updated_at"] = json!(stamp(row.updated));
    row.reseal(&value);
    let body = json!({ "data": value }).to_string();
    Ok(Some(Answer::typed(StatusCode::OK, CONTENT_TYPE, body)))
}
