//! What Street's refusals become, and the steps of a verification.

use futures_util::StreamExt;
use nurturehub_port::{ErrorKind, StepName, StepStatus, SyncStart, VerifyStep};
use nurturehub_sandbox::AccessChange;

use super::harness::Agency;

async fn verify(agency: &Agency) -> Vec<VerifyStep> {
    let adapter = agency.adapter();
    adapter.verify_connection().collect().await
}

fn failed(steps: &[VerifyStep]) -> Option<(StepName, ErrorKind)> {
    let step = steps
        .iter()
        .find(|step| step.status == StepStatus::Failed)?;
    Some((step.step, step.error.as_ref()?.kind))
}

#[tokio::test]
async fn a_good_connection_passes_every_step() {
    let agency = Agency::of(30).await;
    let steps = verify(&agency).await;
    assert_eq!(failed(&steps), None);
    let names: Vec<StepName> = steps.iter().map(|step| step.step).collect();
    assert_eq!(names, StepName::ALL);
    assert!(steps[7].detail.contains("mapped as"), "{}", steps[7].detail);
}

#[tokio::test]
async fn a_bad_connection_fails_at_the_right_step() {
    let withhold = |permission: &str| AccessChange::Withhold {
        permission: permission.into(),
    };
    for (change, step, kind) in [
        (
            AccessChange::Revoke,
            StepName::Authenticate,
            ErrorKind::AuthInvalid,
        ),
        (
            withhold("people"),
            StepName::Permissions,
            ErrorKind::ScopeMissing,
        ),
        (
            withhold("lettings-applicants"),
            StepName::Permissions,
            ErrorKind::ScopeMissing,
        ),
    ] {
        let agency = Agency::of(30).await;
        agency.street().change_access(&change);
        let steps = verify(&agency).await;
        assert_eq!(failed(&steps), Some((step, kind)), "{change:?}");
    }
    let agency = Agency::of(0).await;
    agency.street().change_access(&withhold("branches"));
    let steps = verify(&agency).await;
    assert_eq!(
        failed(&steps),
        None,
        "branches are not needed, nor are people there"
    );
}

#[tokio::test]
async fn refusals_stop_a_listing_and_say_what_to_do() {
    for (fault, kind) in [
        ("street.list:revokeToken", ErrorKind::AuthInvalid),
        ("street.list:missingScope", ErrorKind::ScopeMissing),
        ("street.list:status=400", ErrorKind::ProviderRejected),
        ("street.list:status=406", ErrorKind::ProviderRejected),
        ("street.list:status=500", ErrorKind::ProviderDown),
        ("street.list:html", ErrorKind::NetworkProxy),
        ("street.list:malformed", ErrorKind::Protocol),
        ("street.list:wrongType", ErrorKind::SchemaChanged),
    ] {
        let agency = Agency::of(30).await;
        agency.faults(fault);
        let asked = agency.requests().len();
        let error = agency.list(SyncStart::Full).await.error.unwrap();
        assert_eq!(error.kind, kind, "{fault}: {error}");
        assert!(error.remedy.ends_with('.'), "{fault}: {}", error.remedy);
        if kind == ErrorKind::AuthInvalid {
            assert_eq!(
                agency.requests().len() - asked,
                1,
                "a token is not tried twice"
            );
        }
        let shown = format!("{error:?}");
        assert!(!shown.contains(&agency.secrets["token"]), "{fault}");
    }
}

#[tokio::test]
async fn a_limit_is_waited_out() {
    let agency = Agency::of(120).await;
    agency.faults("street.list:status=429,times=2");
    let listed = agency.full().await;
    assert_eq!(listed.ids().len(), agency.street().truth().mappable);
    let waits = agency.clock.waits();
    assert!(
        waits.iter().all(|wait| wait.as_secs() >= 15) && waits.len() == 2,
        "Street does not say how long: {waits:?}"
    );
}
