//! Verification.

use futures_util::StreamExt;
use nurturehub_port::{ErrorKind, StepName, StepStatus, VerifyStep};
use nurturehub_sandbox::AccessChange;

use super::harness::Agency;

async fn verify(agency: &Agency) -> Vec<VerifyStep> {
    agency.adapter().verify_connection().collect().await
}

fn failed(steps: &[VerifyStep]) -> Option<(StepName, ErrorKind)> {
    let step = steps
        .iter()
        .find(|step| step.status == StepStatus::Failed)?;
    Some((step.step, step.error.as_ref()?.kind))
}

#[tokio::test]
async fn a_good_connection_passes() {
    let agency = Agency::of(50).await;
    let steps = verify(&agency).await;
    assert_eq!(failed(&steps), None, "{steps:?}");
    assert_eq!(steps.len(), StepName::ALL.len());

    let empty = Agency::of(0).await;
    assert_eq!(
        failed(&verify(&empty).await),
        None,
        "no contacts are no fault"
    );
}

#[tokio::test]
async fn what_is_missing_is_named_at_its_step() {
    let withheld = |permission: &str| AccessChange::Withhold {
        permission: permission.into(),
    };
    for (change, expected) in [
        (
            AccessChange::Uninstall,
            Some((StepName::Authenticate, ErrorKind::TenantUnknown)),
        ),
        (
            withheld("contacts.read"),
            Some((StepName::Permissions, ErrorKind::ScopeMissing)),
        ),
        (
            withheld("applicants.read"),
            Some((StepName::Permissions, ErrorKind::ScopeMissing)),
        ),
        (withheld("journalEntries.read"), None),
    ] {
        let agency = Agency::of(50).await;
        agency.sandbox.reapit().change_access(&change);
        let steps = verify(&agency).await;
        assert_eq!(failed(&steps), expected, "{change:?}: {steps:?}");
    }
    let agency = Agency::of(50).await.set("applicantLookup", "false");
    let change = withheld("applicants.read");
    agency.sandbox.reapit().change_access(&change);
    assert_eq!(
        failed(&verify(&agency).await),
        None,
        "what is not used is not needed"
    );
}
