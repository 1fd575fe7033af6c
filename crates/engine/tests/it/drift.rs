//! A CRM that gives an optional field another name: nothing fails, and it is noticed all the same.

use nurturehub_engine::{State, SyncStatus};
use nurturehub_port::ErrorKind;
use nurturehub_sandbox::Faults;

use crate::desk::Desk;

const PROVIDER: &str = "agentos";

fn renamed() -> Faults {
    let spellings = ["Email", "EmailAddress", "EMailAddress"];
    let rules = spellings.map(|name| format!("agentos.list:renamedField={name}"));
    Faults::parse(&rules.join(";")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_all_contacts_lose_at_once_is_said_until_it_is_back() {
    let desk = Desk::new(300).await;
    let connection = desk.connect(PROVIDER).await;
    let before = desk.sync(&connection).await;
    assert!(before.drift.is_empty(), "nothing is known of before");

    desk.sandbox.add_faults(renamed());
    let first = desk.sync(&connection).await;
    let fields: Vec<&str> = first.drift.iter().map(|gone| gone.field.as_str()).collect();
    assert_eq!(fields, ["emails"], "{:?}", first.drift);
    assert_eq!(first.status, SyncStatus::Partial, "it is no plain success");
    let health = desk.engine.health(&connection).await.unwrap();
    assert_eq!(health.state, State::Degraded);
    let issue = &health.issues[0];
    assert_eq!(issue.kind, ErrorKind::SchemaChanged);
    assert!(issue.title.contains("`emails`"), "{issue:?}");
    assert_eq!(issue.opened_at, first.drift[0].since);

    let again = desk.sync(&connection).await;
    assert_eq!(again.drift, first.drift, "since the first that lacked it");

    desk.sandbox.clear_faults();
    let back = desk.sync(&connection).await;
    assert!(back.drift.is_empty() && back.status == SyncStatus::Succeeded);
    let health = desk.engine.health(&connection).await.unwrap();
    assert_eq!(health.state, State::Healthy, "{:?}", health.issues);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_that_was_broken_off_is_counted_as_one() {
    let desk = Desk::new(300).await;
    let small = [("pageSize", "50")];
    let connection = desk.connect_with(PROVIDER, &small).await.unwrap();
    desk.sync(&connection).await;
    desk.sandbox.add_faults(renamed());
    let cut = Faults::parse("agentos.list:status=418,after=3,times=1").unwrap();
    desk.sandbox.add_faults(cut);
    let failed = desk.sync_with(&connection, Default::default()).await;
    failed.unwrap_err();
    let rest = desk.sync(&connection).await;
    assert!(rest.resumed && rest.fetched < 200, "{rest:?}");
    assert_eq!(rest.drift.len(), 1, "both runs together tell");
}
