//! Takes webhooks: hints that something changed. What is true is always read again.
//!
//! Street's help names its events and not what is in them, so a person's id is looked for wherever
//! JSON:API or Svix's advice would put it. Street does not say how it signs either; its screens for
//! webhooks are those that Svix hosts, so Svix's scheme is assumed.

use jiff::SignedDuration;
use nurturehub_adapter_kit::mapping::parse_timestamp;
use nurturehub_adapter_kit::webhook_signature;
use nurturehub_port::{
    AdapterError, ErrorKind, ExternalId, Lifecycle, Removal, WebhookDelivery, WebhookEvent,
    WebhookOutcome,
};
use serde_json::Value;

use super::Street;
use super::map::EXTERNAL_TYPE;
use super::spec::{WEBHOOK_TOLERANCE, key};

/// Places of a person's id in a delivery about a person, the likeliest first.
const PLACES: &[&str] = &[
    "/data/person/id",
    "/data/person_id",
    "/data/person_uuid",
    "/person/id",
    "/person_id",
    "/data/data/id",
    "/data/id",
    "/data/uuid",
];

/// Checks and translates a delivery.
pub(super) async fn ingest(
    adapter: &Street,
    delivery: &WebhookDelivery,
) -> Result<WebhookOutcome, AdapterError> {
    let signed = if delivery.check_signature {
        let context = &adapter.context;
        let seconds = context.settings.integer(key::WEBHOOK_TOLERANCE)?;
        let seconds = i64::try_from(seconds.unwrap_or(WEBHOOK_TOLERANCE)).unwrap_or(i64::MAX);
        Some(webhook_signature::check(
            delivery,
            context.secrets.get(key::WEBHOOK_SECRET),
            SignedDuration::from_secs(seconds),
        )?)
    } else {
        webhook_signature::claimed(delivery)
    };
    let body: Value = serde_json::from_slice(&delivery.body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| {
            AdapterError::new(
                ErrorKind::Protocol,
                "The webhook's content is not what Street sends.",
            )
        })?;
    let text = |names: &[&str]| names.iter().find_map(|name| body.get(name)?.as_str());
    let topic = text(&["type", "event", "event_type", "eventType"]).unwrap_or("unknown");
    let occurred_at = text(&["timestamp", "occurred_at", "created_at"])
        .and_then(parse_timestamp)
        .or(signed.as_ref().map(|signed| signed.sent_at));
    let id = signed.map_or_else(
        || webhook_signature::fingerprint(&delivery.body),
        |signed| signed.id,
    );
    let mut outcome = WebhookOutcome {
        event: WebhookEvent {
            id,
            topic: topic.to_owned(),
            occurred_at,
        },
        records: Vec::new(),
        removals: Vec::new(),
        activities: Vec::new(),
        ignored: None,
    };
    match person(topic, &body) {
        Ok(id) => read_again(adapter, id, &mut outcome).await?,
        Err(why) => outcome.ignored = Some(why.to_owned()),
    }
    Ok(outcome)
}

/// The person whom a delivery is about, or why there is none.
fn person<'a>(topic: &str, body: &'a Value) -> Result<&'a str, &'static str> {
    if topic != EXTERNAL_TYPE && !topic.starts_with("person.") {
        return Err("This kind of event says nothing about a person.");
    }
    PLACES
        .iter()
        .find_map(|place| body.pointer(place)?.as_str())
        .filter(|id| !id.trim().is_empty())
        .ok_or("The event does not say which person it is about; the next sync brings the change.")
}

/// Reads a person as they are now. Whom Street does not show is deleted there, or erased; which of
/// the two, the list of the deleted tells with the next sync.
async fn read_again(
    adapter: &Street,
    id: &str,
    outcome: &mut WebhookOutcome,
) -> Result<(), AdapterError> {
    let external_id = ExternalId::parse(id).map_err(|error| {
        AdapterError::new(
            ErrorKind::Protocol,
            format!(
                "The webhook names a person with an id that cannot be used: {}.",
                error.why
            ),
        )
    })?;
    match adapter.read_person(id).await? {
        Some(record) => outcome.records.push(record),
        None => outcome.removals.push(Removal {
            external_id,
            lifecycle: Lifecycle::Archived,
            reason: "deleted in the CRM".to_owned(),
        }),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_person_is_found_where_one_may_be_named() {
        const TOPIC: &str = "person.marketing-preferences.updated";
        for body in [
            json!({"data": {"id": "p"}}),
            json!({"data": {"id": "other", "person": {"id": "p"}}}),
            json!({"data": {"data": {"type": "person", "id": "p"}}}),
            json!({"person_id": "p"}),
        ] {
            assert_eq!(person(TOPIC, &body), Ok("p"), "{body}");
        }
        for body in [
            json!({}),
            json!({"data": {"id": 7}}),
            json!({"data": {"id": " "}}),
        ] {
            assert!(person(TOPIC, &body).is_err(), "{body}");
        }
        let branch = json!({"data": {"id": "b"}});
        assert!(
            person("branch.created", &branch).is_err(),
            "a branch is no person"
        );
    }
}
