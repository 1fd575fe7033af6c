//! Listings that go wrong.

use nurturehub_port::{ErrorKind, PageRecord, SyncStart};
use nurturehub_sandbox::AccessChange;

use super::harness::Agency;

async fn error_of(agency: &Agency) -> ErrorKind {
    let listed = agency.list(SyncStart::Full).await;
    assert!(
        listed.pages.iter().all(|page| !page.complete),
        "a listing that failed is not complete"
    );
    listed.error.unwrap().kind
}

#[tokio::test]
async fn every_kind_of_bad_page_has_its_error() {
    for (fault, kind) in [
        ("reapit.list:shortListing=120", ErrorKind::IncompleteListing),
        ("reapit.list:repeatPage,after=1", ErrorKind::Protocol),
        ("reapit.list:wrongType,after=1", ErrorKind::SchemaChanged),
        ("reapit.list:malformed,after=1", ErrorKind::Protocol),
        ("reapit.list:truncate,after=1", ErrorKind::Protocol),
        ("reapit.list:html,after=1", ErrorKind::NetworkProxy),
        ("reapit.list:oversized=17", ErrorKind::Protocol),
        (
            "reapit.list:redirect=http://127.0.0.1:9/x",
            ErrorKind::Protocol,
        ),
        ("reapit.list:status=503", ErrorKind::ProviderDown),
        ("reapit.list:cut", ErrorKind::NetworkInterrupted),
        ("reapit.list:missingScope", ErrorKind::ScopeMissing),
        ("reapit.list:wrongTenant", ErrorKind::TenantUnknown),
        ("reapit.list:expireToken", ErrorKind::AuthExpired),
        (
            "reapit.list:status=429,retryAfter=1",
            ErrorKind::RateLimited,
        ),
        ("reapit.list:status=418", ErrorKind::ProviderRejected),
    ] {
        let agency = Agency::of(500).await;
        agency.faults(fault);
        assert_eq!(error_of(&agency).await, kind, "{fault}");
    }
}

#[tokio::test]
async fn what_passes_is_waited_out_and_nothing_is_lost() {
    for fault in [
        "reapit.list:status=500,after=1,times=2",
        "reapit.list:status=429,retryAfter=30,after=1,times=2",
        "reapit.list:status=429,retryAfterDate=30,after=1,times=2",
        "reapit.list:cut,after=1,times=2",
        "reapit.list:expireToken,after=1,times=1",
    ] {
        let agency = Agency::of(350).await;
        agency.faults(fault);
        let listed = agency.full().await;
        let truth = agency.sandbox.reapit().truth();
        assert_eq!(listed.ids().len(), truth.mappable, "{fault}");
    }
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_once_and_the_listing_goes_on() {
    let agency = Agency::of(350).await;
    agency.faults("reapit.list:expireToken,after=2,times=1");
    agency.full().await;
    assert_eq!(agency.renewals(), 1);
}

#[tokio::test]
async fn access_that_was_taken_back_is_told_apart() {
    let agency = Agency::of(50).await;
    let adapter = agency.adapter_with_a_wrong_token();
    let mut stream = adapter.sync_contacts(SyncStart::Full);
    let error = futures_util::StreamExt::next(&mut stream)
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthInvalid);

    agency
        .sandbox
        .reapit()
        .change_access(&AccessChange::Uninstall);
    assert_eq!(error_of(&agency).await, ErrorKind::TenantUnknown);
}

#[tokio::test]
async fn one_bad_record_is_kept_as_rejected_and_the_page_goes_on() {
    for fault in [
        "reapit.list:recordWrongType,times=1",
        "reapit.list:unmappable=3,times=1",
    ] {
        let agency = Agency::of(150).await;
        let before = agency.full().await.rejected();
        agency.faults(fault);
        let listed = agency.full().await;
        assert!(listed.rejected() > before, "{fault}");
        for page in &listed.pages {
            for record in &page.records {
                let PageRecord::Rejected(rejected) = record else {
                    continue;
                };
                assert!(!rejected.raw.is_empty(), "the record is kept");
                assert!(
                    rejected.issue.message.ends_with('.'),
                    "{:?}",
                    rejected.issue
                );
            }
        }
    }
}

#[tokio::test]
async fn an_empty_answer_where_there_was_much_is_what_the_crm_says() {
    let agency = Agency::of(150).await;
    agency.faults("reapit.list:empty");
    let listed = agency.full().await;
    assert_eq!(listed.ids().len(), 0);
    assert_eq!(
        listed.pages.last().unwrap().source_total,
        Some(0),
        "whether to believe it is not the adapter's to say"
    );
}
