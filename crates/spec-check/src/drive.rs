//! Drives an adapter through all that it can do, and sees to it that each scene really comes off.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use nurturehub_port::{
    Activity, ActivityContact, ActivityKind, ActivitySource, Clock, ContactPage, CrmAdapter,
    Cursor, ExternalId, PageRecord, StepStatus, SyncStart, WebhookDelivery, WriteBackStatus,
};
use serde_json::{Value, json};

use crate::{CrmPlan, Failure, Stage};

/// Changes that people make between two listings: what, and to how many.
const CHANGES: &[(&str, usize)] = &[
    ("edit", 5),
    ("create", 3),
    ("changeRole", 2),
    ("withdrawConsent", 2),
    ("archive", 2),
    ("erase", 1),
];

/// How long people work in the CRM between two listings: less than a token lives.
const WORK_SECONDS: u64 = 1_800;

/// Times that an activity is pushed; from the second on it is found to be there.
const PUSHES: usize = 2;

/// What a drive leaves behind, besides the exchanges.
#[derive(Debug, Default)]
pub struct Driven {
    /// The bodies of the webhook deliveries that the simulator made.
    pub deliveries: Vec<Value>,
    /// The CRM's own id of a contact that it still holds.
    pub contact: String,
}

/// Drives the adapter through verification, a full and an incremental listing, write-back and
/// webhooks, once with each set of settings. What is said meanwhile is in the stage's recorder.
///
/// # Errors
/// [`Failure::Scene`] where a scene does not come off: then nothing is known of what it would have
/// shown.
pub async fn drive(stage: &Stage, plan: &CrmPlan) -> Result<Driven, Failure> {
    let mut driven = Driven::default();
    for settings in plan.variants {
        let adapter = stage.adapter(settings)?;
        verify(&*adapter).await?;
        let pages = list(&*adapter, SyncStart::Full).await?;
        let since = end(&pages)?;
        let gone = changes(stage).await?;
        list(&*adapter, SyncStart::Incremental { since }).await?;
        push(stage, &*adapter, &pages).await?;
        let held = contacts(&pages)
            .map(|(id, _)| id.to_string())
            .find(|id| !gone.contains(id))
            .ok_or_else(|| Failure::scene("webhooks", "nobody is left"))?;
        for topic in plan.topics {
            for id in [&held].into_iter().chain(gone.first()) {
                let body = deliver(stage, &*adapter, topic, id).await?;
                driven.deliveries.push(body);
            }
        }
        // An id may be qualified by the list that it came from.
        driven.contact = held.rsplit('/').next().unwrap_or(&held).to_owned();
    }
    Ok(driven)
}

async fn verify(adapter: &dyn CrmAdapter) -> Result<(), Failure> {
    let steps: Vec<_> = adapter.verify_connection().collect().await;
    match steps.iter().find(|step| step.status == StepStatus::Failed) {
        Some(step) => Err(Failure::scene("verify", step.detail.clone())),
        None => Ok(()),
    }
}

async fn list(adapter: &dyn CrmAdapter, start: SyncStart) -> Result<Vec<ContactPage>, Failure> {
    let mut stream = adapter.sync_contacts(start);
    let mut pages = Vec::new();
    while let Some(page) = stream.next().await {
        pages.push(page.map_err(|error| Failure::ended("sync", &error))?);
    }
    if pages.last().is_none_or(|page| !page.complete) {
        return Err(Failure::scene("sync", "the listing is not complete"));
    }
    Ok(pages)
}

fn end(pages: &[ContactPage]) -> Result<Cursor, Failure> {
    let last = pages.last().map(|page| page.cursor.clone());
    last.ok_or_else(|| Failure::scene("sync", "there is no page"))
}

