//! Activities into the journal.

use std::collections::BTreeMap;

use nurturehub_port::{
    Activity, ActivityContact, ActivityKind, ActivitySource, ErrorKind, ExternalId, WriteBackStatus,
};

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

async fn statuses(agency: &Agency, activities: &[Activity]) -> Vec<WriteBackStatus> {
    let outcomes = agency.adapter().push_activity(activities).await.unwrap();
    let ids: Vec<_> = outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
    let asked: Vec<_> = activities
        .iter()
        .map(|activity| activity.id.as_str())
        .collect();
    assert_eq!(ids, asked, "one answer for each, in order");
    for outcome in &outcomes {
        let refused = !matches!(
            outcome.status,
            WriteBackStatus::Written | WriteBackStatus::Duplicate
        );
        assert_eq!(outcome.error.is_some(), refused, "{outcome:?}");
    }
    outcomes.iter().map(|outcome| outcome.status).collect()
}

#[tokio::test]
async fn an_activity_is_written_once_however_often_it_is_pushed() {
    use WriteBackStatus::{Duplicate, Written};
    let agency = Agency::of(50).await;
    let ids: Vec<String> = agency.full().await.ids().into_iter().collect();
    let batch = [
        activity("a-1", &ids[0]),
        activity("a-2", &ids[0]),
        activity("a-3", &ids[1]),
        activity("a-1", &ids[0]),
    ];
    assert_eq!(
        statuses(&agency, &batch).await,
        [Written, Written, Written, Duplicate],
        "the same id twice in a batch is one activity"
    );
    assert_eq!(statuses(&agency, &batch).await, [Duplicate; 4]);
    let journal = agency.sandbox.reapit().journal();
    assert_eq!(journal.len(), 3);
    assert_eq!(
        (
            journal[0].type_id.as_str(),
            journal[0].associated_type.as_deref()
        ),
        ("MI", Some("contact"))
    );
    assert!(
        journal[0].description.ends_with("[ref:a-1]"),
        "{}",
        journal[0].description
    );
    assert!(
        journal[0].description.contains("9 July 2025 09:00"),
        "the date is in the text, as entries have none: {}",
        journal[0].description
    );
}

#[tokio::test]
async fn an_answer_in_doubt_is_not_followed_by_a_second_try() {
    let agency = Agency::of(50).await;
    let id = agency.full().await.ids().into_iter().next().unwrap();
    let batch = [activity("a-1", &id)];
    agency.faults("reapit.journal:status=502,after=1,times=1");
    let doubtful = agency.adapter().push_activity(&batch).await;
    assert_eq!(doubtful.unwrap_err().kind, ErrorKind::ProviderDown);
    let written = agency
        .sandbox
        .requests(|request| request.path() == "/journalEntries/" && &*request.method == "POST");
    assert_eq!(
        written.len(),
        1,
        "it may have been written, so it is looked for first"
    );
    assert_eq!(
        statuses(&agency, &batch).await,
        [WriteBackStatus::Written],
        "it had not been"
    );
}

#[tokio::test]
async fn one_refused_activity_does_not_stop_the_others() {
    use WriteBackStatus::{Rejected, Unsupported, Written};
    let agency = Agency::of(50).await;
    let id = agency.full().await.ids().into_iter().next().unwrap();
    let mut company = activity("a-2", "C1");
    company.contact.external_type = Some("company".into());
    let batch = [activity("a-1", "NOBODY1"), company, activity("a-3", &id)];
    assert_eq!(
        statuses(&agency, &batch).await,
        [Rejected, Unsupported, Written]
    );

    let agency = agency.set("journalType", "ZZ");
    let outcome = agency
        .adapter()
        .push_activity(&[activity("a-4", &id)])
        .await
        .unwrap()
        .remove(0);
    assert_eq!(outcome.status, Rejected);
    let error = outcome.error.unwrap();
    assert!(
        error.message.contains("typeId"),
        "the reason is Reapit's: {error}"
    );
}

#[tokio::test]
async fn long_journals_are_searched_to_their_end() {
    let agency = Agency::of(50).await;
    let id = agency.full().await.ids().into_iter().next().unwrap();
    let many: Vec<_> = (0..130)
        .map(|number| activity(&format!("m-{number}"), &id))
        .collect();
    statuses(&agency, &many).await;
    let again = statuses(&agency, &many[120..]).await;
    assert!(
        again
            .iter()
            .all(|status| *status == WriteBackStatus::Duplicate),
        "found on the second page of the journal"
    );
}

#[tokio::test]
async fn without_the_permission_nothing_is_written_and_the_batch_says_why() {
    let agency = Agency::of(50).await;
    let id = agency.full().await.ids().into_iter().next().unwrap();
    agency.faults("reapit.journal:missingScope");
    let error = agency
        .adapter()
        .push_activity(&[activity("a-1", &id)])
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::ScopeMissing);
    assert!(
        agency
            .adapter()
            .push_activity(&[])
            .await
            .unwrap()
            .is_empty(),
        "nothing to do"
    );
}
