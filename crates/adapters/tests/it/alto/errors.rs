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
async fn every_kind_of_bad_answer_has_its_error() {
    for (fault, kind) in [
        ("alto.list:repeatPage,after=1", ErrorKind::Protocol),
        ("alto.list:wrongType,after=1", ErrorKind::SchemaChanged),
        ("alto.list:malformed,after=1", ErrorKind::Protocol),
        ("alto.list:truncate,after=1", ErrorKind::Protocol),
        ("alto.list:html,after=1", ErrorKind::NetworkProxy),
        ("alto.record:wrongType", ErrorKind::SchemaChanged),
        ("alto.record:malformed", ErrorKind::Protocol),
        ("alto.record:truncate", ErrorKind::Protocol),
        ("alto.record:html", ErrorKind::NetworkProxy),
        ("alto.record:status=503", ErrorKind::ProviderDown),
        ("alto.record:missingScope", ErrorKind::ScopeMissing),
        ("alto.record:status=404", ErrorKind::IncompleteListing),
        (
            "alto.list:redirect=http://127.0.0.1:9/x",
            ErrorKind::Protocol,
        ),
        ("alto.list:status=503", ErrorKind::ProviderDown),
        ("alto.list:cut", ErrorKind::NetworkInterrupted),
        ("alto.list:missingScope", ErrorKind::ScopeMissing),
        ("alto.list:wrongTenant", ErrorKind::TenantUnknown),
        ("alto.list:expireToken", ErrorKind::AuthInvalid),
        ("alto.list:status=429", ErrorKind::RateLimited),
        ("alto.list:status=418", ErrorKind::ProviderRejected),
        ("alto.list:status=400,after=1", ErrorKind::ProviderRejected),
    ] {
        let agency = Agency::of(300).await;
        agency.faults(fault);
        assert_eq!(error_of(&agency).await, kind, "{fault}");
    }
}

#[tokio::test]
async fn what_passes_is_waited_out_and_nothing_is_lost() {
    for fault in [
        "alto.list:status=500,after=1,times=2",
        "alto.list:status=429,after=1,times=2",
        "alto.record:status=429,retryAfter=30,after=1,times=2",
        "alto.record:cut,after=1,times=2",
        "alto:expireToken,after=4,times=1",
        "alto.record:status=400,times=1",
        "alto.list:status=400,after=2,times=1",
    ] {
        let agency = Agency::of(350).await;
        agency.faults(fault);
        let truth = agency.sandbox.alto().truth();
        assert_eq!(agency.full().await.ids().len(), truth.mappable, "{fault}");
    }
}

#[tokio::test]
async fn a_wrong_token_and_a_wrong_agency_are_told_apart() {
    let agency = Agency::of(10).await.with_a_wrong_token();
    assert_eq!(error_of(&agency).await, ErrorKind::AuthInvalid);
    let agency = Agency::of(10).await.set("agencyRef", "another");
    assert_eq!(error_of(&agency).await, ErrorKind::TenantUnknown);
    let agency = Agency::of(10).await;
    agency
        .sandbox
        .alto()
        .change_access(&AccessChange::Uninstall);
    assert_eq!(error_of(&agency).await, ErrorKind::TenantUnknown);
}

#[tokio::test]
async fn one_bad_record_is_kept_as_rejected_and_the_page_goes_on() {
    for fault in [
        "alto.list:recordWrongType,times=1",
        "alto.list:unmappable=3,times=1",
        "alto.record:recordWrongType,times=1",
    ] {
        let agency = Agency::of(150).await;
        agency.faults(fault);
        let listed = agency.full().await;
        assert!(listed.rejected() > 0, "{fault}");
        for page in &listed.pages {
            for record in &page.records {
                let PageRecord::Rejected(rejected) = record else {
                    continue;
                };
                assert!(
                    serde_json::from_str::<serde_json::Value>(&rejected.raw).is_ok(),
                    "the record is kept, and readable"
                );
                assert!(
                    rejected.issue.message.ends_with('.'),
                    "{:?}",
                    rejected.issue
                );
            }
        }
    }
}
