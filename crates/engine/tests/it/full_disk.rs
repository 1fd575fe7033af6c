//! A disk that fills up while pages are merged: told as what it is, and no page is fetched again for it.

use nurturehub_engine::SyncOptions;
use nurturehub_port::ErrorKind;
use nurturehub_sandbox::LoggedRequest;

use crate::desk::Desk;

const CONTACTS: usize = 3_000;

/// Pages of the listing that were asked for, all but the last of them a hundred contacts long.
fn listed(desk: &Desk) -> usize {
    let is_page = |one: &LoggedRequest| one.target.contains("pageNumber=");
    desk.sandbox.requests(is_page).len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_on_a_full_disk_says_so_and_the_next_goes_on_without_asking_again() {
    let desk = Desk::new(CONTACTS).await;
    let settings = [("applicantLookup", "false")];
    let connection = desk.connect_with("reapit", &settings).await.unwrap();
    // Room for what a run begins with, and not for its contacts.
    let store = desk.engine.store();
    store.limit_pages(Some(120)).await.unwrap();
    let refused = desk.sync_with(&connection, SyncOptions::default()).await;
    let report = refused.unwrap_err().report();
    assert_eq!(report.kind, ErrorKind::StorageFull, "{}", report.message);
    let asked = listed(&desk);
    assert!(asked > 5, "it came further than what was merged: {asked}");

    store.limit_pages(None).await.unwrap();
    let report = desk.sync(&connection).await;
    assert!(report.resumed);
    assert_eq!(report.proof.listed, u64::try_from(CONTACTS).unwrap());
    assert_eq!(desk.contacts(&connection).await.len(), CONTACTS);
    let asked = listed(&desk);

    let whole = usize::try_from(desk.full_sync(&connection).await.pages).unwrap();
    assert!(asked <= whole + 1, "{asked} requests for {whole} pages");
}
