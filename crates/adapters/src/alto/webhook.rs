//! Takes webhooks: thin notices that something changed. What is true is always read again.
//!
//! Nothing is signed; the sender is known by a secret that is sent along. Deliveries come in any
//! order and more than once; an event keeps its id through all its retries.
//!
//! A detail lacks what only the list has (personas, the date of creation), and the list knows no
//! filter by id. So the contact's item is looked for in the list by its date of change, which the
//! detail gives. Where it is not found, the next sync brings it; half a contact would be worse.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use nurturehub_adapter_kit::borrowed_text::Text;
use nurturehub_adapter_kit::mapping::parse_timestamp;
use nurturehub_adapter_kit::watermark::back;
use nurturehub_adapter_kit::webhook_sender::{SecretPlace, check_age, check_secret};
use nurturehub_port::{AdapterError, ErrorKind, WebhookDelivery, WebhookEvent, WebhookOutcome};
use serde::Deserialize;

use super::Alto;
use super::details::Mode;
use super::map::{self, Surroundings};
use super::spec::{BY_BASIC, key};
use super::sync::removals;
use super::wire::{Entries, Head, Page};

/// Contacts that are read again for one delivery.
const MAX_CONTACTS: usize = 10;

/// Pages on which a contact is looked for: changes of one second fill more only after an import.
const MAX_PAGES: u32 = 4;

/// Contacts on such a page.
const PAGE_SIZE: &str = "100";

/// A delivery's body (CloudEvents 1.0).
#[derive(Debug, Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
    #[serde(borrow)]
    time: Option<Text<'a>>,
    #[serde(borrow)]
    subject: Option<Text<'a>>,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    #[serde(borrow)]
    agency_ref: Option<Text<'a>>,
    #[serde(borrow)]
    subject_id: Option<Text<'a>>,
    #[serde(borrow)]
    related_subjects: Entries<Related<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Related<'a> {
    #[serde(borrow)]
    subject_uri: Option<Text<'a>>,
}

/// What a kind of event means here.
enum Meaning {
    /// The subject is a contact.
    Contact,
    /// The subject is something whose people may be something else now.
    Role,
    /// The integration was taken from the agency.
    Disabled,
    /// Nothing.
    Nothing,
}

/// Checks and translates a delivery.
pub(super) async fn ingest(
    adapter: &Alto,
    delivery: &WebhookDelivery,
) -> Result<WebhookOutcome, AdapterError> {
    let settings = &adapter.context.settings;
    if delivery.check_signature {
        let place = if settings.get(key::WEBHOOK_AUTH) == Some(BY_BASIC) {
            SecretPlace::Basic
        } else {
            SecretPlace::Header("x-signature")
        };
        check_secret(
            delivery,
            place,
            adapter.context.secrets.get(key::WEBHOOK_SECRET),
        )?;
    }
    let body: Body<'_> = serde_json::from_slice(&delivery.body).map_err(|_| {
        AdapterError::new(
            ErrorKind::Protocol,
            "The webhook's content is not what Alto sends.",
        )
    })?;
    let occurred_at = body.time.as_deref().and_then(parse_timestamp);
    if let Some(at) = occurred_at.filter(|_| delivery.check_signature) {
        let tolerance = settings.integer(key::WEBHOOK_TOLERANCE)?.unwrap_or(0);
        let tolerance = SignedDuration::from_secs(i64::try_from(tolerance).unwrap_or(i64::MAX));
        check_age(delivery, at, tolerance)?;
    }
    let mut outcome = WebhookOutcome {
        event: WebhookEvent {
            id: body.id.to_string(),
            topic: body.kind.to_string(),
            occurred_at,
        },
        records: Vec::new(),
        removals: Vec::new(),
        activities: Vec::new(),
        ignored: None,
    };
    let ours = settings.required(key::AGENCY)?;
    if body
        .data
        .agency_ref
        .as_deref()
        .is_some_and(|agency| !agency.trim().eq_ignore_ascii_case(ours))
    {
        outcome.ignored = Some("It is about another agency of the integration.".to_owned());
        return Ok(outcome);
    }
    let contacts = match meaning(&body.kind) {
        Meaning::Contact => contacts(&body, true),
        Meaning::Role => contacts(&body, false),
        Meaning::Disabled => {
            return Err(AdapterError::new(
                ErrorKind::AuthRevoked,
                "The agency has disabled the integration in Alto, so its data can no longer be \
                 read.",
            ));
        }
        Meaning::Nothing => {
            outcome.ignored = Some("This kind of event says nothing about a contact.".to_owned());
            return Ok(outcome);
        }
    };
    let mut why = "The event names no contact.";
    for id in contacts.into_iter().take(MAX_CONTACTS) {
        if !read_again(adapter, id, &mut outcome).await? {
            why = "Alto's list does not show the contact by its date of change; the next sync \
                   brings it.";
        }
    }
    if outcome.records.is_empty() && outcome.removals.is_empty() {
        outcome.ignored = Some(why.to_owned());
    }
    Ok(outcome)
}

