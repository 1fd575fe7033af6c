//! Activities into file notes.

use std::collections::BTreeMap;

use nurturehub_port::{
    Activity, ActivityContact, ActivityKind, ActivityOutcome, ActivitySource, ErrorKind,
    ExternalId, WriteBackStatus,
};
use nurturehub_sandbox::AccessChange;

use super::harness::Agency;

fn activity(id: &str, contact: &str) -> Activity {
    Activity {
        id: id.into(),
        kind: ActivityKind::EmailOpened,
        occurred_at: "2025-07-09T09:00:00Z".parse().unwrap(),
        source: ActivitySource {
            system: "NurtureHub".into(),
            reference: None,
        },
        contact: ActivityContact {
            external_id: ExternalId::parse(contact).unwrap(),
            external_type: Some("contact".into()),
        },
        subject: Some("Spring market".into()),
        body: None,
        link: None,
        attributes: BTreeMap::new(),
    }
}

async fn push(agency: &Agency, activities: &[Activity]) -> Vec<ActivityOutcome> {
    let outcomes = agency.adapter().push_activity(activities).await.unwrap();
    let ids: Vec<_> = outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
    let asked: Vec<_> = activities
        .iter()
        .map(|activity| activity.id.as_str())
        .collect();
    assert_eq!(ids, asked, "one answer for each, in order");
    outcomes
}

async fn statuses(agency: &Agency, activities: &[Activity]) -> Vec<WriteBackStatus> {
    let outcomes = push(agency, activities).await;
    outcomes.iter().map(|outcome| outcome.status).collect()
}

#[tokio::test]
async fn an_activity_is_written_once_however_often_it_is_pushed() {
    use WriteBackStatus::{Duplicate, Written};
    let agency = Agency::of(20).await;
    let ids: Vec<String> = agency.full().await.ids().into_iter().collect();
    let long = "x".repeat(400);
    let mut call = activity(&long, &ids[1]);
    call.kind = ActivityKind::Call;
    let batch = [
        activity("a-1", &ids[0]),
        activity("a-2", &ids[0]),
        call,
        activity("a-1", &ids[0]),
    ];
    let first = push(&agency, &batch).await;
    let status: Vec<_> = first.iter().map(|outcome| outcome.status).collect();
    assert_eq!(
        status,
        [Written, Written, Written, Duplicate],
        "the same id twice in a batch is one activity"
    );
    let again = push(&agency, &batch).await;
    for (before, after) in first.iter().zip(&again) {
        assert_eq!(after.status, Duplicate);
        assert!(after.reference.is_some(), "Alto's id is known");
        assert_eq!(after.reference, before.reference, "and the same again");
    }
    let notes = agency.sandbox.alto().file_notes();
    assert_eq!(notes.len(), 3);
    let note = &notes[0];
    assert_eq!(
        (note.file_note_type.as_str(), note.updates_last_contacted),
        ("EMail", false),
        "a mail that a machine sent is no contact with the person"
    );
    assert!(
        note.notes.contains("9 July 2025 09:00") && !note.notes.contains("a-1"),
        "users see what happened and no mark: {}",
        note.notes
    );
    assert_eq!(
        (
            notes[2].file_note_type.as_str(),
            notes[2].updates_last_contacted
        ),
        ("PhoneCall", true)
    );
}

#[tokio::test]
async fn an_answer_in_doubt_is_not_followed_by_a_second_try() {
    let agency = Agency::of(20).await;
    let id = agency.full().await.ids().into_iter().next().unwrap();
    let batch = [activity("a-1", &id)];
    // The note is written, and the answer is lost.
    agency.faults("alto.journal:cut,after=1,times=1");
    let doubtful = agency.adapter().push_activity(&batch).await;
    assert_eq!(doubtful.unwrap_err().kind, ErrorKind::NetworkInterrupted);
    assert_eq!(
        statuses(&agency, &batch).await,
        [WriteBackStatus::Duplicate],
        "it is found again before anything is sent again"
    );
    assert_eq!(agency.sandbox.alto().file_notes().len(), 1);
}

#[tokio::test]
async fn one_refused_activity_does_not_stop_the_others() {
    use WriteBackStatus::{Rejected, Unsupported, Written};
    let agency = Agency::of(20).await;
    let id = agency.full().await.ids().into_iter().next().unwrap();
    let mut property = activity("a-2", "P1");
    property.contact.external_type = Some("property".into());
    let batch = [activity("a-1", "4711"), property, activity("a-3", &id)];
    assert_eq!(
        statuses(&agency, &batch).await,
        [Rejected, Unsupported, Written]
    );

    let agency = agency.set("fileNoteNegotiatorId", "1");
    let outcome = push(&agency, &[activity("a-4", &id)]).await.remove(0);
    assert_eq!(outcome.status, Rejected);
    let error = outcome.error.unwrap();
    assert!(
        error.message.contains("negotiator"),
        "the reason is Alto's: {error}"
    );
}

#[tokio::test]
async fn without_the_permission_nothing_is_written_and_the_batch_says_why() {
    for permission in ["post-file-notes", "get-file-notes-search"] {
        let agency = Agency::of(20).await;
        let id = agency.full().await.ids().into_iter().next().unwrap();
        let change = AccessChange::Withhold {
            permission: permission.into(),
        };
        agency.sandbox.alto().change_access(&change);
        let pushed = agency
            .adapter()
            .push_activity(&[activity("a-1", &id)])
            .await;
        assert_eq!(
            pushed.unwrap_err().kind,
            ErrorKind::ScopeMissing,
            "{permission}"
        );
        assert!(agency.sandbox.alto().file_notes().is_empty());
    }
}
