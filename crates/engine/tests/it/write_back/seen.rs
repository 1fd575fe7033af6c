//! What a write-back leaves behind for those who ask how the connection stands, and who did what.

use std::time::Duration;

use nurturehub_engine::{AuditFilter, State};
use nurturehub_port::ErrorKind;

use super::{Post, note};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_permission_to_write_shows_until_something_was_written() {
    let post = Post::to("street").await;
    let health = || async { post.engine().health(&post.connection).await.unwrap() };
    assert_eq!(health().await.state, State::Healthy, "it was synced");
    post.offer_notes(&["one"]);
    post.faults("street.journal:missingScope");
    let pulled = post.try_pull().await;
    assert!(pulled.is_err(), "a person must act: {pulled:?}");
    let after = health().await;
    assert_eq!(after.state, State::ActionNeeded);
    assert_eq!(after.issues[0].kind, ErrorKind::ScopeMissing);
    post.pass(Duration::from_secs(60));
    post.desk.sync(&post.connection).await;
    assert_eq!(
        health().await.state,
        State::ActionNeeded,
        "that contacts can be read says nothing about writing"
    );
    post.sandbox().clear_faults();
    post.pass(Duration::from_secs(3600));
    post.pull().await;
    assert_eq!(health().await.state, State::Healthy, "it heals by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_activity_is_no_whole_success() {
    let post = Post::to("street").await;
    post.faults("street.journal:status=422,times=1");
    post.push(&["one"]).await;
    let after = post.engine().health(&post.connection).await.unwrap();
    assert_eq!(after.state, State::Degraded);
    assert_eq!(after.issues[0].kind, ErrorKind::ProviderRejected);
    post.pass(Duration::from_secs(60));
    post.push(&["two"]).await;
    let after = post.engine().health(&post.connection).await.unwrap();
    assert_eq!(after.state, State::Healthy, "the next one was whole");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_writes_to_the_crm_is_in_the_audit_log() {
    let post = Post::to("street").await;
    let written = || async {
        let log = post.engine().audit_log(AuditFilter::default()).await;
        let mut log = log.unwrap();
        log.retain(|line| line.action == "writtenBack");
        log
    };
    post.offer_notes(&["one"]);
    post.pull().await;
    assert!(written().await.is_empty(), "the schedule's is in the runs");
    post.push(&["two", "three"]).await;
    let log = written().await;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0].detail["written"], 2);
    assert!(log[0].detail["runId"].is_string(), "and which run it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outbox_names_the_contacts_that_are_held_here() {
    let post = Post::to("reapit").await;
    post.offer(vec![post.note("one", 0), note("two", "nobody-knows-me")]);
    post.pull().await;
    let list = post.engine().activities(&post.connection, None, 10, 0);
    let list = list.await.unwrap().activities;
    let name_in = |id: &str| list.iter().find(|row| row.id == id).unwrap();
    let known = post.engine().contact(&post.connection, &post.contacts[0]);
    let known: serde_json::Value =
        serde_json::from_str(known.await.unwrap().contact.get()).unwrap();
    let name = name_in("one").contact_name.as_deref();
    assert!(name.is_some_and(|name| !name.is_empty()), "{list:?}");
    assert_eq!(name, known["identity"]["fullName"].as_str());
    assert_eq!(
        name_in("two").contact_name,
        None,
        "nobody of that id is here"
    );
}
