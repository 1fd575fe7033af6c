//! Takes webhooks: hints that something changed. What is true is always read again.
//!
//! Deliveries come in any order and more than once; one event id covers several of them, so a
//! delivery is known by event, topic and record together. `new` is null for a record that was
//! deleted or archived, which only reading it again tells apart.

use std::collections::BTreeSet;

use nurturehub_adapter_kit::mapping::parse_timestamp;
use nurturehub_port::{
    AdapterError, ErrorKind, ExternalId, Lifecycle, MappedContact, PageRecord, Removal,
    WebhookDelivery, WebhookEvent, WebhookOutcome,
};
use serde::Deserialize;

use super::lookups::Lookups;
use super::map::{self, Surroundings};
use super::spec::key;
use super::wire::{Related, Text};
use super::{Reapit, signature};

/// The customer id of a test delivery from the Developer Portal.
const TEST_CUSTOMER: &str = "webhook-test";

/// Contacts that are read again for one delivery.
const MAX_CONTACTS: usize = 25;

/// A delivery's body. Reapit calls the rest of it `SendAttempts` and `diff`, which are not needed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow)]
    event_id: Text<'a>,
    #[serde(borrow)]
    entity_id: Option<Text<'a>>,
    #[serde(borrow)]
    customer_id: Option<Text<'a>>,
    #[serde(borrow)]
    event_time: Option<Text<'a>>,
    #[serde(borrow)]
    topic_id: Text<'a>,
    #[serde(borrow)]
    new: Option<Entity<'a>>,
    #[serde(borrow)]
    old: Option<Entity<'a>>,
}

/// Of the record before and after, whom it is about.
#[derive(Debug, Deserialize)]
struct Entity<'a> {
    #[serde(borrow)]
    related: Option<Vec<Related<'a>>>,
}

/// What a topic means here.
enum Meaning {
    /// The record is a contact.
    Contact,
    /// The record is a role, and the contacts are those related to it.
    Role,
    /// The customer removed the app.
    Uninstalled,
    /// Nothing.
    Nothing,
}

/// Checks and translates a delivery.
pub(super) async fn ingest(
    adapter: &Reapit,
    delivery: &WebhookDelivery,
) -> Result<WebhookOutcome, AdapterError> {
    if delivery.check_signature {
        signature::check(adapter, delivery).await?;
    }
    let body: Body<'_> = serde_json::from_slice(&delivery.body).map_err(|_| {
        AdapterError::new(
            ErrorKind::Protocol,
            "The webhook's content is not what Reapit sends.",
        )
    })?;
    let entity = body.entity_id.as_deref().unwrap_or_default();
    let mut outcome = WebhookOutcome {
        event: WebhookEvent {
            id: format!("{}:{}:{entity}", &*body.event_id, &*body.topic_id),
            topic: body.topic_id.to_string(),
            occurred_at: body.event_time.as_deref().and_then(parse_timestamp),
        },
        records: Vec::new(),
        removals: Vec::new(),
        activities: Vec::new(),
        ignored: None,
    };
    if let Some(why) = not_for_us(adapter, body.customer_id.as_deref()) {
        outcome.ignored = Some(why.to_owned());
        return Ok(outcome);
    }
    let contacts = match meaning(&body.topic_id) {
        Meaning::Contact => BTreeSet::from([entity]),
        Meaning::Role => related(&body),
        Meaning::Uninstalled => {
            return Err(AdapterError::new(
                ErrorKind::AuthRevoked,
                "The agency has removed the app in Reapit, so its data can no longer be read.",
            ));
        }
        Meaning::Nothing => {
            outcome.ignored = Some("This kind of event says nothing about a contact.".to_owned());
            return Ok(outcome);
        }
    };
    if contacts.iter().all(|id| id.is_empty()) {
        outcome.ignored = Some("The event names no contact.".to_owned());
    }
    let mut lookups = Lookups::default();
    for id in contacts
        .into_iter()
        .filter(|id| !id.is_empty())
        .take(MAX_CONTACTS)
    {
        read_again(adapter, id, &mut lookups, &mut outcome).await?;
    }
    Ok(outcome)
}

/// Why a delivery is not for this connection, where it is not. One key signs for all customers of
/// the app. The connection's customer id may name one group of offices (`RES-GOGO`).
fn not_for_us(adapter: &Reapit, customer: Option<&str>) -> Option<&'static str> {
    if customer == Some(TEST_CUSTOMER) {
        return Some("A test delivery.");
    }
    let ours = adapter.context.settings.get(key::CUSTOMER)?;
    let agency = |id: &str| id.split('-').next().unwrap_or(id).to_ascii_uppercase();
    match customer {
        Some(customer) if agency(customer) == agency(ours) => None,
        _ => Some("A delivery for another customer of the app."),
    }
}

fn meaning(topic: &str) -> Meaning {
    match topic.split_once('.') {
        Some(("contacts", _)) => Meaning::Contact,
        Some(("applicants" | "landlords" | "vendors" | "tenancies", _)) => Meaning::Role,
        Some(("application", "uninstall")) => Meaning::Uninstalled,
        _ => Meaning::Nothing,
    }
}

/// The contacts of a role, before and after: one may have lost it.
fn related<'a>(body: &'a Body<'_>) -> BTreeSet<&'a str> {
    [&body.new, &body.old]
        .into_iter()
        .flatten()
        .flat_map(|entity| entity.related.iter().flatten())
        .filter_map(Related::contact_id)
        .collect()
}

/// Reads a contact as it is now. One that Reapit no longer holds is a removal.
async fn read_again(
    adapter: &Reapit,
    id: &str,
    lookups: &mut Lookups,
    outcome: &mut WebhookOutcome,
) -> Result<(), AdapterError> {
    let external_id = ExternalId::parse(id).map_err(|error| {
        AdapterError::new(
            ErrorKind::Protocol,
            format!(
                "The webhook names a record with an id that cannot be used: {}.",
                error.why
            ),
        )
    })?;
    let answer = adapter
        .get("/contacts/{id}", &[id])?
        .query("embed", "relationships")
        .send()
        .await;
    let response = match answer {
        Ok(response) => response,
        Err(error) if error.evidence.status == Some(404) => {
            outcome.removals.push(Removal {
                external_id,
                lifecycle: Lifecycle::Deleted,
                reason: "no longer held by the CRM".to_owned(),
            });
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let raw = response.text()?.trim();
    let record = match map::read(raw) {
        Ok((record, external_id)) => {
            lookups.prepare(adapter, std::iter::once(&record)).await?;
            let around = Surroundings {
                connection: &adapter.context.connection,
                provider: &adapter.context.provider,
                fetched_at: response.received_at,
                lookups,
                explain: false,
            };
            let built = map::contact(&record, external_id, &around);
            PageRecord::Mapped(Box::new(MappedContact {
                contact: built.contact,
                raw: raw.into(),
                issues: built.issues,
            }))
        }
        Err(rejected) => PageRecord::Rejected(*rejected),
    };
    outcome.records.push(record);
    Ok(())
}
