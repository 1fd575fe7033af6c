//! Webhooks.

use std::time::Duration;

use jiff::SignedDuration;
use nurturehub_port::{
    AdapterError, Clock, ErrorKind, PageRecord, WebhookDelivery, WebhookOutcome,
};
use nurturehub_sandbox::{Change, Mutation, Notice};

use super::checks;
use crate::agency::{Agency, is_one_of};
use crate::book::is_of;
use crate::subject::Subject;
use crate::verdict::{Checked, Stop, ensure, failed};

checks! {
    "Webhooks":
    good, webhooks, "webhook", "A delivery about a contact brings that contact, as a listing would.";
    erased, webhooks, "webhook-erased", "A delivery about a contact that is gone brings its removal.";
    forged, webhooks, "webhook-forged", "A delivery that is not the CRM's own is `authInvalid`, and the CRM is not asked about it.";
    unsigned, webhooks, "webhook-unsigned", "A delivery without a signature is `authInvalid`, unless a person says not to check.";
    stale, webhooks, "webhook-stale", "A delivery of long ago, or of the future, is `authInvalid`.";
    replayed, webhooks, "webhook-replayed", "A good delivery that is sent again much later is `authInvalid`.";
    repeated, webhooks, "webhook-duplicated", "The same event has the same key each time, and another event another.";
    unknown, webhooks, "webhook-unknown", "A delivery of a kind that nobody knows changes nothing, says so, and is no error.";
    garbled, webhooks, "webhook-garbled", "A body that is not what the CRM sends is refused and never panics.";
    not_there, no_webhooks, "webhook-unsupported", "A CRM that sends no webhooks answers `unsupported`, with the reason.";
}

/// An agency, the id of somebody in it by the CRM, and their external id.
async fn somebody(subject: &Subject) -> Checked<(Agency<'_>, String)> {
    let agency = subject.agency(40).open().await?;
    agency.pass(60);
    let edited = agency.mutate(&Mutation::of(Change::Edit, 1))?;
    match edited.into_iter().next() {
        Some(own) => Ok((agency, own)),
        None => failed("nobody is there"),
    }
}

fn arrived(agency: &Agency<'_>, notice: &Notice) -> Checked<WebhookDelivery> {
    let Some(sent) = agency.crm.notice(notice) else {
        return Err(Stop::Failed(
            "the provider sends webhooks, and the simulated CRM does not".to_owned(),
        ));
    };
    Ok(WebhookDelivery {
        headers: sent.headers,
        body: sent.body.into_bytes(),
        received_at: agency.clock.now(),
        check_signature: true,
    })
}

async fn ingest(
    agency: &Agency<'_>,
    delivery: &WebhookDelivery,
) -> Checked<Result<WebhookOutcome, AdapterError>> {
    Ok(agency.adapter()?.ingest_webhook(delivery).await)
}

async fn taken(agency: &Agency<'_>, delivery: &WebhookDelivery) -> Checked<WebhookOutcome> {
    let outcome = ingest(agency, delivery).await?;
    outcome.map_err(|error| Stop::unexpected("a good delivery", &error))
}

async fn turned_away(agency: &Agency<'_>, delivery: &WebhookDelivery, what: &str) -> Checked {
    match ingest(agency, delivery).await? {
        Ok(_) => failed(format!("{what} was taken for good")),
        Err(error) => is_one_of(&error, &[ErrorKind::AuthInvalid]),
    }
}

async fn good(subject: &Subject) -> Checked {
    let (agency, own) = somebody(subject).await?;
    let outcome = taken(&agency, &arrived(&agency, &Notice::about(&own))?).await?;
    let [PageRecord::Mapped(mapped)] = outcome.records.as_slice() else {
        return failed(format!(
            "the delivery is about one contact, and brought {} records (ignored: {:?})",
            outcome.records.len(),
            outcome.ignored
        ));
    };
    let book = agency.full().await?.book();
    let Some(listed) = book.find(&own) else {
        return failed("the contact is on no list");
    };
    ensure!(
        mapped.contact.provenance.content_hash == listed.provenance.content_hash,
        "the delivery brought {}, and a listing {}",
        mapped.contact.canonical(),
        serde_json::to_string(listed).unwrap_or_default()
    );
    ensure!(
        outcome.ignored.is_none()
            && !outcome.event.id.is_empty()
            && !outcome.event.topic.is_empty(),
        "the event is {:?} (ignored: {:?})",
        outcome.event,
        outcome.ignored
    );
    Ok(())
}

async fn erased(subject: &Subject) -> Checked {
    let (agency, own) = somebody(subject).await?;
    agency.mutate(&Mutation::to(Change::Erase, vec![own.clone()]))?;
    let outcome = taken(&agency, &arrived(&agency, &Notice::about(&own))?).await?;
    let gone = outcome
        .removals
        .iter()
        .any(|removal| is_of(removal.external_id.as_str(), &own));
    ensure!(
        gone && outcome.records.is_empty(),
        "a contact is gone, and the delivery brought {} records and {} removals",
        outcome.records.len(),
        outcome.removals.len()
    );
    Ok(())
}