/// Ids and types of the contacts that were listed.
fn contacts(pages: &[ContactPage]) -> impl Iterator<Item = (&ExternalId, &str)> {
    let records = pages.iter().flat_map(|page| &page.records);
    records.filter_map(|record| match record {
        PageRecord::Mapped(mapped) => {
            let origin = &mapped.contact.provenance;
            Some((&origin.external_id, origin.external_type.as_str()))
        }
        PageRecord::Rejected(_) => None,
    })
}

/// Lets people work in the CRM. Answers whom it holds no more.
async fn changes(stage: &Stage) -> Result<Vec<String>, Failure> {
    let mut gone = Vec::new();
    for (change, count) in CHANGES {
        let answer = stage
            .control("mutate", &json!({ "change": change, "count": count }))
            .await?;
        if *change == "erase" {
            let ids = answer.get("ids").and_then(Value::as_array);
            let ids = ids.into_iter().flatten().filter_map(Value::as_str);
            gone.extend(ids.map(ToOwned::to_owned));
        }
    }
    stage.wait(WORK_SECONDS);
    Ok(gone)
}

/// Writes an activity of each kind back, and the same once more.
async fn push(
    stage: &Stage,
    adapter: &dyn CrmAdapter,
    pages: &[ContactPage],
) -> Result<(), Failure> {
    let kinds = stage.spec().capabilities.activity_write_back;
    let Some((external_id, external_type)) = contacts(pages).next() else {
        return Err(Failure::scene("push", "there is no contact"));
    };
    let activities: Vec<Activity> = kinds
        .iter()
        .enumerate()
        .map(|(number, kind)| activity(number, *kind, external_id, external_type, stage))
        .collect();
    for _ in 0..PUSHES {
        if activities.is_empty() {
            return Ok(());
        }
        let outcomes = adapter
            .push_activity(&activities)
            .await
            .map_err(|error| Failure::ended("push", &error))?;
        let stands = |status| {
            matches!(
                status,
                WriteBackStatus::Written | WriteBackStatus::Duplicate
            )
        };
        if let Some(refused) = outcomes.iter().find(|outcome| !stands(outcome.status)) {
            return Err(Failure::scene("push", format!("{refused:?}")));
        }
    }
    Ok(())
}

fn activity(
    number: usize,
    kind: ActivityKind,
    external_id: &ExternalId,
    external_type: &str,
    stage: &Stage,
) -> Activity {
    Activity {
        id: format!("check-{number}-{}", stage.clock.now().as_second()),
        kind,
        occurred_at: stage.clock.now(),
        source: ActivitySource {
            system: "NurtureHub".to_owned(),
            reference: Some("spring-2025".to_owned()),
        },
        contact: ActivityContact {
            external_id: external_id.clone(),
            external_type: Some(external_type.to_owned()),
        },
        subject: Some("Spring market".to_owned()),
        body: Some("Three homes like yours".to_owned()),
        link: Some("https://example.com/spring".to_owned()),
        attributes: BTreeMap::new(),
    }
}

/// Has the simulator make a delivery, and hands it to the adapter. Answers its body.
async fn deliver(
    stage: &Stage,
    adapter: &dyn CrmAdapter,
    topic: &str,
    entity_id: &str,
) -> Result<Value, Failure> {
    let request = json!({ "topic": topic, "entityId": entity_id });
    let sent = stage.control("webhook", &request).await?;
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let headers = sent.get("headers").and_then(Value::as_array);
    let delivery = WebhookDelivery {
        headers: headers
            .into_iter()
            .flatten()
            .filter_map(|pair| Some((text(pair.get(0)?)?, text(pair.get(1)?)?)))
            .collect(),
        body: sent
            .get("body")
            .and_then(text)
            .unwrap_or_default()
            .into_bytes(),
        received_at: stage.clock.now(),
        check_signature: true,
    };
    let scene = format!("webhook {topic}");
    adapter
        .ingest_webhook(&delivery)
        .await
        .map_err(|error| Failure::ended(&scene, &error))?;
    serde_json::from_slice(&delivery.body)
        .map_err(|error| Failure::scene(&scene, error.to_string()))
}
