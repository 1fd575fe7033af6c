//! Activities into Street.

use std::collections::BTreeMap;
use std::time::Duration;

use nurturehub_port::{
    Activity, ActivityContact, ActivityKind, ActivityOutcome, ActivitySource, ErrorKind,
    ExternalId, Lifecycle, Retry, WriteBackStatus,
};

use super::harness::Agency;

fn activity(id: &str, kind: ActivityKind, contact: &str) -> Activity {
    Activity {
        id: id.into(),
        kind,
        occurred_at: "2025-07-09T09:00:00Z".parse().unwrap(),
        source: ActivitySource {
            system: "NurtureHub".into(),
            reference: None,
        },
        contact: ActivityContact {
            external_id: ExternalId::parse(contact).unwrap(),
            external_type: Some("person".into()),
        },
        subject: Some("Spring market".into()),
        body: Some("Three homes like yours".into()),
        link: Some("https://example.com/spring".into()),
        attributes: BTreeMap::new(),
    }
}

fn opened(id: &str, contact: &str) -> Activity {
    activity(id, ActivityKind::EmailOpened, contact)
}

async fn somebody(agency: &Agency) -> String {
    let listed = agency.full().await;
    let active = listed
        .contacts()
        .find(|mapped| mapped.contact.lifecycle == Lifecycle::Active);
    active.unwrap().contact.provenance.external_id.to_string()
}

async fn push(agency: &Agency, activities: &[Activity]) -> Vec<ActivityOutcome> {
    let outcomes = agency.adapter().push_activity(activities).await.unwrap();
    let ids = outcomes.iter().map(|outcome| &outcome.id);
    assert!(
        ids.eq(activities.iter().map(|activity| &activity.id)),
        "one answer for each, in order"
    );
    outcomes
}

fn statuses(outcomes: &[ActivityOutcome]) -> Vec<WriteBackStatus> {
    outcomes.iter().map(|outcome| outcome.status).collect()
}

#[tokio::test]
async fn a_note_carries_its_reference_and_a_campaign_its_date() {
    use WriteBackStatus::{Duplicate, Written};
    let agency = Agency::of(20).await;
    let id = somebody(&agency).await;
    let batch = [
        opened("a-1", &id),
        activity("a-2", ActivityKind::EmailSent, &id),
        opened("a-1", &id),
    ];
    let outcomes = push(&agency, &batch).await;
    assert_eq!(statuses(&outcomes), [Written, Written, Duplicate]);
    assert!(outcomes[0].reference.is_some(), "Street's id for the note");
    let written = agency.street().written();
    assert_eq!(
        written.len(),
        2,
        "the same id twice in a batch is one activity"
    );
    assert_eq!(
        (written[0].kind, written[0].about.as_str()),
        ("note", id.as_str())
    );
    assert!(
        written[0].text.ends_with("[ref:a-1]"),
        "{}",
        written[0].text
    );
    assert!(
        written[0].text.contains("9 July 2025 09:00"),
        "notes cannot be dated, so the date stands in the text: {}",
        written[0].text
    );
    assert_eq!(written[1].kind, "activity");
    assert_eq!(written[1].created, "2025-07-09T09:00:00Z");
    assert_eq!(written[1].text, "Spring market");
    assert_eq!(written[1].attributes["meta"]["reference"], "a-2");
    assert_eq!(written[1].attributes["url"], "https://example.com/spring");
    assert_eq!(
        agency.clock.waits(),
        [Duration::from_secs(1)],
        "one write a second, and no wait before the first"
    );
}

#[tokio::test]
async fn activities_that_come_one_by_one_are_held_to_the_same_pace() {
    let agency = Agency::of(20).await;
    let id = somebody(&agency).await;
    let adapter = agency.adapter();
    for name in ["a-1", "a-2", "a-3"] {
        let outcomes = adapter.push_activity(&[opened(name, &id)]).await.unwrap();
        assert_eq!(statuses(&outcomes), [WriteBackStatus::Written]);
    }
    assert_eq!(
        agency.clock.waits(),
        [Duration::from_secs(1); 2],
        "one write a second over all calls of an adapter"
    );
}

#[tokio::test]
async fn an_answer_in_doubt_is_said_to_be_in_doubt_and_not_followed_by_a_second_try() {
    use WriteBackStatus::{Rejected, Written};
    let agency = Agency::of(20).await;
    let id = somebody(&agency).await;
    agency.faults("street.journal:status=502,times=1");
    let batch = [opened("a-1", &id), opened("a-2", &id), opened("a-1", &id)];
    let outcomes = push(&agency, &batch).await;
    assert_eq!(statuses(&outcomes), [Rejected, Written, Rejected]);
    let error = outcomes[0].error.as_ref().unwrap();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::ProviderDown, Retry::No)
    );
    assert!(error.remedy.contains("notes"), "{}", error.remedy);
    let posts = agency.requests();
    let posts = posts.iter().filter(|request| &*request.method == "POST");
    assert_eq!(posts.count(), 2, "one try for each");
}

#[tokio::test]
async fn one_refused_activity_does_not_stop_the_others() {
    use WriteBackStatus::{Rejected, Unsupported, Written};
    let agency = Agency::of(20).await;
    let id = somebody(&agency).await;
    let mut property = opened("a-2", "p1");
    property.contact.external_type = Some("property".into());
    let nobody = "00000000-0000-4000-8000-000000000001";
    let batch = [opened("a-1", nobody), property, opened("a-3", &id)];
    let outcomes = push(&agency, &batch).await;
    assert_eq!(statuses(&outcomes), [Rejected, Unsupported, Written]);
    let error = outcomes[0].error.as_ref().unwrap();
    assert!(
        error.message.contains("person"),
        "the reason is Street's: {error}"
    );

    let agency = agency.set("noteAuthor", "nobody");
    let outcomes = push(&agency, &[opened("a-4", &id)]).await;
    assert_eq!(statuses(&outcomes), [Rejected], "the author is not known");
}

#[tokio::test]
async fn what_was_written_is_not_lost_when_the_rest_cannot_be() {
    use WriteBackStatus::{Rejected, Written};
    let agency = Agency::of(20).await;
    let id = somebody(&agency).await;
    agency.faults("street.journal:missingScope,after=1");
    let batch = [opened("a-1", &id), opened("a-2", &id), opened("a-3", &id)];
    let outcomes = push(&agency, &batch).await;
    assert_eq!(statuses(&outcomes), [Written, Rejected, Rejected]);
    for outcome in &outcomes[1..] {
        let error = outcome.error.as_ref().unwrap();
        assert_eq!(error.kind, ErrorKind::ScopeMissing);
        assert!(error.message.starts_with("Not sent"), "{error}");
    }
    let error = agency
        .adapter()
        .push_activity(&batch[1..])
        .await
        .unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::ScopeMissing,
        "where nothing was written, the batch as a whole failed"
    );
}