fn meaning(kind: &str) -> Meaning {
    match kind.split_once('.') {
        Some(("Contact", _)) => Meaning::Contact,
        Some(("Lead" | "Tenancy" | "Offer" | "Property", _)) => Meaning::Role,
        Some(("Integration", "Disabled")) => Meaning::Disabled,
        _ => Meaning::Nothing,
    }
}

/// The contacts that an event names, the subject among them where it is one.
fn contacts<'a>(body: &'a Body<'_>, subject: bool) -> BTreeSet<&'a str> {
    let of_uri = |uri: &'a str| uri.strip_prefix("/contacts/");
    let own = body
        .data
        .subject_id
        .as_deref()
        .or_else(|| of_uri(body.subject.as_deref()?))
        .filter(|_| subject);
    let related = body.data.related_subjects.iter().flatten().flatten();
    related
        .filter_map(|related| of_uri(related.subject_uri.as_deref()?))
        .chain(own)
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .collect()
}

/// Reads a contact as it is now. One that Alto no longer holds is a removal. False where Alto tells
/// too little of it.
async fn read_again(
    adapter: &Alto,
    id: &str,
    outcome: &mut WebhookOutcome,
) -> Result<bool, AdapterError> {
    let details = adapter.details(&[id], &mut Mode::Singly).await?;
    outcome.removals.extend(removals(&details));
    let by_id = details.by_id()?;
    let Some(detail) = by_id.get(id) else {
        return Ok(!details.gone.is_empty());
    };
    let Some(item) = listed(adapter, id, detail).await? else {
        return Ok(false);
    };
    let around = Surroundings::of(adapter, adapter.context.clock.now());
    let record = map::record(details.join(id, &item, detail), &around);
    outcome.records.push(record);
    Ok(true)
}

/// The item of the list for a contact whose detail is known.
async fn listed(adapter: &Alto, id: &str, detail: &str) -> Result<Option<String>, AdapterError> {
    const SECOND: SignedDuration = SignedDuration::from_secs(1);
    let Ok(head) = serde_json::from_str::<Head<'_>>(detail) else {
        return Ok(None);
    };
    let Some(at) = head.modified_date.as_deref().and_then(parse_timestamp) else {
        return Ok(None);
    };
    let from = back(at, SECOND).to_string();
    let to = back(at, -(SECOND + SECOND)).to_string();
    let active = (head.archived != Some(true)).to_string();
    let mut token: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let mut request = adapter
            .get("/contacts/all", &[])?
            .query("active", &active)
            .query("max-results", PAGE_SIZE)
            .query("modified-from", &from)
            .query("modified-to", &to);
        if let Some(token) = &token {
            request = request.query("next-token", token);
        }
        let response = request.send().await?;
        let page = Page::parse(&response)?;
        let found = page
            .records
            .iter()
            .find(|(head, _)| head.as_ref().is_ok_and(|head| head.id() == Some(id)));
        if let Some((_, item)) = found {
            return Ok(Some((*item).to_owned()));
        }
        token = page.next;
        if token.is_none() {
            break;
        }
    }
    Ok(None)
}