async fn forged(subject: &Subject) -> Checked {
    let (agency, own) = somebody(subject).await?;
    let delivery = arrived(
        &agency,
        &Notice {
            forged: true,
            ..Notice::about(&own)
        },
    )?;
    agency.crm.forget_requests();
    turned_away(&agency, &delivery, "a forged delivery").await?;
    let about = agency
        .requests()
        .iter()
        .filter(|request| request.target.contains(own.as_str()))
        .count();
    ensure!(about == 0, "the CRM was asked about what a forger named");
    Ok(())
}

async fn unsigned(subject: &Subject) -> Checked {
    let (agency, own) = somebody(subject).await?;
    let mut delivery = arrived(&agency, &Notice::about(&own))?;
    let headers = std::mem::take(&mut delivery.headers);
    turned_away(&agency, &delivery, "a delivery without a signature").await?;
    // Each header alone, emptied: half a proof is none.
    for at in 0..headers.len() {
        let mut some = headers.clone();
        let proves = some.get_mut(at).is_some_and(|(name, value)| {
            value.clear();
            name.to_ascii_lowercase().contains("signature")
        });
        delivery.headers = some;
        if proves {
            turned_away(&agency, &delivery, "a delivery with an empty signature").await?;
        }
    }
    delivery.headers = headers;
    delivery.check_signature = false;
    taken(&agency, &delivery).await?;
    Ok(())
}

const TEN_DAYS: i64 = 10 * 86_400;

async fn stale(subject: &Subject) -> Checked {
    let (agency, own) = somebody(subject).await?;
    for skew_seconds in [-TEN_DAYS, TEN_DAYS] {
        let notice = Notice {
            skew_seconds,
            ..Notice::about(&own)
        };
        let delivery = arrived(&agency, &notice)?;
        let what = format!("a delivery dated {skew_seconds} seconds off");
        turned_away(&agency, &delivery, &what).await?;
    }
    Ok(())
}

async fn replayed(subject: &Subject) -> Checked {
    let (agency, own) = somebody(subject).await?;
    let mut delivery = arrived(&agency, &Notice::about(&own))?;
    taken(&agency, &delivery).await?;
    let later = SignedDuration::from_secs(TEN_DAYS);
    agency
        .clock
        .pass(Duration::from_secs(TEN_DAYS.unsigned_abs()));
    delivery.received_at = delivery
        .received_at
        .saturating_add(later)
        .unwrap_or(delivery.received_at);
    turned_away(&agency, &delivery, "a delivery of ten days ago").await
}

async fn repeated(subject: &Subject) -> Checked {
    let (agency, own) = somebody(subject).await?;
    let first = arrived(
        &agency,
        &Notice {
            event: Some("msg_conformance_1".to_owned()),
            ..Notice::about(&own)
        },
    )?;
    let once = taken(&agency, &first).await?.event.id;
    let twice = taken(&agency, &first).await?.event.id;
    ensure!(once == twice, "one event has two keys: {once} and {twice}");
    let other = taken(&agency, &arrived(&agency, &Notice::about(&own))?).await?;
    ensure!(
        other.event.id != once,
        "two events have the same key {once}"
    );
    Ok(())
}

async fn unknown(subject: &Subject) -> Checked {
    let (agency, own) = somebody(subject).await?;
    let notice = Notice {
        unknown: true,
        ..Notice::about(&own)
    };
    let outcome = taken(&agency, &arrived(&agency, &notice)?).await?;
    ensure!(
        outcome.records.is_empty() && outcome.removals.is_empty() && outcome.activities.is_empty(),
        "an event of an unknown kind changed something"
    );
    ensure!(
        outcome.ignored.as_ref().is_some_and(|why| why.len() > 10),
        "it does not say why nothing came of it: {:?}",
        outcome.ignored
    );
    Ok(())
}

async fn garbled(subject: &Subject) -> Checked {
    let (agency, own) = somebody(subject).await?;
    let mut delivery = arrived(&agency, &Notice::about(&own))?;
    delivery.check_signature = false;
    let bodies: [&[u8]; 7] = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\"hello\"",
        b"\xff\xfe\x00",
        b"<html></html>",
    ];
    for body in bodies {
        delivery.body = body.to_vec();
        match ingest(&agency, &delivery).await? {
            Err(error) => is_one_of(&error, &[ErrorKind::Protocol])?,
            Ok(outcome) => ensure!(
                outcome.ignored.is_some() && outcome.records.is_empty(),
                "{body:?} was taken for a delivery"
            ),
        }
    }
    Ok(())
}

async fn not_there(subject: &Subject) -> Checked {
    let agency = subject.agency(20).open().await?;
    let delivery = WebhookDelivery {
        headers: Vec::new(),
        body: b"{}".to_vec(),
        received_at: agency.clock.now(),
        check_signature: false,
    };
    match ingest(&agency, &delivery).await? {
        Ok(_) => failed("a delivery was taken"),
        Err(error) => {
            is_one_of(&error, &[ErrorKind::Unsupported])?;
            ensure!(error.message.len() > 20, "the reason is missing: {error}");
            Ok(())
        }
    }
}
